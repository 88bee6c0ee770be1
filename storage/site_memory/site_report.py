"""Reports on the boilerplate of a site: what repeats, what was cut for it, where the text of its articles is.

The caller holds the transaction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, exists, false, func, or_, select

from storage.database.types import make_storable
from storage.models import KeepRule, StoredArticle, StoredBlock, StoredSiteBlock
from storage.models.packed_blocks import unpack_blocks
from storage.site_memory.memories import load_keep_rules, load_memory
from storage.site_memory.observations import sample_pages

MAIN_TEXT_SHARE = 0.9  # fraction of the articles' text that the reported positions hold
MIN_BEGINNING = 20  # characters: a shorter beginning does not identify a block
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999
_NUMBER = re.compile(r"\d+")  # in the id or class of an element; differs from story to story
_ROW = StoredSiteBlock.__table__.c


class SiteCounts(NamedTuple):
    """Counts of what is known of a site."""

    site: str
    articles: int  # stored articles
    learnt_from: int  # articles that the memory was learnt from; 0 without a memory
    repeated: int  # blocks that are cut because they repeat
    cut_from: int  # articles from which the memory cut a block


class TextPosition(NamedTuple):
    """A page position that holds text of articles."""

    path: str  # with N for every number
    articles: int
    characters: int
    share: float  # fraction of the characters at all positions


class CutText(NamedTuple):
    """A text that the memory cut, with the number of articles it was cut from."""

    text: str
    rule: str
    articles: int


def count_site(connection: Connection, site: str, rules: Collection[str]) -> SiteCounts:
    """Count what is known of a site. `rules` are the rules that cut by memory."""
    row, block = StoredArticle, StoredBlock
    corpus = (row.site == site, row.rejected.is_(None))
    count = select(func.count()).select_from(row).where(*corpus)
    # A rule stands in quotes in the value of the blocks. Most articles without one are told apart by that.
    may_be_cut = or_(false(), *(row.blocks.contains(f'"{rule}"', autoescape=True) for rule in rules))
    cuts = select(func.count()).where(block.article_id == row.id, block.rule.in_(rules)).scalar_subquery()
    memory = load_memory(connection, site)
    keep_rules = load_keep_rules(connection, site)
    repeated = connection.scalars(select(_ROW.fingerprint).where(_ROW.site == site, _ROW.articles >= _ROW.needed))
    return SiteCounts(
        site,
        connection.scalar(count) or 0,
        memory.articles if memory else 0,
        sum(key not in keep_rules for key in repeated),
        connection.scalar(count.where(may_be_cut, cuts > 0)) or 0,
    )


def find_text_positions(connection: Connection, site: str, newest: int) -> list[TextPosition]:
    """Return the positions that hold MAIN_TEXT_SHARE of the text of the site's newest articles, the fullest first."""
    articles: defaultdict[str, set[str]] = defaultdict(set)
    characters: defaultdict[str, int] = defaultdict(int)
    row = StoredArticle
    for some in _split_batches(sample_pages(connection, site, window=newest, size=newest)):
        wanted = select(row.id, row.blocks, row.text).where(row.id.in_(some), row.rejected.is_(None))
        for name, blocks, text in connection.execute(wanted):
            for block in unpack_blocks(blocks, text):
                if block.is_kept:
                    position = _NUMBER.sub("N", block.path)
                    articles[position].add(name)
                    characters[position] += len(block.text)
    total, covered = sum(characters.values()), 0
    found: list[TextPosition] = []
    for path in sorted(characters, key=lambda path: (-characters[path], path)):
        if covered >= MAIN_TEXT_SHARE * total:
            break
        covered += characters[path]
        found.append(TextPosition(path, len(articles[path]), characters[path], characters[path] / total))
    return found


def load_cuts_of_last_run(connection: Connection, site: str, rules: Collection[str]) -> tuple[int, list[CutText]]:
    """Return how many pages of the site the last crawl stored, and what `rules` cut from them.

    Texts that were cut from most pages come first.
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


def find_repeated_blocks(connection: Connection, site: str, fingerprint: int, text: str) -> list[Row[Any]]:
    """Return the rows of the site's repeated blocks with this fingerprint or stored text.

    If there is none, return the block that begins with `text`, if exactly one does and `text` has at least
    MIN_BEGINNING characters.
    """
    rows = select(StoredSiteBlock.__table__).where(_ROW.site == site)
    meant = or_(_ROW.fingerprint == fingerprint, _ROW.text == make_storable(text))
    if found := list(connection.execute(rows.where(meant))):
        return found
    if len(text) < MIN_BEGINNING:
        return []
    found = list(connection.execute(rows.where(_ROW.text.startswith(make_storable(text), autoescape=True)).limit(2)))
    return found if len(found) == 1 else []


def find_most_repeated(connection: Connection, limit: int, *, of_a_site: int) -> list[Row[Any]]:
    """Return the rows of the repeated blocks that are cut from most articles, at most `of_a_site` of each site."""
    ranked = func.row_number().over(partition_by=_ROW.site, order_by=(_ROW.articles.desc(), _ROW.fingerprint))
    cut = select(_ROW.site, _ROW.text, _ROW.articles, ranked.label("place")).where(_ROW.articles >= _ROW.needed)
    one = cut.where(~_is_kept()).subquery().c
    question = select(one.site, one.text, one.articles).where(one.place <= of_a_site)
    return list(connection.execute(question.order_by(one.articles.desc(), one.site, one.text).limit(limit)))


def _is_kept() -> ColumnElement[bool]:
    return exists().where(KeepRule.site == _ROW.site, KeepRule.fingerprint == _ROW.fingerprint)


def _split_batches(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _LOOKUP):
        yield names[start : start + _LOOKUP]
