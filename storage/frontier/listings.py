"""Which kinds of sources listed an address, as bits: what several list and what one alone lists measures a night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntFlag
from typing import Any

from sqlalchemy import Connection, Row, bindparam, update

from storage.database.query_batches import split_for_queries
from storage.frontier.addresses import Offer
from storage.models import Address


class SourceKind(IntFlag):
    """The sources of an address. The numbers are stored (`address.listed_by`)."""

    FRONT_PAGE = 1
    SECTION = 2  # any other page of links
    FEED = 4
    NEWS_SITEMAP = 8
    SITEMAP = 16


LINKS = SourceKind.FRONT_PAGE | SourceKind.SECTION
SITEMAPS = SourceKind.NEWS_SITEMAP | SourceKind.SITEMAP
DECLARED = SITEMAPS | SourceKind.FEED  # by files for machines
NAMES = {
    SourceKind.FRONT_PAGE: "front-page",
    SourceKind.SECTION: "section",
    SourceKind.FEED: "feed",
    SourceKind.NEWS_SITEMAP: "news-sitemap",
    SourceKind.SITEMAP: "sitemap",
}
_SOURCES = {name: listing for listing, name in NAMES.items()}
_ADD = (
    update(Address)
    .where(Address.id.in_(bindparam("ids", expanding=True)))
    .values(listed_by=Address.listed_by.bitwise_or(bindparam("listing")))
)


def find_listing(offer: Offer) -> SourceKind:
    """Return the kind of the source of an offer; no bit for one that is no list of the site, as a release."""
    if offer.source == "section" and offer.depth <= 1:
        return SourceKind.FRONT_PAGE
    return _SOURCES.get(offer.source, SourceKind(0))


def add_listings(connection: Connection, offers: Iterable[Offer], known: Mapping[str, Row[Any]]) -> None:
    """Store the sources of known addresses, where they are new. A list has one source, so this takes few statements."""
    missing: defaultdict[SourceKind, list[int]] = defaultdict(list)
    for offer in offers:
        row = known.get(offer.url)
        if row is not None and (listing := find_listing(offer) & ~row.listed_by):
            missing[listing].append(row.id)
    for listing, ids in missing.items():
        for batch in split_for_queries(ids):
            connection.execute(_ADD, {"ids": batch, "listing": int(listing)})
