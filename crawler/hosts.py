"""Hosts of addresses: which of them are one house."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from courlan import extract_domain


@lru_cache(maxsize=1024)  # one address is asked about several times in a row, the site's own each time
def host_and_port(url: str) -> tuple[str, int | None]:
    """Host and port of a canonical address; None is the scheme's own port."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port


@lru_cache
def bare_host(host: str) -> str | None:
    """The host without "www.", where all below it is of the same house; None where it stands for itself alone.

    That is so for an IP address, a host without a dot and a public suffix (https://publicsuffix.org): "www.gov.uk" is a
    site, and other people's houses are below "gov.uk".
    """
    bare = host.removeprefix("www.")
    if "." not in bare or _is_ip(bare):
        return None
    # Of a name below a public suffix courlan says that it is a domain of its own.
    below = f"x.{bare}"
    return None if extract_domain(f"https://{below}/") in (None, below) else bare


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
