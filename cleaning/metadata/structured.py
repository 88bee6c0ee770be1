"""Read what a page states about itself for machines: meta elements, links, times, schema.org objects in JSON-LD."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from cleaning.metadata.linked_data import read_objects, read_strings
from cleaning.metadata.own_articles import drop_articles, select_own_articles
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from lxml.html import HtmlElement

MAX_ELEMENTS = 300  # of a kind; the elements that matter stand at the beginning of a page
# Elements with microdata. Finding attributes and then their elements takes half the time of the opposite order.
MARKED = etree.XPath("//@itemprop/.. | //@itemtype/..")
LICENCES = etree.XPath("//a/@rel[contains(., 'license')]/..")


class Statement(NamedTuple):
    """A text that the page states, and where, in a reader's words: "meta author", "JSON-LD headline"."""

    text: str
    source: str


@dataclass(frozen=True)
class StructuredData:
    """The statements of a page about itself.

    `meta` is keyed by lower-case name, property or itemprop; its values are as the page has them, in its order.
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
    url: str = ""  # of the page

    def find_text(self, *names: str) -> str | None:
        """Return the value of the first of these meta elements that the page has."""
        statement = self.find_statement(*names)
        return statement.text if statement else None

    def find_statement(self, *names: str) -> Statement | None:
        """Return the value of the first of these meta elements that the page has, with its source."""
        return next(self._iterate_statements(names), None)

    def find_statements(self, *names: str) -> list[Statement]:
        """Return the values of these meta elements, in the order of the names."""
        return list(self._iterate_statements(names))

    def _iterate_statements(self, names: Iterable[str]) -> Iterator[Statement]:
        meta = self.meta
        for name in names:
            if name in meta:
                for value in meta[name]:
                    if text := normalize_line(value):
                        yield Statement(text, f"meta {name}")

    def find_linked(self, key: str) -> list[Statement]:
        """Return what the JSON-LD articles state under this key."""
        return [Statement(text, f"JSON-LD {key}") for item in self.articles for text in read_strings(item.get(key))]

    @cached_property
    def articles(self) -> tuple[dict[str, Any], ...]:
        """The JSON-LD objects that are an article of some kind, of this page rather than of others."""
        addresses = (self.url, self.canonical or "", *self.meta.get("og:url", ()))
        return select_own_articles(self.objects, addresses, (*self.meta.get("og:title", ()), self.title))

    @cached_property
    def objects_by_id(self) -> dict[str, dict[str, Any]]:
        """The JSON-LD objects with a name that other objects can refer to, by their `@id`."""
        found: dict[str, dict[str, Any]] = {}
        for item in self.objects:
            for one in (item, *item.values()):
                if isinstance(one, dict) and isinstance(one.get("@id"), str) and len(one) > 1:
                    found.setdefault(one["@id"], one)
        return found

    @cached_property
    def marked_elements(self) -> list[HtmlElement]:
        """The elements with microdata, in page order. They are searched at the first access."""
        return [] if self.tree is None else list(MARKED(self.tree))


def read_structured(tree: HtmlElement, url: str = "", others: Collection[str] = ()) -> StructuredData:
    """Read the page in one walk over the few elements that can state something.

    `url` is the page's address; `others` are the headlines of other articles on it, whose JSON-LD is left out.
    """
    meta: dict[str, list[str]] = defaultdict(list)
    scripts: list[str] = []
    links: dict[str, str] = {}
    found: dict[str, list[HtmlElement]] = {"h1": [], "h2": [], "h3": [], "time": [], "title": []}
    for element in tree.iter("meta", "link", "script", "title", "h1", "h2", "h3", "time"):
        tag = element.tag
        if tag == "meta":
            _add_meta(element, meta)
        elif tag == "link":
            for relation in (element.get("rel") or "").lower().split():
                links.setdefault(relation, (element.get("href") or "").strip())
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower() and element.text:
                scripts.append(element.text)
        elif len(found[tag]) < MAX_ELEMENTS:
            found[tag].append(element)
    return StructuredData(
        meta=dict(meta),
        objects=tuple(drop_articles(read_objects(scripts), others)),
        title=normalize_line(found["title"][0].text_content()) if found["title"] else "",
        canonical=links.get("canonical") or None,
        licence=links.get("license") or None,
        headings=(*found["h1"], *found["h2"], *found["h3"]),
        times=tuple(found["time"]),
        licences=tuple(link.get("href", "") for link in LICENCES(tree)),
        tree=tree,
        url=url,
    )


def _add_meta(element: HtmlElement, meta: dict[str, list[str]]) -> None:
    content = element.get("content")
    if not content:
        return
    if (element.get("http-equiv") or "").lower() == "content-language":
        meta["content-language"].append(content)
    for attribute in ("property", "name", "itemprop"):
        if names := element.get(attribute):
            for name in names.lower().split():
                meta[name].append(content)
            return
