"""schema.org objects in a page's JSON-LD."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cleaning.lines import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_OBJECTS = 500
# Where an object holds others that are of the page, too.
HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage")
ARTICLE_TYPES = ("article", "blogposting", "report", "posting", "review")


def objects(scripts: Iterable[str]) -> list[dict[str, Any]]:
    """Every object in these JSON-LD scripts that speaks of the page, outermost first."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        try:
            waiting = [json.loads(script.strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):  # as broken as the web is; the meta elements say most of it again
            continue
        while waiting and len(found) < MOST_OBJECTS:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting[:0] = item[:MOST_OBJECTS]
            elif isinstance(item, dict):
                found.append(item)
                waiting[:0] = [item[key] for key in HOLDERS if key in item]
    return found


def types(item: dict[str, Any]) -> list[str]:
    """What an object says it is: "NewsArticle", without the vocabulary's address."""
    return [kind.rpartition("/")[2] for kind in strings(item.get("@type"))]


def is_article(item: dict[str, Any]) -> bool:
    return any(kind.lower().endswith(ARTICLE_TYPES) for kind in types(item))


def strings(value: object) -> list[str]:
    """The strings in a JSON-LD value, which may be one, a list of them, or an object that has a name."""
    if isinstance(value, str):
        return [text] if (text := tidy(value)) else []
    if isinstance(value, list):
        return [text for item in value[:MOST_OBJECTS] for text in strings(item) if not isinstance(item, list)]
    if isinstance(value, dict):
        return strings(value.get("name")) if not isinstance(value.get("name"), dict) else []
    return []


def addresses(value: object) -> list[str]:
    """The addresses in a JSON-LD value: of an image, a licence, a page."""
    found = []
    for item in value[:MOST_OBJECTS] if isinstance(value, list) else [value]:
        address = item.get("url") or item.get("@id") or item.get("contentUrl") if isinstance(item, dict) else item
        if isinstance(address, str) and (text := tidy(address)):
            found.append(text)
    return found
