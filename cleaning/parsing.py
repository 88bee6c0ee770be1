"""HTML text to a tree, whatever the text is."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

# Longer pages are cut here: the longest article page that we have seen has 3 million characters.
LONGEST_PAGE = 10_000_000

# What XML, and so lxml, cannot hold: control characters and lone surrogates.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TAG = re.compile(r"<[a-zA-Z!]")


def parse(html: str) -> HtmlElement | None:
    """The tree of a page: always an <html> element with a <body>; None where the text holds no markup.

    Comments and processing instructions are left out. Elements nested deeper than 255 levels are flattened by the
    parser (libxml2), which keeps every later walk over the tree within the interpreter's stack.
    """
    if not TAG.search(html[:LONGEST_PAGE]):
        return None
    text = FORBIDDEN.sub("", html[:LONGEST_PAGE])
    # A parser of its own for every page: one that is shared keeps state when a page breaks it.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError):  # nothing but white space or comments
        return None
    return tree if tree.find("body") is not None else None
