"""Keeps an address as a section whose page turned out to be a list of stories."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from storage.frontier.addresses import LIST_PAGE, UNCONDITIONAL, AddressKind, Offer
from storage.models import Address

if TYPE_CHECKING:
    from sqlalchemy import Row

REST = timedelta(days=6)


def was_rejected_before(connection: Connection, address: int, reason: str) -> bool:
    """Return whether the last page of a leased address was rejected for this reason, too."""
    return connection.execute(select(Address.reason).where(Address.id == address)).scalar_one() == reason


def keep_as_section(connection: Connection, address: int) -> None:
    """Make the address of an article that of a section: its page is a list. It is asked for when a source lists it."""
    values = {"kind": AddressKind.SECTION, "source": LIST_PAGE}
    connection.execute(update(Address).where(Address.id == address).values(**values))


def is_known_section(row: Row[Any], offer: Offer) -> bool:
    """Return whether an address stays a section, although `offer` takes it for an article.

    What the page itself has shown outranks what feeds and sitemaps say of it.
    """
    return row.source == LIST_PAGE and offer.kind is AddressKind.ARTICLE and offer.source not in UNCONDITIONAL


def is_resting(row: Row[Any], offer: Offer, now: datetime) -> bool:
    """Return whether a known section is not due yet, because a list without dates is all that names it.

    A sitemap of categories may have thousands. Those in the site's menus are read every night.
    """
    return offer.changed_at is None and row.fetched_at is not None and row.fetched_at > now - REST
