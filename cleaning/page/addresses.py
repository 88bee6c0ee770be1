"""Read the addresses that pages hold, valid or not: resolve a link, get the host, domain or site of an address."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain

MAX_CHARACTERS = 2_000
WWW = re.compile(r"^www\d*\.")
# What nearly all links look like. They are joined and split here, as urllib does it in four times as much time.
SERVER = r"https?://[a-z0-9.-]+(?::[0-9]+)?"
PATH = r"/(?!/)[\w/.%~+,=&@:!*'()-]*(?:\?[\w/.%~+,=&@:!*'()-]+)?(?:#[\w/.%~+,=&@:!*'()-]+)?"
PLAIN_PATH, PLAIN_ADDRESS = re.compile(PATH, re.ASCII), re.compile(f"{SERVER}(?:{PATH})?", re.ASCII)
PLAIN_SERVER = re.compile(rf"({SERVER})(?![^/?#])")
PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)(?![^/?#])")


@lru_cache(maxsize=4096)  # a page's links are resolved by several stages
def resolve_link(base: str, link: str) -> str:
    """Return the link as an absolute address, or unchanged where it is no address."""
    link = link.strip()[:MAX_CHARACTERS]
    if PLAIN_ADDRESS.fullmatch(link):
        return link
    if "/." not in link and PLAIN_PATH.fullmatch(link) and (server := PLAIN_SERVER.match(base)):
        return server[1] + link
    try:
        return urljoin(base, link)
    except ValueError:  # "http://["
        return link


def identify_page(address: str) -> str:
    """Return an address without scheme, "www.", fragment and last slash: enough to tell one page from another."""
    before = address.partition("#")[0]
    return (before.partition("://")[2] or before).removeprefix("www.").rstrip("/")


@lru_cache(maxsize=4096)
def get_host(address: str) -> str:
    """Return the host of an http(s) address, "" where it has none."""
    if plain := PLAIN_HOST.match(address):
        return plain[1]
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
    except ValueError:
        return ""
    return name if parts.scheme in ("http", "https") else ""


def get_domain(address: str) -> str:
    """Return the registrable domain of an address, "" where it has none. The pages of a domain are one site's."""
    name = get_host(address)
    return _extract_domain(name) if name else ""


def get_site(address: str) -> str:
    """Return the host of an address without "www". It names the page's site where no configuration does.

    The domain would be too wide: the blogs of one platform share their domain and nothing else.
    """
    return WWW.sub("", get_host(address))


def load_suffixes() -> None:
    """Load the list of public suffixes, which takes a tenth of a second at the first short host otherwise."""
    get_domain("https://t.co/")


@lru_cache(maxsize=4096)
def _extract_domain(name: str) -> str:
    return extract_domain(f"https://{name}/", fast=True) or name
