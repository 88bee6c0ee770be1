"""Find the texts of a page that may be the time of an entry: a time of day by itself, or at the beginning of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cleaning.live.clocks import EDGES, MAX_BESIDE, find_clock, may_have_clock
from cleaning.metadata.dates.machine_times import parse_page_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextNode, TextRun

MAX_MARKS = 2_000
# Attributes in which pages write the moment of a time that they show.
STAMPS = ("datetime", "data-datetime", "data-timestamp", "data-time", "data-date", "data-published", "data-utc")
STAMP_NAMES = frozenset(STAMPS[1:])
UNIX = re.compile(r"1\d{9}(?:\d{3})?")
HOUR = re.compile(r"\d[T ]\d{1,2}[:.]?\d\d")
DIGIT = re.compile(r"\d")
MAX_LINE = 100  # characters of a line with a time and perhaps a name


@dataclass(frozen=True, slots=True)
class TimeMark:
    """A time in the page.

    `run` is the index of the text run that shows it or, where the page shows nothing, of the run beside it. `words` are
    those of its text node, "" where it is shown nowhere. `minutes` is the time of day by these words, `moment` that
    which the page states for machines.
    """

    run: int
    words: str = ""
    minutes: int | None = None
    moment: datetime | None = None
    is_leading: bool = False  # the run begins with it, or is nothing else
    is_named: bool = False  # the page's data name an entry here

    @property
    def has_time(self) -> bool:
        return self.minutes is not None or self.moment is not None or bool(self.words)


def find_time_marks(tree: HtmlElement, runs: Sequence[TextRun]) -> list[TimeMark]:
    """Return the times of a page in page order, at most MAX_MARKS."""
    stamped = _Stamped(tree)
    marks: list[TimeMark] = []
    for index, run in enumerate(runs):
        text = run.text
        is_line = len(text) <= MAX_LINE
        has_figure = DIGIT.search(text, 0, MAX_LINE if is_line else MAX_BESIDE + 10) is not None
        mark = _read_stamped(index, run, stamped) if stamped.times or (is_line and has_figure) else None
        if mark is None and has_figure:
            mark = _read_text(index, run)
        if mark is not None:
            marks.append(mark)
            if len(marks) == MAX_MARKS:
                return marks
    unshown = list(_find_unshown(stamped.times, runs)) if stamped.times else []
    return sorted([*marks, *unshown], key=lambda mark: mark.run) if unshown else marks


class _Stamped:
    """The elements with a moment for machines: <time>, and those with an attribute for it."""

    def __init__(self, tree: HtmlElement) -> None:
        self.times: frozenset[HtmlElement] = frozenset(tree.iter("time"))
        # Texts stand beside each other in few elements.
        self._known: dict[HtmlElement, bool] = {}
        self._around: dict[HtmlElement, HtmlElement | None] = {}

    def find_around(self, node: TextNode) -> HtmlElement | None:
        """Return such an element that holds a text, itself or around its element."""
        holder = node.holder
        if holder is None:
            return None
        if holder not in self._around:
            parent = holder.getparent()
            is_near = parent is not None and self._is_stamped(parent)
            self._around[holder] = holder if self._is_stamped(holder) else parent if is_near else None
        return self._around[holder]

    def _is_stamped(self, element: HtmlElement) -> bool:
        is_stamped = self._known.get(element)
        if is_stamped is None:
            is_stamped = element in self.times or not STAMP_NAMES.isdisjoint(element.keys())
            self._known[element] = is_stamped
        return is_stamped


def _read_stamped(index: int, run: TextRun, stamped: _Stamped) -> TimeMark | None:
    """Return the time in a run that stands in an element of its own."""
    for position, node in enumerate(run.nodes[:6]):
        element = stamped.find_around(node)
        if element is None:
            continue
        words = " ".join(node.text.split())
        clock = find_clock(words)
        moment = parse_stamp(element)
        if len(words) <= MAX_BESIDE + 10 and (clock is not None or moment is not None):
            is_leading = not "".join(one.text for one in run.nodes[:position]).strip()
            return TimeMark(index, words, clock.minutes if clock is not None else None, moment, is_leading)
    return None


def _read_text(index: int, run: TextRun) -> TimeMark | None:
    """Return the time at the beginning of a run, or in a short line of its own."""
    text = run.text
    if UNIX.fullmatch(text):  # a script writes the time that a reader sees
        return TimeMark(index, text, None, datetime.fromtimestamp(int(text[:10]), UTC), is_leading=True)
    if not may_have_clock(text[:MAX_LINE]):
        return None
    if len(text) <= MAX_LINE and len(run.nodes) > 1 and (mark := _read_nodes(index, run)) is not None:
        return mark
    clock = find_clock(text)
    if clock is None:
        return None
    before = text[: clock.start]
    is_leading = not any(map(str.isalnum, before))
    is_line = len(text) - (clock.end - clock.start) <= MAX_BESIDE
    if not is_line and not is_leading:
        return None
    words = text if is_line and run.link_characters < run.characters else text[: clock.end]
    return TimeMark(index, words.strip(EDGES), clock.minutes, None, is_leading or is_line)


def _read_nodes(index: int, run: TextRun) -> TimeMark | None:
    """Return the time that is one of several texts in a line: "Ann Lee", "18:20"."""
    for node in run.nodes[:6]:
        words = " ".join(node.text.split()).strip(EDGES)
        if len(words) <= MAX_BESIDE and (clock := find_clock(words)) is not None:
            return TimeMark(index, words, clock.minutes, None, is_leading=True)
    return None


def parse_stamp(element: HtmlElement) -> datetime | None:
    """Return the moment in an element's attributes; None for a day without an hour."""
    for name in STAMPS:
        value = (element.get(name) or "").strip()
        if UNIX.fullmatch(value):
            return datetime.fromtimestamp(int(value[:10]), UTC)
        if HOUR.search(value) and (moment := parse_page_time(value)) is not None:
            return moment
    return None


def _find_unshown(stamped: Iterable[HtmlElement], runs: Sequence[TextRun]) -> Iterator[TimeMark]:
    """Yield the times whose words a script writes: the element is empty, and its attribute states the moment."""
    empty = [one for one in stamped if not (one.text or "").strip() and len(one) == 0 and parse_stamp(one) is not None]
    if not empty:
        return
    first: dict[HtmlElement, int] = {}
    for index, run in enumerate(runs):
        for node in run.nodes:
            first.setdefault(node.element, index)
    for element in empty[:MAX_MARKS]:
        around = element.getparent()
        for _ in range(3):
            if around is None:
                break
            found = next((first[one] for one in around.iter() if one in first), None)
            if found is not None:
                yield TimeMark(found, "", None, parse_stamp(element))
                break
            around = around.getparent()
