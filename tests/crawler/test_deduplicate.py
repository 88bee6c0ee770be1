"""Duplicates in the store: the same standings in whatever order, and over however many nights, articles arrive."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from servers.paper import prose
from sqlalchemy import Connection, delete, event, select, update
from wordy import wordy

from cleaning.article import Article, Block
from cleaning.duplicates import Kinship as Why
from cleaning.duplicates import Member
from cleaning.duplicates import standing as verdict
from cleaning.likeness import Reading
from crawler.pipelines.deduplicate import Deduplicated, Turn, deduplicate, index_missing
from crawler.pipelines.store import Outcome, StorePipeline
from storage import articles, runs, stories
from storage.articles import Kept, article_id
from storage.database import database_url, open_database
from storage.models import Kinship, SketchValue, StoredArticle

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Standings = dict[str, tuple[str | None, str | None]]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_database(database_url(tmp_path, None))
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


def arrive(connection: Connection, run: int, *newcomers: Article) -> list[Turn]:
    turns = []
    for newcomer in newcomers:
        site = newcomer.url.split("/")[2]
        articles.keep(connection, newcomer, site=site, run=run, fetched_at=NOON, place=None)
        turns += deduplicate(connection, article_id(newcomer.url)).turns
    return turns


def standing(connection: Connection) -> Standings:
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
WANTED: Standings = {
    "courier/first": (None, None),
    "courier/again": ("courier/first", "repeated-headline"),
    "courier/longer": ("courier/first", "repeated-headline"),
    "courier/other": (None, None),
    "courier/amp": ("courier/other", "canonical-url"),
    "gazette/copy": ("courier/first", "repeated-headline"),
    "gazette/same-headline": (None, None),
    **{f"courier/briefing-{day}": (None, None) for day in (1, 2, 3)},
}


def test_the_standings_of_a_night(connection: Connection) -> None:
    arrive(connection, runs.begin(connection, spider="articles", now=NOON), *NIGHT)
    assert standing(connection) == WANTED


@pytest.mark.parametrize("seed", range(20))
def test_any_order_ends_in_the_same_standings(connection: Connection, seed: int) -> None:
    shuffled = random.Random(seed).sample(NIGHT, len(NIGHT))
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *shuffled)
    assert standing(connection) == WANTED
    arrive(connection, run, *shuffled[:4])  # the same again changes nothing
    assert standing(connection) == WANTED


def test_an_earlier_article_that_comes_later_takes_the_place(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    late, early = article("courier/late", "ferry", hours=5), article("courier/early", "ferry")
    assert arrive(connection, run, late) == []
    assert arrive(connection, run, early) == [Turn("courier", run, is_duplicate=True)]


def test_of_many_copies_only_those_after_a_newcomer_are_judged_anew(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *(article(f"site-{hours}/copy", "ferry", hours=hours) for hours in range(9)))
    questions: list[str] = []

    def asked(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        questions.append(statement)

    event.listen(connection, "before_cursor_execute", asked)
    arrive(connection, run, article("late/copy", "ferry", hours=9))
    event.remove(connection, "before_cursor_execute", asked)
    assert sum("FROM kinship" in question and question.startswith("SELECT") for question in questions) == 2
    assert standing(connection)["late/copy"] == ("site-0/copy", "repeated-headline")


def test_what_an_article_turns_is_counted_also_where_it_has_another_date_alone() -> None:
    counts: Counter[str] = Counter()
    session = SimpleNamespace(run=3, tally=SimpleNamespace(count=lambda _, noun, more=1: counts.update({noun: more})))
    pipeline = StorePipeline(session, SimpleNamespace())  # type: ignore[arg-type]
    standing = Deduplicated(turns=[Turn("courier", 3, is_duplicate=True), Turn("gazette", 2, is_duplicate=True)])
    pipeline._count("courier", NIGHT[0], Outcome(Kept.UNCHANGED, standing))
    assert counts == {"article/unchanged": 1, "article/duplicate": 1, "article/stored": -1}


def test_an_article_that_changes_leaves_its_cluster(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *NIGHT[:2])
    changed = article("courier/first", "quite another story", title="Another headline")
    assert arrive(connection, run, changed) == [Turn("courier", run, is_duplicate=False)]
    assert standing(connection) == {"courier/first": (None, None), "courier/again": (None, None)}


def test_an_article_that_is_rejected_later_stands_for_nothing(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *NIGHT[:3])
    gone = Article(
        "https://courier/first", "Night ferry returns", headline_key="night ferry returns", rejected="paywall"
    )
    arrive(connection, run, gone)
    assert standing(connection) == {
        "courier/first": (None, None),
        "courier/again": (None, None),
        "courier/longer": ("courier/again", "repeated-headline"),
    }


def test_a_newcomer_to_many_copies_has_every_text_read_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    copies = [article(f"courier/{number}", "ferry", canonical_url="https://courier/0") for number in range(20)]
    arrive(connection, run, *copies[:-1])
    read: list[str] = []

    class Counted(Reading):
        def __init__(self, text: str) -> None:
            read.append(text)
            super().__init__(text)

    monkeypatch.setattr("cleaning.stories.Reading", Counted)
    arrive(connection, run, copies[-1])
    assert len(read) == len(copies)


def test_a_store_of_an_older_broadsheet_is_indexed_and_judged_anew(tmp_path: Path) -> None:
    engine = open_database(database_url(tmp_path, None))
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOON)
        arrive(connection, run, *NIGHT)
        connection.execute(delete(Kinship))
        connection.execute(delete(SketchValue))
        connection.execute(update(StoredArticle).values(sketch=None, story_key="", duplicate_of=None))
        stray = article_id("https://courier/briefing-1")
        stories.mark(connection, stray, of=article_id("https://courier/first"), rule="repeated-headline", share=0.3)
    assert index_missing(engine) == len(NIGHT)
    assert index_missing(engine) == 0
    with engine.begin() as connection:
        assert standing(connection) == WANTED
    engine.dispose()


@pytest.mark.parametrize("seed", range(10))
def test_standings_are_the_same_as_if_all_had_come_at_once(connection: Connection, seed: int) -> None:
    lot = random.Random(seed)
    run = runs.begin(connection, spider="articles", now=NOON)
    bodies = [wordy(f"{seed} {number}") for number in range(4)]

    def told(number: int) -> Article:
        first, other = lot.sample(bodies, 2)
        cut = lot.choice([first, first[: len(first) // 2], f"{first}\n{other}", f"{first[: len(first) // 2]}\n{other}"])
        return Article(
            url=f"https://{lot.choice('abc')}/{number}",
            title=lot.choice(["Ferry runs again", "Boats are back at last"]),
            published_at=lot.choice([None, NOON + timedelta(hours=lot.randrange(50))]),
            blocks=tuple(map(Block, cut.split("\n"))),
        )

    arrive(connection, run, *(told(number) for number in range(12)))
    arrive(connection, run, *(told(number) for number in range(0, 12, 2)))  # they say something else now
    ids = sorted(connection.scalars(select(StoredArticle.id)))
    rows = stories.members(connection, ids)
    members = {
        name: Member(name, row.url, row.canonical_url, row.site, row.published_at, row.length)
        for name, row in rows.items()
    }
    heads: dict[str, str | None] = {}
    for name in sorted(ids, key=lambda name: members[name].precedence):  # by the definition, from the first on
        kin = {
            members[other]: (Why(row.rule, row.likeness, row.share), heads[other])
            for other, row in stories.kinships(connection, name).items()
            if other in heads
        }
        found = verdict(members[name], kin)
        heads[name] = found.of if found else None
    assert {name: row.duplicate_of for name, row in rows.items()} == heads
    assert len(set(heads.values())) > 1
