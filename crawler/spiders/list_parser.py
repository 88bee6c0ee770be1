"""Parses feeds, sitemaps and section pages for the spider, and offers to the frontier what they name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from protego import Protego
from scrapy import Request
from scrapy.http import Response, TextResponse
from scrapy.robotstxt import RobotParser
from sqlalchemy import Connection

from crawler.discovery.discover import discover
from crawler.discovery.offer_collector import Discovery
from crawler.discovery.seeds import make_robots_sitemap_offers, make_usual_path_offers
from crawler.page_facts import PageFacts
from crawler.run.session import Session, now
from crawler.sites.site import Site
from storage.frontier import leasing, offering
from storage.frontier.addresses import GUESS, TWIN, AddressKind, AddressState, Lease, Offer
from storage.frontier.validators import save_validators


class ListParser:
    """Offers the addresses that lists name: feeds, sitemaps, section pages and the `Sitemap` lines of robots.txt."""

    def __init__(self, session: Session, facts: PageFacts, sites: Sequence[Site]) -> None:
        self._session = session
        self._facts = facts
        self._sites_by_name = {site.name: site for site in sites}
        self._found_kinds: set[tuple[str, AddressKind]] = set()  # by site: whether any feed, any sitemap was found

    async def parse(self, response: Response) -> None:
        """Offer the addresses that a feed, sitemap or section page names, and settle its lease."""
        lease: Lease = response.meta["lease"]
        self._session.counts.add(lease.site, "response/received")
        found = await asyncio.to_thread(
            discover,
            self._sites_by_name[lease.site],
            lease.kind,
            lease.depth,
            response.url,
            response.body,
            html=await decode_text(response),
            content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
            may_follow=partial(self._facts.may_follow_links, response.headers),
        )
        for reason, number in sorted(found.refused.items()):
            self._session.counts.add(lease.site, f"link/refused/{reason}", number)
        if found.problem:
            self._session.counts.add(lease.site, f"discovery/problem/{found.problem}")
        offers = [*found.offers, *self._make_guesses(lease, found)]
        is_whole = bool(found.offers) and found.problem is None
        with self._session.suppress_storage_lost(lease):
            offered = await self._session.run_in_transaction(
                lambda connection: self._offer_and_settle(connection, lease, offers, response, is_whole=is_whole),
                changed_sites=[lease.site],
            )
            self._session.unsettled_leases.pop(lease.id, None)
            self._session.counts.add(lease.site, "discovery/read")
            self.count_offers(lease.site, offered)

    def _make_guesses(self, lease: Lease, found: Discovery) -> list[Offer]:
        """Return the usual addresses of feeds and sitemaps, if this is a front page and none has been found so far."""
        self._found_kinds.update((lease.site, offer.kind) for offer in found.offers)
        if not lease.is_front_page:
            return []
        needs_feed = (lease.site, AddressKind.FEED) not in self._found_kinds
        needs_sitemap = (lease.site, AddressKind.SITEMAP) not in self._found_kinds
        return make_usual_path_offers(self._sites_by_name[lease.site], feed=needs_feed, sitemap=needs_sitemap)

    def _offer_and_settle(
        self, connection: Connection, lease: Lease, offers: list[Offer], response: Response, *, is_whole: bool
    ) -> offering.OfferCounts:
        """Offer the next page of the list only if this page names addresses that are new in this run.

        Without `is_whole` nothing is kept of the response: next time the list is asked for without a condition.
        """
        moment, run = now(), self._session.run
        next_pages = [offer for offer in offers if offer.source == "next"]
        others = [offer for offer in offers if offer.source != "next"]
        offered = offering.offer(connection, lease.site, others, run=run, now=moment)
        if offered.fresh:
            offering.offer(connection, lease.site, next_pages, run=run, now=moment)
        if lease.source == GUESS and offers:
            leasing.stop_guessing(connection, lease.site, lease.kind, run=run, now=moment)
        save_validators(connection, lease.id, response.meta.get("validators") if is_whole else None)
        leasing.settle(connection, lease.id, AddressState.DONE, status=response.status, now=moment)
        return offered

    def count_offers(self, site: str, offered: offering.OfferCounts) -> None:
        self._session.counts.add(site, "address/new", offered.new)
        self._session.counts.add(site, "address/again", offered.again)
        self._session.counts.add(site, "address/known", offered.known)
        self._session.counts.add(site, "address/merged", offered.merged)
        self._session.counts.add(site, f"address/refused/{TWIN}", offered.set_aside)

    async def offer_robots_sitemaps(self, robotparser: RobotParser, request: Request) -> None:
        """Offer the sitemaps that a robots.txt names."""
        site = request.meta.get("site")
        rules = getattr(robotparser, "rp", None)
        if site is not None and isinstance(rules, Protego):
            offers = make_robots_sitemap_offers(site, rules.sitemaps)
            run = self._session.run
            with self._session.suppress_storage_lost():
                offered = await self._session.run_in_transaction(
                    lambda connection: offering.offer(connection, site.name, offers, run=run, now=now()),
                    changed_sites=[site.name],
                )
                self.count_offers(site.name, offered)


async def decode_text(response: Response) -> str | None:
    """Decode the text in a thread: to guess the encoding of a long page takes a second."""
    return await asyncio.to_thread(getattr, response, "text") if isinstance(response, TextResponse) else None
