"""What a page says about itself in its head: meta elements, links, and schema.org objects in JSON-LD."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any

from cleaning.parsing import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

ARTICLE_TYPES = ("article", "blogposting", "report", "posting", "review")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
LONGEST_FIELD = 2_000
MOST_OBJECTS = 500


@dataclass(frozen=True, slots=True)
class Structured:
    """The page's own words about itself. `meta` is keyed by lower-case name, property or itemprop, in page order."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    objects: tuple[dict[str, Any], ...] = ()  # every JSON-LD object of the page, outermost first
    title: str = ""  # the <title> element
    canonical: str | None = None

    def first(self, *names: str) -> str | None:
        """The value of the first of these names that the page has."""
        for name in names:
            for value in self.meta.get(name, ()):
                return value
        return None

    def every(self, *names: str) -> list[str]:
        return [value for name in names for value in self.meta.get(name, ())]

    @property
    def articles(self) -> Iterator[dict[str, Any]]:
        """The JSON-LD objects that are an article of some kind."""
        for item in self.objects:
            kinds = [kind.lower() for kind in strings(item.get("@type"))]
            if any(kind.endswith(ARTICLE_TYPES) for kind in kinds):
                yield item


def read_structured(tree: HtmlElement) -> Structured:
    meta: dict[str, list[str]] = defaultdict(list)
    for element in tree.iter("meta"):
        content = tidy(element.get("content") or "")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop"):
            if name := element.get(attribute):
                meta[name.strip().lower()].append(content)
                break
    canonical = None
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            canonical = (link.get("href") or "").strip()
            break
    title = tree.find(".//title")
    return Structured(
        meta=dict(meta),
        objects=tuple(_objects(tree)),
        title=tidy(title.text_content()) if title is not None else "",
        canonical=canonical,
    )


def _objects(tree: HtmlElement) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        try:
            waiting = [json.loads(script.text.strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):  # as broken as the web is; the meta elements say most of it again
            continue
        while waiting and len(found) < MOST_OBJECTS:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting[:0] = item[:MOST_OBJECTS]
            elif isinstance(item, dict):
                found.append(item)
                waiting[:0] = [item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in item]
    return found


def strings(value: object) -> list[str]:
    """The strings in a JSON-LD value, which may be one, a list of them, or an object that has a name."""
    if isinstance(value, str):
        return [text] if (text := tidy(value)) else []
    if isinstance(value, list):
        return [text for item in value[:MOST_OBJECTS] for text in strings(item) if not isinstance(item, list)]
    if isinstance(value, dict):
        return strings(value.get("name")) if not isinstance(value.get("name"), dict) else []
    return []


def tidy(text: str) -> str:
    """One line of normalised white space, without entities (pages escape twice) and tags, of bounded length."""
    text = text[:LONGEST_FIELD]
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = TAG.sub(" ", text)
    return " ".join(FORBIDDEN.sub("", text).split())
