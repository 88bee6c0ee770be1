"""Keeps the addresses of each site that are leased ahead: a transaction for each address costs as much as storing one.

They are the next ones in the order of the frontier, and are asked for in that order. What may change the order has
them given back, to be leased again with what came meanwhile. A kill gives them back, too: none was asked for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from storage.frontier.addresses import Lease

MIN_AHEAD, MAX_AHEAD = 4, 16  # articles of a site; twice as many each time that all were asked for in time
MAX_AGE = 5.0  # seconds; what comes due meanwhile, after a pause, waits no longer


@dataclass(slots=True)
class Returned:
    """The ids of addresses to give back, and of those among them that may be twins by what was learnt since."""

    ids: list[int] = field(default_factory=list)
    twins: dict[str, list[int]] = field(default_factory=dict)  # by site


class LeasesAhead:
    """The addresses that are leased and not asked for yet. `is_barred` says that an address must not be asked for."""

    def __init__(self, is_barred: Callable[[Lease], bool]) -> None:
        self._is_barred = is_barred
        self._leases: dict[str, deque[Lease]] = {}  # by site
        self._expires_at: dict[str, float] = {}  # by site, in seconds of the event loop
        self._sizes: dict[str, int] = {}  # by site
        self._returned = Returned()

    def __bool__(self) -> bool:
        return any(self._leases.values())

    def list_leases(self) -> list[Lease]:
        """Return all that is leased and not asked for yet."""
        return [lease for leases in self._leases.values() for lease in leases]

    def find_size(self, site: str) -> int:
        """Return how many articles of a site to lease ahead."""
        return self._sizes.get(site, MIN_AHEAD)

    def keep(self, site: str, leases: Iterable[Lease]) -> None:
        """Keep addresses that were just leased, in the order in which they are to be asked for."""
        self._leases[site] = deque(leases)
        self._expires_at[site] = asyncio.get_running_loop().time() + MAX_AGE

    def take(self, site: str, most: int) -> list[Lease]:
        """Return the next addresses of a site to be asked for, at most so many; none if they are to be leased anew."""
        leases = self._leases.get(site)
        if not leases:
            return []
        if most <= 0 or asyncio.get_running_loop().time() >= self._expires_at[site]:
            self._sizes[site] = MIN_AHEAD
            self.give_back(site)
            return []
        taken: list[Lease] = []
        while leases and len(taken) < most:
            if self._is_barred(leases[0]):
                self.give_back(site)
                return taken
            taken.append(leases.popleft())
        if not leases:
            self._sizes[site] = min(2 * self.find_size(site), MAX_AHEAD)
        return taken

    def give_back(self, site: str, *, has_twins: bool = False) -> None:
        """Give back what a site has left. `has_twins`: it was learnt that some of its addresses show the same page."""
        ids = [lease.id for lease in self._leases.pop(site, ())]
        self._returned.ids += ids
        if has_twins and ids:
            self._returned.twins.setdefault(site, []).extend(ids)

    def withhold(self, urls: Collection[str]) -> list[int]:
        """Give back these addresses, because their pages came otherwise; return the ids of those that were kept here.

        The transaction that stores the pages returns them, too: before the next lease, it settles them.
        """
        ids = []
        for site, leases in self._leases.items():
            if found := [lease for lease in leases if lease.url in urls]:
                ids += [lease.id for lease in found]
                self._leases[site] = deque(lease for lease in leases if lease not in found)
        self._returned.ids += ids
        return ids

    def pop_returned(self) -> Returned:
        """Return what is to be given back in the transaction that leases the next addresses."""
        returned, self._returned = self._returned, Returned()
        return returned
