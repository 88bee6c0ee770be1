"""Parses feeds, sitemaps and section pages for the spider, and offers to the frontier what they name."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from protego import Protego
from scrapy import Request
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from sqlalchemy import Connection

from crawler.discovery.discover import discover
from crawler.discovery.offer_collector import Discovery
from crawler.discovery.seeds import make_robots_sitemap_offers
from crawler.failures.outcome import RequestOutcome
from crawler.page_facts import PageFacts, get_content_type
from crawler.run.session import Session, now
from crawler.sites.home_origin import HomeOrigins
from crawler.sites.owners import SiteOwners
from crawler.sites.site import SITE_OF_REQUEST, Site
from crawler.sites.site_days import SiteDays
from crawler.sites.time_zones import find_stated_offset
from crawler.spiders.usual_paths import UsualPaths
from crawler.storing.offer_lists import offer_listed
from storage.frontier import settling
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease, Offer
from storage.frontier.in_turn import choose_in_turn
from storage.frontier.offering import OfferCounts
from storage.frontier.validators import save_validators

logger = logging.getLogger(__name__)


class _Offered(NamedTuple):
    """What became of the offers of a list: the counts by site, and how many lists are left for other nights."""

    counts: dict[str, OfferCounts]
    left: int


class ListParser:
    """Offers the addresses that lists name: feeds, sitemaps, section pages and the `Sitemap` lines of robots.txt."""

    def __init__(
        self, session: Session, facts: PageFacts, sites: Sequence[Site], owners: SiteOwners, days: SiteDays
    ) -> None:
        self._session = session
        self._facts = facts
        self._sites_by_name = {site.name: site for site in sites}
        self._told: set[tuple[str, str]] = set()  # by site: the problems that the log has told
        self._owners = owners
        self._days = days
        self._home = HomeOrigins()
        self._usual_paths = UsualPaths()

    async def parse(self, response: Response) -> None:
        """Offer the addresses that a feed, sitemap or section page names, and settle its lease."""
        lease: Lease = response.meta["lease"]
        site = self._sites_by_name[lease.site]
        self._session.counts.add(lease.site, "response/received")
        self._session.counts.add(lease.site, "response/bytes", len(response.body))
        found = await asyncio.to_thread(
            discover,
            site,
            lease.kind,
            lease.depth,
            response.url,
            response.body,
            content_type=get_content_type(response),
            may_follow=partial(self._facts.may_follow_links, response.headers),
            owners=self._owners,
            # A guess that was redirected to another house says nothing of this one.
            tries_other_hosts=lease.source != GUESS or site.owns(response.url),
        )
        if lease.kind is not AddressKind.SECTION and found.problem is None:
            self._days.learn_offset(site, find_stated_offset(response.body))
        for reason, number in sorted(found.refused.items()):
            self._session.counts.add(lease.site, f"link/refused/{reason}", number)
        if found.problem:
            self._session.counts.add(lease.site, f"discovery/problem/{found.problem}")
            self._tell_problem(lease, response.url, found.problem)
        if lease.is_front_page:
            self._home.learn(lease.url, response.url)
        offers = [*found.offers, *self._usual_paths.guess_after_reading(site, lease, found)]
        by_site = self._group_by_owner(site, offers)
        with self._session.suppress_storage_lost(lease):
            offered = await self._session.run_in_transaction(
                lambda connection: self._offer_and_settle(connection, lease, found, by_site, response),
                changed_sites=by_site,
            )
            self._session.unsettled_leases.pop(lease.id, None)
            self._session.counts.add(lease.site, "discovery/read")
            self._count(lease.site, offered)

    def _group_by_owner(self, finder: Site, offers: Iterable[Offer]) -> dict[str, list[Offer]]:
        """Return the offers by the name of the site that each belongs to; the finder is always among the names."""
        groups: defaultdict[str, list[Offer]] = defaultdict(list, {finder.name: []})
        for written in offers:
            is_article = written.kind is AddressKind.ARTICLE
            offer = replace(written, url=self._home.rewrite(written.url)) if is_article else written
            groups[(self._owners.find_owner(offer.url, finder) or finder).name].append(offer)
        return dict(groups)

    def _offer_and_settle(
        self,
        connection: Connection,
        lease: Lease,
        found: Discovery,
        by_site: Mapping[str, Sequence[Offer]],
        response: Response,
    ) -> _Offered:
        moment = now()
        offered = self._offer(connection, lease.site, by_site, found.later)
        # Some sites answer any address with a page of links: no feed. A page that lists feeds is as good as one.
        has_offers = any(by_site.values())
        is_right = has_offers and (found.problem is None or any(offer.kind is lease.kind for offer in found.offers))
        if lease.source == GUESS and is_right:
            settling.stop_guessing(connection, lease.site, lease.kind, run=self._session.run, now=moment)
        # Of a list that could not be read nothing is kept: next time it is asked for without a condition.
        is_whole = bool(found.offers) and found.problem is None
        save_validators(connection, lease.id, response.meta.get("validators") if is_whole else None)
        settling.settle(connection, lease.id, AddressState.DONE, status=response.status, now=moment)
        return offered

    async def offer_robots_sitemaps(self, robotparser: RobotParser, request: Request) -> None:
        """Offer the sitemaps that a robots.txt of the site names; one of another host speaks for another site."""
        site = request.meta.get(SITE_OF_REQUEST)
        rules = getattr(robotparser, "rp", None)
        if site is not None and isinstance(rules, Protego) and site.owns(request.url):
            offers, later = make_robots_sitemap_offers(site, rules.sitemaps)
            await self._offer_at_once(site, offers, later)

    async def guess_after_failure(self, lease: Lease, outcome: RequestOutcome, result: str | None) -> None:
        """Offer the usual addresses of feeds and sitemaps if those that the site names cannot be had."""
        site = self._sites_by_name[lease.site]
        if offers := self._usual_paths.guess_after_failure(site, lease, outcome, result):
            await self._offer_at_once(site, offers)

    async def _offer_at_once(self, finder: Site, offers: Sequence[Offer], later: Sequence[Offer] = ()) -> None:
        by_site = self._group_by_owner(finder, offers)
        with self._session.suppress_storage_lost():
            offered = await self._session.run_in_transaction(
                lambda connection: self._offer(connection, finder.name, by_site, later), changed_sites=by_site
            )
            self._count(finder.name, offered)

    def _offer(
        self, connection: Connection, finder: str, by_site: Mapping[str, Sequence[Offer]], later: Sequence[Offer]
    ) -> _Offered:
        """Offer these to their sites, and of `later`, which are the finder's, those whose turn it is."""
        run = self._session.run
        chosen = choose_in_turn(connection, later, run=run)
        counts = {
            site: offer_listed(connection, site, [*offers, *(chosen if site == finder else ())], run=run, now=now())
            for site, offers in by_site.items()
        }
        return _Offered(counts, len(later) - len(chosen))

    def _count(self, finder: str, offered: _Offered) -> None:
        for site, counts in offered.counts.items():
            self._session.counts.add_offered(site, counts)
        self._session.counts.add(finder, "link/refused/over-cap", offered.left)

    def _tell_problem(self, lease: Lease, url: str, problem: str) -> None:
        """Say once a night that a list of the site is empty. A guess that finds nothing is no news."""
        if problem.startswith("empty-") and lease.source != GUESS and (lease.site, problem) not in self._told:
            self._told.add((lease.site, problem))
            logger.warning("%s: nothing stands in %s; counted as discovery/problem/%s", lease.site, url, problem)
