"""Who wrote an article: persons, not "By Staff", addresses or the site itself."""

from __future__ import annotations

import re

from cleaning.headlines import headline_key
from cleaning.lines import tidy
from cleaning.linked_data import strings
from cleaning.structured import Said, Structured

META = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
BY = re.compile(
    r"^(?:written\s+by|posted\s+by|words\s+by|story\s+by|by|von|par|por|di|da|door|autor|text|av|af)\b[:\s]+",
    re.IGNORECASE,
)
# Of bylines with single spaces.
BETWEEN = re.compile(r" ?[;|/•] ?| (?:and|und|et|og|och|en|και|и) | [&–—] |, (?=[^\s,]{1,40} [^\s,])")
NO_PERSON = re.compile(r"https?:|www\.|@|\d{2}|[<>{}\[\]=]")
MOST_WORDS, LONGEST, MOST_AUTHORS, MOST_MARKED = 6, 60, 20, 4
# How pages mark a byline for readers, surest first: attribute, value, and how it is called.
MARKS = (
    ("rel", "author", "rel=author"),
    ("itemprop", "author", "itemprop author"),
    ("class", "author", "class author"),
    ("class", "byline", "class byline"),
)


def authors(structured: Structured, site_name: str | None) -> tuple[tuple[str, ...], str]:
    """The persons that the page names as its authors, in its order, each once; and where they were found."""
    site_key = headline_key(site_name or "")
    for said in (_linked, _meta, _visible):
        lines = said(structured)
        found: dict[str, str] = {}
        for line in lines:
            for name in persons(line.text):
                key = headline_key(name)
                if key != site_key:
                    found.setdefault(key, name)
        if found:
            return tuple(found.values())[:MOST_AUTHORS], lines[0].source
    return (), ""


def persons(line: str) -> list[str]:
    """The names in a byline: "By Ann Lee and Bo Ek" -> Ann Lee, Bo Ek; none where it names no person."""
    names = []
    for part in BETWEEN.split(BY.sub("", tidy(line))):
        name = BY.sub("", part.strip(" ,.:-–—")).strip(" ,.:-–—")
        words = name.split()
        if not name or len(name) > LONGEST or len(words) > MOST_WORDS or NO_PERSON.search(name):
            continue
        if any(map(str.isalpha, name)) and not name.islower():
            names.append(name)
    return names


def _linked(structured: Structured) -> list[Said]:
    for item in structured.articles:
        found = []
        value = item.get("author")
        for author in value if isinstance(value, list) else [value]:
            kinds = strings(author.get("@type")) if isinstance(author, dict) else []
            if not kinds or "Person" in kinds:
                found += [Said(name, "JSON-LD author") for name in strings(author)]
        if found:
            return found
    return []


def _meta(structured: Structured) -> list[Said]:
    return structured.every(*META)


def _visible(structured: Structured) -> list[Said]:
    for attribute, value, source in MARKS:
        found = [element for element in structured.marked if element.get(attribute) == value]
        # Many of them are the authors of other articles, listed on this page.
        if found and len(found) <= MOST_MARKED:
            return [Said(tidy(" ".join(element.itertext())), source) for element in found]
    return []
