"""What a page says about itself for machines: meta elements, links, times, and schema.org objects in JSON-LD."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from cleaning.lines import tidy
from cleaning.linked_data import is_article, objects, strings

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_ELEMENTS = 300  # of a kind; what matters of a page stands at its beginning
# What marks an element of any kind. An attribute's owner is found in half the time that elements with it are.
MARKED = etree.XPath("//@itemprop/.. | //@itemtype/.. | //@rel[.='author']/.. | //@class[.='author' or .='byline']/..")


class Said(NamedTuple):
    """A statement of the page, and where it stands, in a reader's words: "meta author", "JSON-LD headline"."""

    text: str
    source: str


@dataclass(frozen=True)
class Structured:
    """The page's own words about itself.

    `meta` is keyed by lower-case name, property or itemprop; its values stand as the page has them, in its order.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    objects: tuple[dict[str, Any], ...] = ()  # every JSON-LD object of the page, outermost first
    title: str = ""  # the <title> element
    canonical: str | None = None
    licence: str | None = None  # <link rel=license>
    headings: tuple[HtmlElement, ...] = ()  # <h1>, then <h2>, then <h3>
    times: tuple[HtmlElement, ...] = ()  # <time>
    licences: tuple[str, ...] = ()  # <a rel=license>
    tree: HtmlElement | None = None

    def first(self, *names: str) -> str | None:
        """The value of the first of these meta elements that the page has."""
        said = self.said(*names)
        return said.text if said else None

    def said(self, *names: str) -> Said | None:
        """The same with its source."""
        return next(iter(self.every(*names)), None)

    def every(self, *names: str) -> list[Said]:
        stated = ((name, tidy(value)) for name in names for value in self.meta.get(name, ()))
        return [Said(text, f"meta {name}") for name, text in stated if text]

    def linked(self, key: str) -> list[Said]:
        """What the JSON-LD objects that are an article of some kind say under this key."""
        return [Said(text, f"JSON-LD {key}") for item in self.articles for text in strings(item.get(key))]

    @cached_property
    def articles(self) -> tuple[dict[str, Any], ...]:
        """The JSON-LD objects that are an article of some kind."""
        return tuple(item for item in self.objects if is_article(item))

    @cached_property
    def marked(self) -> list[HtmlElement]:
        """The elements with microdata or the mark of a byline, in page order; looked for once, and only when asked."""
        return [] if self.tree is None else list(MARKED(self.tree))


def read_structured(tree: HtmlElement) -> Structured:
    """One walk over the few elements that can say something."""
    meta: dict[str, list[str]] = defaultdict(list)
    scripts: list[str] = []
    links: dict[str, str] = {}
    found: dict[str, list[HtmlElement]] = {"h1": [], "h2": [], "h3": [], "time": [], "title": []}
    licences: list[str] = []
    for element in tree.iter("meta", "link", "script", "title", "h1", "h2", "h3", "time", "a"):
        tag = element.tag
        if tag == "a":
            if "license" in element.get("rel", ""):
                licences.append(element.get("href", ""))
        elif tag == "meta":
            _meta(element, meta)
        elif tag == "link":
            for relation in (element.get("rel") or "").lower().split():
                links.setdefault(relation, (element.get("href") or "").strip())
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower() and element.text:
                scripts.append(element.text)
        elif len(found[tag]) < MOST_ELEMENTS:
            found[tag].append(element)
    return Structured(
        meta=dict(meta),
        objects=tuple(objects(scripts)),
        title=tidy(found["title"][0].text_content()) if found["title"] else "",
        canonical=links.get("canonical") or None,
        licence=links.get("license") or None,
        headings=(*found["h1"], *found["h2"], *found["h3"]),
        times=tuple(found["time"]),
        licences=tuple(licences),
        tree=tree,
    )


def _meta(element: HtmlElement, meta: dict[str, list[str]]) -> None:
    content = element.get("content")
    if not content:
        return
    for attribute in ("property", "name", "itemprop"):
        if names := element.get(attribute):
            for name in names.lower().split():
                meta[name].append(content)
            return
