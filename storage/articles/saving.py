"""Saves articles with their blocks. The caller holds the transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from cleaning.records.article import Article
from cleaning.records.times import get_stated_offset
from cleaning.records.words import count_text_words
from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import ArchivedPart, save_parts
from storage.articles import revisions
from storage.articles.live_entries import add_older_entries, complete_entries, delete_entries, insert_entries
from storage.articles.sanitise import sanitise_article
from storage.database.query_batches import split_for_queries
from storage.models import StoredArticle
from storage.models.packed_blocks import pack_blocks, unpack_blocks
from storage.search.index import update_search_index

_TABLE = StoredArticle.__table__
_ROW = _TABLE.c
# Built once, because building a statement takes as long as running it.
_PAGES: Select[Any] = select(
    _ROW.id, _ROW.rejected, _ROW.duplicate_of, _ROW.run_id, _ROW.title, _ROW.text, _ROW.published_at, _ROW.fetched_at
)
_STORED = _PAGES.where(_ROW.id == bindparam("name"))
_ALL_STORED = _PAGES.where(_ROW.id.in_(bindparam("names", expanding=True)))
_INSERT = insert(StoredArticle)
_UPDATE = update(StoredArticle).where(_ROW.id == bindparam("name"))
_BLOCKS: Select[Any] = select(_ROW.blocks, _ROW.text).where(_ROW.id == bindparam("name"))


class SaveResult(StrEnum):
    """Result of saving an article."""

    NEW = "new"
    UPDATED = "updated"  # the same address with another text
    UNCHANGED = "unchanged"
    OLDER = "older"  # a later fetch of the same address is stored already
    # The later fetch was rejected (a paywall, an error), and the stored page stays: an article, or a page whose robots
    # tags ask not to be kept. A later fetch with such robots tags replaces a stored article.
    KEPT_STORED = "stands"


def make_article_id(url: str) -> str:
    """Return the id of the article with this canonical URL, the same in every store: 16 hexadecimal digits."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def save_article(
    connection: Connection,
    article: Article,
    *,
    site: str,
    run: int | None,
    fetched_at: datetime,
    location: ArchiveLocation | None,
    parts: Sequence[ArchivedPart] = (),
) -> SaveResult:
    """Sanitise and store an article with all its blocks. Its duplicate verdict is found afterwards.

    `run` is the id of the crawl that fetched it; None if the article is stored already and keeps its run and `parts`.
    """
    stored = load_stored_page(connection, make_article_id(article.url))
    return save_sanitised(
        connection,
        sanitise_article(article, fetched_at),
        stored,
        site=site,
        run=run,
        fetched_at=fetched_at,
        location=location,
        parts=parts,
    )


def save_sanitised(
    connection: Connection,
    article: Article,
    stored: Row[Any] | None,
    *,
    site: str,
    run: int | None,
    fetched_at: datetime,
    location: ArchiveLocation | None,
    parts: Sequence[ArchivedPart] = (),
) -> SaveResult:
    """Store an article that is sanitised, as `save_article` does.

    `stored` is the stored page at its address, as `load_stored_page` gives it; None if there is none.
    """
    name = make_article_id(article.url)
    # In any order of arrival, a fetch that is no version of the article never replaces one that is.
    says_nothing = _is_no_version(article.rejected)
    stands_late = stored is not None and _is_no_version(stored.rejected) and not says_nothing
    is_older = stored is not None and stored.fetched_at > fetched_at and not stands_late
    is_later = stored is not None and not _is_no_version(stored.rejected) and stored.fetched_at < fetched_at
    if is_later and says_nothing:
        return SaveResult.KEPT_STORED
    words = count_text_words(article.text)
    if stored is not None and stored.fetched_at != fetched_at and run is not None:
        fetch = revisions.make_fetch(article, fetched_at=fetched_at, location=location, words=words, run=run)
        note = revisions.insert_older_fetch if is_older else revisions.record_replaced_fetch
        note(connection, name, fetch)
    if is_older:
        _add_older_entries(connection, name, article, fetched_at)
        return SaveResult.OLDER
    article = complete_entries(connection, name, article, fetched_at)
    words = count_text_words(article.text)
    values: dict[str, Any] = {
        "url": article.url,
        "canonical_url": article.canonical_url or article.url,
        "site": site,
        "site_name": article.site_name,
        "title": article.title,
        "headline_key": article.headline_key,
        "authors": article.authors,
        "source": article.source,
        "published_at": article.published_at,
        "published_offset": get_stated_offset(article.published_at),
        "published_raw": article.published_raw,
        "modified_at": article.modified_at,
        "modified_offset": get_stated_offset(article.modified_at),
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
        "archive_file": location.file if location else None,
        "archive_offset": location.offset if location else None,
        "raw_pruned_at": None,
        "blocks": pack_blocks(article.blocks, article.text),
    } | ({} if run is None else {"run_id": run})
    if stored is None:
        connection.execute(_INSERT, {"id": name, **values})
    else:
        connection.execute(_UPDATE, {"name": name, **values})
        delete_entries(connection, name)
    update_search_index(connection, name)
    _insert_entries(connection, name, article)
    if run is not None and (parts or stored is not None):
        save_parts(connection, name, parts)
    if stored is None:
        return SaveResult.NEW
    same = (stored.text, stored.title, stored.rejected) == (article.text, article.title, article.rejected)
    return SaveResult.UNCHANGED if same else SaveResult.UPDATED


def _add_older_entries(connection: Connection, name: str, article: Article, fetched_at: datetime) -> None:
    """Complete the stored article of a live blog by the entries of an older fetch."""
    completed = add_older_entries(connection, name, article, fetched_at)
    if completed is not None:
        save_blocks(connection, name, completed, text=completed.text, words=count_text_words(completed.text))
        update_search_index(connection, name)


def load_stored_page(connection: Connection, name: str) -> Row[Any] | None:
    """Return what is needed to judge a stored page: its verdicts, title, text and times. None if it is not stored."""
    return connection.execute(_STORED, {"name": name}).one_or_none()


def load_stored_pages(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """Return the stored pages with these ids, each as `load_stored_page` gives it, by id."""
    return {
        row.id: row
        for some in split_for_queries(sorted(names))
        for row in connection.execute(_ALL_STORED, {"names": some})
    }


def has_same_text(stored: Row[Any] | None, article: Article) -> bool:
    """Whether a stored page has the title, text and rejection of this article, which is sanitised."""
    values = (article.title, article.text, article.rejected)
    return stored is not None and (stored.title, stored.text, stored.rejected) == values


def has_same_blocks(connection: Connection, name: str, article: Article) -> bool:
    """Whether the stored blocks are those of this article, each kept or cut by the same rule, with the same layout.

    The article is sanitised.
    """
    row = connection.execute(_BLOCKS, {"name": name}).one_or_none()
    stored = unpack_blocks(row.blocks, row.text) if row else ()
    return [(block.text, block.rule, block.layout, block.entry) for block in stored] == [
        (block.text, block.rule, block.layout, block.entry) for block in article.blocks
    ]


def save_blocks(connection: Connection, name: str, article: Article, **values: Any) -> None:
    """Store the blocks and entries of a sanitised article that is stored already, with other values of its row."""
    values["blocks"] = pack_blocks(article.blocks, article.text)
    connection.execute(_UPDATE, {"name": name, **values})
    delete_entries(connection, name)
    _insert_entries(connection, name, article)


def _insert_entries(connection: Connection, name: str, article: Article) -> None:
    if article.rejected is None:
        insert_entries(connection, name, article.entries)


def _is_no_version(rejected: str | None) -> bool:
    """Whether a page with this rejection is no version of the article: rejected, but not by its own robots tags."""
    return rejected is not None and not revisions.is_refusal(rejected)
