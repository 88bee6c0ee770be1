"""Look up how addresses were announced: the headlines of their sources, and the lease of one that is settled."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from storage.frontier.addresses import AddressKind, AddressState, Lease
from storage.frontier.lease_rows import LEASED, make_leases
from storage.models import Address

# Built once, because building a statement takes as long as running it.
_HEADLINES = select(Address.id, Address.headline_key, Address.headline_source).where(
    Address.id.in_(bindparam("ids", expanding=True))
)
_FEEDS = ("feed", "news-sitemap")


def load_source_headlines(connection: Connection, addresses: Collection[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Return the headlines, as keys, that sources give to these addresses, by the id of the address.

    The second are those of feeds and news sitemaps alone: a link may say "read more", or what its picture shows.
    """
    rows = [row for row in connection.execute(_HEADLINES, {"ids": list(addresses)}) if row.headline_key]
    told = {row.id: row.headline_key for row in rows if row.headline_source in _FEEDS}
    return {row.id: row.headline_key for row in rows}, told


def load_reasons(connection: Connection, addresses: Collection[int]) -> dict[int, str | None]:
    """Return for what reason these addresses are settled, by their ids, in order; None for an article."""
    question = select(Address.id, Address.reason).where(Address.id.in_(addresses)).order_by(Address.id)
    return {row.id: row.reason for row in connection.execute(question)}


def load_settled_lease(connection: Connection, url: str) -> Lease | None:
    """Return the lease by which the article at this address was fetched last; None if it is not settled as fetched."""
    question = select(Address.site, *LEASED).where(
        Address.url == url, Address.kind == AddressKind.ARTICLE, Address.state == AddressState.DONE
    )
    row = connection.execute(question).one_or_none()
    return None if row is None else make_leases([row], row.site)[0]
