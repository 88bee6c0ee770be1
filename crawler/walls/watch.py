"""Watch every fetched page for walls: examine it before it is stored, count what was decided, warn once a wall."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from sqlalchemy import Connection

from cleaning.records.article import Article
from cleaning.verdict import ELSEWHERE, WALL
from crawler.items import FetchedPage
from crawler.run.articles_spider import find_articles_spider
from crawler.run.counts import log_outcome
from crawler.run.once import once_per_crawler
from crawler.run.session import Session, now, session_of
from crawler.sites.site import Site
from crawler.walls.find_walls import Suspicion, WallFinder
from crawler.walls.judge import WallVerdict, judge_page
from crawler.walls.redirect_target import is_elsewhere, may_be_elsewhere
from crawler.walls.shown_page import MIN_ADDRESSES, ShownPage, states_date
from storage.articles.shown_instead import load_rejected_texts
from storage.frontier.addresses import UNCONDITIONAL, Lease

logger = logging.getLogger(__name__)

_ADVICE = (
    "none of it becomes an article, and they are asked again. If a cookie opens it, name it in sites.toml: cookies"
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A page before it is stored. Without a `page` it comes from an archive, and nothing is decided of it."""

    article: Article
    page: ShownPage | None = None
    suspicion: Suspicion | None = None

    def judge(self, connection: Connection, article: Article, moment: datetime) -> WallVerdict:
        """Return the verdict on the article of this page, sanitised, within the transaction that stores it."""
        if self.page is None or article.rejected == ELSEWHERE:
            return WallVerdict(article)
        return judge_page(connection, article, self.page, self.suspicion, moment)


class WallWatch:
    """The walls of a run. One for each crawler."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._finder = WallFinder()
        self._redirected: defaultdict[tuple[str, str], set[int]] = defaultdict(set)  # (site, target) -> addresses

    @property
    def _session(self) -> Session:
        return session_of(self._crawler)

    async def load(self) -> None:
        """Load the walls that earlier runs found: their first page is recognised at once."""
        stated = getattr(self._crawler.spider, "site", None)  # of a spider without the frontier
        names = [site.name for site in self._get_sites()] or [name for name in (stated,) if isinstance(name, str)]
        if names:
            with self._session.suppress_storage_lost():
                self._finder.load(
                    await self._session.run_in_transaction(
                        lambda connection: load_rejected_texts(connection, names, WALL)
                    )
                )

    def examine(self, item: FetchedPage) -> Examined:
        """Judge the address to which the item's page was redirected, and remember the page to recognise a wall.

        A page that is not at the address that was asked for is stored under that address, without a location in the
        archive: cleaned again, it would be taken for the article.
        """
        article, lease = item.article, item.lease
        assert article is not None  # noqa: S101 (the clean pipeline comes before)
        site = next((site for site in self._get_sites() if site.name == item.site), None)
        if item.address is not None:  # the spider decides which redirects are right
            return self._remember(item.address, article, item)
        if lease is None or site is None:
            return Examined(article)
        if article.url != lease.url and _leads_elsewhere(article, lease, site):
            item.location = None
            target = urlsplit(article.url)
            self._record_redirect(lease, f"{target.hostname}{target.path}", "wall/redirect")
            article = replace(article, url=lease.url, canonical_url=None, rejected=ELSEWHERE, observation=b"")
            return Examined(article)
        return self._remember(lease, article, item)

    def _remember(self, lease: Lease, article: Article, item: FetchedPage) -> Examined:
        page = ShownPage.from_article(lease, article, item.page.status, item.page.fetched_at or now())
        return Examined(article, page, self._finder.suspect(page, article.rejected))

    def record_verdict(self, examined: Examined, verdict: WallVerdict) -> None:
        """Count what was decided, and warn of a wall that is new in this run."""
        count = self._session.counts.add
        for former in verdict.former:
            if former.run == self._session.run:
                noun = "duplicate" if former.is_duplicate else "stored"
                if former.rejected:
                    noun = f"rejected/{former.rejected}"
                count(former.site, f"article/{noun}", -1)
                count(former.site, f"article/rejected/{WALL}")
                log_outcome(former.site, f"rejected/{WALL}", former.url)
        if verdict.is_wall and examined.suspicion is not None:
            site = examined.suspicion.page.lease.site
            count(site, "wall/pages", 1 + len(verdict.former))
            if self._finder.confirm(examined.suspicion):
                count(site, "wall/found")
                url, title = examined.suspicion.page.lease.url, examined.article.title
                logger.warning('%s: a wall: %s and other addresses show one page, "%s"; %s', site, url, title, _ADVICE)

    def record_off_site(self, lease: Lease, url: str) -> None:
        """Record that an address led to another house, which is not asked."""
        self._record_redirect(lease, urlsplit(url).hostname or "", "wall/off-site")

    def _record_redirect(self, lease: Lease, target: str, stat: str) -> None:
        """Count a wall, and warn of it, when as many addresses have led to one target as make a wall."""
        addresses = self._redirected[lease.site, target]
        addresses.add(lease.id)
        if len(addresses) == MIN_ADDRESSES:
            self._session.counts.add(lease.site, stat)
            logger.warning("%s: a wall: %s and other addresses lead to %s; %s", lease.site, lease.url, target, _ADVICE)

    def _get_sites(self) -> tuple[Site, ...]:
        sites: tuple[Site, ...] = getattr(find_articles_spider(self._crawler), "sites", ())
        return sites


def _leads_elsewhere(article: Article, lease: Lease, site: Site) -> bool:
    if is_elsewhere(lease.url, article.url, site):
        return True
    is_stated = states_date(article) or article.authors or article.page_kind or lease.source in UNCONDITIONAL
    return not is_stated and may_be_elsewhere(lease.url, article.url, site)


watch_of = once_per_crawler(WallWatch)
