"""Normalize the short texts of a page, from its head and its headings, to one line each."""

from __future__ import annotations

import re
from html import unescape

from cleaning.page.parsing import strip_invisible

TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
MAX_CHARACTERS = 2_000


def normalize_line(text: str) -> str:
    """Return the text as one line of at most MAX_CHARACTERS, with single spaces and without invisible characters.

    Tags and entities are removed, too: pages escape twice.
    """
    text = text[:MAX_CHARACTERS]
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = TAG.sub(" ", text)
    return " ".join(strip_invisible(text).split())
