"""Tell what a node in an article's body is: paragraph, heading, item, link, picture.

Editors and content systems write bodies as trees of objects (Arc, Portable Text, ProseMirror, Contentful, Slate,
Lexical, Editor.js, Draft.js, Gutenberg, hast ...). They differ in names, and hardly in form: an object says what it is
under one of a few keys, and holds text or further objects under one of a few others.
"""

from __future__ import annotations

import re
from typing import Any

KIND_KEYS = (
    "type", "_type", "nodeType", "tagName", "tag", "blockType", "kind", "name", "__typename", "component", "style",
    "element", "blockName",
)  # fmt: skip
# Where an object holds its text or its nodes, the likeliest first.
CONTENT_KEYS = (
    "children", "content", "content_elements", "contentElements", "contents", "blocks", "nodes", "items", "list_items",
    "elements", "components", "paragraphs", "bodyElements", "body", "root", "document", "json", "richText", "model",
    "attributes", "attrs", "props", "data", "fields", "value", "text", "html", "innerHTML", "innerHtml", "rendered",
    "markup", "saveContent", "processed", "raw", "copy", "p", "paragraph", "sections", "parts", "entries",
)  # fmt: skip
LEAF_KEYS = ("text", "value", "literal")
HOLDER_KEYS = ("model", "attributes", "attrs", "data", "props")
ADDRESS_KEYS = ("href", "url", "uri", "link")
SECTION_TITLES = ("heading", "title", "subtitle", "subheading")
HEADINGS = frozenset(
    """
    heading header headline subhead subheading subheadline crosshead crossheading intertitle subtitle title h1 h2 h3 h4
    h5 h6 zwischentitel
    """.split()  # noqa: SIM905
)
LISTS = frozenset(("list", "ul", "ol"))
ITEMS = frozenset(("item", "li", "listitem"))
QUOTES = frozenset(("quote", "blockquote", "pullquote"))
LINKS = frozenset(("link", "hyperlink", "a", "anchor"))
BREAKS = frozenset(("br", "break", "hardbreak", "linebreak"))
INLINE = (
    LINKS
    | BREAKS
    | frozenset(
        "text span fragment leaf bold italic strong em mark b i u sub sup mention underline emphasis".split()  # noqa: SIM905
    )
)
TABLE_TAGS = frozenset(("table", "thead", "tbody", "tr", "td", "th"))
SKIPPED = frozenset(
    """
    image img images figure photo picture video audio gallery slideshow carousel ad ads advert advertisement banner
    embed oembed iframe related recommended recommendation newsletter promo promotion teaser social poll quiz script
    style author authors byline tags share podcast widget map chart infographic interstitial readmore divider button cta
    comment comments tweet twitter instagram facebook youtube caption credit signup subscribe paywall noscript svg
    """.split()  # noqa: SIM905
)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WORD = re.compile(r"[a-z]+[1-6]?")


def read_kind(node: dict[str, Any]) -> frozenset[str]:
    """Return the words by which a node says what it is: {"core", "paragraph"}; none where it does not say."""
    words: set[str] = set()
    for key in KIND_KEYS:
        value = node.get(key)
        if isinstance(value, str) and len(value) <= 60 and " " not in value.strip():
            words.update(WORD.findall(CAMEL.sub("-", value).lower()))
            if key not in ("type", "_type", "__typename"):
                break
    item = node.get("listItem")
    return frozenset(words | {"item"} if isinstance(item, str) else words)


def find_tag(kind: frozenset[str]) -> str | None:
    """Return the HTML element as which a node of this kind is written; None where only the nodes in it are."""
    if kind & ITEMS:
        return "li"
    for words, tag in ((LISTS, "ul"), (HEADINGS, "h2"), (QUOTES, "blockquote")):
        if kind & words:
            return tag
    table = kind & TABLE_TAGS
    if table:
        return min(table)
    return "p" if kind & {"paragraph", "p", "normal", "unstyled"} else None


def get_leaf(node: dict[str, Any]) -> str | None:
    """Return the text of a node that holds nothing but text."""
    for holder in (node, *(node.get(key) for key in HOLDER_KEYS)):
        if isinstance(holder, dict):
            for key in LEAF_KEYS:
                if isinstance(text := holder.get(key), str):
                    return text
    return None


def find_address(node: dict[str, Any]) -> str | None:
    """Return the address that a link leads to."""
    for holder in (node, *(node.get(key) for key in (*HOLDER_KEYS, "properties", "fields"))):
        if isinstance(holder, dict):
            for key in ADDRESS_KEYS:
                if isinstance(address := holder.get(key), str) and address:
                    return address
    return None


def is_teaser(node: dict[str, Any]) -> bool:
    """Return whether a node is another story: it has a headline and an address."""
    has_title = any(isinstance(node.get(key), str) for key in ("headline", "title"))
    return has_title and any(isinstance(node.get(key), str) for key in ("url", "link", "href", "slug", "canonical_url"))
