"""Read the JSON of a page: in scripts, in what scripts assign, in attributes of elements."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from lxml import etree

from cleaning.page_data.data_forms import decode_chunks, decode_flat_list, read_literal, unwrap
from cleaning.page_data.script_objects import read_script_object

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.html import HtmlElement

MAX_CHARACTERS = 8_000_000  # of all data that is read of a page
MIN_CHARACTERS = 300  # of one value: a shorter one holds no article
MAX_LITERALS = 20  # string literals that are parsed in one script
MAX_TRIES = 300  # values that are tried in one script
LONG_ATTRIBUTES = etree.XPath(f"//@*[string-length() > {MIN_CHARACTERS}]")
# What stands before a value that a script assigns, passes or returns: JSON, or what is soon seen to be none.
VALUE = re.compile(r"(?:[=(,]|return)\s{0,20}(?=[{\[]\s{0,20}[\"{\[])")
MAX_NAME_CHARACTERS = 60
NAME = re.compile(r"[\w$.]+")
PARSED = re.compile(r"JSON\.parse\(\s*(decodeURIComponent\(\s*)?(?=[\"'`])")
CHUNK = re.compile(r"__next_f\s*\.push\(\s*(?=\[)")
ASTRO_ATTRIBUTE = "props"
FLAT_LIST = "__NUXT_DATA__"


class PageData(NamedTuple):
    """One value of a page's data, and where it stands, in a reader's words."""

    value: Any
    source: str


def read_data(tree: HtmlElement, wanted: Collection[str]) -> Iterator[PageData]:
    """Yield the objects and lists of a page beside JSON-LD, in page order; at most MAX_CHARACTERS of them.

    An object that is no JSON is read only in a script with one of the texts that are wanted.
    """
    left = MAX_CHARACTERS
    chunks: list[str] = []
    for script in tree.iter("script"):
        text = script.text or ""
        kind = (script.get("type") or "").lower()
        if (len(text) < MIN_CHARACTERS and "__next_f" not in text) or "ld+json" in kind:
            continue
        left -= len(text)
        if left < 0:
            return
        if "__next_f" in text:
            chunks += _read_chunks(text)
        elif "json" in kind:
            yield from _read_json_script(script, text)
        elif not kind or "javascript" in kind or kind == "module":
            found = list(_read_assigned(text))
            yield from found
            if not found and any(one in text for one in wanted) and (value := read_script_object(text)):
                yield PageData(value, "script")
    yield from (PageData(value, "script __next_f") for value in decode_chunks(chunks))
    for value in LONG_ATTRIBUTES(tree):
        left -= len(value)
        if left < 0:
            return
        yield from _read_attribute(value)


def _read_json_script(script: HtmlElement, text: str) -> Iterator[PageData]:
    name = script.get("id") or next((key for key in script.attrib if key.startswith("data-")), "")
    value = _parse(text.strip().removeprefix("<!--").removesuffix("-->"))
    if name == FLAT_LIST and isinstance(value, list):
        value = decode_flat_list(value)
    if isinstance(value, dict | list):
        yield PageData(value, f"script #{name}" if name else "a JSON script")


def _read_assigned(text: str) -> Iterator[PageData]:
    """Yield the values that a script assigns or passes on."""
    decoder = json.JSONDecoder(strict=False)
    at = tries = 0
    while tries < MAX_TRIES and (found := VALUE.search(text, at)) is not None:
        tries += 1
        at = found.end()
        try:
            value, end = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        at = max(at, end)
        if end - found.end() >= MIN_CHARACTERS:
            yield PageData(value, f"script {_find_name(text, found.start())}".rstrip())
    for number, parsed in enumerate(PARSED.finditer(text)):
        literal = read_literal(text, parsed.end()) if number < MAX_LITERALS else None
        if literal is not None and len(literal) >= MIN_CHARACTERS:
            value = _parse(unquote(literal) if parsed[1] else literal)
            if isinstance(value, dict | list):
                yield PageData(value, "script JSON.parse")


def _read_chunks(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder(strict=False)
    for found in CHUNK.finditer(text):
        try:
            value, _ = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
            yield value[1]


def _read_attribute(text: str) -> Iterator[PageData]:
    words = text.strip()
    if words.startswith(("%7B", "%5B", "%7b", "%5b")):
        words = unquote(words)
    if words.startswith(("{", "[")):
        value = _parse(words)
        if isinstance(value, dict | list):
            name = getattr(text, "attrname", None) or "attribute"
            yield PageData(unwrap(value) if name == ASTRO_ATTRIBUTE else value, f"attribute {name}")


def _parse(text: str) -> Any:
    """Return the value of a JSON text; None where it is none."""
    try:
        return json.loads(text.rstrip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _find_name(text: str, end: int) -> str:
    """Return the name to which the value behind this place is assigned, or the function that it is passed to."""
    names = NAME.findall(text[max(0, end - MAX_NAME_CHARACTERS) : end])
    return names[-1].removeprefix("window.") if names else ""
