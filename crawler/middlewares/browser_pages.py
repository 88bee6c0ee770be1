"""Which pages go through the browser, as their site's entry in sites.toml says (`browser`)."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from crawler.sites.site import SITE_OF_REQUEST, Site
from storage.frontier.addresses import AddressKind, Lease

# In the meta of a request without a lease: what its page is, "lists" or "articles".
SHOWN_AS = "shown_as"
_PURPOSES = {AddressKind.SECTION: "lists", AddressKind.ARTICLE: "articles"}
_HTML_TYPES = (b"text/html", b"application/xhtml+xml")


def find_browser_purpose(request: Request) -> str | None:
    """Return what for the page of a request goes through the browser: "lists" or "articles"; None if it does not."""
    site: Site | None = request.meta.get(SITE_OF_REQUEST)
    lease: Lease | None = request.meta.get("lease")
    if site is None or not site.browser:
        return None
    purpose = request.meta.get(SHOWN_AS) if lease is None else _PURPOSES.get(lease.kind)
    return purpose if purpose in site.browser else None


def is_rendered(response: Response) -> bool:
    """Return whether a response is a page whose scripts a browser would run."""
    kind = (response.headers.get("Content-Type") or _HTML_TYPES[0]).partition(b";")[0].strip().lower()
    return response.status == 200 and kind in _HTML_TYPES and not _forbids_scripts(response)


def _forbids_scripts(response: Response) -> bool:
    """Return whether the policy of a page is a sandbox without scripts (Content Security Policy 3, 6.4.1)."""
    policies = b",".join(response.headers.getlist("Content-Security-Policy")).lower()
    directives = (directive.split() for directive in policies.replace(b",", b";").split(b";"))
    return any(words[:1] == [b"sandbox"] and b"allow-scripts" not in words for words in directives)
