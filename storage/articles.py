"""Keeps articles and their blocks, and their standing among duplicates. The transaction is the caller's."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from cleaning.article import Article, stated_offset
from storage import revisions
from storage.models import StoredArticle, StoredBlock
from storage.sanitising import sanitised
from storage.warc import Place

_WORD = re.compile(r"\w+")
_TABLE = StoredArticle.__table__
_ROW = _TABLE.c


class Kept(StrEnum):
    """What became of an article that was handed to the store."""

    NEW = "new"
    UPDATED = "updated"  # the same address with another text
    UNCHANGED = "unchanged"
    OLDER = "older"  # a later fetch of the same address is stored already
    # A later fetch was no article (a paywall, an error): what is stored stands, be it an article, or that its site asks
    # by robots tags that are obeyed for it not to be kept. Where a later fetch asks so, the article does not stand.
    STANDS = "stands"


def article_id(url: str) -> str:
    """The name of an article, of the canonical form of its address: the same in every store."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def keep(
    connection: Connection,
    article: Article,
    *,
    site: str,
    run: int | None,
    fetched_at: datetime,
    place: Place | None,
) -> Kept:
    """Stores an article, sanitised, with all its blocks. Its standing among duplicates is found afterwards.

    `run` is the one that fetched it; None where it is stored already, and stays that run's.
    """
    name = article_id(article.url)
    article = sanitised(article, fetched_at)
    stored = connection.execute(
        select(_ROW.text, _ROW.title, _ROW.rejected, _ROW.fetched_at).where(_ROW.id == name)
    ).one_or_none()
    # In whatever order they come: a fetch that says nothing of the article never stands where one that does could.
    says_nothing = _says_nothing(article.rejected)
    stands_late = stored is not None and _says_nothing(stored.rejected) and not says_nothing
    is_older = stored is not None and stored.fetched_at > fetched_at and not stands_late
    is_later = stored is not None and not _says_nothing(stored.rejected) and stored.fetched_at < fetched_at
    if is_later and says_nothing:
        return Kept.STANDS
    words = len(_WORD.findall(article.text))
    if stored is not None and stored.fetched_at != fetched_at and run is not None:
        fetch = revisions.fetch_of(article, fetched_at=fetched_at, place=place, words=words, run=run)
        note = revisions.came_late if is_older else revisions.replaced
        note(connection, name, fetch)
    if is_older:
        return Kept.OLDER
    values: dict[str, Any] = {
        "url": article.url,
        "canonical_url": article.canonical_url or article.url,
        "site": site,
        "site_name": article.site_name,
        "title": article.title,
        "headline_key": article.headline_key,
        "authors": article.authors,
        "published_at": article.published_at,
        "published_offset": stated_offset(article.published_at),
        "published_raw": article.published_raw,
        "modified_at": article.modified_at,
        "modified_offset": stated_offset(article.modified_at),
        "fetched_at": fetched_at,
        "language": article.language,
        "language_probability": article.language_probability,
        "description": article.description,
        "tags": article.tags,
        "image": article.image,
        "licence": article.licence,
        "free": article.free,
        "page_kind": article.page_kind,
        "section": article.section,
        "tdm_reserved": article.tdm_reserved,
        "tdm_policy": article.tdm_policy,
        "ai_refused": article.ai_refused,
        "usage": article.usage,
        "robots": article.robots,
        "text": article.text,
        "words": words,
        "rejected": article.rejected,
        "cleaner_version": article.cleaner_version,
        "archive_file": place.file if place else None,
        "archive_offset": place.offset if place else None,
    } | ({} if run is None else {"run_id": run})
    if stored is None:
        connection.execute(insert(StoredArticle).values(id=name, **values))
    else:
        connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(values))
    _replace_blocks(connection, name, article)
    if stored is None:
        return Kept.NEW
    same = (stored.text, stored.title, stored.rejected) == (article.text, article.title, article.rejected)
    return Kept.UNCHANGED if same else Kept.UPDATED


def text_of(connection: Connection, name: str) -> tuple[str, str, str | None] | None:
    """The title and text of a stored article, and why it is none; None where it is not stored."""
    row = connection.execute(select(_ROW.title, _ROW.text, _ROW.rejected).where(_ROW.id == name)).one_or_none()
    return (row.title, row.text, row.rejected) if row else None


def same_text(stored: tuple[str, str, str | None] | None, article: Article) -> bool:
    """Whether what is stored, as of `text_of`, is what a reader would be given of this article."""
    article = sanitised(article, article.fetched_at)
    return stored == (article.title, article.text, article.rejected)


def same_blocks(connection: Connection, name: str, article: Article) -> bool:
    """Whether the blocks of a stored article are these, each kept or cut by the same rule."""
    row = StoredBlock
    stored = connection.execute(select(row.text, row.rule).where(row.article_id == name).order_by(row.position))
    blocks = sanitised(article, article.fetched_at).blocks
    return [tuple(block) for block in stored] == [(block.text, block.rule) for block in blocks]


def keep_blocks(connection: Connection, name: str, article: Article) -> None:
    """Stores the blocks of an article whose text is stored as it is."""
    _replace_blocks(connection, name, sanitised(article, article.fetched_at))


def _replace_blocks(connection: Connection, name: str, article: Article) -> None:
    connection.execute(delete(StoredBlock).where(StoredBlock.article_id == name))
    if article.blocks:
        connection.execute(insert(StoredBlock), _blocks(name, article))


def _says_nothing(rejected: str | None) -> bool:
    """Whether a page rejected for this reason says nothing of the article that stood there before."""
    return rejected is not None and not revisions.refuses(rejected)


def _blocks(name: str, article: Article) -> list[dict[str, Any]]:
    return [
        {
            "article_id": name,
            "position": position,
            "kind": block.kind,
            "text": block.text,
            "link_share": block.link_share,
            "links": block.links,
            "path": block.path,
            "rule": block.rule,
            "evidence": block.evidence,
        }
        for position, block in enumerate(article.blocks)
    ]
