"""Decode what frameworks write in place of plain JSON: Nuxt's flat list, Next's chunks, literals of JavaScript."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_VALUES = 200_000  # of a flat list
MAX_DEPTH = 60
# In Nuxt's list a list that begins with one of these names wraps the value at the index behind it.
WRAPPERS = frozenset(("Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef", "Object"))
# The beginning of a row: its number, and the length in bytes of a text, which the next row follows at once.
ROW = re.compile(r"\n?([0-9a-f]+):(?:T([0-9a-f]+),)?")
MAX_ROWS = 2_000
REFERENCE = re.compile(r"\$([0-9a-f]+)")
ESCAPE = re.compile(r'\\(x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|\n|.)|(")|([\x00-\x1f])', re.DOTALL)
QUOTES = frozenset("\"'`")
JSON_ESCAPES = frozenset('"\\/bfnrtu')


def decode_flat_list(values: list[Any]) -> object:
    """Return the value that a flat list describes, in which every number is the index of another value.

    Return None for a list of another form.
    """
    if not values or len(values) > MAX_VALUES or not isinstance(values[0], dict | list):
        return None
    return _FlatList(values).decode(0, 0)


class _FlatList:
    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self._decoded: dict[int, Any] = {}

    def decode(self, index: object, depth: int) -> Any:
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(self._values):
            return None
        if index in self._decoded or depth > MAX_DEPTH:
            return self._decoded.get(index)
        value = self._values[index]
        self._decoded[index] = None  # a value that holds itself
        if isinstance(value, dict):
            value = {key: self.decode(at, depth + 1) for key, at in value.items()}
        elif isinstance(value, list):
            if value and isinstance(value[0], str):
                value = self.decode(value[1], depth + 1) if len(value) == 2 and value[0] in WRAPPERS else value[1:]
            else:
                value = [self.decode(at, depth + 1) for at in value]
        self._decoded[index] = value
        return value


def decode_chunks(chunks: list[str]) -> list[Any]:
    """Return the values in the rows that Next's chunks hold, joined; texts of rows of their own are put in."""
    stream = "".join(chunks)
    texts: dict[str, str] = {}
    rows: list[Any] = []
    at = 0
    for _ in range(MAX_ROWS):
        row = ROW.match(stream, at)
        if row is None:
            break
        at = row.end()
        if row[2]:  # a text with its length in bytes
            texts[row[1]] = _take_bytes(stream, at, int(row[2], 16))
            at += len(texts[row[1]])
            continue
        end = stream.find("\n", at)
        line, at = stream[at:end] if end >= 0 else stream[at:], end if end >= 0 else len(stream)
        try:
            value = json.loads(line, strict=False)
        except (ValueError, RecursionError):  # a row that loads a module
            continue
        if isinstance(value, dict | list):
            rows.append(value)
    return [_put_in(row, texts, 0) for row in rows]


def _take_bytes(text: str, at: int, length: int) -> str:
    """Return the part of a text that begins there and has so many bytes in UTF-8."""
    return text[at : at + length].encode("utf-8", "surrogatepass")[:length].decode("utf-8", "ignore")


def unwrap(value: Any, depth: int = 0) -> Any:
    """Return a value without the numbers that Astro writes before each one: [0, "text"], [1, [[0, "text"]]]."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, list) and len(value) == 2 and type(value[0]) is int:
        inner = value[1]
        return [unwrap(one, depth + 1) for one in inner] if isinstance(inner, list) else unwrap(inner, depth + 1)
    return {key: unwrap(one, depth + 1) for key, one in value.items()} if isinstance(value, dict) else value


def _put_in(value: Any, texts: dict[str, str], depth: int) -> Any:
    """Return a value with the texts that it refers to."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str) and (found := REFERENCE.fullmatch(value)):
        return texts.get(found[1], value)
    if isinstance(value, list):
        return [_put_in(item, texts, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _put_in(item, texts, depth + 1) for key, item in value.items()}
    return value


def read_literal(text: str, start: int = 0) -> str | None:
    """Return the value of the JavaScript string literal that begins there; None if there is none."""
    quote = text[start : start + 1]
    if quote not in QUOTES:
        return None
    end = start + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        return None
    try:
        value = json.loads(f'"{ESCAPE.sub(_to_json_escape, text[start + 1 : end])}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _to_json_escape(found: re.Match[str]) -> str:
    escaped, quote, control = found.groups()
    if quote:
        return '\\"'
    if control:
        return f"\\u{ord(control):04x}"
    if escaped[0] == "x":
        return f"\\u00{escaped[1:]}"
    if len(escaped) > 1:
        return json.dumps(chr(min(int(escaped[2:-1], 16), 0x10FFFF)))[1:-1]
    return found[0] if escaped in JSON_ESCAPES else escaped.replace("\n", "")
