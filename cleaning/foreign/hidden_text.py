"""Judge the hidden parts of a page: the text that a script shows, or a notice that nobody reads.

Of a hundred hidden parts two or three are the article's: all of it, until a script shows it; its rest below "Read
more"; the answers below questions. The others are comments, dialogs, menus and the templates of messages.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from cleaning.page.hidden import HiddenPart, find_hidden_parts, show
from cleaning.page.paragraphs import MIN_BODY_LETTERS, ends_a_sentence, is_paragraph
from cleaning.page.part_names import CHROME, COMMENTS, read_part_names
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun

MIN_ARTICLE_SHARE = 0.6  # of the page's prose: a hidden part with more is the article; comments reach .55
MIN_REST = 2  # paragraphs of a rest of the article, where nothing else says that it is one
MIN_PANELS = 2  # hidden parts of one name, each below a question or heading of its own: an accordion
MIN_WAITING = 2  # paragraphs of an article that waits in an element that is not shown
SHADOW_ROOT = ("shadowrootmode", "shadowroot")
MAX_LINKED = 0.2  # link share of a rest
# What the rest of an article is called, and the answers of an accordion.
REST = frozenset("more rest remainder remaining expand expandable collapse collapsed collapsible full continue".split())  # noqa: SIM905
# Parts of a page that is sent piece by piece (React): a script puts each in its place.
STREAMED = re.compile(r"S:[0-9a-f]+")
STANDS_FOR_ARTICLE = frozenset("article content body story text".split())  # noqa: SIM905


def judge_hidden_parts(candidates: Sequence[HtmlElement], runs: Sequence[TextRun]) -> dict[int, str]:
    """Return the runs that nobody sees, each with what hides it. The hidden text of the article is shown in the tree.

    `candidates` are the elements that may be hidden. Runs of a part that is the article's are not returned. The tree
    changes only by attributes of hidden elements.
    """
    parts = find_hidden_parts(candidates, runs) if candidates else []
    if not parts:
        return {}
    page = _HiddenParts(runs, parts)
    unseen: dict[int, str] = {}
    for part in parts:
        if page.is_article(part):
            show(part.element)
            part.element.attrib.pop("class", None)  # trafilatura leaves out what is called "expand" or "more"
        else:
            unseen.update(dict.fromkeys(part.runs, f"{part.reason}: “{part.label}”"))
    return unseen


def open_waiting_text(tree: HtmlElement, runs: Sequence[TextRun]) -> bool:
    """Make an article in <template> or <noscript> a part of the page; return whether there was one.

    A shadow root is a part of the page in any case. All other templates leave the tree: they are no text.
    """
    body = tree.find("body")
    waiting = [] if body is None else list(body.iter("template", "noscript"))
    opened = False
    prose: int | None = None  # is counted where an element waits that may hold more
    for element in waiting:
        if element.getparent() is None:
            continue
        paragraphs = sum(1 for one in element.iter("p") if len("".join(one.itertext())) >= MIN_BODY_LETTERS)
        is_root = any(name in element.attrib for name in SHADOW_ROOT)
        if prose is None and not is_root and paragraphs >= MIN_WAITING:
            prose = sum(1 for run in runs if is_paragraph(run))
        if is_root or (prose is not None and paragraphs >= MIN_WAITING and paragraphs > 2 * prose):
            element.tag = "div"
            opened = True
        elif element.tag == "template":
            element.clear(keep_tail=True)
    return opened


class _HiddenParts:
    """The hidden parts of one page, and its prose."""

    def __init__(self, runs: Sequence[TextRun], parts: Sequence[HiddenPart]) -> None:
        self._runs = runs
        self._hidden = {index for part in parts for index in part.runs}
        prose = [index for index, run in enumerate(runs) if is_paragraph(run)]
        self._visible = [index for index in prose if index not in self._hidden]
        self._letters = sum(runs[index].characters for index in prose)
        self._texts = {runs[index].text for index in self._visible}
        # The elements right around the visible prose, up to three of them.
        self._around = {
            element
            for index in self._visible
            if (holder := runs[index].nodes[0].holder) is not None
            for element in islice(holder.iterancestors(), 3)
        }
        self._prose_by_label: Counter[str] = Counter()
        for part in parts:
            self._prose_by_label[part.label] += sum(runs[index].characters for index in self._list_prose(part))
        self._panels = Counter(part.label for part in parts if self._answers(part))

    def is_article(self, part: HiddenPart) -> bool:
        """Return whether a part is the article, or its rest, or an answer in it."""
        if any(STREAMED.fullmatch(one.get("id") or "") for one in (part.element, *part.element)):
            return True
        prose = self._list_prose(part)
        if prose and all(self._runs[index].text in self._texts for index in prose):
            return False  # a copy of what is seen
        names = read_part_names(part.label)
        if names & (COMMENTS | CHROME) and not names & STANDS_FOR_ARTICLE:
            return False
        # One part, or the slides of one name that a script shows by turns.
        if prose and self._prose_by_label[part.label] > MIN_ARTICLE_SHARE * self._letters:
            return True
        if part.reason.startswith("for screen"):
            return False
        return self._is_rest(part, prose, bool(names & REST)) or self._panels[part.label] >= MIN_PANELS

    def _list_prose(self, part: HiddenPart) -> list[int]:
        return [index for index in part.runs if is_paragraph(self._runs[index])]

    def _is_rest(self, part: HiddenPart, prose: Sequence[int], is_named: bool) -> bool:
        """Return whether a part goes on where the visible paragraphs beside it end."""
        beside = part.element.getparent()
        if not self._visible or part.runs[0] < self._visible[0] or beside not in self._around:
            return False
        if sum(self._runs[index].link_characters for index in part.runs) > MAX_LINKED * sum(
            self._runs[index].characters for index in part.runs
        ):
            return False
        if is_named or part.reason == "hidden=until-found":
            return bool(prose)
        # Where paragraphs go on below it, they are not led to by it.
        below = (self._runs[index].nodes[0].holder for index in self._visible if index > part.runs[-1])
        return len(prose) >= MIN_REST and not any(
            beside in holder.iterancestors() for holder in below if holder is not None
        )

    def _answers(self, part: HiddenPart) -> bool:
        """Return whether the part is a text below a question or a heading."""
        before = part.runs[0] - 1
        if before < 0 or before in self._hidden:
            return False
        heading = self._runs[before]
        return (heading.element.kind is BlockKind.HEADING or heading.text.endswith(("?", "？", "؟", ";"))) and any(
            ends_a_sentence(self._runs[index].text) for index in part.runs
        )
