"""Who wrote an article: persons, not "By Staff", addresses or the site itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.headlines import headline_key
from cleaning.structured import Structured, strings, tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

META = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
BY = re.compile(
    r"^(?:written\s+by|posted\s+by|words\s+by|story\s+by|by|von|par|por|di|da|door|autor|text|av|af)\b[:\s]+",
    re.IGNORECASE,
)
# Of bylines with single spaces.
BETWEEN = re.compile(r" ?[;|/•] ?| (?:and|und|et|og|och|en|και|и) | [&–—] |, (?=[^\s,]{1,40} [^\s,])")
NO_PERSON = re.compile(r"https?:|www\.|@|\d{2}|[<>{}\[\]=]")
MOST_WORDS, LONGEST, MOST_AUTHORS = 6, 60, 20


def authors(tree: HtmlElement, structured: Structured, site_name: str | None) -> tuple[str, ...]:
    """The persons that the page names as its authors, in its order, each once."""
    site_key = headline_key(site_name or "")
    for raw in (_stated(structured), structured.every(*META), _visible(tree)):
        found: dict[str, str] = {}
        for line in raw:
            for name in persons(line):
                key = headline_key(name)
                if key != site_key:
                    found.setdefault(key, name)
        if found:
            return tuple(found.values())[:MOST_AUTHORS]
    return ()


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


def _stated(structured: Structured) -> list[str]:
    found = []
    for item in structured.articles:
        value = item.get("author")
        for author in value if isinstance(value, list) else [value]:
            kinds = strings(author.get("@type")) if isinstance(author, dict) else []
            if not kinds or "Person" in kinds:
                found += strings(author)
        if found:
            break
    return found


def _visible(tree: HtmlElement) -> list[str]:
    for path in (".//*[@rel='author']", ".//*[@itemprop='author']", ".//*[@class='author']", ".//*[@class='byline']"):
        found = [tidy(" ".join(element.itertext())) for element in tree.iterfind(path)]
        # Many of them are the authors of other articles, listed on this page.
        if found and len(found) <= 4:
            return found
    return []
