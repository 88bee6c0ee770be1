"""The tables of what was learnt of sites.

observation      what one page tells of its site, observed without any site memory
site_memory      what was learnt of a site from its observations
site_block       the blocks that are repeated on several articles of a site
keep_rule        blocks of a site that are never cut
trace            the memory dependency: the part of its site's memory that an article's text depends on
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


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
