"""Groups of sites: what shares hosts or lists is crawled by one crawl."""

from __future__ import annotations

import random

import pytest

from crawler.sites.site import Site
from crawler.sites.site_groups import group_sites, list_grouped_sites, list_places

SITES = [
    Site("courier", "https://www.courier.example/"),
    Site("edition", "https://courier.example/fr/"),
    Site("sport", "https://sport.courier.example/"),
    Site("herald", "https://herald.example/", feeds=("https://feeds.example/herald",)),
    Site("ledger", "https://ledger.example/", feeds=("https://feeds.example/ledger",)),
    Site("bridge", "https://bridge.example/", other_hosts=("https://tribune.example/",)),
    Site("tribune", "https://www.tribune.example/"),
    Site("port", "https://gazette.example:8443/"),
    Site("one", "http://127.0.0.1:8001/"),
    Site("two", "http://127.0.0.1:8002/"),
]
GROUPS = [
    {"courier", "edition", "sport"},
    {"herald", "ledger"},
    {"bridge", "tribune"},
    {"port"},
    {"one"},
    {"two"},
]


@pytest.mark.parametrize("seed", range(5))
def test_sites_on_one_domain_or_with_lists_on_one_host_are_one_group_in_any_order(seed: int) -> None:
    shuffled = random.Random(seed).sample(SITES, len(SITES))
    groups = group_sites(shuffled)
    assert sorted(sorted(site.name for site in group) for group in groups) == sorted(map(sorted, GROUPS))
    order = [site.name for site in shuffled]
    assert all([site.name for site in group] == sorted((s.name for s in group), key=order.index) for group in groups)


def test_who_crawls_one_site_of_a_group_claims_all_of_it() -> None:
    assert list_grouped_sites(SITES, ["sport", "port"]) == ["courier", "edition", "port", "sport"]


def test_a_host_is_the_same_place_whatever_a_list_calls_its_site() -> None:
    assert list_places(SITES[3:5]) == ["feeds.example", "herald.example", "ledger.example"]
    for listed in (Site("sport", "https://sport.courier.com/"), Site("news", "https://www.courier.com/")):
        assert "courier.com" in list_places([listed])
    assert list_places(SITES[-2:]) == ["127.0.0.1:8001", "127.0.0.1:8002"]
