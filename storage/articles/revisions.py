"""The versions of an article, from one fetch of its address to the next. The caller holds the transaction.

Every fetch of an article except the latest has a row; the latest is the article itself. A row holds blocks only if the
next fetch has another text. The rows therefore depend on the set of fetches, not on their order, and a page that is
fetched every night and does not change costs one short row a night.

A version is a run of fetches without an edit of the page (`storage.articles.diff`); cutting a block as boilerplate is
no edit, and neither are the entries that a live blog gains. A fetch of a live blog has the entries that its page had.
Rejected pages (paywalls, errors) are not fetches of the article. If the robots tags of a page ask not to keep it, its
earlier versions are deleted, and replaying an older archive does not bring them back.

A version stays as it was cleaned on the day of its fetch, until that fetch is read from an archive again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from cleaning.records.article import Article
from cleaning.records.words import count_text_words
from storage.archive.location import ArchiveLocation
from storage.articles.diff import Change, RevisionBlock, diff_blocks, get_kept_texts
from storage.articles.live_entries import load_entries
from storage.models import Revision, StoredArticle
from storage.models.packed_blocks import unpack_blocks

REFUSAL_PREFIX = "robots-"  # prefix of the rejection of a page whose robots tags ask not to be kept
_TABLE = Revision.__table__
_ROW = _TABLE.c
_ARTICLE = StoredArticle.__table__.c
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


@dataclass(frozen=True, slots=True)
class Fetch:
    """The content of one fetch of an address. A fetch without blocks asked by its robots tags not to be kept."""

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
    blocks: tuple[RevisionBlock, ...] = ()

    def says_same_as(self, other: Fetch | None) -> bool:
        """Whether the other fetch has the same title and kept text."""
        return other is not None and (self.title, get_kept_texts(self.blocks)) == (
            other.title,
            get_kept_texts(other.blocks),
        )


_COLUMNS = tuple(
    field.name for field in fields(Fetch) if field.name != "blocks"
)  # columns of the revision and the article table


@dataclass(frozen=True, slots=True)
class Version:
    """A run of fetches without an edit, from the first, `since`, to the last, whose cleaned text it has."""

    since: datetime
    last: Fetch
    changes: tuple[Change, ...] = ()  # from the version before; empty for the first

    @property
    def until(self) -> datetime:
        """Time of the last fetch."""
        return self.last.fetched_at

    @property
    def title(self) -> str:
        return self.last.title

    @property
    def words(self) -> int:
        """Words of its text."""
        return self.last.words

    @property
    def text(self) -> str:
        """The kept blocks, one a line."""
        return "\n".join(get_kept_texts(self.last.blocks))


def is_refusal(rejected: str | None) -> bool:
    """Whether a page was rejected because its robots tags ask not to keep it."""
    return (rejected or "").startswith(REFUSAL_PREFIX)


def make_fetch(
    article: Article, *, fetched_at: datetime, location: ArchiveLocation | None, words: int, run: int
) -> Fetch | None:
    """Return the fetch of a sanitised article whose text has `words` words; None if the page is no article."""
    if article.rejected is not None and not is_refusal(article.rejected):
        return None
    return _make_fetch(
        article.rejected,
        article.text,
        [RevisionBlock(block.kind, block.text, block.rule, block.entry) for block in article.blocks],
        fetched_at=fetched_at,
        title=article.title,
        authors=list(article.authors),
        published_at=article.published_at,
        modified_at=article.modified_at,
        words=words,
        cleaner_version=article.cleaner_version,
        archive_file=location.file if location else None,
        archive_offset=location.offset if location else None,
        run_id=run,
    )


def record_replaced_fetch(connection: Connection, name: str, by: Fetch | None) -> None:
    """Record the stored article as a former fetch, before the later fetch `by` replaces it.

    Does nothing if `by` is None, a page that is no article. Deletes all former fetches if `by` asks not to be kept.
    """
    if by is None:
        return
    if not by.blocks:
        connection.execute(delete(Revision).where(_ROW.article_id == name))
        return
    former = _load_latest(connection, name)
    _insert_fetch(connection, name, former, before=former, after=by)


def insert_older_fetch(connection: Connection, name: str, fetch: Fetch | None) -> None:
    """Record a fetch that is older than the stored one. Does nothing if it is None, a page that is no article."""
    latest = _load_latest(connection, name)
    if fetch is not None and (latest is None or latest.blocks):
        _insert_fetch(connection, name, fetch, before=latest, after=latest)


def load_histories(connection: Connection, names: Collection[str]) -> dict[str, list[Version]]:
    """Return the versions of these articles by id, oldest first; the last is the current one.

    Rejected pages have none and are left out.
    """
    found: dict[str, list[Version]] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), _LOOKUP):
        some = ordered[start : start + _LOOKUP]
        latest = _load_stored(connection, some)
        rows: dict[str, list[Row[Any]]] = {name: [] for name in some}
        for row in connection.execute(select(_TABLE).where(_ROW.article_id.in_(some)).order_by(_ROW.fetched_at)):
            rows[row.article_id].append(row)
        for name in some:
            now = latest.get(name)
            if now is not None and now.blocks:
                said = [fetch for fetch in _restore_fetches(rows[name], now) if fetch.blocks]
                found[name] = _make_versions([*said, now])
    return found


def _make_versions(fetches: Sequence[Fetch]) -> list[Version]:
    found = [Version(fetches[0].fetched_at, fetches[0])]
    for before, after in pairwise(fetches):
        made = tuple(diff_blocks(before.blocks, after.blocks, (before.title, after.title)))
        if any(change.is_edit for change in made):
            found.append(Version(after.fetched_at, after, made))
        else:
            found[-1] = replace(found[-1], last=after)
    return found


def _insert_fetch(
    connection: Connection, name: str, fetch: Fetch | None, *, before: Fetch | None, after: Fetch | None
) -> None:
    """Insert a fetch at its place among the rows, and rewrite the rows that change by it.

    `before` is the latest fetch of the address until now, `after` the latest from now on.
    """
    rows = list(connection.execute(select(_TABLE).where(_ROW.article_id == name).order_by(_ROW.fetched_at)))
    every = {one.fetched_at: one for one in _restore_fetches(rows, before)}
    if fetch is not None:
        every[fetch.fetched_at] = fetch
    refused = max((moment for moment, one in every.items() if not one.blocks), default=None)
    wanted: dict[datetime, dict[str, Any]] = {}
    for moment in sorted(every, reverse=True):
        if refused is None or moment >= refused:
            wanted[moment] = _make_row(name, every[moment], after)
            after = every[moment]
    there = {row.fetched_at: row._asdict() for row in rows}
    for moment, row in there.items():
        if row != wanted.get(moment):
            connection.execute(delete(Revision).where(_ROW.article_id == name, _ROW.fetched_at == moment))
    new = [row for moment, row in wanted.items() if row != there.get(moment)]
    if new:
        connection.execute(insert(Revision), new)


def _make_row(name: str, fetch: Fetch, following: Fetch | None) -> dict[str, Any]:
    is_repeated = fetch.blocks and fetch.says_same_as(following)
    blocks = None if is_repeated else [list(one if one.entry is not None else one[:3]) for one in fetch.blocks]
    return {"article_id": name, "blocks": blocks} | {fact: getattr(fetch, fact) for fact in _COLUMNS}


def _restore_fetches(rows: Sequence[Row[Any]], latest: Fetch | None) -> list[Fetch]:
    """Return the fetches that the rows represent, oldest first, without `latest`.

    A row without blocks takes them from the next fetch.
    """
    found: list[Fetch] = []
    following = latest
    for row in reversed(rows):
        own = {fact: getattr(row, fact) for fact in _COLUMNS}
        if row.blocks is not None:
            following = Fetch(**own, blocks=tuple(RevisionBlock(*block) for block in row.blocks))
        elif following is not None:
            same = {fact: getattr(following, fact) for fact in ("title", "words", "cleaner_version", "blocks")}
            following = Fetch(**own | same)
        else:
            continue
        found.append(following)
    return found[::-1]


def _load_latest(connection: Connection, name: str) -> Fetch | None:
    return _load_stored(connection, [name]).get(name)


def _load_stored(connection: Connection, names: Sequence[str]) -> dict[str, Fetch]:
    """Return the latest fetch of these articles by id. Of rejected pages only those are included that are refusals."""
    columns = (_ARTICLE[fact] for fact in _COLUMNS)
    rows = connection.execute(
        select(_ARTICLE.id, _ARTICLE.rejected, _ARTICLE.text, _ARTICLE.blocks, *columns).where(_ARTICLE.id.in_(names))
    )
    wanted = [row for row in rows if row.rejected is None or is_refusal(row.rejected)]
    pieces = {
        row.id: [
            RevisionBlock(block.kind, block.text, block.rule, block.entry)
            for block in unpack_blocks(row.blocks, row.text)
        ]
        for row in wanted
    }
    live = [name for name, some in pieces.items() if any(one.entry is not None for one in some)]
    entries = load_entries(connection, live)
    found = {}
    for row in wanted:
        facts = {fact: getattr(row, fact) for fact in _COLUMNS}
        own = pieces[row.id]
        left = {at for at, one in enumerate(entries.get(row.id, ())) if one.last_fetched_at != row.fetched_at}
        if left:  # what the page no longer showed is no part of its latest fetch
            own = [one for one in own if one.entry not in left]
            facts["words"] = count_text_words("\n".join(get_kept_texts(own)))
        found[row.id] = _make_fetch(row.rejected, row.text, own, **facts)
    return found


def _make_fetch(rejected: str | None, text: str, pieces: Sequence[RevisionBlock], **facts: Any) -> Fetch:
    if rejected is not None:  # only that the page was there
        return Fetch(**facts | {"title": "", "authors": [], "published_at": None, "modified_at": None, "words": 0})
    return Fetch(
        **facts, blocks=tuple(pieces) or (RevisionBlock("paragraph", text),)
    )  # an article has at least one block
