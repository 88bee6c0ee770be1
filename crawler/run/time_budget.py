"""The time of a crawl that has to end at a moment (CRAWL_ENDS_AT): when lists, requests and answers end."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy.crawler import Crawler

from cleaning.errors import BadArgument
from crawler.run.once import once_per_crawler

OVER = "time_over"  # finish_reason of a crawl whose time is over
GRACE = 5.0  # seconds after the end for which the answers under way are awaited
# The first half of the time may go into lists. A site of so many that it takes all of it would yield no article.
_LISTS_SHARE = 0.5


class TimeBudget:
    """When the crawl ends. Without CRAWL_ENDS_AT it has all the time in the world."""

    def __init__(self, crawler: Crawler) -> None:
        self._began_at = datetime.now(UTC)
        self.ends_at = parse_moment(crawler.settings.get("CRAWL_ENDS_AT"))

    @property
    def seconds_left(self) -> float:
        return float("inf") if self.ends_at is None else (self.ends_at - datetime.now(UTC)).total_seconds()

    @property
    def is_for_articles(self) -> bool:
        """Whether no more lists are read, because the rest of the time belongs to the articles that they named."""
        if self.ends_at is None:
            return False
        return self.seconds_left < (self.ends_at - self._began_at).total_seconds() * (1 - _LISTS_SHARE)


def parse_moment(text: str | None) -> datetime | None:
    """Return the moment that CRAWL_ENDS_AT names, None for none. Raise BadArgument for any other text."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadArgument(
            f"the setting CRAWL_ENDS_AT must be a moment with its offset, as 2026-12-02T06:00:00+01:00, got {text!r}"
        )
    return moment.astimezone(UTC)


budget_of = once_per_crawler(TimeBudget)
