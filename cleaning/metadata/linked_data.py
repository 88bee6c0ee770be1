"""Read schema.org objects from a page's JSON-LD."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_OBJECTS = 500
# Keys under which an object holds other objects of the page.
HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage")
ARTICLE_TYPES = ("article", "blogposting", "report", "posting", "review")


def read_objects(scripts: Iterable[str]) -> list[dict[str, Any]]:
    """Return the objects of the page in these JSON-LD scripts, outermost first, at most MAX_OBJECTS."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        try:
            waiting = [json.loads(script.strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):  # broken JSON is common; the meta elements repeat most of it
            continue
        while waiting and len(found) < MAX_OBJECTS:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting[:0] = item[:MAX_OBJECTS]
            elif isinstance(item, dict):
                found.append(item)
                waiting[:0] = [item[key] for key in HOLDERS if key in item]
    return found


def read_types(item: dict[str, Any]) -> list[str]:
    """Return the types of an object, without the vocabulary's address: "NewsArticle"."""
    return [kind.rpartition("/")[2] for kind in read_strings(item.get("@type"))]


def is_article(item: dict[str, Any]) -> bool:
    return any(kind.lower().endswith(ARTICLE_TYPES) for kind in read_types(item))


def read_strings(value: object) -> list[str]:
    """Return the strings in a JSON-LD value, which may be a string, a list of them, or an object with a name."""
    if isinstance(value, str):
        return [text] if (text := normalize_line(value)) else []
    if isinstance(value, list):
        return [text for item in value[:MAX_OBJECTS] for text in read_strings(item) if not isinstance(item, list)]
    if isinstance(value, dict):
        return read_strings(value.get("name")) if not isinstance(value.get("name"), dict) else []
    return []


def read_addresses(value: object) -> list[str]:
    """Return the addresses in a JSON-LD value: of an image, a licence, a page."""
    found = []
    for item in value[:MAX_OBJECTS] if isinstance(value, list) else [value]:
        address = item.get("url") or item.get("@id") or item.get("contentUrl") if isinstance(item, dict) else item
        if isinstance(address, str) and (text := normalize_line(address)):
            found.append(text)
    return found
