"""Find who wrote an article: persons, not "By Staff", addresses or the site itself."""

from __future__ import annotations

import re

from cleaning.metadata.linked_data import read_strings
from cleaning.metadata.structured import Statement, StructuredData
from cleaning.page.headline_key import normalize_headline
from cleaning.page.lines import normalize_line

META = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
BY = re.compile(
    r"^(?:written\s+by|posted\s+by|words\s+by|story\s+by|by|von|par|por|di|da|door|autor|text|av|af)\b[:\s]+",
    re.IGNORECASE,
)
# Separators in bylines with single spaces.
BETWEEN = re.compile(r" ?[;|/•] ?| (?:and|und|et|og|och|en|και|и) | [&–—] |, (?=[^\s,]{1,40} [^\s,])")
NO_PERSON = re.compile(r"https?:|www\.|@|\d{2}|[<>{}\[\]=]")
MAX_NAME_WORDS, MAX_NAME_CHARACTERS, MAX_AUTHORS, MAX_MARKED = 6, 60, 20, 4
# How pages mark a byline for readers, surest first: attribute, value, and the name of the source.
MARKS = (
    ("rel", "author", "rel=author"),
    ("itemprop", "author", "itemprop author"),
    ("class", "author", "class author"),
    ("class", "byline", "class byline"),
)


def find_authors(structured: StructuredData, site_name: str | None) -> tuple[tuple[str, ...], str]:
    """Return the persons that the page names as its authors, in its order, each once, and where they were found."""
    site_key = normalize_headline(site_name or "")
    for read in (_read_linked, _read_meta, _read_marked):
        lines = read(structured)
        found: dict[str, str] = {}
        for line in lines:
            for name in split_byline(line.text):
                key = normalize_headline(name)
                if key != site_key:
                    found.setdefault(key, name)
        if found:
            return tuple(found.values())[:MAX_AUTHORS], lines[0].source
    return (), ""


def split_byline(line: str) -> list[str]:
    """Return the names in a byline: "By Ann Lee and Bo Ek" -> Ann Lee, Bo Ek. None where it names no person."""
    names = []
    for part in BETWEEN.split(BY.sub("", normalize_line(line))):
        name = BY.sub("", part.strip(" ,.:-–—")).strip(" ,.:-–—")
        words = name.split()
        if not name or len(name) > MAX_NAME_CHARACTERS or len(words) > MAX_NAME_WORDS or NO_PERSON.search(name):
            continue
        if any(map(str.isalpha, name)) and not name.islower():
            names.append(name)
    return names


def _read_linked(structured: StructuredData) -> list[Statement]:
    for item in structured.articles:
        found = []
        value = item.get("author")
        for author in value if isinstance(value, list) else [value]:
            kinds = read_strings(author.get("@type")) if isinstance(author, dict) else []
            if not kinds or "Person" in kinds:
                found += [Statement(name, "JSON-LD author") for name in read_strings(author)]
        if found:
            return found
    return []


def _read_meta(structured: StructuredData) -> list[Statement]:
    return structured.find_statements(*META)


def _read_marked(structured: StructuredData) -> list[Statement]:
    for attribute, value, source in MARKS:
        found = [element for element in structured.marked_elements if element.get(attribute) == value]
        # More of them are the authors of other articles, listed on this page.
        if found and len(found) <= MAX_MARKED:
            return [Statement(normalize_line(" ".join(element.itertext())), source) for element in found]
    return []
