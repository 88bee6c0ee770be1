"""Parses feeds, sitemaps and section pages for the spider, and offers to the frontier what they name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from protego import Protego
from scrapy import Request
from scrapy.http import Response, TextResponse
from scrapy.robotstxt import RobotParser
from sqlalchemy import Connection

from crawler.discovery.discover import discover
from crawler.discovery.seeds import make_robots_sitemap_offers
from crawler.failures.outcome import RequestOutcome
from crawler.page_facts import PageFacts
from crawler.run.session import Session, now
from crawler.sites.home_origin import HomeOrigins
from crawler.sites.owners import SiteOwners
from crawler.sites.site import Site
from crawler.sites.site_days import SiteDays
from crawler.sites.time_zones import find_stated_offset
from crawler.spiders.usual_paths import UsualPaths
from storage.frontier import leasing, offering
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease, Offer


class ListParser:
    """Offers the addresses that lists name: feeds, sitemaps, section pages and the `Sitemap` lines of robots.txt."""

    def __init__(
        self, session: Session, facts: PageFacts, sites: Sequence[Site], owners: SiteOwners, days: SiteDays
    ) -> None:
        self._session = session
        self._facts = facts
        self._sites_by_name = {site.name: site for site in sites}
        self._owners = owners
        self._days = days
        self._home = HomeOrigins()
        self._usual_paths = UsualPaths()

    async def parse(self, response: Response) -> None:
        """Offer the addresses that a feed, sitemap or section page names, and settle its lease."""
        lease: Lease = response.meta["lease"]
        self._session.counts.add(lease.site, "response/received")
        site = self._sites_by_name[lease.site]
        found = await asyncio.to_thread(
            discover,
            site,
            lease.kind,
            lease.depth,
            response.url,
            response.body,
            html=await decode_text(response),
            content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
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
        if lease.is_front_page:
            self._home.learn(lease.url, response.url)
        offers = [*found.offers, *self._usual_paths.guess_after_reading(site, lease, found)]
        by_site = self._group_by_owner(site, offers)
        with self._session.suppress_storage_lost(lease):
            offered = await self._session.run_in_transaction(
                lambda connection: self._offer_and_settle(connection, lease, by_site, response),
                changed_sites=by_site,
            )
            self._session.unsettled_leases.pop(lease.id, None)
            self._session.counts.add(lease.site, "discovery/read")
            for owner, counts in offered.items():
                self.count_offers(owner, counts)

    def _group_by_owner(self, finder: Site, offers: Iterable[Offer]) -> dict[str, list[Offer]]:
        """Return the offers by the name of the site that each belongs to; the finder is always among the names."""
        groups: dict[str, list[Offer]] = {finder.name: []}
        for written in offers:
            is_article = written.kind is AddressKind.ARTICLE
            offer = replace(written, url=self._home.rewrite(written.url)) if is_article else written
            owner = self._owners.find_owner(offer.url, finder) or finder
            groups.setdefault(owner.name, []).append(offer)
        return groups

    def _offer_and_settle(
        self, connection: Connection, lease: Lease, by_site: Mapping[str, list[Offer]], response: Response
    ) -> dict[str, offering.OfferCounts]:
        """Offer the next page of the list only if this page names addresses that are new in this run."""
        moment, run = now(), self._session.run
        offered: dict[str, offering.OfferCounts] = {}
        for site, offers in by_site.items():
            others = [offer for offer in offers if offer.source != "next"]
            offered[site] = offering.offer(connection, site, others, run=run, now=moment)
        if any(counts.fresh for counts in offered.values()):
            for site, offers in by_site.items():
                next_pages = [offer for offer in offers if offer.source == "next"]
                offering.offer(connection, site, next_pages, run=run, now=moment)
        if lease.source == GUESS and any(by_site.values()):
            leasing.stop_guessing(connection, lease.site, lease.kind, run=run, now=moment)
        leasing.settle(connection, lease.id, AddressState.DONE, status=response.status, now=moment)
        return offered

    def count_offers(self, site: str, offered: offering.OfferCounts) -> None:
        self._session.counts.add(site, "address/new", offered.new)
        self._session.counts.add(site, "address/again", offered.again)
        self._session.counts.add(site, "address/known", offered.known)

    async def offer_robots_sitemaps(self, robotparser: RobotParser, request: Request) -> None:
        """Offer the sitemaps that a robots.txt names."""
        site = request.meta.get("site")
        rules = getattr(robotparser, "rp", None)
        # The robots.txt of a feed service names the sitemaps of the service.
        if site is not None and isinstance(rules, Protego) and site.owns(request.url):
            await self._offer(site, make_robots_sitemap_offers(site, rules.sitemaps))

    async def guess_after_failure(self, lease: Lease, outcome: RequestOutcome, result: str | None) -> None:
        """Offer the usual addresses of feeds and sitemaps if those that the site names cannot be had."""
        site = self._sites_by_name[lease.site]
        if offers := self._usual_paths.guess_after_failure(site, lease, outcome, result):
            await self._offer(site, offers)

    async def _offer(self, finder: Site, offers: Sequence[Offer]) -> None:
        run, by_site = self._session.run, self._group_by_owner(finder, offers)
        with self._session.suppress_storage_lost():
            offered = await self._session.run_in_transaction(
                lambda connection: {
                    site: offering.offer(connection, site, own, run=run, now=now()) for site, own in by_site.items()
                },
                changed_sites=by_site,
            )
            for site, counts in offered.items():
                self.count_offers(site, counts)


async def decode_text(response: Response) -> str | None:
    """Decode the text in a thread: to guess the encoding of a long page takes a second."""
    return await asyncio.to_thread(getattr, response, "text") if isinstance(response, TextResponse) else None
