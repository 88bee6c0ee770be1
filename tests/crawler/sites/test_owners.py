"""Which site of several an address belongs to, and the path patterns of `include` and `exclude`."""

from __future__ import annotations

import pytest

from crawler.sites.owners import SiteOwners
from crawler.sites.path_patterns import is_path_pattern, matches_any_pattern
from crawler.sites.site import Site

ROOT = "https://paper.example.org"
FR = Site("fr", f"{ROOT}/fr/")
EN = Site("en", f"{ROOT}/en")
WORLD = Site("world", f"{ROOT}/")
SPORT = Site("sport", "https://sport.paper.example.org/")
SWISS = Site("swiss", f"{ROOT}/fr/suisse/index.html")
OTHER = Site("other", "https://elsewhere.example.net/")


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        (f"{ROOT}/fr/news/2026/a", "fr"),
        (f"{ROOT}/fr/suisse/a", "swiss"),
        (f"{ROOT}/en", "en"),
        (f"{ROOT}/en/a", "en"),
        (f"{ROOT}/english/a", "world"),
        (f"{ROOT}/a", "world"),
        ("https://sport.paper.example.org/fr/a", "sport"),
        ("https://tv.paper.example.org/a", "world"),
        ("https://elsewhere.example.net/a", None),
        ("https://nobody.example/a", None),
        ("no address", None),
    ],
)
def test_an_address_belongs_to_the_site_that_names_the_most_of_it(url: str, owner: str | None) -> None:
    owners = SiteOwners([FR, EN, WORLD, SPORT, SWISS, OTHER])
    for finder in (FR, EN, WORLD, SPORT, SWISS):
        found = owners.find_owner(url, finder)
        assert (found and found.name) == owner, finder.name


def test_an_address_without_a_finder_belongs_to_the_site_that_names_the_most_of_it() -> None:
    owners = SiteOwners([WORLD, FR, SPORT, OTHER])
    found = {
        path: owners.find_by_address(path)
        for path in (f"{ROOT}/fr/a", f"{ROOT}/a", "https://sport.paper.example.org/", "https://nobody.example/a")
    }
    assert list(found.values()) == [FR, WORLD, SPORT, None]


def test_what_two_sites_name_equally_belongs_to_the_finder() -> None:
    owners = SiteOwners([FR, EN])
    assert owners.find_owner(f"{ROOT}/sitemap.xml", EN) == EN
    assert owners.find_owner(f"{ROOT}/sitemap.xml", FR) == FR


def test_sections_and_include_patterns_name_paths() -> None:
    local = Site("local", f"{ROOT}/", sections=(f"{ROOT}/towns/",))
    culture = Site("culture", f"{ROOT}/", include=("/culture/*/review",))
    owners = SiteOwners([local, culture])
    assert owners.find_owner(f"{ROOT}/towns/a", culture) == local
    assert owners.find_owner(f"{ROOT}/culture/x/review", local) == culture
    assert owners.find_owner(f"{ROOT}/culture/x", local) == local


def test_what_its_owner_excludes_belongs_to_no_site() -> None:
    no_video = Site("fr", f"{ROOT}/fr/", exclude=("/fr/video/", "*.pdf$"))
    for owners in (SiteOwners([no_video]), SiteOwners([no_video, WORLD])):
        assert owners.find_owner(f"{ROOT}/fr/video/a", no_video) is None
    assert SiteOwners([no_video]).find_owner(f"{ROOT}/fr/a.pdf?x", no_video) == no_video


def test_further_hosts_belong_to_a_site_with_their_sub_domains() -> None:
    site = Site("paper", f"{ROOT}/", other_hosts=("https://paper.example.net/",))
    for url in ("https://www.paper.example.net/a", "https://sport.paper.example.net/a", f"{ROOT}/a"):
        assert SiteOwners([site]).find_owner(url, site) == site


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/fr/", "/fr/a", True),
        ("/fr/", "/french", False),
        ("/*/news/", "/en/x/news/a", True),
        ("*.pdf$", "/a.pdf", True),
        ("*.pdf$", "/a.pdf?x=1", False),
        ("/*?print=", "/a?print=1", True),
        ("/caf%C3%A9/", "/café/a", True),
    ],
)
def test_a_pattern_is_compared_as_in_robots_txt(pattern: str, path: str, *, matches: bool) -> None:
    assert is_path_pattern(pattern)
    assert matches_any_pattern(("/zzz", pattern), ROOT + path) is matches


@pytest.mark.parametrize(
    "text", ["fr/", "https://paper.example.org/fr/", "", "/a b", "/a#b", "/a\nAllow: /", "/" * 501]
)
def test_other_texts_are_no_patterns(text: str) -> None:
    assert not is_path_pattern(text)
