"""The tables of the frontier: runs, addresses and what is known of them, hosts on hold.

run              one crawl: when it ran, its counts by site, how it ended
run_part         what the crawls of a run have counted so far that several of them share, by site
address          the frontier: every address ever offered, with its state
host             hosts on hold: until when nothing is requested of them, and why
twin             which addresses may show the same page: their groups, and where they lead
twin_evidence    what was seen of the parameters and forms of a site's addresses: do they make another page?
recheck_count    how many articles were looked at again so long after their first fetch, and what had become of them
validator        ETag, Last-Modified and hash of the last response of an address
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.types import StorableJSON
from storage.models.base import Base, index_where


class Run(Base):
    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    spider: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # Scrapy's finish_reason; NULL while it runs, and if it was killed
    exit_code: Mapped[int | None]
    counts: Mapped[dict[str, Any]]  # site -> stat name -> number
    # Whether its sites were crawled as a night: all that they list. NULL: not recorded, or it is no run of `articles`.
    is_night: Mapped[bool | None]
    notices: Mapped[list[Any] | None] = mapped_column(StorableJSON)  # [site, kind, text]; NULL: not recorded


class RunPart(Base):
    """A site in a run that several crawls share, until the run ends: then `run` has its counts."""

    __tablename__ = "run_part"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" for what belongs to none
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    begun: Mapped[int]  # how many crawls have begun with the site
    counts: Mapped[dict[str, Any]]  # stat name -> number, as far as crawls of it have ended


_ENDED_IN_VAIN = "reason IS NOT NULL"
_HAS_RECHECK = "recheck_at IS NOT NULL"


class Address(Base):
    __tablename__ = "address"
    __table_args__ = (
        Index("ix_address_lease", "site", "state", "kind", "rank", "id"),
        Index("ix_address_headline", "site", "headline_key"),
        # The addresses that rest after a night in vain: few of all, however many are stored.
        index_where(_ENDED_IN_VAIN, "ix_address_rest", "site", "due_at"),
        # The same addresses by the run that asked for them last: what failed last night.
        index_where(_ENDED_IN_VAIN, "ix_address_outcome", "last_run", "id"),
        # The articles that are to be looked at again: those of the last days.
        index_where(_HAS_RECHECK, "ix_address_recheck", "site", "recheck_at"),
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
    # When its last lease ended with a final state, or with a failure after which another run tries again.
    ended_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    status: Mapped[int | None]  # HTTP status of the last answer
    reason: Mapped[str | None] = mapped_column(String(64))  # why it is failed, gone or refused
    headline_key: Mapped[str | None]  # of the best headline among its sources, see storage.frontier.addresses
    headline_source: Mapped[str | None] = mapped_column(String(32))  # the source of that headline
    listed_by: Mapped[int] = mapped_column(server_default="0")  # all its sources, as bits: storage.frontier.listings
    first_fetched_at: Mapped[datetime | None]  # when its page was first stored as an article; NULL of older stores
    recheck_at: Mapped[datetime | None]  # when it is asked for again, though no source lists it
    # When it first answered with 404 or 410, since its page was last there.
    missing_at: Mapped[datetime | None]


class Host(Base):
    __tablename__ = "host"

    host: Mapped[str] = mapped_column(primary_key=True)  # storage.frontier.hosts.host_of(url)
    held_until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(64))
    opened: Mapped[int]  # how often in a row its circuit breaker opened


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


class RecheckCount(Base):
    """The articles of a site that one run looked at again, so long after their first fetch."""

    __tablename__ = "recheck_count"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    minutes: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # one of RECHECK_AFTER
    checked: Mapped[int]  # that were there, or are gone
    changed: Mapped[int]  # of those, the ones whose text was edited since the first fetch
    gone: Mapped[int]  # of those, the ones that answered with 404 or 410 twice
