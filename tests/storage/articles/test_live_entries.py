"""Live blogs that are fetched again: entries are added, none is lost, and only edits make versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from live_pages import Post, make_articles, make_plain
from sqlalchemy import Connection, Engine, select

from cleaning import Article, clean_html
from storage import runs
from storage.articles import saving
from storage.articles.diff import EditKind
from storage.articles.live_entries import complete_entries, load_entries
from storage.articles.revisions import Version, load_histories
from storage.articles.saving import SaveResult, make_article_id
from storage.models import StoredArticle

URL = "https://post.example/news/council"
NAME = make_article_id(URL)
START = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
LINES = """
    The mayor reads the budget aloud, page after page, and drinks two glasses of water.
    Members of the opposition leave the chamber before anybody can vote.
    Three engineers look at the cracked pillar under the Lindmouth road.
    Two hundred people wait outside with umbrellas and a brass band.
    The clerk counts chairs and finds eleven too few for tonight.
    It rains on the lower meadow, and sheep are taken to higher ground.
    Soup is sold at the gate by pupils of the grammar school.
    A fox crosses the market square without looking at the cameras.
    Lorries carry benches out of the church hall.
    Nobody knows yet who will chair the meeting after nine.
    The caretaker has lost the key of the north gallery.
    A locksmith from Orrow arrives on a bicycle and asks for tea.
""".strip().splitlines()
POSTS = tuple(
    Post(time, heading, tuple(line.strip() for line in LINES[2 * at : 2 * at + 2]), f"p{9 - at}")
    for at, (time, heading) in enumerate(
        {
            "18:20": "Debate begins", "18:05": "Doors open", "17:40": "The queue forms", "17:12": "Good evening",
            "16:50": "Chairs are carried in", "16:31": "The hall is locked",
        }.items()
    )
)  # fmt: skip
NEWEST = POSTS[0]
VOTE = NEWEST.paragraphs[1]
EDITED = NEWEST._replace(paragraphs=(NEWEST.paragraphs[0], f"{VOTE} They came back later."))
NEWER = Post("19:40", "The vote", ("Nine hands are raised for the bridge, and eight against it.",), "p10")


@pytest.fixture
def connection(engine: Engine) -> Connection:
    with engine.begin() as connection:
        yield connection  # type: ignore[misc]


def clean(html: str, night: int) -> Article:
    return clean_html(html, url=URL, fetched_at=START + timedelta(days=night))


def fetch(connection: Connection, night: int, posts: Sequence[Post]) -> SaveResult:
    return fetch_page(connection, night, clean(make_articles(posts), night))


def fetch_page(connection: Connection, night: int, article: Article) -> SaveResult:
    run = connection.scalar(select(StoredArticle.run_id)) or runs.begin(connection, spider="articles", now=START)
    fetched_at = START + timedelta(days=night)
    return saving.save_article(connection, article, site="post", run=run, fetched_at=fetched_at, location=None)


def load_text(connection: Connection) -> str:
    return str(connection.scalar(select(StoredArticle.text).where(StoredArticle.id == NAME)))


def load_headings(connection: Connection) -> list[str]:
    return [entry.heading for entry in load_entries(connection, [NAME]).get(NAME, ())]


def load_versions(connection: Connection) -> list[Version]:
    return load_histories(connection, [NAME]).get(NAME, [])


def load_state(connection: Connection) -> tuple[Any, ...]:
    versions = [(version.since, version.until, version.text) for version in load_versions(connection)]
    return load_text(connection), load_entries(connection, [NAME])[NAME], versions


def test_entries_that_are_added_are_no_edit(connection: Connection) -> None:
    assert fetch(connection, 0, POSTS[2:]) is SaveResult.NEW
    assert fetch(connection, 1, POSTS) is SaveResult.UPDATED
    assert load_headings(connection) == [post.heading for post in POSTS]
    (version,) = load_versions(connection)
    assert (version.since, version.until) == (START, START + timedelta(days=1))


def test_entries_that_left_the_page_are_kept_in_their_place(connection: Connection) -> None:
    fetch(connection, 0, POSTS[1:])
    fetch(connection, 1, (NEWER, *POSTS[:2]))
    assert load_headings(connection) == ["The vote", *(post.heading for post in POSTS)]
    text = load_text(connection)
    assert text.index("19:40 The vote") < text.index("18:05 Doors open") < text.index("17:12 Good evening")
    assert all(paragraph in text for post in POSTS for paragraph in post.paragraphs)
    stored = load_entries(connection, [NAME])[NAME]
    assert [entry.last_fetched_at == START + timedelta(days=1) for entry in stored] == [True] * 3 + [False] * 4
    assert [entry.first_fetched_at == START for entry in stored] == [False, False, True, True, True, True, True]
    assert len(load_versions(connection)) == 1


def test_the_oldest_entry_first_is_kept_first(connection: Connection) -> None:
    oldest_first = POSTS[::-1]
    fetch(connection, 0, oldest_first[:4])
    fetch(connection, 1, oldest_first[3:])
    assert load_headings(connection) == [post.heading for post in oldest_first]


def test_pages_without_a_common_entry_are_united_by_their_times(connection: Connection) -> None:
    fetch(connection, 0, POSTS[3:])
    fetch(connection, 1, POSTS[:3])
    assert load_headings(connection) == [post.heading for post in POSTS]


def test_an_entry_that_was_edited_has_its_earlier_wording_in_a_version(connection: Connection) -> None:
    fetch(connection, 0, POSTS)
    fetch(connection, 1, (NEWER, EDITED, *POSTS[1:]))
    before, after = load_versions(connection)
    assert EDITED.paragraphs[1] not in before.text
    assert EDITED.paragraphs[1] in load_text(connection)
    assert VOTE not in load_text(connection).split("\n")
    assert {change.kind for change in after.changes} == {EditKind.CHANGED, EditKind.NEW_ENTRY}
    assert len(load_headings(connection)) == len(POSTS) + 1


def test_an_entry_without_id_and_heading_is_known_by_time_and_words(connection: Connection) -> None:
    for night, posts in enumerate((POSTS, (EDITED, *POSTS[1:]))):
        fetch_page(connection, night, clean(make_plain(posts), night))
    assert len(load_entries(connection, [NAME])[NAME]) == len(POSTS)


def test_ids_that_name_positions_make_no_entry_another(connection: Connection) -> None:
    def number(posts: Sequence[Post]) -> list[Post]:
        return [post._replace(name=f"entry-{at}") for at, post in enumerate(posts)]

    fetch(connection, 0, number(POSTS[1:]))
    fetch(connection, 1, number(POSTS))
    assert load_headings(connection) == [post.heading for post in POSTS]
    assert len(load_versions(connection)) == 1


FETCHES = (POSTS[2:], (EDITED, *POSTS[1:4]), (NEWER, *POSTS[:2]), (NEWER, EDITED, POSTS[1]))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_of_the_fetches_gives_the_same(connection: Connection, order: Sequence[int]) -> None:
    for night in order:
        fetch(connection, night, FETCHES[night])
    state = load_state(connection)
    with connection.begin_nested():
        connection.execute(StoredArticle.__table__.delete())
        for night in range(4):
            fetch(connection, night, FETCHES[night])
        assert load_state(connection) == state
    assert load_headings(connection) == ["The vote", *(post.heading for post in POSTS)]


def test_cleaning_again_keeps_what_left_the_page(connection: Connection) -> None:
    fetch(connection, 0, POSTS)
    fetch(connection, 1, POSTS[:3])
    before = load_state(connection)
    again = clean(make_articles(POSTS[:3]), 1)
    completed = complete_entries(connection, NAME, again, START + timedelta(days=1))
    assert completed.text == before[0]
    assert complete_entries(connection, NAME, completed, START + timedelta(days=1)) == completed
    assert saving.has_same_blocks(connection, NAME, completed)
    saving.save_article(connection, again, site="post", run=None, fetched_at=START + timedelta(days=1), location=None)
    assert load_state(connection) == before


def test_a_page_that_is_no_live_blog_any_more_replaces_it(connection: Connection) -> None:
    fetch(connection, 0, POSTS)
    text = "".join(f"<p>{paragraph}</p>" for post in POSTS for paragraph in post.paragraphs)
    html = f"<html><body><h1>How the council voted</h1>{text}</body></html>"
    fetch_page(connection, 1, clean(html, 1))
    assert load_headings(connection) == []
    assert "18:20 Debate begins" in load_versions(connection)[0].text
