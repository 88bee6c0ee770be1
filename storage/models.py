"""The tables of the store.

run              one crawl: when it ran, its counts by site, how it ended
address          the frontier: every address ever offered, with its state
host             hosts on hold: until when nothing is requested of them, and why
article          one judged page: an article, a duplicate of one, or rejected with the reason
revision         earlier versions of an article, before its site changed it
sketch           the index of near-duplicates: which articles have a shingle hash in their sketch
duplicate_match  two articles that are one story, and the rule that matched them
block            the blocks of an article in reading order, kept and cut, with the rule that cut them
part             further parts of an article on several pages, and where each lies in the archive
observation      what one page tells of its site, observed without any site memory
site_memory      what was learnt of a site from its observations
site_block       the blocks that are repeated on several articles of a site
keep_rule        blocks of a site that are never cut
trace            the memory dependency: the part of its site's memory that an article's text depends on
twin             which addresses may show the same page: their groups, and where they lead
twin_evidence    what was seen of the parameters and forms of a site's addresses: do they make another page?
validator        ETag, Last-Modified and hash of the last response of an address
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, MetaData, String
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.database.types import StorableJSON, StorableText, UTCDateTime


class Base(DeclarativeBase):
    # With explicit constraint names, a migration can name them on every database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as a plain class attribute)
        datetime: UTCDateTime,
        str: StorableText,
        bytes: LargeBinary,
        float: Float(53),
        list[str]: StorableJSON,
        dict[str, Any]: StorableJSON,
    }


class Run(Base):
    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    spider: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # Scrapy's finish_reason; NULL while it runs, and if it was killed
    exit_code: Mapped[int | None]
    counts: Mapped[dict[str, Any]]  # site -> stat name -> number


_ENDED_IN_VAIN = "reason IS NOT NULL"


class Address(Base):
    __tablename__ = "address"
    __table_args__ = (
        Index("ix_address_lease", "site", "state", "kind", "rank", "id"),
        Index("ix_address_headline", "site", "headline_key"),
        # The addresses that rest after a night in vain: few of all, however many are stored.
        Index(
            "ix_address_rest", "site", "due_at", sqlite_where=sql(_ENDED_IN_VAIN), postgresql_where=sql(_ENDED_IN_VAIN)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)  # canonical form, at most 2,000 characters
    host: Mapped[str] = mapped_column(server_default="")  # storage.frontier.hosts.host_of(url)
    site: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))  # AddressKind
    state: Mapped[str] = mapped_column(String(16))  # AddressState
    source: Mapped[str] = mapped_column(String(32))  # how it was found
    depth: Mapped[int]
    changed_at: Mapped[datetime | None]  # according to its source
    changed_by: Mapped[str | None] = mapped_column(String(32))  # the source that dates it so
    published_at: Mapped[datetime | None]  # according to its page, if that was older than a run asked for
    rank: Mapped[int]  # orders addresses of a kind, ascending, see storage.frontier.rechecks
    offered_at: Mapped[datetime]
    first_run: Mapped[int] = mapped_column(ForeignKey("run.id"))  # that first offered it
    last_run: Mapped[int] = mapped_column(ForeignKey("run.id"))  # that last offered it
    due_at: Mapped[datetime]
    tries: Mapped[int]  # failed tries since it was last fetched or given up
    vain: Mapped[int] = mapped_column(server_default="0")  # nights in a row that brought nothing new of it
    changes: Mapped[int] = mapped_column(server_default="0")  # how often it was fetched again and had changed
    ended_at: Mapped[datetime | None]  # when its last lease ended with a final state
    fetched_at: Mapped[datetime | None]
    status: Mapped[int | None]  # HTTP status of the last answer
    reason: Mapped[str | None] = mapped_column(String(64))  # why it is failed, gone or refused
    headline_key: Mapped[str | None]  # of the best headline among its sources, see storage.frontier.addresses
    headline_source: Mapped[str | None] = mapped_column(String(32))  # the source of that headline
    listed_by: Mapped[int] = mapped_column(server_default="0")  # all its sources, as bits: storage.frontier.listings


class Host(Base):
    __tablename__ = "host"

    host: Mapped[str] = mapped_column(primary_key=True)  # storage.frontier.hosts.host_of(url)
    held_until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(64))
    opened: Mapped[int]  # how often in a row its circuit breaker opened


_UNINDEXED = "sketch IS NULL AND rejected IS NULL"


class StoredArticle(Base):
    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_site_id", "site", "id"),
        # Covers the query for the articles of a site with a headline and their times: it reads no rows with texts.
        Index("ix_article_story", "site", "story_key", "published_at", "fetched_at", "rejected", "id"),
        # Empty in a store of this version; with it, a crawl finds that out without reading all articles.
        Index("ix_article_unindexed", "id", sqlite_where=sql(_UNINDEXED), postgresql_where=sql(_UNINDEXED)),
        # Covers the query for the newest pages of a site: reading 100,000 rows with their texts takes too long.
        Index("ix_article_newest", "site", "published_at", "fetched_at", "archive_file", "id"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # of its canonical URL: saving.make_article_id
    url: Mapped[str]
    canonical_url: Mapped[str | None] = mapped_column(index=True)  # as the page declares it
    site: Mapped[str] = mapped_column(String(64))
    site_name: Mapped[str | None]
    title: Mapped[str]
    headline_key: Mapped[str] = mapped_column(index=True)
    authors: Mapped[list[str]]
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
    duplicate_kind: Mapped[str | None] = mapped_column(String(16))
    # The other duplicate that it was matched with, if it was not matched with `duplicate_of` itself.
    duplicate_via: Mapped[str | None] = mapped_column(String(16))
    duplicate_likeness: Mapped[float | None]  # of the two texts, 0 to 1
    duplicate_share: Mapped[float | None]  # of the shorter text that also stands in the other, 0 to 1
    story_key: Mapped[str] = mapped_column(server_default="")  # the headline, normalised to look up repeated ones
    sketch: Mapped[bytes | None]  # of its text, see cleaning.duplicates.article_sketch; NULL if it is not in the index
    cleaner_version: Mapped[str] = mapped_column(String(32))
    archive_file: Mapped[str | None]  # name of the WARC file
    archive_offset: Mapped[int | None] = mapped_column(BigInteger)  # in bytes, of the response record's gzip member
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))


class StoredBlock(Base):
    __tablename__ = "block"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # in reading order, from 0
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]
    link_share: Mapped[float]
    links: Mapped[list[str]]
    path: Mapped[str]
    rule: Mapped[str | None] = mapped_column(String(64))
    evidence: Mapped[str | None]


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
    # In reading order: [kind, text, rule that cut it or null]. NULL if title and text equal those of the next fetch;
    # empty if the robots tags of the page asked not to keep it, since its earlier text is not kept either.
    blocks: Mapped[list[Any] | None] = mapped_column(StorableJSON)
    cleaner_version: Mapped[str] = mapped_column(String(32))
    archive_file: Mapped[str | None]
    archive_offset: Mapped[int | None] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))


class SketchValue(Base):
    """The index of near-duplicates. It names articles by number, not by id: a row is a third as large."""

    __tablename__ = "sketch"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (as above)

    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # hash of a shingle
    # The article's id as a number, see storage.articles.story_index.to_index_number.
    article: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


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
    archive_file: Mapped[str]
    archive_offset: Mapped[int] = mapped_column(BigInteger)


class StoredObservation(Base):
    __tablename__ = "observation"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    site: Mapped[str] = mapped_column(String(64), index=True)
    cleaner_version: Mapped[str] = mapped_column(String(32))  # of the cleaner that observed the page
    fetched_at: Mapped[datetime]  # when the page was fetched
    data: Mapped[bytes]  # packed by cleaning.memory.observation


class StoredSiteMemory(Base):
    __tablename__ = "site_memory"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))
    cleaner_version: Mapped[str] = mapped_column(String(32))  # of the observations that it was learnt from
    articles: Mapped[int]  # number of articles that it was learnt from
    data: Mapped[bytes]  # packed by cleaning.memory.site_memory


class StoredSiteBlock(Base):
    __tablename__ = "site_block"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    articles: Mapped[int]  # number of articles that it stands on
    needed: Mapped[int]  # number of articles from which it is cut
    text: Mapped[str]
    place: Mapped[str]  # its usual position
    first_seen: Mapped[str] = mapped_column(String(10))  # day of an article in ISO form, "" if none is dated
    last_seen: Mapped[str] = mapped_column(String(10))


class KeepRule(Base):
    __tablename__ = "keep_rule"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    text: Mapped[str]  # as the operator typed it


class StoredMemoryDependency(Base):
    __tablename__ = "trace"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))  # of that part of the memory when the article was cleaned
    data: Mapped[bytes]  # which part it is, packed by cleaning.memory.dependency


class Twin(Base):
    """The group of an article's address: addresses of one group may show the same page."""

    __tablename__ = "twin"

    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    group_key: Mapped[int] = mapped_column(
        BigInteger, index=True
    )  # storage.frontier.same_pages.twin_forms.compute_group
    # The address to which it redirects, whose page is stored.
    target_id: Mapped[int | None] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), index=True)


class TwinEvidence(Base):
    """One pair of addresses that differ in one thing, and whether they showed the same page."""

    __tablename__ = "twin_evidence"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    difference: Mapped[str] = mapped_column(String(64), primary_key=True)  # "parameter:NAME", "www", "slash" ...
    # Hash of what the two share: pairs of one page count once.
    remainder: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    is_same: Mapped[bool]


class Validator(Base):
    """What the last response of an address says of its version, for the next conditional request."""

    __tablename__ = "validator"

    address_id: Mapped[int] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str]  # that answered, perhaps after redirects
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str] = mapped_column(String(32))
    content_type: Mapped[str | None]  # of a list
    body: Mapped[bytes | None]  # of a list, compressed: what it lists still counts after a 304
    unchanged: Mapped[int]  # how often in a row the answer was 304
    is_believed: Mapped[bool]  # false once the same validators came with another body
