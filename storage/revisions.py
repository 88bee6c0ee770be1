"""The versions of an article: what its address said, from one fetch to the next. The transaction is the caller's.

Every fetch of an article but the latest, which the article itself is, has a row; its blocks stand in it only where the
next fetch says something else. So the rows follow from the set of fetches, in whatever order these come, and a page
that is fetched every night and stays as it is costs one short row a night.

A version is a run of fetches between which nobody edited the page (`storage.edits`): that a block was recognised as
chaff makes no version. Pages that are no article (paywalls, errors) are no fetch of it. Where a page asks by its robots
tags not to be kept, what it said before is deleted, and does not come back by the replay of an older archive.

A version stays as the cleaner of its day made it, until its fetch is read from an archive again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from cleaning.article import Article
from storage.edits import Change, Piece, changes, kept
from storage.models import Revision, StoredArticle, StoredBlock
from storage.warc import Place

REFUSAL = "robots-"  # how the reasons begin for which a page is rejected that asks not to be kept
_TABLE = Revision.__table__
_ROW = _TABLE.c
_ARTICLE = StoredArticle.__table__.c
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


@dataclass(frozen=True, slots=True)
class Fetch:
    """What one fetch of an address gave. Without any block: its page asked not to be kept."""

    fetched_at: datetime
    title: str
    authors: Sequence[str]
    published_at: datetime | None
    modified_at: datetime | None
    words: int
    cleaner_version: str
    archive_file: str | None
    archive_offset: int | None
    run_id: int
    blocks: tuple[Piece, ...] = ()

    def says_what(self, other: Fetch | None) -> bool:
        """Whether the other has the same title and kept text."""
        return other is not None and (self.title, kept(self.blocks)) == (other.title, kept(other.blocks))


_FACTS = tuple(field.name for field in fields(Fetch) if field.name != "blocks")  # columns of an article, too


@dataclass(frozen=True, slots=True)
class Version:
    """What an address said from one fetch, the first that said so, to another, the last; as that one was cleaned."""

    since: datetime
    last: Fetch
    changes: tuple[Change, ...] = ()  # from the version before; of the first, none

    @property
    def until(self) -> datetime:
        """When it was last fetched."""
        return self.last.fetched_at

    @property
    def text(self) -> str:
        """The kept blocks, one a line."""
        return "\n".join(kept(self.last.blocks))


def refuses(rejected: str | None) -> bool:
    """Whether a page is rejected because it asks by its robots tags not to be kept."""
    return (rejected or "").startswith(REFUSAL)


def fetch_of(article: Article, *, fetched_at: datetime, place: Place | None, words: int, run: int) -> Fetch | None:
    """What a fetch gave, None where it is no article. `article` is sanitised, its text has so many words."""
    if article.rejected is not None and not refuses(article.rejected):
        return None
    return _fetch(
        article.rejected,
        article.text,
        [Piece(block.kind, block.text, block.rule) for block in article.blocks],
        fetched_at=fetched_at,
        title=article.title,
        authors=list(article.authors),
        published_at=article.published_at,
        modified_at=article.modified_at,
        words=words,
        cleaner_version=article.cleaner_version,
        archive_file=place.file if place else None,
        archive_offset=place.offset if place else None,
        run_id=run,
    )


def replaced(connection: Connection, name: str, by: Fetch | None) -> None:
    """Notes what the stored article says, before a later fetch replaces it; None: that one is no article."""
    if by is None:
        return
    if not by.blocks:
        connection.execute(delete(Revision).where(_ROW.article_id == name))
        return
    former = _latest(connection, name)
    _note(connection, name, former, before=former, after=by)


def came_late(connection: Connection, name: str, fetch: Fetch | None) -> None:
    """Notes a fetch that is older than the one that is stored; None: it is no article."""
    latest = _latest(connection, name)
    if fetch is not None and (latest is None or latest.blocks):
        _note(connection, name, fetch, before=latest, after=latest)


def histories(connection: Connection, names: Collection[str]) -> dict[str, list[Version]]:
    """The versions of these articles, oldest first: the last is what the article says now. Rejected pages have none."""
    found: dict[str, list[Version]] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), _LOOKUP):
        some = ordered[start : start + _LOOKUP]
        latest = _stored(connection, some)
        rows: dict[str, list[Row[Any]]] = {name: [] for name in some}
        for row in connection.execute(select(_TABLE).where(_ROW.article_id.in_(some)).order_by(_ROW.fetched_at)):
            rows[row.article_id].append(row)
        for name in some:
            now = latest.get(name)
            if now is not None and now.blocks:
                said = [fetch for fetch in _resolved(rows[name], now) if fetch.blocks]
                found[name] = _versions([*said, now])
    return found


def _versions(fetches: Sequence[Fetch]) -> list[Version]:
    found = [Version(fetches[0].fetched_at, fetches[0])]
    for before, after in pairwise(fetches):
        made = tuple(changes(before.blocks, after.blocks, (before.title, after.title)))
        if any(change.is_edit for change in made):
            found.append(Version(after.fetched_at, after, made))
        else:
            found[-1] = replace(found[-1], last=after)
    return found


def _note(connection: Connection, name: str, fetch: Fetch | None, *, before: Fetch | None, after: Fetch | None) -> None:
    """Puts a fetch in its place among the rows, and writes those that become others by that.

    `before` is the latest fetch of the address until now, `after` from now on.
    """
    rows = list(connection.execute(select(_TABLE).where(_ROW.article_id == name).order_by(_ROW.fetched_at)))
    every = {one.fetched_at: one for one in _resolved(rows, before)}
    if fetch is not None:
        every[fetch.fetched_at] = fetch
    refused = max((moment for moment, one in every.items() if not one.blocks), default=None)
    wanted: dict[datetime, dict[str, Any]] = {}
    for moment in sorted(every, reverse=True):
        if refused is None or moment >= refused:
            wanted[moment] = _as_row(name, every[moment], after)
            after = every[moment]
    there = {row.fetched_at: row._asdict() for row in rows}
    for moment, row in there.items():
        if row != wanted.get(moment):
            connection.execute(delete(Revision).where(_ROW.article_id == name, _ROW.fetched_at == moment))
    new = [row for moment, row in wanted.items() if row != there.get(moment)]
    if new:
        connection.execute(insert(Revision), new)


def _as_row(name: str, fetch: Fetch, following: Fetch | None) -> dict[str, Any]:
    blocks = None if fetch.blocks and fetch.says_what(following) else [list(block) for block in fetch.blocks]
    return {"article_id": name, "blocks": blocks} | {fact: getattr(fetch, fact) for fact in _FACTS}


def _resolved(rows: Sequence[Row[Any]], latest: Fetch | None) -> list[Fetch]:
    """The fetches that the rows stand for, oldest first, `latest` not among them.

    One that says what the next one says, says it as that one was cleaned.
    """
    found: list[Fetch] = []
    following = latest
    for row in reversed(rows):
        own = {fact: getattr(row, fact) for fact in _FACTS}
        if row.blocks is not None:
            following = Fetch(**own, blocks=tuple(Piece(*block) for block in row.blocks))
        elif following is not None:
            same = {fact: getattr(following, fact) for fact in ("title", "words", "cleaner_version", "blocks")}
            following = Fetch(**own | same)
        else:
            continue
        found.append(following)
    return found[::-1]


def _latest(connection: Connection, name: str) -> Fetch | None:
    return _stored(connection, [name]).get(name)


def _stored(connection: Connection, names: Sequence[str]) -> dict[str, Fetch]:
    """What is stored of these articles. Rejected pages are left out, but for those that ask not to be kept."""
    columns = (_ARTICLE[fact] for fact in _FACTS)
    rows = connection.execute(
        select(_ARTICLE.id, _ARTICLE.rejected, _ARTICLE.text, *columns).where(_ARTICLE.id.in_(names))
    )
    wanted = [row for row in rows if row.rejected is None or refuses(row.rejected)]
    block = StoredBlock
    blocks = connection.execute(
        select(block.article_id, block.kind, block.text, block.rule)
        .where(block.article_id.in_([row.id for row in wanted]))
        .order_by(block.article_id, block.position)
    )
    pieces = {name: [Piece(*one[1:]) for one in some] for name, some in groupby(blocks, key=lambda one: one.article_id)}
    return {
        row.id: _fetch(row.rejected, row.text, pieces.get(row.id, []), **{fact: getattr(row, fact) for fact in _FACTS})
        for row in wanted
    }


def _fetch(rejected: str | None, text: str, pieces: Sequence[Piece], **facts: Any) -> Fetch:
    if rejected is not None:  # nothing of it but that it was there
        return Fetch(**facts | {"title": "", "authors": [], "published_at": None, "modified_at": None, "words": 0})
    return Fetch(**facts, blocks=tuple(pieces) or (Piece("paragraph", text),))  # an article has a block
