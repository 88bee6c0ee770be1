"""Find the headline that a reader sees over the article.

The titles in a page's head are often slogans, or carry the site's name. The visible headline is one of the page's
headings, but pages have many. So each heading is scored by how well it explains one of the head's titles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.metadata.displayed_title import Title, find_displayed_title
from cleaning.metadata.structured import Statement, StructuredData
from cleaning.metadata.title_parts import SiteNames, list_part_sequences, make_name_keys, read_slug, strip_names
from cleaning.page.headings import UNSPACED, Heading, join_pieces, links_to_front_page, read_headings
from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

MIN_SCORE = 0.70  # a heading with a lower score is another text
LINKED = "JSON-LD headline"
# Scores.
HEADLINE = 1.3  # for equalling the headline in JSON-LD: more than any other heading reaches
PART, PART_SHARE = 0.72, 0.25  # for equalling a part of a title, and for that part's share of the title
H1_BONUS, H3_COST = 0.15, 0.05
SLUG = 0.95  # for equalling the words of the address
META = ("twitter:title", "headline", "dc.title", "parsely-title", "sailthru.title")
MIN_LETTERS = 12  # of a headline that is the beginning of a longer title
MAX_STORIES = 3  # more JSON-LD articles are those of other pages
KICKER_END = re.compile(r"[:|–—/»>-]\W{0,3}$")


def find_title_candidates(structured: StructuredData) -> list[Statement]:
    """Return the titles in the page's head, each text once, most trustworthy first."""
    found = structured.find_statements("og:title")
    for item in structured.articles[:MAX_STORIES]:
        one = StructuredData(objects=(item,))
        found += one.find_linked("headline") or one.find_linked("name")
    found += [*structured.find_statements(*META), Statement(structured.title, "<title>")]
    once: dict[str, Statement] = {}
    for statement in found:
        if normalize_headline(statement.text) and (statement.text not in once or statement.source == LINKED):
            once[statement.text] = statement
    return list(once.values())


def find_visible_title(
    tree: HtmlElement,
    structured: StructuredData,
    site_names: Iterable[str],
    url: str,
    learnt: Iterable[str] = (),
    asked: set[str] | None = None,
) -> Title:
    """Return the article's headline without the site's names; an empty one where the page has none.

    `learnt` are names that the site's memory knows. `asked` takes the keys of all texts that such a name might be.
    """
    keys = make_name_keys(learnt)
    names = SiteNames(url, site_names := tuple(site_names), keys, asked)
    others = [
        *structured.find_statements("article:section", "author"),
        *structured.find_linked("articleSection"),
        *structured.find_linked("author"),
    ]
    labels = SiteNames(url, [*site_names, *(statement.text for statement in others)], keys, asked)
    titles = find_title_candidates(structured)
    cleaned = [statement._replace(text=strip_names(statement.text, labels)) for statement in titles]
    headings = [one for one in read_headings(structured.headings) if one.text not in names]
    first = _find_only_h1(headings, url)
    best = _find_best_heading(headings, titles, cleaned, url)
    if best is not None and (best.is_h1 or first is None or _explains_title(best, (*titles, *cleaned))):
        return Title(strip_names(_strip_kicker(best, cleaned), labels), f"<{best.element.tag}>", best.element)
    displayed = find_displayed_title(tree, titles, labels, url)
    best_title = displayed.line if displayed.is_sure else first or displayed.line or displayed.marked
    if best_title is None:
        return _choose_stated_title(cleaned, names)
    return best_title._replace(text=strip_names(best_title.text, labels))


def _find_only_h1(headings: list[Heading], url: str) -> Title | None:
    """Return the only <h1> of the page that may be a headline; None where there are several, or none."""
    first_headings = {
        one.key: one
        for one in reversed(headings)
        if one.is_h1 and " " in one.key and not links_to_front_page(one.element, url)
    }
    if len(first_headings) != 1:
        return None
    (only,) = first_headings.values()
    return Title(only.text, "<h1>", only.element)


def _explains_title(heading: Heading, titles: Iterable[Statement]) -> bool:
    """Return whether a title has the heading's words in their order, or the heading those of a title."""
    keys = [normalize_headline(statement.text) for statement in titles]
    return any(f" {heading.key} " in f" {key} " or f" {key} " in f" {heading.key} " for key in keys)


def _find_best_heading(
    headings: list[Heading], titles: list[Statement], cleaned: list[Statement], url: str
) -> Heading | None:
    """Return the heading that explains a title best, None where none does."""
    worths: dict[str, float] = {}
    for statement in (*titles, *cleaned):
        key = normalize_headline(statement.text)
        worths[key] = max(HEADLINE if statement.source == LINKED else 1.0, worths.get(key, 0.0))
    if words := read_slug(url):
        worths.setdefault(words, SLUG)
    parts = {
        normalize_headline(run): len(run) / len(statement.text)
        for statement in titles
        for run in list_part_sequences(statement.text)
    }
    best, best_score = None, 0.0
    for heading in headings:
        score = _score_heading(heading, worths, parts)
        if score > best_score and not links_to_front_page(heading.element, url):
            best, best_score = heading, score
    if best is None or best_score < MIN_SCORE:
        return None
    alike = (one for one in headings if one.is_h1 and one.key == best.key)
    return next((one for one in alike if not links_to_front_page(one.element, url)), best)


def _score_heading(heading: Heading, worths: dict[str, float], parts: dict[str, float]) -> float:
    """Score how well a heading explains one of the titles: equal, part of one, containing one, or alike."""
    key = heading.key
    words = key.count(" ") + 1
    if not key:
        return 0.0
    share = parts.get(key, 0.0) if key not in worths else 0.0  # a whole title without the site's name is no part
    best, h1_bonus = (PART + PART_SHARE * share, H1_BONUS * share) if share else (0.0, H1_BONUS)
    for title, worth in worths.items():
        if key == title:
            score = worth if heading.element.tag == "h2" else min(worth, 1.0)
        elif f" {key} " in f" {title} " or f" {title} " in f" {key} ":
            shorter, longer = sorted((len(key), len(title)))
            score = 0.5 + 0.5 * shorter / longer
        else:
            score = fuzz.ratio(key, title) / 100
        best = max(best, score if key == title else score * min(worth, 1.0))
    best += h1_bonus if heading.is_h1 else 0.0
    best -= H3_COST if heading.element.tag == "h3" else 0.0
    return best - (0.3 if words == 1 and len(key) < 15 and not UNSPACED.search(key) else 0.0)


def _strip_kicker(heading: Heading, titles: list[Statement]) -> str:
    """Return the heading without a kicker before the headline, or a date or labels behind it.

    A date or label has an element of its own; so has a kicker, or it ends with a colon or the like. Other words are
    part of the headline, even where the head's titles leave them out.
    """
    keys = {key: statement.text for statement in titles if (key := normalize_headline(statement.text))}
    is_whole = keys.pop(heading.key, None) is not None
    pieces = heading.pieces
    for first in range(len(pieces)):
        if not normalize_headline(pieces[first]):  # the sign between kicker and headline
            continue
        for last in range(len(pieces), first, -1):
            words = join_pieces(pieces[first:last])
            key = normalize_headline(words)
            if key in keys and (" " in key or UNSPACED.search(key)):
                return words
    for key, text in keys.items():
        if not is_whole and key.count(" ") >= 3 and heading.key.endswith(f" {key}"):
            kicker = heading.text[: max(0, len(heading.text) - len(text))]
            if KICKER_END.search(kicker.rstrip("\"'“”„«» ")):
                return text
    return heading.text


def _choose_stated_title(titles: list[Statement], names: SiteNames) -> Title:
    """Return the best title of the head. Of two titles of which one begins or ends the other, the shorter is better."""
    found = [statement for statement in titles if statement.text not in names] or titles
    if not found:
        return Title()
    best = found[0]
    for statement in found[1:]:
        if _is_shorter(statement.text, best.text):
            best = statement
    return Title(best.text, best.source)


def _is_shorter(text: str, title: str) -> bool:
    """Return whether the title is this text with more before or behind it, set off by a separator."""
    if len(text) >= len(title) or len(normalize_headline(text)) < MIN_LETTERS:
        return False
    rest = title.removeprefix(text) if title.startswith(text) else title.removesuffix(text)[::-1]
    return rest != title and rest != title[::-1] and not rest.lstrip()[:1].isalnum()
