"""Decides which articles are of the days that `-a since=` asks for, by the clock of each site."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from cleaning.records.times import UNSTATED
from crawler.sites.time_zones import get_time_zone
from storage.frontier.leasing import FirstDay

if TYPE_CHECKING:
    from crawler.sites.site import Site


class SiteDays:
    """The first day that a crawl asks for, None for all days, and the zones that were learnt from its lists.

    The zone of a site is the `timezone` of its entry; else the offset that the times in its feeds and sitemaps state
    (+0900); else the zone of its country; else UTC.
    """

    def __init__(self, since: date | None) -> None:
        self._since = since
        self._offsets: dict[str, timedelta] = {}  # by site

    def learn_offset(self, site: Site, offset: timedelta | None) -> None:
        """Keep the offset that most times of a list state. The first one stays."""
        if offset is not None and site.timezone is None:
            self._offsets.setdefault(site.name, offset)

    def get_first_day(self, site: Site) -> FirstDay | None:
        """Return the first day of the site that the crawl asks for."""
        if self._since is None:
            return None
        learnt = self._offsets.get(site.name)
        zone = get_time_zone(site) or UTC if learnt is None else timezone(learnt)
        midnight = datetime(self._since.year, self._since.month, self._since.day, tzinfo=UTC)
        return FirstDay(midnight.replace(tzinfo=zone).astimezone(UTC), midnight)

    def is_before(self, site: Site, published_at: datetime) -> bool:
        """Return whether an article is older: by the clock of the site, and by the zone that its own page states."""
        first = self.get_first_day(site)
        if first is None or self._since is None or published_at >= first.begins_at:
            return False
        # A time without a zone is that of the site's clock; one in UTC tells no day of the site.
        is_local = published_at.tzname() == UNSTATED.tzname(None) or published_at.utcoffset()
        return not is_local or published_at.date() < self._since
