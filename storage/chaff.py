"""What the store tells of a site's chaff: what repeats, what was cut for it, where the articles' text stands.

The transaction is the caller's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, or_, select

from storage.memory import memory_of, pardons
from storage.models import StoredArticle, StoredBlock, StoredSiteBlock
from storage.observations import sample
from storage.types import storable

MOST_OF_TEXT = 0.9  # share of the articles' text that the places tell of
LEAST_BEGINNING = 20  # characters by which a block may be named
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999
_NUMBER = re.compile(r"\d+")  # in the id or class of an element: a story's own
_ROW = StoredSiteBlock.__table__.c


class SiteSums(NamedTuple):
    """What is known of a site, in numbers."""

    site: str
    articles: int  # that are stored
    learnt_from: int  # articles; 0 where nothing was learnt
    repeated: int  # blocks that are cut for being repeated
    cut_from: int  # articles from which a block was cut because of the memory


class Spot(NamedTuple):
    """A place at which texts of articles stand."""

    path: str  # with N for every number
    articles: int
    characters: int
    share: float  # of the characters of all places


class CutText(NamedTuple):
    """A text that was cut because of the memory, from so many articles."""

    text: str
    rule: str
    articles: int


def sums(connection: Connection, site: str, rules: Collection[str]) -> SiteSums:
    """What is known of a site; `rules` are those that cut by memory."""
    row, block = StoredArticle, StoredBlock
    corpus = (row.site == site, row.rejected.is_(None))
    count = select(func.count()).select_from(row).where(*corpus)
    cut = select(block.article_id).where(block.article_id == row.id, block.rule.in_(rules)).exists()
    memory = memory_of(connection, site)
    spared = pardons(connection, site)
    repeated = connection.scalars(select(_ROW.fingerprint).where(_ROW.site == site, _ROW.articles >= _ROW.needed))
    return SiteSums(
        site,
        connection.scalar(count) or 0,
        memory.articles if memory else 0,
        sum(key not in spared for key in repeated),
        connection.scalar(count.where(cut)) or 0,
    )


def spots(connection: Connection, site: str, newest: int) -> list[Spot]:
    """Where the text of the site's newest articles stands: the places that hold most of it, the fullest first."""
    articles: defaultdict[str, set[str]] = defaultdict(set)
    characters: defaultdict[str, int] = defaultdict(int)
    row, block = StoredArticle, StoredBlock
    kept = select(block.article_id, block.path, func.length(block.text)).join(row, row.id == block.article_id)
    for some in _some(sample(connection, site, window=newest, size=newest)):
        wanted = kept.where(row.id.in_(some), row.rejected.is_(None), block.rule.is_(None))
        for name, path, length in connection.execute(wanted):
            place = _NUMBER.sub("N", path)
            articles[place].add(name)
            characters[place] += length
    total, told = sum(characters.values()), 0
    found: list[Spot] = []
    for place in sorted(characters, key=lambda place: (-characters[place], place)):
        if told >= MOST_OF_TEXT * total:
            break
        told += characters[place]
        found.append(Spot(place, len(articles[place]), characters[place], characters[place] / total))
    return found


def cuts_of_last_run(connection: Connection, site: str, rules: Collection[str]) -> tuple[int, list[CutText]]:
    """What `rules` cut from the pages of the site that the last crawl stored, and how many those are.

    Those that were cut from most pages first.
    """
    row, block = StoredArticle, StoredBlock
    run = select(func.max(row.run_id)).where(row.site == site).scalar_subquery()
    of_run = (row.site == site, row.run_id == run)
    number = func.count(block.article_id.distinct())
    cut = (
        select(block.text, block.rule, number)
        .join(row, row.id == block.article_id)
        .where(*of_run, block.rule.in_(rules))
        .group_by(block.text, block.rule)
        .order_by(number.desc(), block.text, block.rule)
    )
    pages = connection.scalar(select(func.count()).select_from(row).where(*of_run)) or 0
    return pages, [CutText(text, rule or "", articles) for text, rule, articles in connection.execute(cut)]


def known_blocks(connection: Connection, site: str, fingerprint: int, text: str) -> list[Row[Any]]:
    """The rows of the site's repeated blocks that are meant: by the fingerprint, or by their text as it is stored.

    Where there is none, the one that begins so, if there is but one and the beginning is no mere word.
    """
    rows = select(StoredSiteBlock.__table__).where(_ROW.site == site)
    meant = or_(_ROW.fingerprint == fingerprint, _ROW.text == storable(text))
    if found := list(connection.execute(rows.where(meant))):
        return found
    if len(text) < LEAST_BEGINNING:
        return []
    found = list(connection.execute(rows.where(_ROW.text.startswith(storable(text), autoescape=True)).limit(2)))
    return found if len(found) == 1 else []


def _some(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _LOOKUP):
        yield names[start : start + _LOOKUP]
