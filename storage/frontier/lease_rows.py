"""What a lease is made of: the columns that are read of an address, and the lease that they give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage.frontier.addresses import AddressKind, Lease
from storage.frontier.rechecks import RECHECK_RANK
from storage.models import Address

LEASED = (
    Address.id,
    Address.url,
    Address.kind,
    Address.depth,
    Address.source,
    Address.tries,
    Address.vain,
    Address.rank,
    Address.fetched_at,
    Address.first_fetched_at,
    Address.recheck_at,
    Address.missing_at,
    Address.changes,
)


def make_leases(rows: Iterable[Any], site: str, *, is_recheck: bool = False) -> list[Lease]:
    """Return the leases of these addresses of a site. The rank of an address tells one that was a re-check before."""
    return [
        Lease(
            row.id,
            row.url,
            site,
            AddressKind(row.kind),
            row.depth,
            row.source,
            row.tries,
            row.vain,
            row.fetched_at is not None,
            is_recheck or row.rank == RECHECK_RANK,
            row.first_fetched_at,
            row.recheck_at,
            row.missing_at,
            row.changes,
        )
        for row in rows
    ]
