"""What the pages read, on both databases."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from reading_room_store import URLS
from sqlalchemy import Engine, text

from crawler.reading_room.find import Search, find
from crawler.reading_room.overview import read_overview
from crawler.reading_room.site import read_site
from crawler.reading_room.story import compare_articles, read_story
from crawler.reading_room.word_changes import compare_words
from storage.database.engine import open_for_reading


def test_the_overview_counts_by_month_and_site(store: Engine) -> None:
    with open_for_reading(store) as connection:
        found = read_overview(connection)
    assert (found.articles, found.copies, found.rejected) == (6, 2, 0)
    assert found.sites == {"courier": 3, "herald": 3}
    assert found.months == {"2026-12": 3, "2027-01": 3}
    assert sorted(one.title for one in found.newest[:3]) == ["Ferry number 0", "Ferry number 2", "Ferry number 4"]
    assert [(one.title, one.articles) for one in found.stories] == [("Ferry number 0", 3)]


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


def test_what_is_not_in_the_index_yet_is_told(store: Engine) -> None:
    with store.begin() as connection:
        connection.execute(text("INSERT INTO search_backlog (article_id) SELECT id FROM article WHERE site = 'herald'"))
    with open_for_reading(store) as connection:
        assert find(connection, Search("ferry")).waiting == 3


def test_a_site_and_a_story_are_read(store: Engine) -> None:
    with open_for_reading(store) as connection:
        site = read_site(connection, "herald")
        story = read_story(connection, URLS[3])
        comparison = compare_articles(connection, URLS[0], URLS[3])
    assert site.view.counts.articles == 3
    assert {hour: number for hour, number in site.hours.items() if number} == {8: 1}
    assert site.newest[0].title == "Ferry number 1"
    assert [one.url for one in story.timeline] == [URLS[1], URLS[3], URLS[0]]
    assert [run.text for run in comparison.title if run.what != "same"] == ["0", "3"]


@given(st.text(), st.text())
def test_the_runs_make_up_both_texts(before: str, after: str) -> None:
    runs = list(compare_words(before, after))
    assert "".join(run.text for run in runs if run.what != "new") == before
    assert "".join(run.text for run in runs if run.what != "gone") == after


def test_long_texts_are_compared_by_lines() -> None:
    lines = [f"Line {number} of a long text, as there are some." for number in range(2_000)]
    changed = [*lines[:1_000], "Another line.", *lines[1_001:]]
    runs = list(compare_words("\n".join(lines), "\n".join(changed)))
    assert [run.text for run in runs if run.what == "new"] == ["Another line.\n"]
