"""The table of the night desk: one row for each night of `scrapy nightly`.

night            when it began and ends, the step that it has reached, its run, what was told of each step
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class DeskNight(Base):
    __tablename__ = "night"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # when its budget ends; NULL: without a bound
    ended_at: Mapped[datetime | None]  # NULL while it runs, and if it was killed: then it is open
    step: Mapped[str | None] = mapped_column(String(16))  # the step that was begun last
    exit_status: Mapped[int | None]  # NULL for a night that was closed unfinished
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))  # its crawl, the last one if it was killed
    options: Mapped[dict[str, Any]]  # as they were given: name -> text
    steps: Mapped[dict[str, Any]]  # what is known of each step: name -> lines, status, seconds when it has ended
