"""Store the same stories in any order, over one night and over three, and compare what the store says of them.

The articles are some originals with pairs of a few kinds (tests/benchmarks/pairs.py), chains of copies of copies, a
mobile page beside its article, articles that only differ in the address, an article with eighty copies, and a template
with as many instalments. With three nights, eight days apart, every article comes in a random one, and the store is
closed in between. Some addresses are fetched earlier, with another text, an error or the same text, and some later,
behind a paywall; in the end all have the text of the single night. Only the times of fetching differ, and these must
have no effect.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from judging import NIGHT, make_article, store_article
from originals import SourceArticle
from pair_edits import cut_off, edit_words
from pair_source import Library, PairSource
from pairs import KINDS
from sqlalchemy import Connection, Row, select

from cleaning.records.article import Article
from storage.database.engine import make_database_url, open_database
from storage.models import SketchKey, StoredArticle, StoredMatch
from storage.runs import begin

if TYPE_CHECKING:
    from collections.abc import Sequence

MIXED, KINDS_OF_EACH = 24, 6
FAMILY = 80  # copies of one article, and instalments of one template
NIGHTS = (1, 3)
AGAIN = 0.3  # share of the addresses that are fetched twice in three nights
PARTS = ("stories", "representatives", "verdicts", "indexed")
ROW = StoredArticle


class Arrival(NamedTuple):
    site: str
    article: Article


class Outcome(NamedTuple):
    """All that a store says of its articles in the end; `indexed` is the index by which it finds duplicates."""

    stories: frozenset[frozenset[str]]
    representatives: dict[str, str]  # address -> address of the representative of its story
    verdicts: dict[str, tuple[Any, ...]]  # address -> its columns
    indexed: tuple[Any, ...]


def print_shuffles(articles: Sequence[SourceArticle], shuffles: int, seed: int) -> bool:
    """Compare all outcomes and print the first difference of each; return whether all are the same."""
    mixed = mix_articles(articles, Random(f"{seed} mix"))
    first: Outcome | None = None
    different: dict[str, list[Any]] = defaultdict(list)
    for shuffle in range(shuffles):
        for nights in NIGHTS:
            rng = Random(f"{seed} {shuffle} {nights}")
            with tempfile.TemporaryDirectory(prefix="broadsheet-order-") as folder:
                outcome = store_nights(schedule_arrivals(mixed, nights, rng), Path(folder))
            if first is None:
                first = outcome
                print(f"\norder: {len(mixed)} articles, {describe(first)}")
            for part in PARTS:
                if getattr(outcome, part) not in different[part]:
                    different[part].append(getattr(outcome, part))
            if outcome.verdicts != first.verdicts:
                _print_difference(first, outcome, f"shuffle {shuffle}, {nights} nights")
    print(f"{shuffles * len(NIGHTS)} runs; distinct outcomes (wanted: 1 of each): ", end="")
    print(", ".join(f"{part} {len(different[part])}" for part in PARTS))
    return all(len(outcomes) == 1 for outcomes in different.values())


def mix_articles(articles: Sequence[SourceArticle], rng: Random) -> list[Arrival]:
    """Return the arrivals, each address once."""
    library = Library(articles)
    found: dict[str, SourceArticle] = {}
    cleaned: dict[str, Article] = {}
    for one in rng.sample(library.articles, min(MIXED, len(library.articles))):
        material = PairSource(library, rng)
        found[one.url] = one
        kinds = rng.sample(list(KINDS), len(KINDS))
        made = [pair for kind in kinds if (pair := KINDS[kind].make(material, one, kind)) and pair.one == one]
        found |= {pair.other.url: pair.other for pair in made[:KINDS_OF_EACH]}
        vocabulary = library.vocabulary(one.language)
        link = one
        for step in range(3):  # each is like the one before, but the last is not like the first
            text = edit_words(link.text, 0.15, vocabulary, rng)
            link = replace(material.move_to_other_site(link, f"chain {step}"), text=text or link.text)
            found[link.url] = link
        short = replace(material.move_to_other_address(one, "short", 1), text=cut_off(one.text, 0.6, rng) or one.text)
        tie = replace(material.move_to_other_address(one, "tie", 0), published_at=one.published_at)
        mobile = material.move_to_other_address(one, "mobile", 0)
        found |= {same.url: same for same in (short, tie, mobile)}
        cleaned[mobile.url] = replace(make_article(mobile), canonical_url=one.url)
    for number, one in enumerate(rng.sample(library.articles, min(2, len(library.articles)))):
        found |= _make_family(PairSource(library, rng), one, is_template=bool(number))
    return [Arrival(one.site, cleaned.get(url) or make_article(one)) for url, one in found.items()]


def _make_family(material: PairSource, one: SourceArticle, *, is_template: bool) -> dict[str, SourceArticle]:
    """Return more articles around one than it is compared with: its copies, or instalments of its template."""
    found = {one.url: one}
    for number in range(FAMILY):
        name = f"family {number}"
        pair = KINDS["template"].make(material, one, name) if is_template else None
        other = pair.other if pair else material.move_to_other_site(one, name)
        if number % 4 == 0:
            other = replace(other, text=cut_off(other.text, material.rng.uniform(0.3, 0.9), material.rng) or other.text)
        found[other.url] = other
    return found


def schedule_arrivals(mixed: Sequence[Arrival], nights: int, rng: Random) -> list[list[Arrival]]:
    """Return the arrivals of each night, in random order."""
    by_night: list[list[Arrival]] = [[] for _ in range(nights)]
    others = rng.sample(mixed, len(mixed))
    for last, other in zip(mixed, others, strict=True):
        chance = rng.random()
        if nights == 1 or chance >= AGAIN:
            by_night[rng.randrange(nights)].append(last)
            continue
        early, late = sorted(rng.sample(range(nights), 2))
        before, after = last, last
        if chance < AGAIN / 4:
            before = _with_text_of(last, other.article)
        elif chance < AGAIN / 2:
            before = _reject(last, "error-page")
        elif chance < 3 * AGAIN / 4:
            after = _reject(last, "paywall")
        by_night[early].append(before)
        by_night[late].append(after)
    for night in by_night:
        rng.shuffle(night)
    return by_night


def store_nights(by_night: Sequence[Sequence[Arrival]], folder: Path) -> Outcome:
    url = make_database_url(folder, None)
    for number, night in enumerate(by_night):
        engine = open_database(url)
        at = NIGHT + timedelta(days=8 * number)  # articles without a date must not be ranked by the time of fetching
        with engine.begin() as connection:
            run = begin(connection, spider="articles", now=at)
        for minute, arrival in enumerate(night):
            with engine.begin() as connection:
                fetched_at = at + timedelta(minutes=minute)
                store_article(connection, arrival.article, site=arrival.site, run=run, fetched_at=fetched_at)
        engine.dispose()
    engine = open_database(url, create=False)
    with engine.begin() as connection:
        outcome = read_outcome(connection)
    engine.dispose()
    return outcome


def read_outcome(connection: Connection) -> Outcome:
    rows = connection.execute(select(ROW.__table__).order_by(ROW.url)).all()
    urls = {row.id: row.url for row in rows}
    representatives = {row.url: urls[row.duplicate_of or row.id] for row in rows}
    members = defaultdict(set)
    for url, representative in representatives.items():
        members[representative].add(url)
    matches = select(StoredMatch.__table__).order_by(StoredMatch.one, StoredMatch.other)
    sketches = select(SketchKey.__table__).order_by(SketchKey.key)
    return Outcome(
        stories=frozenset(map(frozenset, members.values())),
        representatives=representatives,
        verdicts={row.url: _read_verdict(row, urls) for row in rows},
        indexed=(
            tuple(map(tuple, connection.execute(matches))),
            tuple(map(tuple, connection.execute(sketches))),
            tuple((row.id, row.story_key, row.sketch) for row in rows),
        ),
    )


def _read_verdict(row: Row[Any], urls: dict[str, str]) -> tuple[Any, ...]:
    columns = (row.duplicate_rule, row.duplicate_kind, row.duplicate_likeness, row.duplicate_share, row.rejected)
    return (urls.get(row.duplicate_of), urls.get(row.duplicate_via), *columns)


def describe(outcome: Outcome) -> str:
    sizes = Counter(map(len, outcome.stories))
    several = {size: number for size, number in sizes.items() if size > 1}
    return f"{len(outcome.stories)} stories, {sum(several.values())} of several articles, at most {max(sizes)}"


def _with_text_of(arrival: Arrival, other: Article) -> Arrival:
    """Return the arrival with the text of another article, as an earlier version of its page."""
    article = replace(arrival.article, title=other.title, headline_key=other.headline_key, blocks=other.blocks)
    return arrival._replace(article=replace(article, canonical_url=None))


def _reject(arrival: Arrival, reason: str) -> Arrival:
    return arrival._replace(article=replace(arrival.article, blocks=(), rejected=reason))


def _print_difference(first: Outcome, outcome: Outcome, where: str) -> None:
    different = [url for url, verdict in first.verdicts.items() if outcome.verdicts.get(url) != verdict]
    print(f"{where}: {len(different)} articles differ, as {different[0]}:")
    print(f"    {first.verdicts[different[0]]}\n    {outcome.verdicts.get(different[0])}")
