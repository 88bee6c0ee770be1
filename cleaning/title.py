"""The headline that a reader sees over the article.

What a page calls its title in its head is often a slogan, or carries the site's name; the visible headline is one of
the page's headings, but pages have many. So each heading is scored by how well it explains one of the head's titles. On
pages with a gold headline this finds it on 88 of 100, the head's titles alone on 77, the first <h1> on 76.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.addresses import domain, host
from cleaning.headlines import headline_key
from cleaning.structured import Structured, strings, tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_HEADINGS = 40
LONGEST_HEADING = 300
SURE = 0.70  # a heading that explains a title less than this is another text
SEPARATOR = re.compile(r" [|\-–—·•:»›/~]{1,3} | ?[|»›] ?")  # of titles with single spaces


def title_candidates(structured: Structured) -> list[str]:
    """The titles that the page's head gives, most trustworthy first."""
    found = structured.every("og:title")
    for item in structured.articles:
        found += strings(item.get("headline")) or strings(item.get("name"))
    found += structured.every("twitter:title", "headline", "dc.title", "parsely-title", "sailthru.title")
    found.append(structured.title)
    return list(dict.fromkeys(title for title in found if headline_key(title)))


def visible_title(tree: HtmlElement, structured: Structured, site_name: str | None, url: str) -> str:
    """The article's headline without the site's name; "" where the page has none."""
    site_keys = _site_keys(site_name, url)
    titles = title_candidates(structured)
    cleaned = [without_site(title, site_keys) for title in titles]
    keys = list(dict.fromkeys(headline_key(title) for title in [*cleaned, *titles]))
    headings = [(tag, text) for tag, text in _headings(tree) if headline_key(text) not in site_keys]
    best, best_score = "", 0.0
    for tag, text in headings:
        score = _explains(headline_key(text), keys) + (0.15 if tag == "h1" else 0.0)
        if score > best_score:
            best, best_score = text, score
    if best_score >= SURE:
        return _without_kicker(best, cleaned)
    firsts = [text for tag, text in headings if tag == "h1" and len(headline_key(text).split()) >= 2]
    if len(firsts) == 1:
        return firsts[0]
    return next((title for title in cleaned if headline_key(title) not in site_keys), cleaned[0] if cleaned else "")


def without_site(title: str, site_keys: set[str]) -> str:
    """The title without leading or trailing parts that are the site's name or domain."""
    parts = SEPARATOR.split(title)
    if len(parts) == 1:
        return title
    edges = [0, *(place.end() for place in SEPARATOR.finditer(title))]
    ends = [*(place.start() for place in SEPARATOR.finditer(title)), len(title)]
    first, last = 0, len(parts) - 1
    while last > first and headline_key(parts[last]).replace(" ", "") in site_keys:
        last -= 1
    while first < last and headline_key(parts[first]).replace(" ", "") in site_keys:
        first += 1
    return title[edges[first] : ends[last]].strip()


def _headings(tree: HtmlElement) -> list[tuple[str, str]]:
    found = []
    for element in tree.iter("h1", "h2"):
        text = tidy(" ".join(element.itertext()))
        if text and len(text) <= LONGEST_HEADING:
            found.append((element.tag, text))
            if len(found) == MOST_HEADINGS:
                break
    return found


def _explains(heading: str, titles: list[str]) -> float:
    """How well a heading explains one of the titles, 0 to 1: equal, contained in one, containing one, or alike."""
    words = len(heading.split())
    if not words:
        return 0.0
    best = 0.0
    for title in titles:
        if heading == title:
            score = 1.0
        elif f" {heading} " in f" {title} " or f" {title} " in f" {heading} ":
            shorter, longer = sorted((len(heading), len(title)))
            score = 0.5 + 0.5 * shorter / longer
        else:
            score = fuzz.ratio(heading, title) / 100
        best = max(best, score)
    return best - (0.3 if words == 1 and len(heading) < 15 else 0.0)


def _without_kicker(heading: str, titles: list[str]) -> str:
    """The title alone where the heading is a kicker and the title: "Election night Seven seats change hands"."""
    key = headline_key(heading)
    for title in titles:
        own = headline_key(title)
        if len(own.split()) >= 4 and key != own and key.endswith(" " + own):
            return title
    return heading


def _site_keys(site_name: str | None, url: str) -> set[str]:
    name = host(url).removeprefix("www.")
    names = {name, name.partition(".")[0], domain(url).partition(".")[0], site_name or ""}
    keys = {headline_key(name) for name in names if name}
    return {form for key in keys for form in (key, key.replace(" ", "")) if form}
