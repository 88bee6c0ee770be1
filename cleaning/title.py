"""The headline that a reader sees over the article.

What a page calls its title in its head is often a slogan, or carries the site's name; the visible headline is one of
the page's headings, but pages have many. So each heading is scored by how well it explains one of the head's titles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.headings import UNSPACED, Heading, joined, leads_home, read_headings
from cleaning.headlines import headline_key
from cleaning.shown_titles import Title, shown_title
from cleaning.structured import Said, Structured
from cleaning.title_parts import SiteNames, runs_of_parts, slug, without_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

SURE = 0.70  # a heading that explains a title less than this is another text
LINKED = "JSON-LD headline"
HEADLINE = 1.3  # what it is worth to equal the publisher's word for a headline: more than any other heading reaches
PART, PART_SHARE = 0.72, 0.25  # to equal what stands between the separators of a title, and to be all of it
FIRST, THIRD = 0.15, 0.05  # to be an <h1>, and what it costs to be an <h3>
SLUG = 0.95  # to equal the words of the address
META = ("twitter:title", "headline", "dc.title", "parsely-title", "sailthru.title")
SHORTEST = 12  # letters of a headline that is the beginning of a longer title
MOST_STORIES = 3  # JSON-LD articles beyond these are of other pages
KICKER_END = re.compile(r"[:|–—/»>-]\W{0,3}$")


def title_candidates(structured: Structured) -> list[Said]:
    """The titles that the page's head gives, each text once, most trustworthy first."""
    found = structured.every("og:title")
    for item in structured.articles[:MOST_STORIES]:
        one = Structured(objects=(item,))
        found += one.linked("headline") or one.linked("name")
    found += [*structured.every(*META), Said(structured.title, "<title>")]
    once: dict[str, Said] = {}
    for said in found:
        if headline_key(said.text) and (said.text not in once or said.source == LINKED):
            once[said.text] = said
    return list(once.values())


def visible_title(tree: HtmlElement, structured: Structured, site_names: Iterable[str], url: str) -> Title:
    """The article's headline without the site's names; an empty one where the page has none."""
    names = SiteNames(url, site_names := tuple(site_names))
    others = [
        *structured.every("article:section", "author"),
        *structured.linked("articleSection"),
        *structured.linked("author"),
    ]
    labels = SiteNames(url, [*site_names, *(said.text for said in others)])
    titles = title_candidates(structured)
    cleaned = [said._replace(text=without_names(said.text, labels)) for said in titles]
    headings = [one for one in read_headings(structured.headings) if one.text not in names]
    best = _explaining(headings, titles, cleaned, url)
    if best is not None:
        return Title(without_names(_own_words(best, cleaned), labels), f"<{best.element.tag}>", best.element)
    shown = shown_title(tree, titles, names)
    firsts = {
        one.key: one
        for one in reversed(headings)
        if one.is_first and " " in one.key and not leads_home(one.element, url)
    }
    first = next((Title(one.text, "<h1>", one.element) for one in firsts.values() if len(firsts) == 1), None)
    return (shown.line if shown.is_sure else first or shown.line or shown.called) or _stated(cleaned, names)


def _explaining(headings: list[Heading], titles: list[Said], cleaned: list[Said], url: str) -> Heading | None:
    """The heading that explains a title best, where one does."""
    worths: dict[str, float] = {}
    for said in (*titles, *cleaned):
        key = headline_key(said.text)
        worths[key] = max(HEADLINE if said.source == LINKED else 1.0, worths.get(key, 0.0))
    if words := slug(url):
        worths.setdefault(words, SLUG)
    parts = {headline_key(run): len(run) / len(said.text) for said in titles for run in runs_of_parts(said.text)}
    best, best_score = None, 0.0
    for heading in headings:
        score = _score(heading, worths, parts)
        if score > best_score and not leads_home(heading.element, url):
            best, best_score = heading, score
    if best is None or best_score < SURE:
        return None
    alike = (one for one in headings if one.is_first and one.key == best.key)
    return next((one for one in alike if not leads_home(one.element, url)), best)


def _score(heading: Heading, worths: dict[str, float], parts: dict[str, float]) -> float:
    """How well a heading explains one of the titles: equal, part of one, containing one, or alike."""
    key = heading.key
    words = key.count(" ") + 1
    if not key:
        return 0.0
    share = parts.get(key, 0.0)
    best, first = (PART + PART_SHARE * share, FIRST * share) if share else (0.0, FIRST)
    for title, worth in worths.items():
        if key == title:
            score = worth if heading.element.tag == "h2" else min(worth, 1.0)
        elif f" {key} " in f" {title} " or f" {title} " in f" {key} ":
            shorter, longer = sorted((len(key), len(title)))
            score = 0.5 + 0.5 * shorter / longer
        else:
            score = fuzz.ratio(key, title) / 100
        best = max(best, score if key == title else score * min(worth, 1.0))
    best += first if heading.is_first else 0.0
    best -= THIRD if heading.element.tag == "h3" else 0.0
    return best - (0.3 if words == 1 and len(key) < 15 and not UNSPACED.search(key) else 0.0)


def _own_words(heading: Heading, titles: list[Said]) -> str:
    """The heading without what stands in it beside the headline: a kicker before it, a date or labels behind it.

    Such a thing has an element of its own, or is a kicker that ends with a colon or the like. Words that begin or end
    the line like all others are the headline's, whatever the head's titles leave out.
    """
    keys = {key: said.text for said in titles if (key := headline_key(said.text))}
    is_whole = keys.pop(heading.key, None) is not None
    pieces = heading.pieces
    for first in range(len(pieces)):
        for last in range(len(pieces), first, -1):
            words = joined(pieces[first:last])
            key = headline_key(words)
            if key in keys and (" " in key or UNSPACED.search(key)):
                return words
    for key, text in keys.items():
        if not is_whole and key.count(" ") >= 3 and heading.key.endswith(f" {key}"):
            kicker = heading.text[: max(0, len(heading.text) - len(text))]
            if KICKER_END.search(kicker.rstrip("\"'“”„«» ")):
                return text
    return heading.text


def _stated(titles: list[Said], names: SiteNames) -> Title:
    """The best title of the head; where one is the beginning or the end of another, the rest of that is no headline."""
    found = [said for said in titles if said.text not in names] or titles
    if not found:
        return Title()
    best = found[0]
    for said in found[1:]:
        if _is_shorter(said.text, best.text):
            best = said
    return Title(best.text, best.source)


def _is_shorter(text: str, title: str) -> bool:
    """Whether the title is this text with something that is set off from it, before or behind."""
    if len(text) >= len(title) or len(headline_key(text)) < SHORTEST:
        return False
    rest = title.removeprefix(text) if title.startswith(text) else title.removesuffix(text)[::-1]
    return rest != title and rest != title[::-1] and not rest.lstrip()[:1].isalnum()
