"""The tables: what is kept of a crawl.

run          one crawl: when, what it counted by site, how it ended
address      the frontier: every address ever offered, and what became of it
host         hosts on hold: until when nothing is asked of them, and why
article      one page that was judged: an article, a duplicate of one, or rejected with its reason
revision     what an article said before its site changed it
sketch       the index of near-duplicates: which articles have a shingle among their least
kinship      two articles that are one story, and by what
block        the blocks of an article in reading order, kept and cut, with the rule that cut them
observation  what a page told of its site, seen without any memory
site_memory  what was learnt of a site from its observations
site_block   the blocks that stand on several of a site's articles
pardon       blocks of a site that are never to be cut
trace        what of its site's memory the text of an article depends on
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, MetaData, String
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.types import StorableJSON, StorableText, UTCDateTime


class Base(DeclarativeBase):
    # Constraints with names of our own: a migration can name them on every database.
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
    outcome: Mapped[str | None]  # Scrapy's finish reason; none while it runs, or where it was killed
    exit_code: Mapped[int | None]
    counts: Mapped[dict[str, Any]]  # site -> noun -> number


class Address(Base):
    __tablename__ = "address"
    __table_args__ = (
        Index("ix_address_lease", "site", "state", "kind", "rank", "id"),
        Index("ix_address_headline", "site", "headline_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)  # canonical form, at most 2,000 characters
    host: Mapped[str] = mapped_column(server_default="")  # as storage.hosts.host_of has it
    site: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))  # AddressKind
    state: Mapped[str] = mapped_column(String(16))  # AddressState
    source: Mapped[str] = mapped_column(String(32))  # how it was found
    depth: Mapped[int]
    changed_at: Mapped[datetime | None]  # as its source says
    published_at: Mapped[datetime | None]  # as its page said, where that was older than a run asked for
    rank: Mapped[int]  # its place among others of its kind: least first is newest first, and undated last
    offered_at: Mapped[datetime]
    first_run: Mapped[int] = mapped_column(ForeignKey("run.id"))  # that offered it first
    last_run: Mapped[int] = mapped_column(ForeignKey("run.id"))  # that offered it last
    due_at: Mapped[datetime]
    tries: Mapped[int]  # since it was last fetched or given up
    fetched_at: Mapped[datetime | None]
    status: Mapped[int | None]  # HTTP status of the last answer
    reason: Mapped[str | None] = mapped_column(String(64))  # why it is failed, gone or refused
    headline_key: Mapped[str | None]  # of what its sources call the article, see storage.addresses
    headline_source: Mapped[str | None] = mapped_column(String(32))  # which of them it was


class Host(Base):
    __tablename__ = "host"

    host: Mapped[str] = mapped_column(primary_key=True)  # as storage.hosts.host_of has it
    held_until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(64))
    opened: Mapped[int]  # how often in a row its circuit breaker opened


_UNINDEXED = "sketch IS NULL AND rejected IS NULL"


class StoredArticle(Base):
    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_site_id", "site", "id"),
        # All that says which articles of a site had a headline, and when: these, too, are not looked at one by one.
        Index("ix_article_story", "site", "story_key", "published_at", "fetched_at", "rejected", "id"),
        # Of a store of this edition it is empty: to find that out, no crawl shall look at all articles.
        Index("ix_article_unindexed", "id", sqlite_where=sql(_UNINDEXED), postgresql_where=sql(_UNINDEXED)),
        # All that says which pages of a site are its newest: to look into 100,000 rows with their texts takes too long.
        Index("ix_article_newest", "site", "published_at", "fetched_at", "archive_file", "id"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # of the canonical form of its URL
    url: Mapped[str]
    canonical_url: Mapped[str | None] = mapped_column(index=True)  # as the page declares it
    site: Mapped[str] = mapped_column(String(64))
    site_name: Mapped[str | None]
    title: Mapped[str]
    headline_key: Mapped[str] = mapped_column(index=True)
    authors: Mapped[list[str]]
    published_at: Mapped[datetime | None]
    published_offset: Mapped[int | None]  # minutes that the page's clock is ahead of UTC; none where it states no zone
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
    free: Mapped[bool | None]  # whether the page says that it may be read without paying
    page_kind: Mapped[str | None] = mapped_column(String(16))
    section: Mapped[str | None]  # of the paper, as the page says
    # What was reserved when the page was fetched, see docs/rights.md. None: nobody looked, or nothing was said.
    tdm_reserved: Mapped[bool | None]  # text and data mining
    tdm_policy: Mapped[str | None]
    ai_refused: Mapped[list[str] | None]  # AI agents that robots.txt kept from this address
    usage: Mapped[list[str]] = mapped_column(server_default="[]")  # preferences for uses by AI, as stated
    robots: Mapped[list[str]] = mapped_column(server_default="[]")  # what its robots tags ask of us
    text: Mapped[str]
    words: Mapped[int]
    rejected: Mapped[str | None] = mapped_column(String(64))  # why the page is no article
    duplicate_of: Mapped[str | None] = mapped_column(ForeignKey("article.id"), index=True)
    duplicate_rule: Mapped[str | None] = mapped_column(String(32))
    duplicate_kind: Mapped[str | None] = mapped_column(String(16))
    # The duplicate of the same article that it was matched with, where that is not the one it is a duplicate of.
    duplicate_via: Mapped[str | None] = mapped_column(String(16))
    duplicate_likeness: Mapped[float | None]  # of the two texts, 0 to 1
    duplicate_share: Mapped[float | None]  # of the shorter text that stands in the other, 0 to 1
    story_key: Mapped[str] = mapped_column(server_default="")  # the headline as repeated headlines are looked up by
    sketch: Mapped[bytes | None]  # of its text, see cleaning.stories; none where it is not in the index
    cleaner_version: Mapped[str] = mapped_column(String(32))
    archive_file: Mapped[str | None]  # name of the WARC file
    archive_offset: Mapped[int | None] = mapped_column(BigInteger)  # of the response record's gzip member, in bytes
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
    """A fetch of an article's address before the one that is stored; storage.revisions makes its versions of them."""

    __tablename__ = "revision"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    fetched_at: Mapped[datetime] = mapped_column(primary_key=True)
    title: Mapped[str]
    authors: Mapped[list[str]]
    published_at: Mapped[datetime | None]
    modified_at: Mapped[datetime | None]
    words: Mapped[int]
    # In reading order: [kind, text, rule that cut it or null]. None where title and text are those of the next fetch;
    # no block where the page asked by its robots tags not to be kept, and what it said before is not.
    blocks: Mapped[list[Any] | None] = mapped_column(StorableJSON)
    cleaner_version: Mapped[str] = mapped_column(String(32))
    archive_file: Mapped[str | None]
    archive_offset: Mapped[int | None] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))


class SketchValue(Base):
    """The index of near-duplicates. Articles by number, not by id: a row is a third as large."""

    __tablename__ = "sketch"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (as above)

    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # hash of a shingle
    article: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # storage.stories.number


class Kinship(Base):
    """Two articles that are one story; `one` sorts before `other`."""

    __tablename__ = "kinship"

    one: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True)
    rule: Mapped[str] = mapped_column(String(32))
    likeness: Mapped[float]  # 0 to 1
    share: Mapped[float]  # of the shorter text that stands in the other, 0 to 1


class StoredObservation(Base):
    __tablename__ = "observation"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    site: Mapped[str] = mapped_column(String(64), index=True)
    cleaner_version: Mapped[str] = mapped_column(String(32))  # that observed
    fetched_at: Mapped[datetime]  # of the page that was observed
    data: Mapped[bytes]  # packed by cleaning.memory.observation


class StoredSiteMemory(Base):
    __tablename__ = "site_memory"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))
    cleaner_version: Mapped[str] = mapped_column(String(32))  # whose observations it was learnt from
    articles: Mapped[int]  # that it was learnt from
    data: Mapped[bytes]  # packed by cleaning.memory.site_memory


class StoredSiteBlock(Base):
    __tablename__ = "site_block"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    articles: Mapped[int]  # that it stands on
    needed: Mapped[int]  # articles from which on it is cut
    text: Mapped[str]
    place: Mapped[str]  # where it usually stands
    first_seen: Mapped[str] = mapped_column(String(10))  # day of an article in ISO form, "" where none is dated
    last_seen: Mapped[str] = mapped_column(String(10))


class Pardon(Base):
    __tablename__ = "pardon"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    text: Mapped[str]  # as a person gave it


class Trace(Base):
    __tablename__ = "trace"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))  # of that part of the memory, as the article was cleaned with it
    data: Mapped[bytes]  # which part it is, packed by cleaning.memory.traces
