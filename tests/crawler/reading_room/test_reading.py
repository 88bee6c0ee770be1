"""What the pages read, on both databases."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from night_store import make_article
from reading_room_store import NOON, URLS, serve
from sqlalchemy import Engine, insert, text, update

from crawler.reading_room.find import Search, find, parse_search
from crawler.reading_room.overview import read_overview
from crawler.reading_room.room import ReadingRoom
from crawler.reading_room.site import read_site
from crawler.reading_room.story import compare_articles, read_story
from crawler.reading_room.word_changes import compare_words
from storage.articles.saving import make_article_id, save_article
from storage.database.engine import open_for_reading
from storage.models import StoredArticle, StoredSiteBlock
from storage.site_memory.memories import add_keep_rule


def test_the_overview_counts_by_month_and_site(store: Engine) -> None:
    with open_for_reading(store) as connection:
        found = read_overview(connection)
    assert (found.articles, found.copies, found.rejected) == (6, 2, 0)
    assert found.sites == {"courier": 3, "herald": 3}
    assert found.months == {"2026-12": 3, "2027-01": 3}
    # Those of URLS[1] and URLS[3] are copies.
    assert sorted(one.title[-1] for one in found.newest) == ["0", "2", "4", "5"]
    assert [(one.title, one.articles, one.sites) for one in found.stories] == [("Ferry number 0", 3, 2)]


def test_many_months_are_summed_by_year(store: Engine, tmp_path: Path) -> None:
    with store.begin() as connection:
        for number in range(37):
            month = datetime(2020 + number // 12, number % 12 + 1, 15, tzinfo=UTC)
            article = make_article(f"https://old.example/{number}", published_at=month)
            save_article(connection, article, site="old", run=1, fetched_at=NOON, location=None)
    with serve(ReadingRoom(store, None), tmp_path) as room:
        page = lxml.html.document_fromstring(room.get("/").body)
    captions = [table.findtext("caption") for table in page.findall(".//details/table")]
    assert captions == ["Articles by month"]
    rows = [" ".join(row.text_content().split()) for row in page.xpath("//table[caption='Articles by year']/tbody/tr")]
    assert rows == ["2020 12", "2021 12", "2022 12", "2023 1", "2026 3", "2027 3"]


def test_hits_are_counted_by_facet_and_chosen(store: Engine) -> None:
    with open_for_reading(store) as connection:
        found = find(connection, Search("ferry", with_copies=True))
        chosen = find(connection, Search("ferry", with_copies=True, chosen={"section": "Sport", "site": "herald"}))
    facets = {facet.name: dict(facet.values) for facet in found.facets}
    assert found.number == 6
    assert facets["site"] == {"courier": 3, "herald": 3}
    assert facets["section"] == {"Sport": 3}
    assert facets["rule"] == {"near-duplicate": 2}
    assert [hit.url for hit in chosen.hits] == [URLS[1]]


def test_a_month_or_a_site_without_words_has_all_its_articles_the_newest_first(store: Engine) -> None:
    with open_for_reading(store) as connection:
        month = find(connection, Search("", chosen={"month": "2026-12"}, with_copies=True))
        site = find(connection, Search("", chosen={"site": "courier"}))
        both = find(connection, Search("", chosen={"site": "herald", "month": "2026-12"}, with_copies=True))
        every = find(connection, Search(""))
    assert [hit.url for hit in month.hits] == [URLS[5], URLS[3], URLS[1]]
    assert [hit.url for hit in both.hits] == [URLS[1]]
    assert {hit.site for hit in site.hits} == {"courier"}
    assert (site.number, every.number) == (2, 4)  # without copies
    facets = {facet.name: dict(facet.values) for facet in every.facets}
    assert facets["site"] == {"courier": 2, "herald": 2}
    assert [hit.snippet.split() for hit in month.hits]


def test_what_is_not_in_the_index_yet_is_told(store: Engine) -> None:
    with store.begin() as connection:
        connection.execute(text("INSERT INTO search_backlog (article_id) SELECT id FROM article WHERE site = 'herald'"))
    with open_for_reading(store) as connection:
        assert find(connection, Search("ferry")).waiting == 3


def test_a_story_says_in_what_its_copies_differ(store: Engine) -> None:
    row = StoredArticle.__table__.c
    texts = ("One two three.\nFour five.", "One two three.\nFour six seven.")
    with store.begin() as connection:
        for url, said in zip((URLS[0], URLS[3]), texts, strict=True):
            values = {"text": said, "title": "The same"}
            connection.execute(update(StoredArticle).where(row.id == make_article_id(url)).values(values))
        story = read_story(connection, URLS[0])
    assert str(story.differences[make_article_id(URLS[3])]) == "lacks 1 word and has 2 words more"
    assert str(story.differences[make_article_id(URLS[1])]).endswith(", under another headline")
    assert make_article_id(URLS[0]) not in story.differences


def test_a_site_and_a_story_are_read(store: Engine) -> None:
    with open_for_reading(store) as connection:
        site = read_site(connection, "herald")
        story = read_story(connection, URLS[3])
        comparison = compare_articles(connection, URLS[0], URLS[3])
    assert site.counts.articles == 3
    assert {hour: number for hour, number in site.hours.items() if number} == {8: 1}
    assert site.newest[0].title == "Ferry number 1"
    assert [one.url for one in story.timeline] == [URLS[1], URLS[3], URLS[0]]
    assert [run.text for run in comparison.title if run.what != "same"] == ["0", "3"]


@given(st.text(), st.text())
def test_the_runs_make_up_both_texts(before: str, after: str) -> None:
    runs = list(compare_words(before, after))
    assert "".join(run.text for run in runs if run.what != "new") == before
    assert "".join(run.text for run in runs if run.what != "gone") == after


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("The ferry sails", "The ferry sails again.", [], [" again."]),  # the last word has no space behind it
        ("The ferry sails at noon.", "The ferry left at noon.", ["sails "], ["left "]),
        ("市政府周一宣布，港口将开放。", "市政府周二宣布，港口将开放。", ["一"], ["二"]),
        ("เรือข้ามฟากหยุด", "เรือข้ามฟากเดิน", ["หยุด"], ["เดิน"]),
        ("हिन्दी समाचार", "हिन्दू समाचार", ["हिन्दी "], ["हिन्दू "]),  # vowel signs are a part of the word
    ],
)
def test_words_of_any_script_are_compared(before: str, after: str, gone: list[str], new: list[str]) -> None:
    runs = list(compare_words(before, after))
    assert [run.text for run in runs if run.what == "gone"] == gone
    assert [run.text for run in runs if run.what == "new"] == new


def test_texts_that_take_too_long_to_compare_are_shown_whole() -> None:
    before, after = "a b " * 10_000, "b c " * 10_000
    assert [run.what for run in compare_words(before, after)] == ["gone", "new"]


def test_long_texts_are_compared_by_lines() -> None:
    lines = [f"Line {number} of a long text, as there are some." for number in range(2_000)]
    changed = [*lines[:1_000], "Another line.", *lines[1_001:]]
    runs = list(compare_words("\n".join(lines), "\n".join(changed)))
    assert [run.text for run in runs if run.what == "new"] == ["Another line"]


def test_a_repeated_block_says_whether_it_is_cut(store: Engine, tmp_path: Path) -> None:
    texts = {1: "Our newsletter", 2: "Tides today", 3: "Share this"}
    with store.begin() as connection:
        for fingerprint, articles in ((1, 9), (2, 9), (3, 2)):
            text = texts[fingerprint]
            row = {"site": "herald", "fingerprint": fingerprint, "articles": articles, "needed": 3, "text": text}
            connection.execute(insert(StoredSiteBlock).values(row | {"place": "", "first_seen": "", "last_seen": ""}))
        add_keep_rule(connection, "herald", 2, texts[2])
    with serve(ReadingRoom(store, None), tmp_path) as room:
        page = lxml.html.document_fromstring(room.get("/site/herald").body)
    blocks = page.xpath("//section[@aria-labelledby='blocks']//li")
    found = [" ".join(" ".join(block.itertext()).split()) for block in blocks]
    assert found == [
        "Our newsletter on 9 articles, cut from 3 on keep it scrapy sites keep herald 'Our newsletter'",
        "Tides today on 9 articles, kept by a rule of yours",
        "Share this on 2 articles, not cut yet: from 3 on keep it scrapy sites keep herald 'Share this'",
    ]


def test_all_values_of_a_facet_are_shown_on_request(store: Engine) -> None:
    with store.begin() as connection:
        run = connection.execute(text("SELECT max(id) FROM run")).scalar_one()
        for number in range(200):
            article = make_article(f"https://site{number}.example/a", title="Ferry")
            save_article(connection, article, site=f"site{number}", run=run, fetched_at=NOON, location=None)
    with open_for_reading(store) as connection:
        short, whole = (find(connection, parse_search({"q": "ferry", "whole": name})) for name in ("", "site"))
    sites = [next(facet for facet in found.facets if facet.name == "site") for found in (short, whole)]
    assert [(len(facet.values), facet.left_out) for facet in sites] == [(12, 190), (202, 0)]


def test_a_store_on_a_server_has_no_tables_to_ask_and_says_what_an_article_without_blocks_says(store: Engine) -> None:
    article = make_article_id(URLS[0])
    with store.begin() as connection:
        connection.execute(text("UPDATE article SET blocks = NULL WHERE id = :id"), {"id": article})
    with serve(ReadingRoom(store, None), Path()) as room:
        is_file = store.dialect.name == "sqlite"
        assert ('href="/broadsheet"' in room.get("/").body) == is_file
        assert room.get("/broadsheet?sql=select+1").status == (200 if is_file else 404)
        assert room.get("/_memory?sql=select+1").status == 404
        for path in ("/search?q=ferry", "/search.csv?q=ferry", f"/story/{article}", "/sites", "/site/herald"):
            assert room.get(path).status == 200, path
        page = room.get(f"/article/{article}").body
    assert "no text" not in page
    assert make_article(URLS[0]).text.split("\n")[0] in html.unescape(page)


def test_a_page_that_asks_not_to_be_kept_is_not_shown(store: Engine) -> None:
    article = make_article_id(URLS[0])
    with store.begin() as connection:
        place = {"rejected": "robots-noarchive", "file": "x.warc.gz", "id": article}
        change = "UPDATE article SET rejected = :rejected, archive_file = :file, archive_offset = 0 WHERE id = :id"
        connection.execute(text(change), place)
    said = make_article(URLS[0]).text.split("\n")[0]
    with serve(ReadingRoom(store, None), Path()) as room:
        page = room.get(f"/article/{article}").body
        hits = room.get("/search?q=ferry&rejected=yes").body
        raw = room.get(f"/article/{article}/raw")
    assert "its text is not shown" in page
    assert "its text is not shown" in hits
    assert said not in html.unescape(page)
    assert "/raw" not in page
    assert (raw.status, "asks not to be kept" in raw.body) == (404, True)


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ('ferry number zeppelin -"sea ice"', [('ferry number -"sea ice"', 6)]),
        ("ferr numbe", [("ferr* numbe*", 6)]),
        ("ferry zeppelin hangar", [("ferry", 6)]),
        ("ferrry numebr", [("ferry number", 6)]),  # misspelt
        ("Fery -zeppelin number", [("ferry -zeppelin number", 6)]),
        ('ferryboat "sea ice"', []),  # too unlike
        ("xferry", []),  # a wrong beginning
        ("zeppelin", []),
        (" ".join(f"word{place}" for place in range(64)), []),
    ],
)
def test_a_search_that_finds_nothing_names_others_near_it(
    store: Engine, words: str, nearest: list[tuple[str, int]]
) -> None:
    with open_for_reading(store) as connection:
        found = find(connection, Search(words, with_copies=True))
    assert (list(found.nearest), found.number) == (nearest, 0)
