"""The tables of nights: what each run found of its sites, and what was odd about it.

site_night       the numbers of one site in one run of `articles` that crawled all that the site lists
finding          what was found of a site's night against its own past, from when it was first seen until it healed
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class StoredSiteNight(Base):
    __tablename__ = "site_night"
    __table_args__ = (Index("ix_site_night_site", "site", "run_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]  # of the run
    numbers: Mapped[dict[str, Any]]  # name -> number, see docs/health.md


class StoredFinding(Base):
    """One finding. A site has at most one of a name that has not healed."""

    __tablename__ = "finding"

    site: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    # The run that saw it first. Not a foreign key: findings outlive runs.
    first_run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sentence: Mapped[str]  # what was found, with the numbers of the first night
    advice: Mapped[str]  # what to do about it
    evidence: Mapped[dict[str, Any]]  # the numbers behind the sentence
    first_seen: Mapped[datetime]  # when that run began
    last_seen: Mapped[datetime]
    last_run: Mapped[int]
    healed_at: Mapped[datetime | None]  # when the run began in which it was gone; NULL while it is open
    healed_run: Mapped[int | None]
    muted_until: Mapped[date | None]  # it is not told before this day
