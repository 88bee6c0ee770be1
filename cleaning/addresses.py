"""Addresses as pages hold them: anything may stand there."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain

LONGEST = 2_000
WWW = re.compile(r"^www\d*\.")


def absolute(base: str, link: str) -> str:
    """The link as an address of its own; as it stands where it is no address."""
    link = link.strip()[:LONGEST]
    try:
        return urljoin(base, link)
    except ValueError:  # "http://["
        return link


def host(address: str) -> str:
    """The host of an http(s) address, "" where it has none."""
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
    except ValueError:
        return ""
    return name if parts.scheme in ("http", "https") else ""


def domain(address: str) -> str:
    """The registrable domain of an address: its pages are one site's. "" where it has none."""
    name = host(address)
    return _registrable(name) if name else ""


def site(address: str) -> str:
    """The host of an address without "www": where nothing else says what a site is, its pages are one site's.

    Not the domain: the blogs of one platform share it, and nothing else.
    """
    return WWW.sub("", host(address))


@lru_cache(maxsize=4096)
def _registrable(name: str) -> str:
    return extract_domain(f"https://{name}/", fast=True) or name
