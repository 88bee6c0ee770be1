"""Compare the hosts of addresses: which of them belong to one site."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from courlan import extract_domain

from cleaning.page.canonical import to_canonical_url


@lru_cache(maxsize=1024)  # the same address is looked up several times in a row, the site's own each time
def split_host_and_port(url: str) -> tuple[str, int | None]:
    """Return host and port of a canonical URL; the port is None if it is the scheme's default."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port


@lru_cache
def get_bare_host(host: str) -> str | None:
    """Return the host without "www." if all its sub-domains belong to the same site, else None.

    None for an IP address, a host without a dot and a public suffix (https://publicsuffix.org): "www.gov.uk" is one
    site, and the other hosts below "gov.uk" belong to other sites.
    """
    bare = host.removeprefix("www.")
    if "." not in bare or _is_ip(bare):
        return None
    # For a name below a public suffix, courlan returns that name itself.
    below = f"x.{bare}"
    return None if extract_domain(f"https://{below}/") in (None, below) else bare


def make_host_url(text: str, scheme: str) -> str | None:
    """Return the front page of a host that is written as a name or as an address; None if it is neither.

    "example.co.uk" and "https://example.co.uk/" give the same, but for the scheme; a path names no host.
    """
    written = text.strip()
    url = to_canonical_url(written if "://" in written else f"{scheme}://{written}")
    return url if url is not None and urlsplit(url).path == "/" and not urlsplit(url).query else None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
