"""Which hosts a page names for its scripts and styles: it may load both from there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree

_STYLES = frozenset(("stylesheet", "modulepreload"))


def find_named_origins(html: bytes, url: str) -> frozenset[tuple[str, int | None]]:
    """Return host and port of each `<script src>` and `<link rel=stylesheet>` of a page, as `get_origin` gives them."""
    return frozenset(_find_origins(html, url))


def get_origin(url: str) -> tuple[str, int | None]:
    """Return host and port of an address; no port for the one of its scheme, so that http may lead to https."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "", None
    return host, None if port == (443 if parts.scheme == "https" else 80) else port


def _find_origins(html: bytes, url: str) -> Iterator[tuple[str, int | None]]:
    try:
        tree = etree.fromstring(html, etree.HTMLParser(recover=True, huge_tree=False))
    except (etree.LxmlError, ValueError):
        return
    if tree is None:
        return
    base = next((address for element in tree.iter("base") if (address := element.get("href"))), "")
    for element in tree.iter("script", "link"):
        is_style = element.tag == "link" and not _STYLES.isdisjoint((element.get("rel") or "").lower().split())
        address = element.get("src") if element.tag == "script" else element.get("href") if is_style else None
        if address:
            try:
                yield get_origin(urljoin(urljoin(url, base.strip()), address.strip()))
            except ValueError:
                continue
