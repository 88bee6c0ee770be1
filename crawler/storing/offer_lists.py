"""Offers to the frontier what a list names, in the transaction that settles the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage.frontier import offering, sections
from storage.frontier.addresses import Lease, Offer


def offer_listed(
    connection: Connection, site: str, offers: Sequence[Offer], *, run: int, now: datetime
) -> offering.OfferCounts:
    """Offer what a list names; its next page only if this page names articles that are new in this run."""
    next_pages = [offer for offer in offers if offer.source == "next"]
    others = [offer for offer in offers if offer.source != "next"]
    offered = offering.offer(connection, site, others, run=run, now=now)
    if offered.fresh:
        offering.offer(connection, site, next_pages, run=run, now=now)
    return offered


def keep_section(connection: Connection, lease: Lease, *, reason: str, has_section_address: bool) -> None:
    """Keep the address of a page that was fetched as an article, and rejected as a list, as that of a section.

    It stays an article if its form speaks for one: such a page may show a list for one bad night. After a second list
    it is a section, too.
    """
    if has_section_address or sections.was_rejected_before(connection, lease.id, reason):
        sections.keep_as_section(connection, lease.id)
