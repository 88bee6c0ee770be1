"""Duplicates in the store: the verdicts are the same in whatever order, and over however many nights, articles come."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector
from servers.paper import prose
from sqlalchemy import Connection, delete, event, select, update
from wordy import make_text

from cleaning.duplicates.judge import DuplicateMatch, RankedArticle, judge_duplicate
from cleaning.duplicates.likeness import ComparableText
from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.pipelines.store_outcome import StoreOutcome, count_outcome
from crawler.run.counts import CrawlCounts
from crawler.storing.deduplicate import DeduplicationResult, StatusChange, deduplicate, index_missing_articles
from storage import runs
from storage.articles import saving, story_index
from storage.articles.saving import SaveResult, make_article_id
from storage.database.engine import make_database_url, open_database
from storage.models import SketchKey, StoredArticle, StoredMatch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Verdicts = dict[str, tuple[str | None, str | None]]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_database(make_database_url(tmp_path, None))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def article(
    name: str, seed: str, *, title: str = "Night ferry returns", hours: float = 0, more: str = "", **fields: str
) -> Article:
    text = "\n".join([*prose(seed), *(prose(more) if more else [])])
    return Article(
        url=f"https://{name}",
        title=title,
        headline_key=title.casefold(),
        published_at=NOON + timedelta(hours=hours),
        blocks=tuple(Block(line) for line in text.split("\n")),
        language="en",
        **fields,  # type: ignore[arg-type]
    )


def store(connection: Connection, run: int, *newcomers: Article) -> list[StatusChange]:
    """Store the articles and judge their duplicates, one after the other; return the status changes of others."""
    changes = []
    for newcomer in newcomers:
        site = newcomer.url.split("/")[2]
        saving.save_article(connection, newcomer, site=site, run=run, fetched_at=NOON, location=None)
        changes += deduplicate(connection, make_article_id(newcomer.url)).status_changes
    return changes


def load_verdicts(connection: Connection) -> Verdicts:
    """Return the representative and the rule of each article that is a duplicate, (None, None) of the others."""
    rows = connection.execute(select(StoredArticle.__table__)).all()
    names = {row.id: row.url.removeprefix("https://") for row in rows}
    return {names[row.id]: (names.get(row.duplicate_of), row.duplicate_rule) for row in rows}


NIGHT = [
    article("courier/first", "ferry"),
    article("courier/again", "ferry", hours=30),
    article("courier/longer", "ferry", more="quay", hours=50),
    article("courier/other", "orchard", title="Late frost"),
    article("courier/amp", "orchard", title="Late frost (mobile)", canonical_url="https://courier/other"),
    article("gazette/copy", "ferry", hours=2),
    article("gazette/same-headline", "bridge", hours=3),
    *(
        article(f"courier/briefing-{day}", f"briefing {day}", title="Morning briefing", hours=24 * day)
        for day in (1, 2, 3)
    ),
]
EXPECTED: Verdicts = {
    "courier/first": (None, None),
    "courier/again": ("courier/first", "repeated-headline"),
    "courier/longer": ("courier/first", "repeated-headline"),
    "courier/other": (None, None),
    "courier/amp": ("courier/other", "canonical-url"),
    "gazette/copy": ("courier/first", "repeated-headline"),
    "gazette/same-headline": (None, None),
    **{f"courier/briefing-{day}": (None, None) for day in (1, 2, 3)},
}


def test_the_verdicts_of_a_night(connection: Connection) -> None:
    store(connection, runs.begin(connection, spider="articles", now=NOON), *NIGHT)
    assert load_verdicts(connection) == EXPECTED


@pytest.mark.parametrize("seed", range(20))
def test_any_order_ends_in_the_same_verdicts(connection: Connection, seed: int) -> None:
    shuffled = random.Random(seed).sample(NIGHT, len(NIGHT))
    run = runs.begin(connection, spider="articles", now=NOON)
    store(connection, run, *shuffled)
    assert load_verdicts(connection) == EXPECTED
    store(connection, run, *shuffled[:4])  # the same again changes nothing
    assert load_verdicts(connection) == EXPECTED


def test_an_earlier_article_that_is_stored_later_becomes_the_representative(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    late, early = article("courier/late", "ferry", hours=5), article("courier/early", "ferry")
    assert store(connection, run, late) == []
    assert store(connection, run, early) == [StatusChange("courier", late.url, run, is_duplicate=True)]


def test_of_many_copies_only_those_that_follow_the_new_article_are_judged_again(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    store(connection, run, *(article(f"site-{hours}/copy", "ferry", hours=hours) for hours in range(9)))
    statements: list[str] = []

    def record(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", record)
    store(connection, run, article("late/copy", "ferry", hours=9))
    event.remove(connection, "before_cursor_execute", record)
    assert sum("FROM duplicate_match" in statement and statement.startswith("SELECT") for statement in statements) == 2
    assert load_verdicts(connection)["late/copy"] == ("site-0/copy", "repeated-headline")


def test_a_status_change_is_counted_also_if_the_text_of_the_article_is_unchanged() -> None:
    crawler = Crawler(Spider, Settings({"BARREN_PAGES": 0}))
    crawler.stats = MemoryStatsCollector(crawler)
    counts = CrawlCounts(crawler)
    changes = [
        StatusChange("courier", "https://courier/a", 3, is_duplicate=True),
        StatusChange("gazette", "https://gazette/a", 2, is_duplicate=True),
    ]
    duplicates = DeduplicationResult(status_changes=changes)
    count_outcome(counts, "courier", "https://courier/b", StoreOutcome(SaveResult.UNCHANGED, duplicates), run=3)
    stats = ("page/fetched", "article/unchanged", "article/duplicate", "article/stored")
    assert [counts.get_total(stat) for stat in stats] == [1, 1, 1, -1]


def test_an_article_that_changes_leaves_its_cluster(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    store(connection, run, *NIGHT[:2])
    changed = article("courier/first", "quite another story", title="Another headline")
    assert store(connection, run, changed) == [
        StatusChange("courier", "https://courier/again", run, is_duplicate=False)
    ]
    assert load_verdicts(connection) == {"courier/first": (None, None), "courier/again": (None, None)}


def test_an_article_that_is_rejected_later_is_no_representative(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    store(connection, run, *NIGHT[:3])
    gone = Article(
        "https://courier/first", "Night ferry returns", headline_key="night ferry returns", rejected="paywall"
    )
    store(connection, run, gone)
    assert load_verdicts(connection) == {
        "courier/first": (None, None),
        "courier/again": (None, None),
        "courier/longer": ("courier/again", "repeated-headline"),
    }


def test_one_more_of_many_copies_has_every_text_read_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    copies = [article(f"courier/{number}", "ferry", canonical_url="https://courier/0") for number in range(20)]
    store(connection, run, *copies[:-1])
    read: list[str] = []

    class Counted(ComparableText):
        def __init__(self, text: str) -> None:
            read.append(text)
            super().__init__(text)

    monkeypatch.setattr("cleaning.duplicates.article_sketch.ComparableText", Counted)
    store(connection, run, copies[-1])
    assert len(read) == len(copies)


def test_the_store_of_an_older_version_is_indexed_and_judged_again(tmp_path: Path) -> None:
    engine = open_database(make_database_url(tmp_path, None))
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOON)
        store(connection, run, *NIGHT)
        connection.execute(delete(StoredMatch))
        connection.execute(delete(SketchKey))
        connection.execute(update(StoredArticle).values(sketch=None, story_key="", duplicate_of=None))
        stray = make_article_id("https://courier/briefing-1")
        story_index.save_verdict(
            connection, stray, of=make_article_id("https://courier/first"), rule="repeated-headline", share=0.3
        )
    assert index_missing_articles(engine) == len(NIGHT)
    assert index_missing_articles(engine) == 0
    with engine.begin() as connection:
        assert load_verdicts(connection) == EXPECTED
    engine.dispose()


@pytest.mark.parametrize("seed", range(10))
def test_verdicts_are_the_same_as_if_all_articles_had_been_stored_at_once(connection: Connection, seed: int) -> None:
    lot = random.Random(seed)
    run = runs.begin(connection, spider="articles", now=NOON)
    bodies = [make_text(f"{seed} {number}") for number in range(4)]

    def make_article(number: int) -> Article:
        first, other = lot.sample(bodies, 2)
        cut = lot.choice([first, first[: len(first) // 2], f"{first}\n{other}", f"{first[: len(first) // 2]}\n{other}"])
        return Article(
            url=f"https://{lot.choice('abc')}/{number}",
            title=lot.choice(["Ferry runs again", "Boats are back at last"]),
            published_at=lot.choice([None, NOON + timedelta(hours=lot.randrange(50))]),
            blocks=tuple(map(Block, cut.split("\n"))),
        )

    store(connection, run, *(make_article(number) for number in range(12)))
    store(connection, run, *(make_article(number) for number in range(0, 12, 2)))  # with other texts now
    ids = sorted(connection.scalars(select(StoredArticle.id)))
    rows = story_index.load_members(connection, ids)
    ranked = {
        name: RankedArticle(name, row.url, row.canonical_url, row.site, row.published_at, row.length)
        for name, row in rows.items()
    }
    representatives: dict[str, str | None] = {}
    for name in sorted(ids, key=lambda name: ranked[name].precedence):  # judged by precedence, as defined
        matches = {
            ranked[other]: (DuplicateMatch(row.rule, row.likeness, row.share), representatives[other])
            for other, row in story_index.load_matches(connection, name).items()
            if other in representatives
        }
        found = judge_duplicate(ranked[name], matches)
        representatives[name] = found.duplicate_of if found else None
    assert {name: row.duplicate_of for name, row in rows.items()} == representatives
    assert len(set(representatives.values())) > 1
