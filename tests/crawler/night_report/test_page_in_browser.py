"""The page in Chromium: nothing leaves it, it sorts, hostile text stays text, and any aid can read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import needs_chromium, open_browser
from night_store import NightStore, make_article
from sqlalchemy import update

from crawler.night_report.gather import gather_report
from crawler.night_report.write_report import write_report, write_web_pages
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database
from storage.models import StoredFinding

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (390, 1280)
HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">",
    "\u202eEVIL \u2066turned\u2069 ]]>{{ 7*7 }} </title></style>",
    "W" * 2_000,
    "javascript:alert(1)",
)
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a night with hostile headlines, addresses and findings."""
    store = NightStore(sites=14, nights=31, articles=1_500)
    data = store.fill(tmp_path_factory.mktemp("page") / "data")
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        for place, title in enumerate(HOSTILE):
            article = make_article(
                f"https://www.paper.example/{place}", title=title, published_at=store.begin(30), language="fa"
            )
            save_article(connection, article, site="<b>x</b>", run=31, fetched_at=store.begin(30), location=None)
        connection.execute(update(StoredFinding).values(sentence=HOSTILE[0], advice=HOSTILE[1]))
    page = write_report(engine, data)
    engine.dispose()
    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@contextmanager
def open_page(browser: Browser, path: Path, *, width: int = 1280, **options: Any) -> Iterator[Page]:
    """Open a page of a report; in the end it has said nothing in the console, and asked for nothing but itself."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith("file://")] == []


def read_column(page: Page, column: int) -> list[str]:
    cells = f"[...document.querySelectorAll('#sites tbody tr')].map(row => row.cells[{column}].firstChild?.textContent)"
    return [str(text or "") for text in page.evaluate(cells)]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(browser: Browser, report: Path, width: int) -> None:
    with open_page(browser, report, width=width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("figure svg").count() >= 5
        for chart in page.locator("figure svg").all():
            box = chart.bounding_box()
            assert box is not None
            assert 200 < box["width"] <= width


def test_a_table_sorts_by_mouse_and_keyboard(browser: Browser, report: Path) -> None:
    with open_page(browser, report) as page:
        names = read_column(page, 0)
        assert names[:2] == ["council-1", "harbour-0"]  # they have findings
        button = page.get_by_role("button", name="New", exact=True)
        button.click()
        numbers = [int(text.replace(",", "")) for text in read_column(page, 2)]
        assert numbers == sorted(numbers, reverse=True)
        assert len(set(numbers)) > 2
        heading = page.locator("#sites th", has=button)
        assert heading.get_attribute("aria-sort") == "descending"
        button.focus()
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "ascending"
        assert [int(text.replace(",", "")) for text in read_column(page, 2)] == sorted(numbers)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Space")  # on the heading of the names
        assert heading.get_attribute("aria-sort") is None
        assert read_column(page, 0) == sorted(names, key=str.lower) != names
        assert page.locator("#sites [aria-sort]").count() == 1


def test_it_reads_without_scripts(browser: Browser, report: Path) -> None:
    with open_page(browser, report, java_script_enabled=False) as page:
        assert page.locator("#sites tbody tr").count() == 14
        assert page.get_by_role("button").count() == 0


def test_hostile_text_stays_text(browser: Browser, report: Path) -> None:
    with open_page(browser, report, width=390) as page:
        assert page.title().startswith("Night of ")
        assert page.locator("script").count() == 1
        assert page.locator("img, iframe, object, link[rel=stylesheet]").count() == 0
        headlines = page.locator("#newest .head").all_inner_texts()
        assert any("<script>document.title" in text for text in headlines)
        assert any("{{ 7*7 }}" in text for text in headlines)
        assert max(map(len, headlines)) <= 200
        assert "\u202e" not in page.content()
        links = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
        assert not [href for href in links if not href.startswith(("#", "https://", f"{report.stem}/"))]


def test_each_link_leads_to_how_an_article_was_cleaned(browser: Browser, report: Path) -> None:
    with open_page(browser, report) as page:
        links = page.locator("#newest .why")
        assert links.count() == 30
        links.first.click()
        page.wait_for_url(f"**/{report.stem}/*.html")
        assert page.get_by_text("cut by").count() == 1
        assert len(list(report.with_suffix("").iterdir())) == 30


def test_links_work_from_a_file_of_any_name_and_headlines_of_any_script_are_read(
    browser: Browser, tmp_path: Path
) -> None:
    store = NightStore(sites=2, nights=1, articles=1)
    data = store.fill(tmp_path / "data")
    headlines = {"ar": "افتتاح الميناء بعد العاصفة (2026)", "ja": "港は嵐のあとに再開した", "he": "הנמל נפתח מחדש: 20%"}
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        for language, title in headlines.items():
            article = make_article(f"https://www.paper.example/{language}", title=title, language=language)
            save_article(connection, article, site="paper", run=1, fetched_at=store.begin(0), location=None)
    target = write_web_pages(engine, gather_report(engine, data), tmp_path / "night #1: 50%?.html")
    engine.dispose()
    for language, title in headlines.items():
        with open_page(browser, target, width=390) as page:
            headline = page.locator(f".head[lang={language}]")
            assert headline.inner_text() == title
            assert headline.evaluate("one => getComputedStyle(one).direction") == ("ltr" if language == "ja" else "rtl")
            assert f"{language} · " in page.locator("#newest li", has=headline).inner_text()
            page.locator("#newest li", has=headline).locator(".why").click()
            page.wait_for_function("document.querySelector('h1') !== null && !document.querySelector('#newest')")
            assert title in page.locator("body").inner_text()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(browser: Browser, report: Path, scheme: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # The page forbids scripts of others: axe is let in.
    with open_page(browser, report, width=width, color_scheme=scheme, bypass_csp=True) as page:
        found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in serious] == []


def test_it_is_dark_where_the_reader_likes_it_dark_and_white_on_paper(browser: Browser, report: Path) -> None:
    ask = "getComputedStyle(document.body).backgroundColor"
    with open_page(browser, report, color_scheme="dark") as page:
        assert page.evaluate(ask) == "rgb(21, 22, 23)"
        bar = page.locator("figure svg path[fill='var(--bar)']").first
        assert bar.evaluate("bar => getComputedStyle(bar).fill") == "rgb(77, 101, 128)"
        page.emulate_media(media="print")
        assert page.evaluate(ask) == "rgb(255, 255, 255)"
        assert page.locator("nav").is_hidden()
        assert page.evaluate("getComputedStyle(document.querySelector('.tall')).overflow") == "visible"
