"""Compares two stores article by article: that of an older release, and the store or release that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from crawler.recleaning.differences import count_changed_characters
from storage.export.rows.read import read_listed
from storage.export.schema import ARTICLES, Table
from storage.export.selection.choose import collate_bytewise
from storage.models import StoredArticle
from storage.reading.article_record import PAGES

# What says when and by what an article was read, or how it relates to others. The probability of a language differs
# with each word of the text.
_NOT_COMPARED = frozenset(
    {
        *("id", "title", "text", "words", "cleaner_version", "fetched_at", "gone_at", "language_probability"),
        *("published_local", "modified_local", "story", "rejected"),
        *("duplicate_of", "duplicate_rule", "duplicate_kind", "duplicate_via", "duplicate_likeness", "duplicate_share"),
    }
)
COMPARED = tuple(field.name for field in PAGES.fields if field.name not in _NOT_COMPARED)
_NEEDED = frozenset({*COMPARED, "id", "title", "text", "cleaner_version", "fetched_at", "rejected", "duplicate_of"})
_TABLE = Table(ARTICLES.name, tuple(field for field in PAGES.fields if field.name in _NEEDED), ARTICLES.folder)

Row = Mapping[str, Any]


class ChangeKind(StrEnum):
    """What became of an article."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


class Cause(StrEnum):
    """Why an article changed."""

    FETCHED = "fetched again"
    CLEANED = "cleaned otherwise"  # of the same fetch


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """An article that differs between two stores.

    `lost` and `gained` count the characters of the words that only one of the texts has. `fields` are the others that
    differ, `note` tells what became of a page that is no article on one side. `cleaners` are the versions before and
    after, "" where there is none.
    """

    id: str
    site: str
    title: str
    kind: ChangeKind
    cause: Cause | None
    lost: int
    gained: int
    fields: tuple[str, ...]
    note: str
    cleaners: tuple[str, str]


def iter_changes(old: Connection, new: Connection) -> Iterator[ArticleChange | None]:
    """Yield the change of each article that one of the stores has, in the order of their ids; None if there is none.

    Pages that are articles in neither store are left out, and copies that one of them does not have at all.
    """
    for before, after in _pair(_read_articles(old), _read_articles(new)):
        was, is_now = _is_article(before), _is_article(after)
        if was and is_now:
            yield _compare(before or {}, after or {})
        elif was or is_now:
            row, other = (before, after) if was else (after, before)
            assert row is not None  # noqa: S101 (it is an article)
            if other is None and row["duplicate_of"] is not None:
                continue
            yield _make_one_sided(row, other, ChangeKind.GONE if was else ChangeKind.NEW)


def _compare(before: Row, after: Row) -> ArticleChange | None:
    fields = tuple(name for name in COMPARED if before[name] != after[name])
    is_retitled = before["title"] != after["title"]
    if before["text"] == after["text"] and not fields and not is_retitled:
        return None
    lost, gained, _ = count_changed_characters(before["text"], after["text"])
    return ArticleChange(
        id=after["id"],
        site=after["site"],
        title=after["title"],
        kind=ChangeKind.CHANGED,
        cause=Cause.CLEANED if before["fetched_at"] == after["fetched_at"] else Cause.FETCHED,
        lost=lost,
        gained=gained,
        fields=("title",) * is_retitled + ("text",) * (before["text"] != after["text"]) + fields,
        note="now a copy of another article" if after["duplicate_of"] and not before["duplicate_of"] else "",
        cleaners=(before["cleaner_version"], after["cleaner_version"]),
    )


def _make_one_sided(row: Row, other: Row | None, kind: ChangeKind) -> ArticleChange:
    size = count_changed_characters(row["text"], "")[0]
    is_new = kind is ChangeKind.NEW
    note = f"{'was' if is_new else 'now'} rejected: {other['rejected']}" if other else ""
    known = other["cleaner_version"] if other else ""
    return ArticleChange(
        id=row["id"],
        site=row["site"],
        title=row["title"],
        kind=kind,
        cause=None,
        lost=0 if is_new else size,
        gained=size if is_new else 0,
        fields=(),
        note=note,
        cleaners=(known, row["cleaner_version"]) if is_new else (row["cleaner_version"], known),
    )


def _is_article(row: Row | None) -> bool:
    return row is not None and row["rejected"] is None


def _read_articles(connection: Connection) -> Iterator[Row]:
    name = StoredArticle.__table__.c.id
    for batch in read_listed(connection, select(name).order_by(collate_bytewise(connection, name)), _TABLE):
        for values in zip(*batch.columns, strict=True):
            yield dict(zip(_TABLE.names, values, strict=True))


def _pair(old: Iterator[Row], new: Iterator[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield the rows of both side by side, by their ids; None where one of them has no such row."""
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before["id"] < after["id"]):
            yield before, None
            before = next(old, None)
        elif before is None or after["id"] < before["id"]:
            yield None, after
            after = next(new, None)
        else:
            yield before, after
            before, after = next(old, None), next(new, None)
