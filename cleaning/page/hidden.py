"""Find what a page holds and no reader sees: hidden elements, and words for screen readers within a line.

A script may show them. Whether a hidden part is a notice or the rest of the article is judged in
`cleaning.foreign.hidden_text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cleaning.page.block_elements import make_label
from cleaning.page.line_parts import is_line_part
from cleaning.page.tags import INLINE, SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun

NOT_DISPLAYED = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# Class names by which the style sheets of common toolkits hide words from the eye and leave them to screen readers.
FOR_SCREEN_READERS = re.compile(
    r"(?:^|[\s_-])(?:sr-?only|screen-?reader(?:s|-text|-only)?|(?:visually|vis|accessibly|a11y)-?hidden|element-invisible"
    r"|assistive-text|hidden-?(?:visually|accessible)|off-?screen|for-?screen-?readers?)(?![\w-]*focusable)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What every class that FOR_SCREEN_READERS finds has in it, the likeliest first.
FOR_READERS = ("idden", "sr-", "creen", "invisible", "sronly", "assistive")
MAX_HIDDEN_WORDS = 60  # characters; a longer hidden end of a line is shown by "Read more"
MAX_READER_WORDS = 200  # characters of words that only screen readers read
HIDING = frozenset(("hidden", "style", "aria-hidden"))  # attributes that hide an element


@dataclass(frozen=True, slots=True)
class HiddenPart:
    """An outermost hidden block element, what hides it in words, and the indexes of the text runs in it."""

    element: HtmlElement
    reason: str
    label: str
    runs: tuple[int, ...]


def _list_candidates(tree: HtmlElement) -> list[HtmlElement]:
    """Return the elements that may be hidden, in page order.

    The names of the attributes are asked for once an element: that takes half the time of an XPath, or of asking for
    each of them. Half of the elements have none.
    """
    found: list[HtmlElement] = []
    for element in tree.iterdescendants():
        names = element.keys()
        if not names:
            continue
        if "class" in names:
            classes = element.get("class")
            if _may_be_for_readers(classes):
                found.append(element)
                continue
        if not HIDING.isdisjoint(names) and (
            "hidden" in names
            or element.get("aria-hidden") == "true"
            or ("style" in names and ("none" in (style := element.get("style")) or "hidden" in style))
        ):
            found.append(element)
    dialogs = list(tree.iter("dialog"))
    if dialogs:  # nearly no page has one
        chosen = {*found, *dialogs}
        return [element for element in tree.iterdescendants() if element in chosen]
    return found


@lru_cache(maxsize=4096)
def _may_be_for_readers(classes: str) -> bool:
    return any(part in classes for part in FOR_READERS)


def find_hiding(element: HtmlElement) -> str | None:
    """Return what hides the element, in words; None where nothing does."""
    hidden = element.get("hidden")
    if hidden is not None:
        return f"hidden={hidden}" if hidden else "hidden"
    if (style := element.get("style")) and (found := NOT_DISPLAYED.search(style)):
        return found[0].strip("; ")
    if (classes := element.get("class")) and FOR_SCREEN_READERS.search(classes):
        return f"for screen readers: “{classes}”"
    if element.get("aria-hidden") == "true":
        return "aria-hidden"
    return "a closed dialog" if element.tag == "dialog" and element.get("open") is None else None


def erase_hidden_words(tree: HtmlElement) -> list[HtmlElement]:
    """Remove the words within lines that no reader sees; a longer text stays, as one that a script shows.

    A drop cap that is kept from screen readers is a letter of its word, and shown to all readers from here on. Returned
    are all elements that may be hidden, for `find_hidden_parts`: the page is walked once for both.
    """
    candidates = _list_candidates(tree)
    dropping = _Dropping()
    for element in candidates:
        if "-" in element.tag:  # whose place is told by the text beside it
            dropping.write_tails()
        if element.getparent() is None or not is_line_part(element) or element.tag in SILENT:
            continue
        reason = find_hiding(element)
        if reason is None or any(one.tag not in INLINE and one.tag not in SILENT for one in element.iterdescendants()):
            continue
        words = "".join(element.itertext()).strip()
        if reason == "aria-hidden":
            if len(words) == 1 and words.isalpha():
                del element.attrib["aria-hidden"]
        elif len(words) <= (MAX_READER_WORDS if reason.startswith("for screen") else MAX_HIDDEN_WORDS):
            dropping.drop(element)
        else:
            show(element)
    dropping.write_tails()
    return candidates


class _Dropping:
    """Takes elements out of the tree, and writes the texts behind them when all are out.

    A text that is written again for each of ten thousand elements in it takes minutes.
    """

    def __init__(self) -> None:
        self._tails: dict[tuple[HtmlElement, bool], list[str]] = {}

    def drop(self, element: HtmlElement) -> None:
        parent, before = element.getparent(), element.getprevious()
        if element.tail:
            place = (parent, False) if before is None else (before, True)
            self._tails.setdefault(place, []).append(element.tail)
        parent.remove(element)  # with its tail

    def write_tails(self) -> None:
        for (element, is_tail), texts in self._tails.items():
            if is_tail:
                element.tail = (element.tail or "") + "".join(texts)
            else:
                element.text = (element.text or "") + "".join(texts)
        self._tails.clear()


def show(element: HtmlElement) -> None:
    """Remove the attributes that hide an element."""
    for name in HIDING:
        element.attrib.pop(name, None)


def find_hidden_parts(candidates: Sequence[HtmlElement], runs: Sequence[TextRun]) -> list[HiddenPart]:
    """Return the hidden block elements among these in page order that hold runs, without those inside of others."""
    owners: dict[HtmlElement, HtmlElement] = {}
    reasons: dict[HtmlElement, str] = {}
    for element in candidates:
        if element in owners or is_line_part(element) or element.tag in ("body", "html"):
            continue
        reason = find_hiding(element)
        if reason is not None:
            reasons[element] = reason
            owners.update(dict.fromkeys(element.iter(), element))
    found: dict[HtmlElement, list[int]] = {}
    if owners:
        for index, run in enumerate(runs):
            owner = owners.get(run.nodes[0].holder)
            if owner is not None:
                found.setdefault(owner, []).append(index)
    return [
        HiddenPart(element, reasons[element], make_label(element), tuple(indexes)) for element, indexes in found.items()
    ]
