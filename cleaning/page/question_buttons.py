"""Make the questions that stand in buttons readable: the headings of an interview or of answers that unfold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.block_elements import make_label
from cleaning.page.part_names import read_part_names
from cleaning.page.tags import HEADINGS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

QUESTION_MARKS = ("?", "？", "؟", "՞", "\u037e", "፧")
# What a button is called that unfolds a text.
UNFOLDING = frozenset("accordion faq question questions collapse collapsible expander disclosure toggle".split())  # noqa: SIM905
MIN_CHARACTERS = 8  # of a question
MAX_CHARACTERS = 300
OUTSIDE = frozenset(("nav", "header", "footer", "form", "menu"))  # where buttons open menus and send forms


def read_question_buttons(tree: HtmlElement) -> None:
    """Write the buttons that are headings as headings: those in one, and those that ask or unfold a text."""
    for button in list(tree.iter("button")):
        words = " ".join("".join(button.itertext()).split())
        if not MIN_CHARACTERS <= len(words) <= MAX_CHARACTERS:
            continue
        around = {one.tag for one in button.iterancestors()}
        if not around.isdisjoint(OUTSIDE):
            continue
        if not around.isdisjoint(HEADINGS):
            button.tag = "span"
        elif words.endswith(QUESTION_MARKS) or _unfolds(button):
            button.tag = "h4"


def _unfolds(button: HtmlElement) -> bool:
    """Return whether a button says of itself that it unfolds a text, and is called after it."""
    says = button.get("aria-expanded") is not None or button.get("aria-controls") is not None
    return says and not read_part_names(make_label(button)).isdisjoint(UNFOLDING)
