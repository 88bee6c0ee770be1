"""The same stories in any order, over one night and over three: whether the store says the same of them.

Some articles and a few of every kind that can be made of each (tests/benchmarks/pairs.py), chains of copies of copies,
a mobile page beside its article, ties in all that ranks articles but the address, an article with eighty copies, a
template with as many instalments. In three nights, eight days apart, every article comes in one drawn by lot, and the
store is closed in between. Some addresses are fetched before, with another text, an error or the same, and some after,
behind a paywall; in the end all say what they say in the one night. What was fetched when is then another: none of that
may tell.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from desk import Desk, Library
from judging import NIGHT, article, take_in
from originals import Told
from pair_edits import cut_off, edited
from pairs import KINDS
from sqlalchemy import Connection, Row, select

from cleaning.article import Article
from storage.database import database_url, open_database
from storage.models import Kinship, SketchValue, StoredArticle
from storage.runs import begin

if TYPE_CHECKING:
    from collections.abc import Sequence

MIXED, KINDS_OF_EACH = 24, 6
FAMILY = 80  # copies of one article, and instalments of one template
NIGHTS = (1, 3)
AGAIN = 0.3  # of the addresses are fetched more than once in three nights
PARTS = ("stories", "representatives", "verdicts", "indexed")
ROW = StoredArticle


class Arrival(NamedTuple):
    site: str
    article: Article


class Outcome(NamedTuple):
    """All that a store says of its articles in the end; `indexed` is what it finds stories by."""

    stories: frozenset[frozenset[str]]
    representatives: dict[str, str]  # address -> address of the article that stands for its story
    verdicts: dict[str, tuple[Any, ...]]  # address -> its columns
    indexed: tuple[Any, ...]


def print_shuffles(told: Sequence[Told], shuffles: int, seed: int) -> bool:
    """Whether all outcomes are the same; where two differ, the first articles of which they say different things."""
    mixed = mix(told, Random(f"{seed} mix"))
    first: Outcome | None = None
    different: dict[str, list[Any]] = defaultdict(list)
    for shuffle in range(shuffles):
        for nights in NIGHTS:
            lot = Random(f"{seed} {shuffle} {nights}")
            with tempfile.TemporaryDirectory(prefix="broadsheet-order-") as folder:
                outcome = taken_in(arrivals(mixed, nights, lot), Path(folder))
            if first is None:
                first = outcome
                print(f"\norder: {len(mixed)} articles, {described(first)}")
            for part in PARTS:
                if getattr(outcome, part) not in different[part]:
                    different[part].append(getattr(outcome, part))
            if outcome.verdicts != first.verdicts:
                _print_difference(first, outcome, f"shuffle {shuffle}, {nights} nights")
    print(f"{shuffles * len(NIGHTS)} runs; distinct outcomes (wanted: 1 of each): ", end="")
    print(", ".join(f"{part} {len(different[part])}" for part in PARTS))
    return all(len(outcomes) == 1 for outcomes in different.values())


def mix(told: Sequence[Told], lot: Random) -> list[Arrival]:
    """What comes in, each address once."""
    library = Library(told)
    found: dict[str, Told] = {}
    articles: dict[str, Article] = {}
    for one in lot.sample(library.told, min(MIXED, len(library.told))):
        desk = Desk(library, lot)
        found[one.url] = one
        kinds = lot.sample(list(KINDS), len(KINDS))
        made = [pair for kind in kinds if (pair := KINDS[kind].make(desk, one, kind)) and pair.one == one]
        found |= {pair.other.url: pair.other for pair in made[:KINDS_OF_EACH]}
        vocabulary = library.vocabulary(one.language)
        link = one
        for step in range(3):  # each like the one before, and the last no longer like the first
            text = edited(link.text, 0.15, vocabulary, lot)
            link = replace(desk.elsewhere(link, f"chain {step}"), text=text or link.text)
            found[link.url] = link
        short = replace(desk.later(one, "short", 1), text=cut_off(one.text, 0.6, lot) or one.text)
        tie = replace(desk.later(one, "tie", 0), published_at=one.published_at)
        mobile = desk.later(one, "mobile", 0)
        found |= {same.url: same for same in (short, tie, mobile)}
        articles[mobile.url] = replace(article(mobile), canonical_url=one.url)
    for number, one in enumerate(lot.sample(library.told, min(2, len(library.told)))):
        found |= _family(Desk(library, lot), one, is_template=bool(number))
    return [Arrival(one.site, articles.get(url) or article(one)) for url, one in found.items()]


def _family(desk: Desk, one: Told, *, is_template: bool) -> dict[str, Told]:
    """More articles around one than it will be compared with: copies of it, or instalments of its template."""
    found = {one.url: one}
    for number in range(FAMILY):
        name = f"family {number}"
        pair = KINDS["template"].make(desk, one, name) if is_template else None
        other = pair.other if pair else desk.elsewhere(one, name)
        if number % 4 == 0:
            other = replace(other, text=cut_off(other.text, desk.lot.uniform(0.3, 0.9), desk.lot) or other.text)
        found[other.url] = other
    return found


def arrivals(mixed: Sequence[Arrival], nights: int, lot: Random) -> list[list[Arrival]]:
    """What comes in by night, in an order of its own."""
    by_night: list[list[Arrival]] = [[] for _ in range(nights)]
    others = lot.sample(mixed, len(mixed))
    for last, other in zip(mixed, others, strict=True):
        chance = lot.random()
        if nights == 1 or chance >= AGAIN:
            by_night[lot.randrange(nights)].append(last)
            continue
        early, late = sorted(lot.sample(range(nights), 2))
        before, after = last, last
        if chance < AGAIN / 4:
            before = _saying(last, other.article)
        elif chance < AGAIN / 2:
            before = _rejected(last, "error-page")
        elif chance < 3 * AGAIN / 4:
            after = _rejected(last, "paywall")
        by_night[early].append(before)
        by_night[late].append(after)
    for night in by_night:
        lot.shuffle(night)
    return by_night


def taken_in(by_night: Sequence[Sequence[Arrival]], folder: Path) -> Outcome:
    url = database_url(folder, None)
    for number, night in enumerate(by_night):
        engine = open_database(url)
        at = NIGHT + timedelta(days=8 * number)  # what has no date must not stand by when it was fetched
        with engine.begin() as connection:
            run = begin(connection, spider="articles", now=at)
        for minute, arrival in enumerate(night):
            with engine.begin() as connection:
                fetched_at = at + timedelta(minutes=minute)
                take_in(connection, arrival.article, site=arrival.site, run=run, fetched_at=fetched_at)
        engine.dispose()
    engine = open_database(url, create=False)
    with engine.begin() as connection:
        outcome = outcome_of(connection)
    engine.dispose()
    return outcome


def outcome_of(connection: Connection) -> Outcome:
    rows = connection.execute(select(ROW.__table__).order_by(ROW.url)).all()
    urls = {row.id: row.url for row in rows}
    heads = {row.url: urls[row.duplicate_of or row.id] for row in rows}
    members = defaultdict(set)
    for url, head in heads.items():
        members[head].add(url)
    kin = select(Kinship.__table__).order_by(Kinship.one, Kinship.other)
    sketches = select(SketchValue.__table__).order_by(SketchValue.value, SketchValue.article)
    return Outcome(
        stories=frozenset(map(frozenset, members.values())),
        representatives=heads,
        verdicts={row.url: _verdict(row, urls) for row in rows},
        indexed=(
            tuple(map(tuple, connection.execute(kin))),
            tuple(map(tuple, connection.execute(sketches))),
            tuple((row.id, row.story_key, row.sketch) for row in rows),
        ),
    )


def _verdict(row: Row[Any], urls: dict[str, str]) -> tuple[Any, ...]:
    named = (row.duplicate_rule, row.duplicate_kind, row.duplicate_likeness, row.duplicate_share, row.rejected)
    return (urls.get(row.duplicate_of), urls.get(row.duplicate_via), *named)


def described(outcome: Outcome) -> str:
    sizes = Counter(map(len, outcome.stories))
    several = {size: number for size, number in sizes.items() if size > 1}
    return f"{len(outcome.stories)} stories, {sum(several.values())} of several articles, at most {max(sizes)}"


def _saying(arrival: Arrival, other: Article) -> Arrival:
    """The address while it still told another story."""
    told = replace(arrival.article, title=other.title, headline_key=other.headline_key, blocks=other.blocks)
    return arrival._replace(article=replace(told, canonical_url=None))


def _rejected(arrival: Arrival, reason: str) -> Arrival:
    return arrival._replace(article=replace(arrival.article, blocks=(), rejected=reason))


def _print_difference(first: Outcome, outcome: Outcome, where: str) -> None:
    different = [url for url, verdict in first.verdicts.items() if outcome.verdicts.get(url) != verdict]
    print(f"{where}: {len(different)} articles differ, as {different[0]}:")
    print(f"    {first.verdicts[different[0]]}\n    {outcome.verdicts.get(different[0])}")
