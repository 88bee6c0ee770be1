"""Texts of a page's head and headings, each as one line."""

from __future__ import annotations

import re
from html import unescape

from cleaning.parsing import legible

TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
LONGEST = 2_000


def tidy(text: str) -> str:
    """One line of bounded length: white space normalised, no tag, no entity (pages escape twice), nothing invisible."""
    text = text[:LONGEST]
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = TAG.sub(" ", text)
    return " ".join(legible(text).split())
