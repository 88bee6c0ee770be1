"""List what a page says of the language of its article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.metadata.structured import Statement

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.metadata.structured import StructuredData

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
META = ("content-language", "dc.language", "dcterms.language", "inlanguage", "language", "og:locale")


def list_language_statements(
    tree: HtmlElement, structured: StructuredData, headline: HtmlElement | None
) -> tuple[Statement, ...]:
    """Return the language tags of a page, the nearest to the article first.

    `headline` is the element that shows the headline: a language that one of the elements around it names is nearer
    than that of the whole page.
    """
    found: list[Statement] = []
    element = headline
    while element is not None and element is not tree:
        found += _read_tag(element)
        element = element.getparent()
    body = tree.find("body")
    if headline is None and body is not None:
        found += _read_tag(body)
    found += _read_tag(tree)
    for item in structured.articles:
        value = item.get("inLanguage")
        for tag in value if isinstance(value, list) else [value]:
            named = (tag.get("alternateName") or tag.get("name")) if isinstance(tag, dict) else tag
            if isinstance(named, str):
                found.append(Statement(named, "JSON-LD inLanguage"))
    return (*found, *structured.find_statements(*META))


def _read_tag(element: HtmlElement) -> list[Statement]:
    tag = element.get("lang") or element.get(XML_LANG) or element.get("xml:lang")
    return [Statement(tag, f"<{element.tag} lang>")] if tag else []
