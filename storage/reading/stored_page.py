"""Everything that the store knows of one page: its article, run and archive, its site's memory, story and versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from cleaning.records.article import Article
from cleaning.records.times import set_offset
from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import ArchivedPart, load_parts
from storage.articles.clusters import Cluster, load_cluster
from storage.articles.live_entries import load_entries
from storage.articles.revisions import Version, load_histories
from storage.models import StoredArticle, StoredMemoryDependency
from storage.reading.article_record import ArticleRecord
from storage.reading.find_page import get_page
from storage.reading.load_articles import load_blocks, load_record
from storage.runs import StoredRun, load_run
from storage.site_memory.memories import StoredMemory, load_memory

# Of the article as cleaning gave it; the store has its text in a release's form, too.
_FIELDS = (
    *(
        "url",
        "title",
        "canonical_url",
        "site_name",
        "source",
        "published_raw",
        "description",
        "image",
        "licence",
        "free",
    ),
    *("page_kind", "section", "tdm_reserved", "tdm_policy", "language", "language_probability", "rejected"),
    *("cleaner_version", "fetched_at"),
)
_LISTS = ("authors", "tags", "ai_refused", "usage", "robots")


@dataclass(frozen=True)
class StoredPage:
    """One stored page.

    `article` is what cleaning made of it, `run` the crawl that stored it, `location` where its response is in the
    archive, `raw_pruned_at` when it was pruned from there. `memory_fingerprint` and `memory_dependency` say which part
    of its site's memory its text depends on, and what the memory said of that (`cleaning.memory.dependency`); None if
    that is not recorded. `memory` is the present one. `story` and `versions` are those of an article; a rejected page
    has none.
    """

    record: ArticleRecord
    article: Article
    run: StoredRun | None
    location: ArchiveLocation | None
    raw_pruned_at: datetime | None
    parts: tuple[ArchivedPart, ...]
    memory_fingerprint: str | None
    memory_dependency: bytes | None
    memory: StoredMemory | None
    story: Cluster | None
    versions: list[Version]


def read_stored_page(connection: Connection, url_or_id: str) -> StoredPage:
    """Return everything that is known of the page of an address or id, also of a rejected one.

    Raise ArticleMissing if the store holds none. The text and blocks of a page that asks not to be kept are left out.
    """
    record = load_record(connection, get_page(connection, url_or_id).id)
    blocks = load_blocks(connection, record.id)
    row = connection.execute(select(StoredArticle.__table__).where(StoredArticle.id == record.id)).one()
    dependency = connection.execute(
        select(StoredMemoryDependency.digest, StoredMemoryDependency.data).where(
            StoredMemoryDependency.article_id == record.id
        )
    ).one_or_none()
    values = row._mapping
    lists: dict[str, Any] = {name: None if values[name] is None else tuple(values[name]) for name in _LISTS}
    article = Article(
        **{name: values[name] for name in _FIELDS},
        **lists,
        blocks=blocks,
        entries=load_entries(connection, [record.id]).get(record.id, ()) if blocks else (),
        published_at=set_offset(row.published_at, row.published_offset),
        modified_at=set_offset(row.modified_at, row.modified_offset),
    )
    has_place = row.archive_file is not None and row.archive_offset is not None
    return StoredPage(
        record=record,
        article=article,
        run=load_run(connection, row.run_id),
        location=ArchiveLocation(row.archive_file, row.archive_offset) if has_place else None,
        raw_pruned_at=row.raw_pruned_at,
        parts=load_parts(connection, [record.id]).get(record.id, ()),
        memory_fingerprint=dependency.digest if dependency else None,
        memory_dependency=dependency.data if dependency else None,
        memory=load_memory(connection, record.site),
        story=load_cluster(connection, record.id),
        versions=load_histories(connection, [record.id]).get(record.id, []),
    )
