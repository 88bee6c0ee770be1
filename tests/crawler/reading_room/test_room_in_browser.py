"""The reading room in Chromium: by keyboard alone, in any light and width, with nothing said in the console."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import needs_chromium, open_browser
from night_store import make_article
from reading_room_store import NOON, SCRIPTS, URLS, Room, export_engine, ignore_progress, serve
from sqlalchemy import insert

from crawler.reading_room.changes import find_changes
from crawler.reading_room.room import ReadingRoom
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database
from storage.models import Run
from storage.reading.releases.open_release import open_release_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@contextmanager
def open_page(browser: Browser, room: Room, path: str = "/", *, width: int = 1280, **options: Any) -> Iterator[Page]:
    """Open a page; in the end the console is empty, and nothing was asked for but the room."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(room.address + path)
    yield page
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(f"{room.address}/")] == []


@pytest.fixture(scope="module")
def pages(room: Room) -> dict[str, str]:
    """One address of each kind."""
    front = room.get("/").body
    links = {kind: re.search(rf"/{kind}/[0-9a-f]{{16}}", front) for kind in ("article", "story")}
    found = {kind: link[0] for kind, link in links.items() if link}
    comparison = re.search(r"/compare\?one=[0-9a-f]+&amp;other=[0-9a-f]+", room.get(found["story"]).body)
    assert comparison is not None
    return found | {
        "front": "/",
        "search": "/search?q=harbour",
        "comparison": comparison[0].replace("&amp;", "&"),
        "sites": "/sites",
        "site": "/site/courier",
        "tables": "/broadsheet",
        "table": "/broadsheet/article",
        "question": "/broadsheet?sql=select+id,+title+from+article",
    }


def find_serious(
    browser: Browser, room: Room, pages: dict[str, str], width: int, scheme: str
) -> list[tuple[str, str, str]]:
    """Return what axe finds serious on these pages, all of which fit."""
    from axe_playwright_python.sync_playwright import Axe

    serious = []
    for name, path in pages.items():
        # The pages forbid scripts: axe is let in.
        with open_page(browser, room, path, width=width, color_scheme=scheme, bypass_csp=True) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            found = Axe().run(page).response["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        serious += [(name, one["id"], one["nodes"][0]["html"][:200]) for one in grave]
    return serious


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_pages_fit_and_axe_finds_nothing_serious(
    browser: Browser, room: Room, pages: dict[str, str], width: int, scheme: str
) -> None:
    assert find_serious(browser, room, pages, width, scheme) == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_changes_fit_and_axe_finds_nothing_serious(browser: Browser, newer: Room, width: int, scheme: str) -> None:
    change = re.search(r"/changes/[0-9a-f]{16}", newer.get("/changes").body)
    assert change is not None
    assert find_serious(browser, newer, {"all": "/changes", "one": change[0]}, width, scheme) == []


def test_a_change_of_an_article_fits_a_narrow_screen(browser: Browser, tmp_path: Path) -> None:
    engine = open_database(make_database_url(tmp_path, None))

    def save(title: str, fetched_at: datetime) -> None:
        article = make_article(URLS[0], title=title, authors=("Anna Whitlow", "Colm Hartigan"))
        with engine.begin() as connection:
            save_article(connection, article, site="herald", run=1, fetched_at=fetched_at, location=None)

    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
    save("The ferry sails", NOON)
    before = export_engine(engine, tmp_path / "before", "jsonl")
    save("The ferry sails again", NOON + timedelta(days=1))
    with (
        open_release_store(before, tmp_path / "kept", ignore_progress) as older,
        find_changes(older, engine, ignore_progress) as changes,
        serve(ReadingRoom(engine, None, changes=changes), tmp_path) as room,
    ):
        (change,) = changes.list_page({})
        assert find_serious(browser, room, {"change": f"/changes/{change.id}"}, 390, "light") == []
    engine.dispose()


def test_all_is_reached_by_keyboard_without_scripts(browser: Browser, room: Room) -> None:
    with open_page(browser, room, java_script_enabled=False) as page:
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "To the page"
        for _ in range(4):
            page.keyboard.press("Tab")
        page.keyboard.type("cider press")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=cider+press")
        page.locator(".hits a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/article/*")
        summary = page.locator("summary").last
        summary.focus()
        page.keyboard.press("Enter")
        assert page.get_by_text("scrapy sites keep gazette 'Leave a Reply'").is_visible()


def test_headlines_run_in_the_direction_of_their_script(browser: Browser, room: Room) -> None:
    with open_page(browser, room) as page:
        for language, title in SCRIPTS.items():
            link = page.locator("#newest ~ ul a", has_text=title)
            direction = link.evaluate("one => getComputedStyle(one).direction")
            assert direction == ("ltr" if language == "zh" else "rtl")
        assert page.title() == "What is stored - Broadsheet"


@pytest.mark.parametrize(("path", "item"), [("/", ".list > li"), (f"/search?q={SCRIPTS['ar']}", ".hits > li")])
def test_headlines_from_right_to_left_stand_right_with_what_is_told_of_them(
    browser: Browser, room: Room, path: str, item: str
) -> None:
    with open_page(browser, room, path) as page:
        ends = page.locator(item, has_text=SCRIPTS["ar"]).evaluate(
            """item => ["a", ".faint"].map(one => {
                const words = document.createRange();
                words.selectNodeContents(item.querySelector(one));
                return item.getBoundingClientRect().right - words.getBoundingClientRect().right;
            })"""
        )
        assert max(ends) < 2  # pixels


def test_a_headline_from_right_to_left_ends_where_its_text_ends(browser: Browser, room: Room) -> None:
    with open_page(browser, room, f"/search?q={SCRIPTS['ar']}") as page:
        page.locator(".hits h3 a").first.click()
        page.wait_for_load_state()  # with the stylesheet
        ends = page.locator("h1, .reading").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert len(ends) == 2
    assert abs(ends[0] - ends[1]) < 1  # pixel


@pytest.mark.parametrize(
    ("path", "names"),
    [("/broadsheet/article", ".wide th"), ("article", ".facts th"), ("/", ".bars thead th"), ("/site/courier", "time")],
)
def test_names_and_times_stand_on_one_line_of_a_narrow_screen(
    browser: Browser, room: Room, pages: dict[str, str], path: str, names: str
) -> None:
    with open_page(browser, room, pages.get(path, path), width=390) as page:
        heights = page.locator(names).evaluate_all(
            """all => all.map(one => {
                const words = document.createRange();
                words.selectNodeContents(one);
                return words.getBoundingClientRect().height;
            })"""
        )
        assert heights
        assert max(heights) < 40  # of two lines: 45


@pytest.mark.parametrize(("width", "is_below"), [(390, True), (1280, False)])
def test_cells_of_an_article_stand_below_each_other_on_a_narrow_screen(
    browser: Browser, room: Room, pages: dict[str, str], width: int, is_below: bool
) -> None:
    with open_page(browser, room, pages["article"], width=width) as page:
        for cell in (".sides td:not(:empty)", ".stacked td:not(:empty)"):
            cells = page.locator(cell).evaluate_all("all => all.map(one => one.offsetWidth)")
            assert (min(cells) > 0.8 * width) == is_below
