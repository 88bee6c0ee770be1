"""Write an article's body as HTML: strings with or without markup, and the trees of editors and content systems."""

from __future__ import annotations

import html
import re
from typing import Any

from cleaning.page_data.body_nodes import (
    BREAKS,
    CONTENT_KEYS,
    INLINE,
    LINKS,
    SECTION_TITLES,
    SKIPPED,
    find_address,
    find_tag,
    get_leaf,
    is_teaser,
    read_kind,
)

MAX_NODES, MAX_DEPTH = 20_000, 40
MAX_TITLE_CHARACTERS = 150
BLOCK_TAG = re.compile(r"<(?:p|br|div|h[1-6]|ul|ol|li|blockquote|section|article|table)\b", re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ESCAPED_TAG = re.compile(r"&lt;/?(?:p|br|div|h[1-6]|ul|strong|em|a)\b", re.IGNORECASE)
BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def write_body(value: object) -> str:
    """Return a body as HTML, its paragraphs as elements; "" where it holds no text."""
    return _Writer().write_block(value, None, 0)


def write_text(text: str) -> str:
    """Return a text as paragraphs. Markup in it stays; without any, blank lines or else line ends part paragraphs."""
    if ESCAPED_TAG.search(text) and not TAG.search(text):
        text = html.unescape(text)
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    if BLOCK_TAG.search(text):
        return text
    if TAG.search(text):
        return "".join(f"<p>{part}</p>" for part in BLANK_LINE.split(text) if part.strip())
    text = html.unescape(text).replace("\r\n", "\n")
    parts = BLANK_LINE.split(text) if BLANK_LINE.search(text) else text.split("\n")
    return "".join(f"<p>{html.escape(part.strip())}</p>" for part in parts if part.strip())


class _Writer:
    def __init__(self) -> None:
        self._left = MAX_NODES

    def write_block(self, value: object, tag: str | None, depth: int) -> str:
        """Return a value as blocks. `tag` is the element of the text in it, None where a string may be several."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            return ""
        if isinstance(value, str):
            return _wrap(tag, _write_inline_text(value)) if tag else write_text(value)
        if isinstance(value, list):
            return self._write_list(value, tag, depth)
        return self._write_node(value, tag, depth) if isinstance(value, dict) else ""

    def _write_list(self, values: list[Any], tag: str | None, depth: int) -> str:
        if tag not in (None, "ul") and all(_is_inline(value) for value in values):
            return _wrap(tag, "".join(self._write_inline(value, depth + 1) for value in values))
        inner = None if tag == "blockquote" else "li" if tag == "ul" else tag
        text = "".join(self.write_block(value, inner, depth + 1) for value in values)
        return f"<{tag}>{text}</{tag}>" if tag in ("ul", "blockquote") and text else text

    def _write_node(self, node: dict[str, Any], tag: str | None, depth: int) -> str:
        kind = read_kind(node)
        if kind & SKIPPED or (is_teaser(node) and not kind):
            return ""
        tag = find_tag(kind) or tag
        if kind & LINKS and tag is None:
            return ""  # a link that stands by itself leads to another story
        leaf = get_leaf(node) if kind & INLINE or not kind else None
        if leaf is not None and tag is None:
            return write_text(leaf)
        title = next((text for key in SECTION_TITLES if isinstance(text := node.get(key), str)), "")
        for key in CONTENT_KEYS:
            value = node.get(key)
            if isinstance(value, str | list | dict) and (text := self.write_block(value, tag, depth + 1)):
                has_title = title and tag is None and key != "body" and len(title) <= MAX_TITLE_CHARACTERS
                return f"<h2>{html.escape(title)}</h2>{text}" if has_title and depth else text
        return ""

    def _write_inline(self, value: object, depth: int) -> str:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            return ""
        if isinstance(value, str):
            return _write_inline_text(value)
        if isinstance(value, list):
            return "".join(self._write_inline(item, depth + 1) for item in value)
        if not isinstance(value, dict):
            return ""
        kind = read_kind(value)
        if kind & BREAKS:
            return "<br>"
        text = get_leaf(value)
        if text is not None:
            inner = _write_inline_text(text)
        else:
            found = (self._write_inline(value[key], depth + 1) for key in CONTENT_KEYS if key in value)
            inner = next(filter(None, found), "")
        address = find_address(value) if kind & LINKS else None
        return f'<a href="{html.escape(address)}">{inner}</a>' if address else inner


def _is_inline(value: object) -> bool:
    """Return whether a value is a part of a line: a string, a leaf, a link."""
    if isinstance(value, str):
        return not BLOCK_TAG.search(value)
    if not isinstance(value, dict):
        return False
    kind = read_kind(value)
    if find_tag(kind) or kind & SKIPPED:
        return False
    return bool(kind & INLINE) or (not kind and get_leaf(value) is not None)


def _write_inline_text(text: str) -> str:
    return text if TAG.search(text) else html.escape(html.unescape(text))


def _wrap(tag: str | None, text: str) -> str:
    return f"<{tag}>{text}</{tag}>" if text.strip() else ""
