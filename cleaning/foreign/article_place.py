"""Give the element that holds the article another tag where its own says that it stands beside one.

Some pages put their whole article into an <aside>, a <footer> or a <form>, which trafilatura removes before it looks
for text. Such an element is the article where it holds the page's headline and most of its prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.paragraphs import is_paragraph
from cleaning.page.part_names import CHROME, COMMENTS, read_part_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun

BESIDE = frozenset(("aside", "footer", "form", "fieldset", "figure", "dialog", "noindex"))  # a <nav> is one not closed
MIN_SHARE = 0.6  # of the letters in the page's paragraphs
MIN_PARAGRAPHS = 2
MAX_HEAD = 600  # characters of headline, standfirst, byline and date above the text


def free_article(headline: HtmlElement | None, runs: Sequence[TextRun]) -> bool:
    """Make a <div> of each such element around the headline; return whether there was one. The tree is changed."""
    if headline is None or not runs:
        return False
    around = [element for element in headline.iterancestors() if element.tag in BESIDE]
    if not around:  # the text may stand in one right below the headline
        holder = max(runs, key=lambda run: run.characters).nodes[0].holder
        texts = [] if holder is None else [one for one in holder.iterancestors() if one.tag == "aside"]
        around = [one for one in texts if _is_below(headline, one)]
    if not around:
        return False
    prose = [run for run in runs if is_paragraph(run)]
    total = sum(run.characters for run in prose)
    found = [element for element in around if _holds_article(element, prose, total)]
    for element in found:
        element.tag = "div"
        for name in ("id", "class"):
            if read_part_names(element.get(name) or "") & CHROME:
                del element.attrib[name]
    return bool(found)


def _holds_article(element: HtmlElement, prose: Sequence[TextRun], total: int) -> bool:
    """Return whether an element holds most of the prose, and is not what readers wrote."""
    if read_part_names(f"{element.get('id') or ''} {element.get('class') or ''}") & COMMENTS:
        return False
    inside = [run for run in prose if (holder := run.nodes[0].holder) is not None and _is_inside(holder, element)]
    return len(inside) >= MIN_PARAGRAPHS and sum(run.characters for run in inside) >= MIN_SHARE * total


def _is_inside(element: HtmlElement, outer: HtmlElement) -> bool:
    return element is outer or any(around is outer for around in element.iterancestors())


def _is_below(headline: HtmlElement, element: HtmlElement) -> bool:
    """Return whether an element stands right after the headline, or after an element with it and without the text."""
    before = element.getprevious()
    if before is None or not (before is headline or headline in before.iter(headline.tag)):
        return False
    return sum(map(len, before.itertext())) <= MAX_HEAD
