"""The tables of articles: pages, blocks, parts, earlier versions, and the index of near-duplicates.

article          one judged page: an article, a duplicate of one, or rejected with the reason
revision         earlier versions of an article, before its site changed it
sketch_key       the index of near-duplicates: which articles have a shingle hash in their sketch
duplicate_match  two articles that are one story, and the rule that matched them
entry            the entries of a live blog, also those that its page no longer shows
block            a view: the blocks of an article in reading order, kept and cut, with the rule that cut them
part             further parts of an article on several pages, and where each lies in the archive
tombstone        articles that were taken down: never stored again
removed_site     sites that were taken down as a whole
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.types import StorableJSON
from storage.models.base import Base, View, index_where

_UNINDEXED = "sketch IS NULL AND rejected IS NULL"
_REJECTED = "rejected IS NOT NULL"
_PRUNED = "raw_pruned_at IS NOT NULL"


class StoredArticle(Base):
    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_site_id", "site", "id"),
        # Covers the query for the articles of a site with a headline and their times: it reads no rows with texts.
        Index("ix_article_story", "site", "story_key", "published_at", "fetched_at", "rejected", "id"),
        # Empty in a store of this version; with it, a crawl finds that out without reading all articles.
        index_where(_UNINDEXED, "ix_article_unindexed", "id"),
        index_where(_REJECTED, "ix_article_rejected", "run_id", "id"),
        index_where(_PRUNED, "ix_article_pruned", "site", "id"),
        # Covers the query for the newest pages of a site: reading 100,000 rows with their texts takes too long.
        Index("ix_article_newest", "site", "published_at", "fetched_at", "archive_file", "id"),
        # The feeds of a run: in a row `run_id` stands behind the text, which would have to be read first.
        Index("ix_article_run", "run_id"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # of its canonical URL: saving.make_article_id
    url: Mapped[str]
    canonical_url: Mapped[str | None] = mapped_column(index=True)  # as the page declares it
    site: Mapped[str] = mapped_column(String(64))
    site_name: Mapped[str | None]
    title: Mapped[str]
    headline_key: Mapped[str] = mapped_column(index=True)
    authors: Mapped[list[str]]
    source: Mapped[str | None]  # agencies, desks and papers that the byline names
    published_at: Mapped[datetime | None]
    published_offset: Mapped[int | None]  # minutes ahead of UTC; NULL if the page states no zone
    published_raw: Mapped[str | None]
    modified_at: Mapped[datetime | None]
    modified_offset: Mapped[int | None]
    fetched_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(16))
    language_probability: Mapped[float]
    description: Mapped[str | None]
    tags: Mapped[list[str]]
    image: Mapped[str | None]
    licence: Mapped[str | None]
    free: Mapped[bool | None]  # whether the page declares that reading it is free
    page_kind: Mapped[str | None] = mapped_column(String(16))
    section: Mapped[str | None]  # of the paper, according to the page
    # Rights reserved when the page was fetched, see docs/rights.md. NULL: not looked for, or nothing stated.
    tdm_reserved: Mapped[bool | None]  # text and data mining
    tdm_policy: Mapped[str | None]
    ai_refused: Mapped[list[str] | None]  # AI agents that robots.txt excludes from this address
    usage: Mapped[list[str]] = mapped_column(server_default="[]")  # preferences for uses by AI, as stated
    robots: Mapped[list[str]] = mapped_column(server_default="[]")  # the words of its robots tags
    text: Mapped[str]
    words: Mapped[int]
    rejected: Mapped[str | None] = mapped_column(String(64))  # the reason, if the page is no article
    duplicate_of: Mapped[str | None] = mapped_column(ForeignKey("article.id"), index=True)
    duplicate_rule: Mapped[str | None] = mapped_column(String(32))
    # SQLite stores texts of any length: there its column is as it was made.
    duplicate_kind: Mapped[str | None] = mapped_column(String(16).with_variant(String(32), "postgresql"))
    # The other duplicate that it was matched with, if it was not matched with `duplicate_of` itself.
    duplicate_via: Mapped[str | None] = mapped_column(String(16))
    duplicate_likeness: Mapped[float | None]  # of the two texts, 0 to 1
    duplicate_share: Mapped[float | None]  # of the shorter text that also stands in the other, 0 to 1
    story_key: Mapped[str] = mapped_column(server_default="")  # the headline, normalised to look up repeated ones
    sketch: Mapped[bytes | None]  # of its text, see cleaning.duplicates.article_sketch; NULL if it is not in the index
    cleaner_version: Mapped[str] = mapped_column(String(32))
    archive_file: Mapped[str | None]  # name of the WARC file
    archive_offset: Mapped[int | None] = mapped_column(BigInteger)  # in bytes, of the response record's gzip member
    raw_pruned_at: Mapped[datetime | None]  # when its record was pruned from the archive; it has no place there then
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    gone_at: Mapped[datetime | None]  # since when its address answers with 404 or 410
    # All its blocks, see storage.models.packed_blocks. The last column, since hardly any query wants it.
    blocks: Mapped[str | None]


class StoredBlock(View):
    """A block of an article, for queries over many articles; `article.blocks` holds it."""

    __tablename__ = "block"

    article_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # in reading order, from 0
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]
    link_share: Mapped[float]
    links: Mapped[list[str]]
    path: Mapped[str]
    rule: Mapped[str | None] = mapped_column(String(64))
    evidence: Mapped[str | None]
    # The lists, quotes and tables that it stands in (cleaning.markdown.layout). NULL: none, or not recorded yet.
    layout: Mapped[str | None]
    entry: Mapped[int | None]  # the position of the entry of a live blog that it belongs to


class StoredEntry(Base):
    """An entry of a live blog that its page showed at some time. Its blocks name it by its position."""

    __tablename__ = "entry"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # in page order, from 0
    time: Mapped[datetime | None]
    time_offset: Mapped[int | None]  # minutes ahead of UTC; NULL if the page states no zone
    clock: Mapped[str]  # as the page shows it
    heading: Mapped[str]
    authors: Mapped[list[str]]
    anchor: Mapped[str]  # the id of its element
    # The first and the last fetch of the page that had it. If the last is not that of the article, it left the page.
    first_fetched_at: Mapped[datetime]
    last_fetched_at: Mapped[datetime]


class Revision(Base):
    """An earlier fetch of an article's address. storage.articles.revisions turns the fetches into versions."""

    __tablename__ = "revision"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    fetched_at: Mapped[datetime] = mapped_column(primary_key=True)
    title: Mapped[str]
    authors: Mapped[list[str]]
    published_at: Mapped[datetime | None]
    modified_at: Mapped[datetime | None]
    words: Mapped[int]
    # In reading order: [kind, text, rule that cut it or null], of a live blog with the number of the entry as a fourth.
    # NULL if title and text equal those of the next fetch; empty if the robots tags of the page asked not to keep it,
    # since its earlier text is not kept either.
    blocks: Mapped[list[Any] | None] = mapped_column(StorableJSON)
    cleaner_version: Mapped[str] = mapped_column(String(32))
    archive_file: Mapped[str | None]
    archive_offset: Mapped[int | None] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))


class SketchKey(Base):
    """The index of near-duplicates: a row for each value of an article's sketch, see storage.articles.story_index."""

    __tablename__ = "sketch_key"

    # The value's last bits, then the first of the article's id. On SQLite the key is the row: twelve bytes of the file.
    key: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )


class StoredMatch(Base):
    """A duplicate match of two articles; `one` sorts before `other`."""

    __tablename__ = "duplicate_match"

    one: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True)
    rule: Mapped[str] = mapped_column(String(32))
    likeness: Mapped[float]  # 0 to 1
    share: Mapped[float]  # of the shorter text that stands in the other, 0 to 1


class StoredPart(Base):
    __tablename__ = "part"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # after the first page, from 1
    url: Mapped[str] = mapped_column(index=True)
    archive_file: Mapped[str]  # "" if it was pruned with its article
    archive_offset: Mapped[int] = mapped_column(BigInteger)


class Tombstone(Base):
    """An article that was taken down. No crawl, replay or recleaning stores it again."""

    __tablename__ = "tombstone"

    article_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    url: Mapped[str]
    site: Mapped[str] = mapped_column(String(64))
    removed_at: Mapped[datetime]
    reason: Mapped[str | None]  # as the operator gave it
    # [file, offset] of records that are still to be erased from the archive, beside all of its address; NULL once that
    # is done.
    records: Mapped[list[Any] | None] = mapped_column(StorableJSON)


class RemovedSite(Base):
    """A site that was taken down: none of its pages is stored again."""

    __tablename__ = "removed_site"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    removed_at: Mapped[datetime]
    reason: Mapped[str | None]
    is_erased: Mapped[bool]  # from the archive
