"""Decides when the usual addresses of feeds and sitemaps are tried: once a run, if the site leads to none itself."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.discovery.offer_collector import Discovery
from crawler.discovery.seeds import make_usual_path_offers
from crawler.failures.outcome import RequestOutcome
from crawler.sites.site import Site
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease, Offer

_LISTS = (AddressKind.FEED, AddressKind.SITEMAP)
_FINAL = (AddressState.GONE, AddressState.REFUSED, AddressState.FAILED)
# The host itself is not there, or nothing of it may be asked: its other addresses would fail in the same way.
_OF_THE_HOST = ("dns", "connection-refused", "tls", "robots", "address-")


class UsualPaths:
    """Remembers which lists each site of a run has, and which kinds have been guessed."""

    def __init__(self) -> None:
        self._found: set[tuple[str, AddressKind]] = set()  # by site: kinds of which a page names one
        self._read: set[tuple[str, AddressKind]] = set()  # by site: kinds of which one was read
        self._guessed: set[tuple[str, AddressKind]] = set()

    def guess_after_reading(self, site: Site, lease: Lease, found: Discovery) -> list[Offer]:
        """Return offers for the kinds that a front page does not lead to, or for a kind whose list is none."""
        self._found.update((site.name, offer.kind) for offer in found.offers)
        if lease.is_front_page:
            return self._guess(site, (kind for kind in _LISTS if (site.name, kind) not in self._found))
        if lease.kind not in _LISTS:
            return []
        if found.problem is None:
            self._read.add((site.name, lease.kind))
            return []
        return self._guess_instead_of(site, lease)

    def guess_after_failure(self, site: Site, lease: Lease, outcome: RequestOutcome, result: str | None) -> list[Offer]:
        """Return offers because a front page, or the only list of its kind, cannot be had in this run.

        `result` is the word by which the failure is counted; after "retried" and "held" it is asked again.
        """
        if result not in _FINAL or outcome.reason.startswith(_OF_THE_HOST):
            return []
        if lease.is_front_page:
            return self._guess(site, (kind for kind in _LISTS if (site.name, kind) not in self._read))
        return self._guess_instead_of(site, lease) if lease.kind in _LISTS else []

    def _guess_instead_of(self, site: Site, lease: Lease) -> list[Offer]:
        if lease.source == GUESS or (site.name, lease.kind) in self._read:
            return []
        return self._guess(site, [lease.kind])

    def _guess(self, site: Site, kinds: Iterable[AddressKind]) -> list[Offer]:
        missing = {(site.name, kind) for kind in kinds} - self._guessed
        self._guessed |= missing
        return make_usual_path_offers(
            site, feed=(site.name, AddressKind.FEED) in missing, sitemap=(site.name, AddressKind.SITEMAP) in missing
        )
