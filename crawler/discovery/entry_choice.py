"""Choose the address under which an entry is offered, where it gives several: the article's, not that of a counter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cleaning.page.canonical import to_canonical_url
from crawler.discovery.addresses import classify_address
from storage.frontier.addresses import AddressKind

if TYPE_CHECKING:
    from crawler.discovery.documents import Entry
    from crawler.sites.site import Site

# Addresses that count a reader and lead on to the article.
_COUNTER = re.compile(
    r"https?://(?:[^/]*\.)?(?:feedproxy|feedburner|feedsportal|pheedo|clicks?|tracking|track|redirect|redir)\.[^/]*/"
    r"|https?://(?:feeds?|rss)\d*\.[^/]+/(?:~|click|track)"
    r"|/~r/|/~3/"
    r"|[?&](?:url|u|link|target|dest|destination|redirect|redirect_url|to|goto)=https?(?::|%3a)",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_MAX_UNQUOTED = 2  # times: a counter may lead to a counter


def choose_entry_address(entry: Entry, site: Site, base: str) -> str | None:
    """Return the canonical address of an entry: the first on a host of the site that may be an article.

    An address of a counter comes after the others. Else return the first on a host of the site, else one of the site
    that stands within a counter's address. If there is none, return the first address all the same, so that it is
    counted as refused; None if none is an address at all.
    """
    first = to_canonical_url(entry.url, base)
    if first is not None and not entry.others and site.owns(first):
        return first
    given = [url for one in (entry.url, *entry.others) if (url := to_canonical_url(one, base)) is not None]
    own = [url for url in given if site.owns(url)]
    if own:
        own.sort(key=lambda url: (_is_refused(url, site), _COUNTER.search(url) is not None))
        return own[0]
    embedded = (url for one in (entry.url, *entry.others) for url in _find_embedded(one, base))
    return next((url for url in embedded if site.owns(url)), given[0] if given else None)


def _is_refused(url: str, site: Site) -> bool:
    return classify_address(url, site, is_declared=True).kind is not AddressKind.ARTICLE


def _find_embedded(address: str, base: str) -> list[str]:
    """Return the addresses within an address: ?url=https%3A%2F%2Fexample.org%2Fa, /*https://example.org/a."""
    found: list[str] = []
    text = address
    for _ in range(_MAX_UNQUOTED + 1):
        start = text.find("://") + 3
        for match in _EMBEDDED.finditer(text, start):
            # In a query of its own the next parameter is the counter's.
            whole = match[0] if "?" in match[0] else match[0].partition("&")[0]
            if (url := to_canonical_url(whole, base)) is not None:
                found.append(url)
        text = unquote(text)
    return found
