"""A site to crawl: its front page, its lists, and which addresses belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaning.errors import BadAddress, UnknownSite
from cleaning.page.canonical import to_canonical_url
from cleaning.records.given import NO_RULES, SiteRules
from crawler.sites.host_names import get_bare_host, split_host_and_port
from crawler.sites.path_patterns import matches_any_pattern
from storage.frontier.addresses import AddressKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_NOT_IN_NAME = re.compile(r"[^a-z0-9._-]+")
# In the meta of a request: the Site that it belongs to. "site" is left to the spiders of the user.
SITE_OF_REQUEST = "site_of_request"
MAX_NAMES = 10  # of sites in a message
_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # "example.org:8080" has a port, no scheme


@dataclass(frozen=True, slots=True)
class Site:
    """One site to crawl. All addresses are canonical URLs."""

    name: str
    url: str  # the front page
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    language: str | None = None  # a language tag in lower case, "en" or "pt-br"
    delay: float | None = None  # seconds between two requests
    limit: int | None = None  # articles per run
    other_hosts: tuple[str, ...] = ()  # one address on each further host that belongs to the site (`hosts`)
    include: tuple[str, ...] = ()  # path patterns; an article matches one of them, if there are any
    exclude: tuple[str, ...] = ()  # path patterns; what matches one is not asked for
    timezone: str | None = None  # a name of the IANA database, "Europe/Berlin"
    # Name and value of each cookie that opens the site's wall. No log shows them: a value may be a subscriber's.
    cookies: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    browser: frozenset[str] = frozenset()  # pages whose scripts a browser runs: "lists", "articles"
    browser_clicks: tuple[str, ...] = ()  # CSS selectors of what is clicked in them, in this order
    browser_hosts: tuple[str, ...] = ()  # front pages of further hosts that their scripts may ask
    rules: SiteRules = NO_RULES  # where things stand in its pages

    def owns(self, url: str) -> bool:
        """Return whether `url` is on a host of the site.

        These are the host of the site's address, the same host with or without "www.", and their sub-domains. An IP
        address, a host without a dot and a public suffix ("www.gov.uk") have no other hosts. http and https are the
        same if each uses its default port; any other port must be equal.
        """
        canonical = to_canonical_url(url)
        return canonical is not None and any(_is_same_host(canonical, own) for own in (self.url, *self.other_hosts))

    def lets_scripts_ask(self, url: str) -> bool:
        """Return whether scripts of its pages may ask for `url` in the browser: the hosts of `browser_hosts`, too."""
        parts = urlsplit(url)
        front = to_canonical_url(f"{parts.scheme}://{parts.netloc}/")  # a path may be too long for an article's address
        return front is not None and (
            self.owns(front) or any(_is_same_host(front, host) for host in self.browser_hosts)
        )

    def get_cookies(self, url: str) -> dict[str, str]:
        """Return the cookies of its entry that go to `url`: its own hosts, of a site under https under https only."""
        is_open = self.url.startswith("https:") and not url.startswith("https:")
        return dict(self.cookies) if self.cookies and self.owns(url) and not is_open else {}

    def get_subdomain(self, url: str) -> str:
        """Return the sub-domain of a URL of this site, without "www": "sport" for sport.example.org."""
        own = split_host_and_port(self.url)[0]
        host = split_host_and_port(url)[0].removeprefix("www.")
        return host.removesuffix(get_bare_host(own) or own).removesuffix(".") if host != own else ""

    def allows(self, url: str, kind: AddressKind) -> bool:
        """Return whether `url` may be fetched as `kind`: it is on a host of the site, or the site's entry lists it."""
        listed = {AddressKind.FEED: self.feeds, AddressKind.SITEMAP: self.sitemaps}.get(kind, ())
        return to_canonical_url(url) in listed or self.owns(url)

    def includes(self, url: str) -> bool:
        """Return whether an article at `url` may belong to the site by its `include`."""
        return not self.include or matches_any_pattern(self.include, url)

    def excludes(self, url: str) -> bool:
        """Return whether `exclude` keeps the site from `url`. What the entry itself names is never excluded."""
        return matches_any_pattern(self.exclude, url) and url not in (
            self.url,
            *self.feeds,
            *self.sitemaps,
            *self.sections,
        )


def _is_same_host(url: str, own_url: str) -> bool:
    host, port = split_host_and_port(url)
    own, own_port = split_host_and_port(own_url)
    if port != own_port:
        return False
    bare = get_bare_host(own)
    return host == own or (bare is not None and (host == bare or host.endswith(f".{bare}")))


def make_site(url: str) -> Site:
    """Make a site with the front page `url`, named after its host. Raise BadAddress if `url` is no http(s) address."""
    address = to_canonical_url(url)
    if address is None:
        raise BadAddress(explain_bad_address(url))
    host, port = split_host_and_port(address)
    name = host.removeprefix("www.") + (f"-{port}" if port else "")
    return Site(name=_NOT_IN_NAME.sub("-", name)[:64], url=address)


def find_site(sites: Iterable[Site], name: str) -> Site:
    """Return the site of that name, ignoring case. Raise UnknownSite with the names of the others."""
    known = {site.name: site for site in sites}
    return known[match_name(known, name)]


def match_name(known: Collection[str], name: str, *, where: str = "in the list of sites") -> str:
    """Return the name in `known` that equals `name`, ignoring case. Raise UnknownSite with all, the closest first."""
    for one in (name, name.strip().lower()):
        if one in known:
            return one
    near = get_close_matches(name.lower(), known, n=3)
    names = [*near, *(one for one in sorted(known) if one not in near)]
    more = f" and {len(names) - MAX_NAMES:,} more" if len(names) > MAX_NAMES else ""
    raise UnknownSite(f'no site "{name}" {where}; choose from: {", ".join(names[:MAX_NAMES]) or "none"}{more}')


def explain_bad_address(text: str) -> str:
    """Return a message that `text` is no address to crawl, with the address that may have been meant."""
    quoted = quote_value(text)
    if not _HAS_SCHEME.match(text.strip()) and to_canonical_url(f"https://{text.strip()}") is not None:
        return f"{quoted} is not an address; did you mean https://{text.strip()}?"
    return f"{quoted} is not an http(s) address"


def quote_value(value: object) -> str:
    """Return a value about as the user wrote it, on one line, at most 80 characters."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= 80 else f"{text[:79]}…"
