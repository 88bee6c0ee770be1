"""Look up how addresses were announced: the headlines of their sources, and the lease of one that is settled."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from storage.frontier.addresses import AddressKind, AddressState, Lease
from storage.models import Address


def load_source_headlines(connection: Connection, addresses: Collection[int]) -> dict[int, str]:
    """Return the headlines, as keys, that sources give to these addresses, by the id of the address."""
    question = select(Address.id, Address.headline_key).where(Address.id.in_(addresses))
    return {number: key for number, key in connection.execute(question) if key}


def load_reasons(connection: Connection, addresses: Collection[int]) -> dict[int, str | None]:
    """Return for what reason these addresses are settled, by their ids, in order; None for an article."""
    question = select(Address.id, Address.reason).where(Address.id.in_(addresses)).order_by(Address.id)
    return {row.id: row.reason for row in connection.execute(question)}


def load_settled_lease(connection: Connection, url: str) -> Lease | None:
    """Return the lease by which the article at this address was fetched last; None if it is not settled as fetched."""
    row = connection.execute(
        select(Address.id, Address.url, Address.site, Address.depth, Address.source, Address.tries).where(
            Address.url == url, Address.kind == AddressKind.ARTICLE, Address.state == AddressState.DONE
        )
    ).one_or_none()
    return row and Lease(row.id, row.url, row.site, AddressKind.ARTICLE, row.depth, row.source, row.tries)
