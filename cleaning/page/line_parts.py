"""Tell the elements that are part of a line of text from those that begin and end one, where their tags do not say it.

A browser displays a custom element (`story-paragraph`) as part of a line unless a style sheet says otherwise, and most
do. So its place decides: it is part of a line where text stands beside it or where a paragraph holds it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from cleaning.page.tags import HEADINGS, INLINE, SILENT

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)\b", re.IGNORECASE)
FLOAT = re.compile(r"float\s*:\s*(?:left|right)", re.IGNORECASE)  # a drop cap is a block of its own, and part of a word
PARAGRAPHS = frozenset(("p", *HEADINGS, "figcaption", "caption", "summary"))
STYLED = frozenset(("span", "b"))  # whose style may make them blocks


def is_line_part(element: HtmlElement) -> bool:
    """Return whether the element is part of a line of text. All others, known or not, begin and end a line."""
    if element.tag in INLINE:
        style = element.get("style")
        return not style or not BLOCK_STYLE.search(style) or FLOAT.search(style) is not None
    return element.tag in SILENT or ("-" in element.tag and _stands_in_line(element))


def write_known_tags(tree: HtmlElement) -> None:
    """Write the elements that are told by their place or style as a `p`, `div` or `span`, for a reader of tags alone.

    The name of a custom element becomes one of its classes.
    """
    custom, styled = [], []
    for element in tree.iterdescendants(etree.Element):
        tag = element.tag
        if "-" in tag:
            custom.append(element)
        elif tag in STYLED and "display" in (element.get("style") or ""):
            styled.append(element)
    for element, is_part in [(one, is_line_part(one)) for one in (*custom, *styled)]:
        if "-" in element.tag:
            element.set("class", f"{element.tag} {element.get('class') or ''}".strip())
        if is_part:
            element.tag = "span"
        else:
            element.tag = (
                "p" if all(one.tag in INLINE or one.tag in SILENT for one in element.iterdescendants()) else "div"
            )


def _stands_in_line(element: HtmlElement) -> bool:
    if not all(one.tag in INLINE or one.tag in SILENT or "-" in one.tag for one in element.iterdescendants()):
        return False
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return False
    text_before = parent.text if before is None else before.tail
    return (
        parent.tag in PARAGRAPHS
        or parent.tag in INLINE
        or bool(text_before and not text_before.isspace())
        or bool(element.tail and not element.tail.isspace())
    )
