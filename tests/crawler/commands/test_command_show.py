"""`scrapy show`: one stored article, what was cut of it and why, its story and its versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from crawling import ROOT, run_scrapy
from scrapy.cmdline import execute
from sqlalchemy import make_url, update
from two_papers import BOILERPLATE, REPEATED_ON, STORIES, query

from cleaning.records.article import Article
from cleaning.records.block import Block, BlockKind
from storage import open_store, runs
from storage.archive.part_locations import ArchivedPart
from storage.archive.write import Archive, Exchange
from storage.articles.saving import make_article_id, save_article
from storage.database.engine import make_database_url, open_database
from storage.models import StoredArticle

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
URL = "https://herald.example/ferry"
FERRY = "The night ferry runs again from June, the council said on Monday."
EVIL = "\x1b[2Jevil\u202e\x9b31m <b>"


class Said(NamedTuple):
    status: object
    out: str
    err: str


Show = Callable[..., Said]


@pytest.fixture
def scrapy_show(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Show:
    """Run `scrapy show ARGUMENTS`."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "show", *arguments])
        out, err = capfd.readouterr()
        return Said(ended.value.code, out, err)

    return run


def fill(url: Any) -> None:
    """Store an article of two versions, one that repeats it, a paywall, and a page that asks not to be kept."""
    engine = open_database(url)
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)

        def keep(address: str, night: int, *blocks: Block, site: str = "herald", **facts: Any) -> str:
            article = Article(address, blocks=blocks, cleaner_version="1", **{"title": "Ferry runs"} | facts)
            when = NIGHT + timedelta(days=night)
            save_article(connection, article, site=site, run=run, fetched_at=when, location=None)
            return make_article_id(address)

        cut = Block(EVIL, BlockKind.ITEM, rule="tail", evidence=f"after the last {EVIL}")
        first = keep(URL, 0, Block(FERRY), Block("It says on Monday."), cut)
        keep(URL, 1, Block(FERRY), Block("It says on Tuesday."), cut, authors=("Ada Reed",), published_at=NIGHT)
        copy = keep("https://courier.example/ferry", 0, Block(FERRY), site="courier")
        values = {"of": first, "rule": "near-duplicate", "kind": "abridged", "likeness": 0.5, "share": 1.0}
        values = {f"duplicate_{name}": value for name, value in values.items()}
        connection.execute(update(StoredArticle).where(StoredArticle.id == copy).values(values))
        keep("https://herald.example/wall", 0, Block("Please pay."), rejected="paywall")
        keep("https://herald.example/hidden", 0, Block("A secret."), rejected="robots-noarchive")
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def options(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    """Return the options that name a filled store, once SQLite, once PostgreSQL."""
    own = ("-s", f"DATA_DIR={tmp_path}")
    if request.param == "sqlite":
        fill(make_database_url(tmp_path, None))
        return own
    url = request.getfixturevalue("postgres_database")
    fill(make_url(url))
    return (*own, "-s", f"DATABASE_URL={url}")


def read_document(said: Said) -> dict[str, Any]:
    assert (said.status, said.err) == (0, "")
    document: dict[str, Any] = json.loads(said.out)
    return document


def test_an_article_is_shown_with_its_cuts_its_story_and_its_versions(
    scrapy_show: Show, options: tuple[str, ...]
) -> None:
    said = scrapy_show(*options, f"{URL}?utm_source=letter")
    assert (said.status, said.err) == (0, "")
    lines = [line.rstrip() for line in said.out.splitlines()]
    assert lines[:2] == ["article", URL]
    for line in (
        "title          Ferry runs",
        "published_at   2026-11-20T02:00:00Z",
        "authors        Ada Reed",
        f"  {FERRY}",
        "  It says on Tuesday.",
        "-     tail: after the last [2Jevil\ufffd31m <b>",
        f"  id       {make_article_id(URL)}",
        "  site     herald",
        "  fetched  2026-11-21T02:00:00Z, by run 1 (articles, begun 2026-11-20T02:00:00Z)",
        "  archive  none",
        "  2 articles on 2 sites; first: herald, published 2026-11-20 02:00",
        "      abridged, by near-duplicate, likeness 0.50, share 1.00",
        "      version 2, fetched 2026-11-21 02:00, 16 words, cleaner 1",
        "      - It says on Monday.",
        "      + It says on Tuesday.",
    ):
        assert line in lines, said.out
    assert "It is not recorded with which memory" in said.out
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out


def test_json_has_what_explain_gives_and_what_only_the_store_knows(scrapy_show: Show, options: tuple[str, ...]) -> None:
    document = read_document(scrapy_show(*options, make_article_id(URL), "--json"))
    assert (document["verdict"], document["url"], document["site"]) == ("article", URL, "herald")
    assert document["metadata"]["authors"]["value"] == ["Ada Reed"]
    assert [(block["kept"], block["rule"], block["kind"]) for block in document["blocks"]] == [
        (True, None, "paragraph"),
        (True, None, "paragraph"),
        (False, "tail", "item"),
    ]
    assert [member["site"] for member in document["story"]] == ["herald", "courier"]
    assert [change["kind"] for change in document["versions"][1]["changes"]] == ["changed"]
    assert document["memory"]["status"] == "unrecorded"
    assert (document["archive"], document["run"]) == (None, 1)


def test_a_rejected_page_is_shown_with_its_reason(scrapy_show: Show, options: tuple[str, ...]) -> None:
    said = scrapy_show(*options, "https://herald.example/wall")
    assert said.status == 0
    assert said.out.startswith("rejected: paywall, the beginning of an article, for subscribers\n")
    assert "  Please pay.\n" in said.out
    assert "Story" not in said.out


def test_the_text_of_a_page_that_asks_not_to_be_kept_is_not_shown(scrapy_show: Show, options: tuple[str, ...]) -> None:
    said = scrapy_show(*options, "https://herald.example/hidden")
    assert said.out.startswith("rejected: robots-noarchive")
    assert "not shown: the page asks not to be kept" in said.out
    assert "secret" not in said.out
    assert "secret" not in scrapy_show(*options, "https://herald.example/hidden", "--json").out


def test_a_web_page_is_written_with_all_text_escaped(
    scrapy_show: Show, options: tuple[str, ...], tmp_path: Path
) -> None:
    target = tmp_path / "why.html"
    said = scrapy_show(*options, URL, "--html", str(target))
    assert said.out == f"{target}: article; kept 2 blocks (16 words), cut 1 block (3 words): 1 tail\n"
    html = target.read_text("utf-8")
    assert "<h2>Story</h2>" in html
    assert "+ It says on Tuesday." in html
    assert "evil\ufffd31m &lt;b&gt;" in html
    assert "\x1b" not in html


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "takes one address or id, got none: scrapy show URL|ID"),
        (["a", "b"], "takes one address or id, got 2 (a b)"),
        (["ferry"], "a page is named by its address, with http:// or https://, or its id of 16 digits, got 'ferry'"),
        (["https://herald.example/nowhere"], "the store holds no page of the address https://herald.example/nowhere"),
        (["0123456789abcdef"], "the store holds no page with the id 0123456789abcdef"),
        ([URL, "--raw", "--json"], "--raw writes the page alone"),
        ([URL, "--raw"], f"{URL} was stored without an archive"),
        ([URL, "--html", "."], "--html must be the name of a file"),
        ([URL, "--colour"], "there is no option --colour"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(scrapy_show: Show, tmp_path: Path, arguments: list[str], said: str) -> None:
    fill(make_database_url(tmp_path, None))
    done = scrapy_show("-s", f"DATA_DIR={tmp_path}", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"scrapy show: {said}"), done.err
    assert done.err.count("\n") == 1


@pytest.fixture
def papers(two_papers: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_papers, tmp_path / "data"))


def find_repeating(data: Path) -> str:
    """Return the address of an article of the first paper that has the line which the site repeats."""
    with open_store(data) as store:
        return next(article.url for article in store.articles(site="one") if BOILERPLATE not in article.text)


def test_why_a_paragraph_was_cut_is_answered_by_the_memory_of_its_site(scrapy_show: Show, papers: Path) -> None:
    url = find_repeating(papers)
    said = scrapy_show("-s", f"DATA_DIR={papers}", url)
    shown = " ".join(line.removeprefix("-").strip() for line in said.out.splitlines())
    numbers = f"on {REPEATED_ON} of the {STORIES} that its memory is learnt from"
    assert f"{BOILERPLATE} repeated_block: stands on other articles of the site, too: {numbers}" in shown
    assert "The page was cleaned with what the site's present memory says of it (fingerprint" in shown
    assert "scrapy sites show one" in shown
    document = read_document(scrapy_show("-s", f"DATA_DIR={papers}", url, "--json"))
    (block,) = [block for block in document["blocks"] if block["text"] == BOILERPLATE]
    assert (block["rule"], block["memory"]["articles"], block["memory"]["is_kept"]) == ("repeated_block", 9, False)
    memory = document["memory"]
    assert (memory["status"], memory["learnt_from"]) == ("unchanged", STORIES)
    assert memory["applied"] == memory["present"]


def test_a_memory_that_has_changed_since_is_told(scrapy_show: Show, papers: Path) -> None:
    url = find_repeating(papers)
    query(papers, "UPDATE trace SET digest = '00000000deadbeef'")
    said = scrapy_show("-s", f"DATA_DIR={papers}", url)
    shown = " ".join(line.removeprefix("-").strip() for line in said.out.splitlines())
    assert f"the site, too; by the present memory on {REPEATED_ON} of the {STORIES}" in shown
    query(papers, "DELETE FROM site_block")
    said = scrapy_show("-s", f"DATA_DIR={papers}", url)
    shown = " ".join(line.removeprefix("-").strip() for line in said.out.splitlines())
    assert "The site's memory has changed since the page was cleaned" in shown
    assert "00000000deadbeef, and is " in shown
    assert "scrapy reclean --site one" in shown
    assert "the site's present memory knows it no more" in shown


def test_raw_is_the_page_as_its_site_sent_it(scrapy_show: Show, papers: Path) -> None:
    url = find_repeating(papers)
    said = scrapy_show("-s", f"DATA_DIR={papers}", url, "--raw")
    assert (said.status, said.err) == (0, "")
    with open_store(papers) as store:
        page = store.raw(url)
    assert said.out == page.html
    assert BOILERPLATE in page.html
    shutil.rmtree(papers / "archive")
    gone = scrapy_show("-s", f"DATA_DIR={papers}", url, "--raw")
    assert (gone.status, gone.out) == (2, "")
    assert "cannot be read: No such file" in gone.err


def test_a_keep_rule_that_is_not_applied_yet_is_told(scrapy_show: Show, papers: Path) -> None:
    url = find_repeating(papers)
    assert run_scrapy("sites", "keep", "one", BOILERPLATE, data=papers).returncode == 0
    said = scrapy_show("-s", f"DATA_DIR={papers}", url)
    assert "a keep rule now keeps it" in " ".join(line.removeprefix("-").strip() for line in said.out.splitlines())


def test_a_part_of_an_article_has_its_own_raw_page(scrapy_show: Show, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", run=1, software="Broadsheet test")
    urls = (URL, f"{URL}/2")
    first, second = (
        archive.write(Exchange(url, "GET", [], 200, [], f"<p>{EVIL} at {url}".encode(), NIGHT, "herald"))
        for url in urls
    )
    archive.close()
    engine = open_database(make_database_url(tmp_path, None))
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
        parts = [ArchivedPart(urls[1], second)]
        article = Article(URL, "Ferry", (Block(FERRY),))
        save_article(connection, article, site="herald", run=run, fetched_at=NIGHT, location=first, parts=parts)
    engine.dispose()
    whole = scrapy_show("-s", f"DATA_DIR={tmp_path}", URL, "--raw")
    assert (whole.status, whole.out) == (0, f"<p>{EVIL} at {URL}")
    assert whole.err == "scrapy show: the article has further parts: --raw https://herald.example/ferry/2\n"
    part = scrapy_show("-s", f"DATA_DIR={tmp_path}", urls[1], "--raw")
    assert (part.status, part.out, part.err) == (0, f"<p>{EVIL} at {urls[1]}", "")
    assert f"  part     {urls[1]}" in scrapy_show("-s", f"DATA_DIR={tmp_path}", URL).out
