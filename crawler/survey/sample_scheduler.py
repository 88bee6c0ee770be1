"""Scrapy's SCHEDULER in a survey: the limit of a site bounds the pages that were looked at, not those stored."""

from __future__ import annotations

from crawler.frontier.scheduler import FrontierScheduler
from crawler.sites.site import Site


class SampleScheduler(FrontierScheduler):
    """Leases articles until as many were judged, or failed for good, as the limit of the site says.

    In a crawl only articles count: a site that shows a wall would be asked for all its pages.
    """

    def count_toward_limit(self, site: Site) -> int:
        failed: int = getattr(self._spider, "failed_articles")[site.name]  # noqa: B009 (the spider of a survey has it)
        return self._session.counts.get(site.name, "page/fetched") + failed
