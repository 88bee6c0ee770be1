"""Escape text for Markdown, so that a reader of the rendered document sees the text and no markup."""

from __future__ import annotations

import re

# `_` within a word is no markup, `[` alone decides about links, `&` is an entity only before a name and a semicolon.
_INLINE = re.compile(r"""[\\`*\[<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,40};)""")
# What begins a line as a heading, item, quote, rule, or line of a table.
_LINE_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|>|\||=+$|-{2,}\s*$|:?-+:?$")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_CLOSING_HASHES = re.compile(r"(?<=\s)#(?=#*$)|^#(?=#*$)")


def escape_inline(text: str) -> str:
    """Return one line of text as Markdown that may stand within a line."""
    return _INLINE.sub(r"\\\g<0>", text)


def escape_line(text: str) -> str:
    """Return one line of text as Markdown that may stand at the beginning of a line."""
    escaped = escape_inline(text)
    if number := _NUMBERED.match(escaped):
        return f"{number[1]}\\{escaped[number.end(1) :]}"
    return f"\\{escaped}" if _LINE_START.match(escaped) else escaped


def escape_heading(text: str) -> str:
    """Return one line of text as Markdown that may stand behind the signs of a heading."""
    return _CLOSING_HASHES.sub(r"\\#", escape_inline(text))


def escape_cell(text: str) -> str:
    """Return one line of text as Markdown that may stand in a cell of a table."""
    return escape_inline(text).replace("|", "\\|")
