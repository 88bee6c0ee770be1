"""Groups the sites that one crawl has to take together, because they share hosts or addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from crawler.sites.host_names import get_bare_host, split_host_and_port
from crawler.sites.owners import list_domains
from crawler.sites.site import Site


def group_sites(sites: Iterable[Site]) -> list[tuple[Site, ...]]:
    """Return the sites in groups, each in the order of the sites; most have one.

    Two sites are of one group if an address of one may belong to the other (one owns a host of the other, or they are
    on one registered domain), or if they name lists on one host, such as feeds at one service. So no two groups ask one
    host, and no group finds an address of another.
    """
    sites = list(sites)
    places = _Places(len(sites))
    for number, site in enumerate(sites):
        for place in (*list_domains(site), *_list_hosts(site)):
            places.take(number, place)
    for number, site in enumerate(sites):
        for host, port in _list_hosts(site):
            for domain in _list_parents(host):
                if places.is_taken((domain, port)):  # who has it owns what is below it
                    places.take(number, (domain, port))
    groups: dict[int, list[Site]] = {}
    for number, site in enumerate(sites):
        groups.setdefault(places.find_leader(number), []).append(site)
    return [tuple(group) for group in groups.values()]


class _Places:
    """Brings together the numbers that take the same places (union-find)."""

    def __init__(self, numbers: int) -> None:
        self._leaders = list(range(numbers))  # of each number: a smaller one of its group, or itself
        self._first: dict[object, int] = {}  # by place: the first number that took it

    def is_taken(self, place: object) -> bool:
        return place in self._first

    def take(self, number: int, place: object) -> None:
        one, other = sorted(map(self.find_leader, (self._first.setdefault(place, number), number)))
        self._leaders[other] = one

    def find_leader(self, number: int) -> int:
        while self._leaders[number] != number:
            self._leaders[number] = self._leaders[self._leaders[number]]
            number = self._leaders[number]
        return number


def list_grouped_sites(sites: Iterable[Site], names: Collection[str]) -> list[str]:
    """Return the names of all sites that are in a group with one of these."""
    groups = ([site.name for site in group] for group in group_sites(sites))
    return sorted({name for group in groups if not set(names).isdisjoint(group) for name in group})


def list_places(sites: Collection[Site]) -> list[str]:
    """Return the hosts and registered domains of these sites, each with a port that is not the usual one.

    Two groups have none in common, whichever lists they are of, unless a site of one list is below one of the other.
    """
    places = {domain for site in sites for domain in list_domains(site)}
    places |= {host if port is None else f"{host}:{port}" for site in sites for host, port in _list_hosts(site)}
    return sorted(places)


def _list_hosts(site: Site) -> Iterator[tuple[str, int | None]]:
    """Yield the hosts that a site asks, without "www.", each with its port."""
    for url in (site.url, *site.other_hosts, *site.feeds, *site.sitemaps, *site.sections):
        host, port = split_host_and_port(url)
        yield get_bare_host(host) or host, port


def _list_parents(host: str) -> Iterator[str]:
    """Yield the domains that a host is below: "news.example.org" -> "example.org", "org"."""
    while "." in host:
        host = host.partition(".")[2]
        yield host
