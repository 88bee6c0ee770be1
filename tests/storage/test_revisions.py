"""What an address said before: each wording is kept once, in its place, in whatever order its fetches come."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select

from cleaning.article import Article, Block
from storage import articles, runs
from storage.articles import Kept, article_id
from storage.edits import Change, Edit
from storage.models import Revision, StoredArticle
from storage.revisions import Version, histories
from storage.warc import Place

START = datetime(2026, 11, 1, 2, tzinfo=UTC)
URL = "https://courier.example/ferry"
NAME = article_id(URL)
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


def fetched(connection: Connection, night: int, article: Article) -> Kept:
    run = connection.scalar(select(StoredArticle.run_id)) or runs.begin(connection, spider="articles", now=START)
    return articles.keep(
        connection,
        article,
        site="courier",
        run=run,
        fetched_at=START + timedelta(days=night),
        place=Place("a.warc.gz", night),
    )


def versions(connection: Connection) -> list[Version]:
    return histories(connection, [NAME]).get(NAME, [])


def said(connection: Connection) -> list[tuple[str, int, int]]:
    """Of each version the last word, and from which night to which it was said."""
    return [
        (version.text.split()[-1].rstrip("."), (version.since - START).days, (version.until - START).days)
        for version in versions(connection)
    ]


def _kept(blocks: list[list[str]] | None) -> list[str] | None:
    return None if blocks is None else [block[1] for block in blocks if block[2] is None]


def rows(connection: Connection) -> list[Any]:
    return list(connection.execute(select(Revision.__table__).order_by(Revision.fetched_at)))


def test_what_an_address_said_before_is_kept_with_all_that_was_known_of_it(connection: Connection) -> None:
    first = page("one", cut=NEWSLETTER)
    fetched(connection, 0, first)
    assert fetched(connection, 1, page("two", title="Night ferry stays in port")) is Kept.UPDATED
    (row,) = rows(connection)
    assert (row.article_id, row.fetched_at, row.title, row.words) == (NAME, START, "Night ferry runs again", 17)
    assert (row.authors, row.cleaner_version, row.archive_file, row.archive_offset) == (
        ["Ada Quill"], "1", "a.warc.gz", 0,
    )  # fmt: skip
    assert row.blocks == [
        ["paragraph", FERRY, None], ["paragraph", NEWSLETTER, "tail"], ["paragraph", "It says one.", None],
    ]  # fmt: skip
    before, now = versions(connection)
    assert (before.text, before.changes) == (f"{FERRY}\nIt says one.", ())
    assert now.changes == (
        Change(Edit.HEADLINE, "Night ferry runs again", "Night ferry stays in port"),
        Change(Edit.CHANGED, "It says one.", "It says two.", 1, 1),
    )


def test_a_page_that_stays_as_it_was_has_one_version_and_its_text_stands_once(connection: Connection) -> None:
    for night in range(4):
        fetched(connection, night, page("one"))
    assert said(connection) == [("one", 0, 3)]
    assert [row.blocks for row in rows(connection)] == [None, None, None]


def test_a_new_address_has_no_former_version(connection: Connection) -> None:
    fetched(connection, 0, page("one"))
    assert rows(connection) == []
    assert said(connection) == [("one", 0, 0)]


def test_a_text_that_comes_back_is_a_version_again_also_where_the_one_between_arrives_last(
    connection: Connection,
) -> None:
    for night in (0, 2):
        fetched(connection, night, page("one"))
    assert fetched(connection, 1, page("two")) is Kept.OLDER
    assert said(connection) == [("one", 0, 0), ("two", 1, 1), ("one", 2, 2)]


@pytest.mark.parametrize("nights", ["aba", "aab", "abbc", "abab"])
def test_every_order_of_a_few_fetches_gives_the_same_revisions(connection: Connection, nights: str) -> None:
    found = []
    for order in permutations(range(len(nights))):
        with connection.begin_nested() as trial:
            for night in order:
                fetched(connection, night, page(nights[night]))
            found.append((said(connection), [row[:-1] for row in rows(connection)]))
            trial.rollback()
    assert all(one == found[0] for one in found)  # but for the run, which is of the test
    assert len(found[0][0]) == 1 + sum(one != other for one, other in pairwise(nights))


def test_any_order_of_many_fetches_gives_the_same_revisions(connection: Connection) -> None:
    """Paywalls, and pages that asked not to be kept, among them; some archives are read twice."""
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
                    fetched(connection, night, pages[night])
                kept = [(row.fetched_at, row.title, _kept(row.blocks)) for row in rows(connection)]
                found.append((said(connection), kept))
                trial.rollback()
        refused = max((night for night, one in enumerate(nights) if one == WITHHELD), default=-1)
        texts = [one for one in nights[refused + 1 :] if one != PAYWALL]
        wordings = [one for place, one in enumerate(texts) if place == 0 or one != texts[place - 1]]
        assert [one[0] for one in found[0][0]] == wordings
        assert found[1] == found[0]
        assert found[2] == found[0]


def test_chaff_that_is_learnt_makes_no_version(connection: Connection) -> None:
    fetched(connection, 0, page("one", cut=NEWSLETTER, rule=""))
    assert fetched(connection, 1, page("one", cut=NEWSLETTER, rule="repeated_block")) is Kept.UPDATED
    assert said(connection) == [("one", 0, 1)]
    fetched(connection, 2, page("two", cut=NEWSLETTER, rule="repeated_block"))
    assert said(connection) == [("one", 0, 1), ("two", 2, 2)]
    assert [change.kind for change in versions(connection)[1].changes] == [Edit.CHANGED]


def test_the_same_fetch_cleaned_again_is_no_revision_and_its_former_selves_follow(connection: Connection) -> None:
    for night in (0, 1):
        fetched(connection, night, page("one", cut=NEWSLETTER, rule=""))
    recleaned = page("one", cut=NEWSLETTER, rule="repeated_block")
    args = {"site": "courier", "fetched_at": START + timedelta(days=1), "place": None}
    assert articles.keep(connection, recleaned, run=None, **args) is Kept.UPDATED
    assert len(rows(connection)) == 1
    (only,) = versions(connection)
    assert NEWSLETTER not in only.text


def test_a_paywall_is_no_version(connection: Connection) -> None:
    fetched(connection, 0, page("one"))
    fetched(connection, 1, page("nothing", rejected=PAYWALL))
    fetched(connection, 2, page("two"))
    assert said(connection) == [("one", 0, 0), ("two", 2, 2)]


def test_a_page_that_was_no_article_first_leaves_no_revision(connection: Connection) -> None:
    fetched(connection, 0, page("nothing", rejected="too-short"))
    fetched(connection, 1, page("one"))
    assert rows(connection) == []


def test_a_page_that_asks_not_to_be_kept_loses_what_it_said_before(connection: Connection) -> None:
    for night, says in enumerate("ab"):
        fetched(connection, night, page(says))
    fetched(connection, 2, page("nothing", rejected=WITHHELD))
    assert (rows(connection), versions(connection)) == ([], [])
    fetched(connection, 1, page("b"))  # an older archive is read
    assert rows(connection) == []
    fetched(connection, 3, page("c"))
    assert said(connection) == [("c", 3, 3)]
    fetched(connection, 0, page("a"))
    assert said(connection) == [("c", 3, 3)]
    assert "nothing" not in str(rows(connection))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_paywall_does_not_make_it_forgotten_that_a_page_asked_not_to_be_kept(
    connection: Connection, order: tuple[int, ...]
) -> None:
    fetches = page("one"), page("two", rejected=WITHHELD), page("three", rejected=PAYWALL)
    for night in order:
        fetched(connection, night, fetches[night])
    assert connection.scalar(select(StoredArticle.rejected)) == WITHHELD
    assert (said(connection), rows(connection)) == ([], [])


def test_an_article_that_is_judged_to_be_none_is_not_said_to_be_the_next_one(connection: Connection) -> None:
    for night in (0, 1):
        fetched(connection, night, page("one"))
    again = page("one", rejected="section")
    articles.keep(connection, again, site="courier", run=None, fetched_at=START + timedelta(days=1), place=None)
    assert versions(connection) == []
    fetched(connection, 2, page("two"))
    assert said(connection) == [("two", 2, 2)]


def test_an_older_fetch_read_from_the_archive_again_is_cleaned_again(connection: Connection) -> None:
    fetched(connection, 0, page("one", cut=NEWSLETTER, rule=""))
    fetched(connection, 1, page("two"))
    fetched(connection, 0, page("one", cut=NEWSLETTER, rule="repeated_block"))
    assert [version.text for version in versions(connection)] == [f"{FERRY}\nIt says one.", f"{FERRY}\nIt says two."]


def test_without_its_article_no_revision_is_left(connection: Connection) -> None:
    fetched(connection, 0, page("one"))
    fetched(connection, 1, page("two"))
    connection.execute(delete(StoredArticle))
    assert rows(connection) == []
