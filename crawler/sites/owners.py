"""Find the site that an address belongs to, where several sites of sites.toml are editions on one host or domain."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from courlan import extract_domain

from cleaning.page.canonical import to_canonical_url
from crawler.sites.host_names import get_bare_host, split_host_and_port
from crawler.sites.path_patterns import get_literal_prefix, matches_any_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.sites.site import Site

_Rank = tuple[int, int, bool]


class SiteOwners:
    """The sites that share the addresses of a crawl: all of sites.toml, also those that this run does not crawl.

    An address belongs to the site that names the most of it: the longest host, then the longest path. A site names the
    folders of its front page and of its sections, and the beginnings of its `include` patterns. So a sitemap of the
    whole host may be read for any edition: each article belongs to the edition that its path names.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self._sites = tuple(sites)
        self._neighbours: dict[str, tuple[Site, ...]] = {}  # by the name of the site that finds an address

    def find_owner(self, url: str, finder: Site) -> Site | None:
        """Return the site that `url` belongs to if the site `finder` found it; None if it belongs to none.

        Where several sites name equally much of it, it belongs to the finder, else to the first. Sites on other domains
        than the finder's are not considered: a link to another newspaper is no statement of that newspaper. An address
        that its owner excludes belongs to no site.
        """
        canonical = to_canonical_url(url)
        if canonical is None:
            return None
        owners = [site for site in self._find_neighbours(finder) if site.owns(canonical)]
        # Of equal ranks max() takes the first, and the finder is the first.
        owner = max(owners, key=lambda site: _rank_claim(site, canonical), default=None)
        return None if owner is None or owner.excludes(canonical) else owner

    def find_by_address(self, url: str) -> Site | None:
        """Return the site that names the most of `url`, whoever found it; None if it is on no host of theirs.

        Of an archived page, and of one that a person asks about, it does not matter whether a crawl would exclude it.
        """
        owners = [site for site in self._sites if site.owns(url)]
        return max(owners, key=lambda site: _rank_claim(site, url), default=None)

    def _find_neighbours(self, finder: Site) -> tuple[Site, ...]:
        """Return the finder, then the other sites on its domains."""
        if finder.name not in self._neighbours:
            domains = list_domains(finder)
            others = (site for site in self._sites if site.name != finder.name)
            near = (site for site in others if not domains.isdisjoint(list_domains(site)))
            self._neighbours[finder.name] = (finder, *near)
        return self._neighbours[finder.name]


def list_domains(site: Site) -> set[str]:
    """Return the registered domains of a site; for a host without one, the host and the port."""
    return {extract_domain(url) or urlsplit(url).netloc for url in (site.url, *site.other_hosts)}


def _rank_claim(site: Site, url: str) -> _Rank:
    """Return how much of a canonical URL that the site owns it names; the largest wins."""
    host, port = split_host_and_port(url)
    bases = [split_host_and_port(own) for own in (site.url, *site.other_hosts)]
    bare = [get_bare_host(base) or base for base, base_port in bases if base_port == port]
    named = max((len(base) for base in bare if host == base or host.endswith(f".{base}")), default=0)
    path = urlsplit(url).path
    folders = [len(own) for own in _list_folders(site) if path == own or path.startswith(f"{own}/")]
    patterns = [len(get_literal_prefix(own)) for own in site.include if matches_any_pattern((own,), url)]
    return named, max([*folders, *patterns], default=-1), site.includes(url)


@lru_cache(maxsize=1024)
def _list_folders(site: Site) -> tuple[str, ...]:
    """Return the folders of a site's front page and sections, without a slash at the end."""
    paths = (urlsplit(url).path for url in (site.url, *site.sections))
    return tuple(dict.fromkeys(_get_folder(path) for path in paths))


def _get_folder(path: str) -> str:
    """/fr/ -> /fr; /fr/index.html -> /fr; / -> nothing."""
    folder, _, last = path.rpartition("/")
    return folder if "." in last or not last else path
