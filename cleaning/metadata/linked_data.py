"""Read schema.org objects from a page's JSON-LD."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, Any

import json_repair

from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_OBJECTS = 500
# Of JSON that the library repairs: its time grows with the square of some texts, to a second at this length.
MAX_BROKEN, MAX_BRACKETS = 10_000, 1_000
STRING = r'"(?:[^"\\]|\\.)*+(?:"|$)'
NOTES = re.compile(
    rf"({STRING})|/\*(?:[^*]|\*(?!/))*+(?:\*/|$)|(?<!:)//[^\n]*|<!--|-->|<!\[CDATA\[|\]\]>|\ufeff", re.DOTALL
)
COMMAS = re.compile(rf"({STRING})|,(?=\s*(?:[}}\],]|$))", re.DOTALL)
BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
KEYWORD = re.compile(r"(?<=[{,\s])@(\w{1,20})\s?:")
BETWEEN = re.compile(r"[\s,;]*+")
DECODER = json.JSONDecoder(strict=False)
# Keys under which an object holds other objects of the page.
HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage")
ARTICLE_TYPES = ("article", "blogposting", "report", "posting", "review")


def read_objects(scripts: Iterable[str]) -> list[dict[str, Any]]:
    """Return the objects of the page in these JSON-LD scripts, outermost first, at most MAX_OBJECTS."""
    found: list[dict[str, Any]] = []
    repairable = MAX_BROKEN
    for script in scripts:
        try:
            waiting = [json.loads(script.strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):
            waiting = _read_broken(script, repairable)
            repairable = max(0, repairable - len(script))
        while waiting and len(found) < MAX_OBJECTS:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting[:0] = item[:MAX_OBJECTS]
            elif isinstance(item, dict):
                found.append(item)
                waiting[:0] = [item[key] for key in HOLDERS if key in item]
    return found


def _read_broken(script: str, repairable: int) -> list[Any]:
    """Return the values in JSON with errors; [] where it cannot be read.

    Comments, CDATA, commas too many, bad escapes and several objects are read at any length in linear time, everything
    else in the first `repairable` characters. A script that is escaped as HTML is unescaped first.
    """
    if "&quot;" in script and '"' not in script:
        script = unescape(script)
    text = NOTES.sub(lambda note: _mend_escapes(note[1]) if note[1] else " ", script)
    text = COMMAS.sub(lambda comma: comma[1] or "", text).strip()
    try:
        return list(islice(_decode(text), MAX_OBJECTS))
    except (ValueError, RecursionError):
        pass
    text = KEYWORD.sub(r'"@\1":', text[:repairable])
    if text.count("{") + text.count("[") > MAX_BRACKETS:
        return []
    try:
        return [json_repair.loads(text, skip_json_loads=True)]
    except (ValueError, RecursionError):
        return []


def _decode(text: str) -> Iterator[Any]:
    """Yield the values that stand in a text, one behind the other."""
    at = _skip(text, 0)
    while at < len(text):
        value, end = DECODER.raw_decode(text, at)
        yield value
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    """Return where the next value begins."""
    between = BETWEEN.match(text, at)
    return between.end() if between else at


def _mend_escapes(string: str) -> str:
    """Return a JSON string without the backslashes that escape nothing in JSON: "It\\'s" -> "It's"."""
    return BAD_ESCAPE.sub(lambda escape: escape[0] if escape[1] else "", string) if "\\" in string else string


def read_types(item: dict[str, Any]) -> list[str]:
    """Return the types of an object, without the vocabulary's address: "NewsArticle"."""
    return [kind.rpartition("/")[2] for kind in read_strings(item.get("@type"))]


def is_article(item: dict[str, Any]) -> bool:
    return any(kind.lower().endswith(ARTICLE_TYPES) for kind in read_types(item))


def read_strings(value: object) -> list[str]:
    """Return the strings in a JSON-LD value, which may be a string, a list of them, or an object with a name."""
    if isinstance(value, str):
        return [text] if (text := normalize_line(value)) else []
    if isinstance(value, list):
        return [text for item in value[:MAX_OBJECTS] for text in read_strings(item) if not isinstance(item, list)]
    if isinstance(value, dict):
        return read_strings(value.get("name")) if not isinstance(value.get("name"), dict) else []
    return []


def read_addresses(value: object) -> list[str]:
    """Return the addresses in a JSON-LD value: of an image, a licence, a page."""
    found = []
    for item in value[:MAX_OBJECTS] if isinstance(value, list) else [value]:
        address = item.get("url") or item.get("@id") or item.get("contentUrl") if isinstance(item, dict) else item
        if isinstance(address, str) and (text := normalize_line(address)):
            found.append(text)
    return found
