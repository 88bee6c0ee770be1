"""The child process that cleans one page: a page that hangs its cleaner ends as it would end in a crawl."""

from __future__ import annotations

from scrapy.settings import BaseSettings

from cleaning.workers import Cleaners


def make_cleaner(settings: BaseSettings) -> Cleaners:
    """Return one cleaner with the limits of a crawl, CLEANING_DEADLINE and CLEANING_MEMORY. It is not started."""
    return Cleaners(
        count=1, deadline=settings.getfloat("CLEANING_DEADLINE"), max_memory=settings.getint("CLEANING_MEMORY")
    )
