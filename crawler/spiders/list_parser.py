"""Parses feeds, sitemaps and section pages for the spider, and offers to the frontier what they name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from protego import Protego
from scrapy import Request
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from sqlalchemy import Connection

from crawler.discovery.discover import discover
from crawler.discovery.offer_collector import Discovery
from crawler.discovery.seeds import make_robots_sitemap_offers, make_usual_path_offers
from crawler.page_facts import PageFacts, get_content_type
from crawler.run.session import Session, now
from crawler.sites.site import Site
from crawler.storing.offer_lists import offer_listed
from storage.frontier import leasing, offering
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease, Offer
from storage.frontier.in_turn import choose_in_turn
from storage.frontier.validators import save_validators

logger = logging.getLogger(__name__)


class ListParser:
    """Offers the addresses that lists name: feeds, sitemaps, section pages and the `Sitemap` lines of robots.txt."""

    def __init__(self, session: Session, facts: PageFacts, sites: Sequence[Site]) -> None:
        self._session = session
        self._facts = facts
        self._sites_by_name = {site.name: site for site in sites}
        self._told: set[tuple[str, str]] = set()  # by site: the problems that the log has told
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
            content_type=get_content_type(response),
            may_follow=partial(self._facts.may_follow_links, response.headers),
        )
        for reason, number in sorted(found.refused.items()):
            self._session.counts.add(lease.site, f"link/refused/{reason}", number)
        if found.problem:
            self._session.counts.add(lease.site, f"discovery/problem/{found.problem}")
            self._tell_problem(lease, response.url, found.problem)
        offers = [*found.offers, *self._make_guesses(lease, found)]
        with self._session.suppress_storage_lost(lease):
            offered, left = await self._session.run_in_transaction(
                lambda connection: self._offer_and_settle(connection, lease, found, offers, response),
                changed_sites=[lease.site],
            )
            self._session.unsettled_leases.pop(lease.id, None)
            self._session.counts.add(lease.site, "discovery/read")
            self._session.counts.add_offered(lease.site, offered)
            self._count_left(lease.site, left)

    def _make_guesses(self, lease: Lease, found: Discovery) -> list[Offer]:
        """Return the usual addresses of feeds and sitemaps, if this is a front page and none has been found so far."""
        self._found_kinds.update((lease.site, offer.kind) for offer in found.offers)
        if not lease.is_front_page:
            return []
        needs_feed = (lease.site, AddressKind.FEED) not in self._found_kinds
        needs_sitemap = (lease.site, AddressKind.SITEMAP) not in self._found_kinds
        return make_usual_path_offers(self._sites_by_name[lease.site], feed=needs_feed, sitemap=needs_sitemap)

    def _offer_and_settle(
        self, connection: Connection, lease: Lease, found: Discovery, offers: list[Offer], response: Response
    ) -> tuple[offering.OfferCounts, int]:
        moment, run = now(), self._session.run
        offered, left = self._offer_in_turn(connection, lease.site, offers, found.later)
        # Some sites answer any address with a page of links: no feed. A page that lists feeds is as good as one.
        is_right = offers and (found.problem is None or any(offer.kind is lease.kind for offer in found.offers))
        if lease.source == GUESS and is_right:
            leasing.stop_guessing(connection, lease.site, lease.kind, run=run, now=moment)
        # Of a list that could not be read nothing is kept: next time it is asked for without a condition.
        is_whole = bool(found.offers) and found.problem is None
        save_validators(connection, lease.id, response.meta.get("validators") if is_whole else None)
        leasing.settle(connection, lease.id, AddressState.DONE, status=response.status, now=moment)
        return offered, left

    async def offer_robots_sitemaps(self, robotparser: RobotParser, request: Request) -> None:
        """Offer the sitemaps that a robots.txt of the site names; one of another host speaks for another site."""
        site = request.meta.get("site")
        rules = getattr(robotparser, "rp", None)
        if site is None or not isinstance(rules, Protego) or not site.owns(request.url):
            return
        offers, later = make_robots_sitemap_offers(site, rules.sitemaps)
        with self._session.suppress_storage_lost():
            offered, left = await self._session.run_in_transaction(
                lambda connection: self._offer_in_turn(connection, site.name, offers, later), changed_sites=[site.name]
            )
            self._session.counts.add_offered(site.name, offered)
            self._count_left(site.name, left)

    def _offer_in_turn(
        self, connection: Connection, site: str, offers: list[Offer], later: list[Offer]
    ) -> tuple[offering.OfferCounts, int]:
        """Offer these, and those of `later` whose turn it is; return also how many are left for other nights."""
        chosen = choose_in_turn(connection, later, run=self._session.run)
        offered = offer_listed(connection, site, [*offers, *chosen], run=self._session.run, now=now())
        return offered, len(later) - len(chosen)

    def _count_left(self, site: str, left: int) -> None:
        if left:
            self._session.counts.add(site, "link/refused/over-cap", left)

    def _tell_problem(self, lease: Lease, url: str, problem: str) -> None:
        """Say once a night that a list of the site is empty. A guess that finds nothing is no news."""
        if problem.startswith("empty-") and lease.source != GUESS and (lease.site, problem) not in self._told:
            self._told.add((lease.site, problem))
            logger.warning("%s: nothing stands in %s; counted as discovery/problem/%s", lease.site, url, problem)
