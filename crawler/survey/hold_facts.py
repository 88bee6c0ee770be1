"""Tells why nothing may be asked of the host of a site now: what the crawl met there, since when, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from crawler.explain.fetch import describe_reason
from crawler.survey.stored_facts import read_store
from storage.frontier.hosts import host_of
from storage.models import Address

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scrapy.settings import BaseSettings
    from sqlalchemy import Connection

    from storage.frontier.hosts import Hold

_CAUSES = {
    "retry-after": "its host asks for time",
    "http-429": "its host says that it was asked too often",
    "page-limit": "its host has given as many answers as one run may ask for (PAGES_PER_HOST)",
}
_BREAKER = "breaker"
_ROBOTS = "robots-"


class HoldFacts(NamedTuple):
    """What the store knows of a host on hold."""

    hold: Hold
    failed_by: str | None = None  # the word for the last failure there
    last_page: datetime | None = None

    @property
    def is_failure(self) -> bool:
        """Whether the host gives no usable answer: what asks for time, or has given enough, is well."""
        return self.hold.reason not in _CAUSES

    def describe(self) -> str:
        """Return what is so with the host, until when nothing is asked, and how it is called among the holds."""
        since = ""
        if self.is_failure and self.last_page is not None:
            since = f" (the last page of it came on {self.last_page:%Y-%m-%d %H:%M} UTC)"
        until = f"until {self.hold.until:%Y-%m-%d %H:%M} UTC ({self.hold.reason})"
        return f"{self._describe_cause()}{since}, so nothing was asked: {self.hold.host} is on hold {until}"

    def advise(self) -> str:
        """Return what to do about it."""
        if not self.is_failure:
            return "nothing is wrong with its entry; the next crawl after that asks again"
        release = f"once it answers again, scrapy holds release {self.hold.host} lets it be asked at once"
        return f"nothing in its entry mends that, unless the newspaper has moved; {release}"

    def _describe_cause(self) -> str:
        if (cause := _CAUSES.get(self.hold.reason)) is not None:
            return cause
        reason = self.failed_by if self.hold.reason == _BREAKER else self.hold.reason
        if reason is None:
            return "its host failed several times in a row"
        word = reason.removeprefix(_ROBOTS)
        of_robots = " for robots.txt" if reason.startswith(_ROBOTS) else ""
        if word.startswith("http-"):
            return f"its host answers {word.removeprefix('http-')}{of_robots}"
        return describe_reason(word) or f"its host gives no usable answer{of_robots} ({word})"


def load_hold_facts(
    settings: BaseSettings, sites: Iterable[tuple[str, str]], holds: Iterable[Hold]
) -> dict[str, HoldFacts]:
    """Return by name what is known of the holds of the hosts of `sites` (name, front page)."""
    by_host = {hold.host: hold for hold in holds}
    held = {name: hold for name, url in sites if (hold := by_host.get(host_of(url))) is not None}

    def load(connection: Connection) -> dict[str, HoldFacts]:
        return {name: HoldFacts(hold, *_load_outcomes(connection, name, hold.host)) for name, hold in held.items()}

    return read_store(settings, load, {name: HoldFacts(hold) for name, hold in held.items()})


def _load_outcomes(connection: Connection, site: str, host: str) -> tuple[str | None, datetime | None]:
    of_host = (Address.site == site, Address.host == host)
    failed = select(Address.reason).where(*of_host, Address.reason.is_not(None), Address.tries > 0)
    reason = connection.execute(failed.order_by(Address.ended_at.desc(), Address.id).limit(1)).scalar()
    last = connection.execute(select(func.max(Address.fetched_at)).where(*of_host)).scalar()
    return reason, last
