"""Revisions: each version of an article is stored once, in its place, in any order of its fetches."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.articles import saving
from storage.articles.diff import Change, EditKind
from storage.articles.revisions import Version, load_histories
from storage.articles.saving import SaveResult, make_article_id
from storage.models import Revision, StoredArticle

START = datetime(2026, 11, 1, 2, tzinfo=UTC)
URL = "https://courier.example/ferry"
NAME = make_article_id(URL)
FERRY = "The night ferry runs again from June, the council of Bardun said on Monday."
NEWSLETTER = "Every morning at six the Lantern sends you the news by letter."
NO_ARTICLE = PAYWALL, WITHHELD = "paywall", "robots-noindex"


@pytest.fixture
def connection(engine: Engine) -> Connection:
    with engine.begin() as connection:
        yield connection  # type: ignore[misc]


def page(
    says: str, *, title: str = "Night ferry runs again", cut: str = "", rule: str = "tail", rejected: str | None = None
) -> Article:
    blocks = [Block(FERRY), Block(f"It says {says}.")]
    if cut:
        blocks.insert(1, Block(cut, rule=rule or None))
    return Article(URL, title, tuple(blocks), cleaner_version="1", rejected=rejected, authors=("Ada Quill",))


def fetch(connection: Connection, night: int, article: Article) -> SaveResult:
    run = connection.scalar(select(StoredArticle.run_id)) or runs.begin(connection, spider="articles", now=START)
    return saving.save_article(
        connection,
        article,
        site="courier",
        run=run,
        fetched_at=START + timedelta(days=night),
        location=ArchiveLocation("a.warc.gz", night),
    )


def load_versions(connection: Connection) -> list[Version]:
    return load_histories(connection, [NAME]).get(NAME, [])


def list_versions(connection: Connection) -> list[tuple[str, int, int]]:
    """Return the last word of each version, with its first and its last night."""
    return [
        (version.text.split()[-1].rstrip("."), (version.since - START).days, (version.until - START).days)
        for version in load_versions(connection)
    ]


def get_kept_texts(blocks: list[list[str]] | None) -> list[str] | None:
    return None if blocks is None else [block[1] for block in blocks if block[2] is None]


def load_rows(connection: Connection) -> list[Any]:
    return list(connection.execute(select(Revision.__table__).order_by(Revision.fetched_at)))


def test_a_former_version_keeps_all_its_fields(connection: Connection) -> None:
    first = page("one", cut=NEWSLETTER)
    fetch(connection, 0, first)
    assert fetch(connection, 1, page("two", title="Night ferry stays in port")) is SaveResult.UPDATED
    (row,) = load_rows(connection)
    assert (row.article_id, row.fetched_at, row.title, row.words) == (NAME, START, "Night ferry runs again", 17)
    assert (row.authors, row.cleaner_version, row.archive_file, row.archive_offset) == (
        ["Ada Quill"], "1", "a.warc.gz", 0,
    )  # fmt: skip
    assert row.blocks == [
        ["paragraph", FERRY, None], ["paragraph", NEWSLETTER, "tail"], ["paragraph", "It says one.", None],
    ]  # fmt: skip
    before, now = load_versions(connection)
    assert (before.text, before.changes) == (f"{FERRY}\nIt says one.", ())
    assert now.changes == (
        Change(EditKind.HEADLINE, "Night ferry runs again", "Night ferry stays in port"),
        Change(EditKind.CHANGED, "It says one.", "It says two.", 1, 1),
    )


def test_an_unchanged_page_has_one_version_and_its_text_is_stored_once(connection: Connection) -> None:
    for night in range(4):
        fetch(connection, night, page("one"))
    assert list_versions(connection) == [("one", 0, 3)]
    assert [row.blocks for row in load_rows(connection)] == [None, None, None]


def test_a_new_address_has_no_former_version(connection: Connection) -> None:
    fetch(connection, 0, page("one"))
    assert load_rows(connection) == []
    assert list_versions(connection) == [("one", 0, 0)]


def test_a_text_that_returns_is_a_new_version_even_if_the_one_between_arrives_last(
    connection: Connection,
) -> None:
    for night in (0, 2):
        fetch(connection, night, page("one"))
    assert fetch(connection, 1, page("two")) is SaveResult.OLDER
    assert list_versions(connection) == [("one", 0, 0), ("two", 1, 1), ("one", 2, 2)]


@pytest.mark.parametrize("nights", ["aba", "aab", "abbc", "abab"])
def test_every_order_of_a_few_fetches_gives_the_same_revisions(connection: Connection, nights: str) -> None:
    found = []
    for order in permutations(range(len(nights))):
        with connection.begin_nested() as trial:
            for night in order:
                fetch(connection, night, page(nights[night]))
            found.append((list_versions(connection), [row[:-1] for row in load_rows(connection)]))
            trial.rollback()
    assert all(one == found[0] for one in found)  # but for the run, which is of the test
    assert len(found[0][0]) == 1 + sum(one != other for one, other in pairwise(nights))


def test_any_order_of_many_fetches_gives_the_same_revisions(connection: Connection) -> None:
    """Among them are paywalls and pages that asked not to be kept; some archives are read twice."""
    chance = random.Random(6)
    for _ in range(25):
        nights = [chance.choice(["a", "a", "a", "b", "b", "c", PAYWALL, WITHHELD]) for _ in range(9)] + ["a"]
        pages = [
            page("nothing", rejected=one) if one in NO_ARTICLE else page(one, cut=NEWSLETTER if night % 2 else "")
            for night, one in enumerate(nights)
        ]
        found = []
        for _ in range(3):
            order = list(range(len(nights)))
            if found:
                order = chance.sample(order, len(order)) + chance.sample(order, 3)
            with connection.begin_nested() as trial:
                for night in order:
                    fetch(connection, night, pages[night])
                kept = [(row.fetched_at, row.title, get_kept_texts(row.blocks)) for row in load_rows(connection)]
                found.append((list_versions(connection), kept))
                trial.rollback()
        refused = max((night for night, one in enumerate(nights) if one == WITHHELD), default=-1)
        texts = [one for one in nights[refused + 1 :] if one != PAYWALL]
        wordings = [one for place, one in enumerate(texts) if place == 0 or one != texts[place - 1]]
        assert [one[0] for one in found[0][0]] == wordings
        assert found[1] == found[0]
        assert found[2] == found[0]


def test_newly_learnt_boilerplate_makes_no_version(connection: Connection) -> None:
    fetch(connection, 0, page("one", cut=NEWSLETTER, rule=""))
    assert fetch(connection, 1, page("one", cut=NEWSLETTER, rule="repeated_block")) is SaveResult.UPDATED
    assert list_versions(connection) == [("one", 0, 1)]
    fetch(connection, 2, page("two", cut=NEWSLETTER, rule="repeated_block"))
    assert list_versions(connection) == [("one", 0, 1), ("two", 2, 2)]
    assert [change.kind for change in load_versions(connection)[1].changes] == [EditKind.CHANGED]


def test_cleaning_a_fetch_again_makes_no_revision_and_updates_equal_former_fetches(connection: Connection) -> None:
    for night in (0, 1):
        fetch(connection, night, page("one", cut=NEWSLETTER, rule=""))
    recleaned = page("one", cut=NEWSLETTER, rule="repeated_block")
    args = {"site": "courier", "fetched_at": START + timedelta(days=1), "location": None}
    assert saving.save_article(connection, recleaned, run=None, **args) is SaveResult.UPDATED
    assert len(load_rows(connection)) == 1
    (only,) = load_versions(connection)
    assert NEWSLETTER not in only.text


def test_a_paywall_is_no_version(connection: Connection) -> None:
    fetch(connection, 0, page("one"))
    fetch(connection, 1, page("nothing", rejected=PAYWALL))
    fetch(connection, 2, page("two"))
    assert list_versions(connection) == [("one", 0, 0), ("two", 2, 2)]


def test_a_page_that_was_no_article_first_leaves_no_revision(connection: Connection) -> None:
    fetch(connection, 0, page("nothing", rejected="too-short"))
    fetch(connection, 1, page("one"))
    assert load_rows(connection) == []


def test_a_page_that_asks_not_to_be_kept_loses_its_former_versions(connection: Connection) -> None:
    for night, says in enumerate("ab"):
        fetch(connection, night, page(says))
    fetch(connection, 2, page("nothing", rejected=WITHHELD))
    assert (load_rows(connection), load_versions(connection)) == ([], [])
    fetch(connection, 1, page("b"))  # an older archive is read
    assert load_rows(connection) == []
    fetch(connection, 3, page("c"))
    assert list_versions(connection) == [("c", 3, 3)]
    fetch(connection, 0, page("a"))
    assert list_versions(connection) == [("c", 3, 3)]
    assert "nothing" not in str(load_rows(connection))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_later_paywall_does_not_undo_a_request_not_to_be_kept(connection: Connection, order: tuple[int, ...]) -> None:
    fetches = page("one"), page("two", rejected=WITHHELD), page("three", rejected=PAYWALL)
    for night in order:
        fetch(connection, night, fetches[night])
    assert connection.scalar(select(StoredArticle.rejected)) == WITHHELD
    assert (list_versions(connection), load_rows(connection)) == ([], [])


def test_a_rejected_article_is_not_taken_for_the_next_fetch(connection: Connection) -> None:
    for night in (0, 1):
        fetch(connection, night, page("one"))
    again = page("one", rejected="section")
    saving.save_article(
        connection, again, site="courier", run=None, fetched_at=START + timedelta(days=1), location=None
    )
    assert load_versions(connection) == []
    fetch(connection, 2, page("two"))
    assert list_versions(connection) == [("two", 2, 2)]


def test_an_older_fetch_read_from_the_archive_again_is_cleaned_again(connection: Connection) -> None:
    fetch(connection, 0, page("one", cut=NEWSLETTER, rule=""))
    fetch(connection, 1, page("two"))
    fetch(connection, 0, page("one", cut=NEWSLETTER, rule="repeated_block"))
    assert [version.text for version in load_versions(connection)] == [
        f"{FERRY}\nIt says one.",
        f"{FERRY}\nIt says two.",
    ]


def test_revisions_are_deleted_with_their_article(connection: Connection) -> None:
    fetch(connection, 0, page("one"))
    fetch(connection, 1, page("two"))
    connection.execute(delete(StoredArticle))
    assert load_rows(connection) == []
