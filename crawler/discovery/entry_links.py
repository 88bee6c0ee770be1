"""Read the addresses that an entry of a feed gives itself: its links, its original link, its identifier."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.discovery.markup import get_local_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

_MAX_FIELDS = 50  # of an entry that are looked at
_MAX_CHARACTERS = 8_000  # of an address

_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_PAGE_TYPE = re.compile(r"(?:text/html|application/xhtml\+xml)?(?:;.*)?$", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][0-9A-Za-z]{1,30});")
_HOST_BEFORE_PATH = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?=[/?#]|$)")

# The likeliest first: a service that counts readers gives the address of the article as "origLink"; the link of a page;
# a permanent identifier; further representations; the entry itself.
_ORIGINAL, _PAGE, _PERMANENT, _OTHER, _SELF = range(5)


def find_entry_links(entry: etree._Element, url: str, home: str = "") -> list[str]:
    """Return the absolute addresses of an <item> or <entry>, the likeliest to be that of the article first.

    `url` is the address of the feed, `home` that of its site: "example.org/a" without a scheme is an address on the
    host of one of them.
    """
    found: list[tuple[int, str]] = []
    for child in islice(entry, _MAX_FIELDS):
        place = _rank_field(child)
        text = (child.get("href") or child.text or "") if place is not None else ""
        address = clean_address(text)
        if place is not None and address and not (place == _PERMANENT and not _is_address(address)):
            found.append((place, resolve_feed_link(address, child.base or "", url, home)))
    if about := entry.get(_ABOUT):
        found.append((_PERMANENT, resolve_feed_link(clean_address(about), "", url, home)))
    found.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys(address for _, address in found))


def _rank_field(field: etree._Element) -> int | None:
    match get_local_name(field).lower():
        case "origlink":
            return _ORIGINAL
        case "link":
            relation = (field.get("rel") or "alternate").strip().lower().rpartition("/")[2]
            if relation == "self":
                return _SELF
            is_page = _PAGE_TYPE.match((field.get("type") or "").strip()) is not None
            return None if relation not in ("alternate", "canonical") else _PAGE if is_page else _OTHER
        case "guid":
            is_permanent = (field.get("isPermaLink") or field.get("ispermalink") or "true").strip().lower()
            return _PERMANENT if is_permanent != "false" else None
        case "id":
            return _PERMANENT
    return None


def clean_address(text: str) -> str:
    """Return the address in a text: without white space around it, its entities resolved (they end in a semicolon)."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text.strip()[:_MAX_CHARACTERS]).strip()


def resolve_feed_link(link: str, base: str, url: str, home: str = "") -> str:
    """Return the absolute form of a link in the feed at `url`, under its xml:base."""
    try:
        start = urljoin(url, base) if base else url
        if (host := _HOST_BEFORE_PATH.match(link)) and _is_host_of(host[0], url, home):
            return f"{urlsplit(url).scheme}://{link}"
        return urljoin(start, link)
    except ValueError:  # "http://["
        return link


def _is_host_of(name: str, *addresses: str) -> bool:
    """Return whether a link that begins with `name` begins with a host, and not with the name of a file."""
    bare = name.lower().removeprefix("www.")
    if name.lower().startswith("www.") and "." in bare:
        return True
    hosts = (urlsplit(address).netloc.lower().removeprefix("www.") for address in addresses if address)
    return any(bare == host or bare.endswith(f".{host}") for host in hosts)


def find_relative(addresses: Iterable[object]) -> str | None:
    """Return the first of these values that is an address, absolute or from the root of its host."""
    return next((one.strip() for one in addresses if isinstance(one, str) and _is_address(one)), None)


def _is_address(value: str) -> bool:
    return value.strip().lower().startswith(("http://", "https://", "/"))
