"""Groups the sites that one crawl has to take together, because they share hosts or addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from crawler.sites.host_names import get_bare_host
from crawler.sites.owners import list_domains
from crawler.sites.site import Site


def group_sites(sites: Iterable[Site]) -> list[tuple[Site, ...]]:
    """Return the sites in groups, each in the order of the sites; most have one.

    Two sites are of one group if an address of one may belong to the other (they are on one registered domain), or if
    they name lists on one host, such as feeds at one service. So no two groups ask one host, and no group finds an
    address of another.
    """
    sites = list(sites)
    leaders = list(range(len(sites)))  # of each site: an earlier one of its group, or itself
    first_with: dict[str, int] = {}  # by a place that is shared: the first site that has it

    def find_leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = leaders[leaders[number]]
            number = leaders[number]
        return number

    for number, site in enumerate(sites):
        for place in _list_places(site):
            one, other = sorted((find_leader(first_with.setdefault(place, number)), find_leader(number)))
            leaders[other] = one
    groups: dict[int, list[Site]] = {}
    for number, site in enumerate(sites):
        groups.setdefault(find_leader(number), []).append(site)
    return [tuple(group) for group in groups.values()]


def list_grouped_sites(sites: Iterable[Site], names: Collection[str]) -> list[str]:
    """Return the names of all sites that are in a group with one of these."""
    groups = ([site.name for site in group] for group in group_sites(sites))
    return sorted({name for group in groups if not set(names).isdisjoint(group) for name in group})


def _list_places(site: Site) -> set[str]:
    """Return what no two groups may share: registered domains, and the hosts of lists."""
    hosts = (urlsplit(url).netloc for url in (*site.feeds, *site.sitemaps, *site.sections))
    return {*list_domains(site), *(get_bare_host(host) or host for host in hosts)}
