"""The times that a page shows its reader."""

from __future__ import annotations

import re
from itertools import chain, islice, tee
from typing import TYPE_CHECKING, NamedTuple

from cleaning.dates.moments import parse_time
from cleaning.dates.near import lines_above, lines_below, machine_time
from cleaning.dates.stated import UNCLEAR
from cleaning.dates.written import written
from cleaning.lines import tidy
from cleaning.title_parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

    from cleaning.dates.order import Order
    from cleaning.structured import Structured

NEAR, CALLED, SHORT = "a line near the headline", "a line called a date", "a short line"
LABEL, LONG_LABEL = 30, 60  # characters of a part of the title, of a line, that is a date and little else
# Of changes, not of publication; the beginnings of such words in the larger languages of the press.
CHANGED = re.compile(
    r"\b(?:updat|modif|aktuali[sz]|chang|edit|revis|обновл|измен|оновл|ενημ|actuali|aggiorn|mis à jour|bijgewerkt"
    r"|güncel|oppdater|opdater|uppdater|päivit|frissít|zaktual)|更新|업데이트|수정|最終",
    re.IGNORECASE,
)
# How the elements that hold dates are called.
CALLS = re.compile(
    r"(?:^|[\s_-])(?:date|datum|fecha|data|dato|time|timestamp|published|pubdate|posted|dateline|byline)(?:$|[\s_-])",
    re.IGNORECASE,
)
ELEMENTS = tuple("div span p small td li b em i strong font abbr br h4 h5 h6 dd a".split())  # noqa: SIM905
MOST_ELEMENTS = 4_000


class Sighting(NamedTuple):
    """A time that was seen, with its hour or as a day alone, and where."""

    moment: datetime
    has_hour: bool
    source: str


class Shown:
    """The times of one page, looked for where and when they are asked for."""

    def __init__(self, tree: HtmlElement, structured: Structured, headline: HtmlElement | None, order: Order) -> None:
        self._tree = tree
        self._structured = structured
        self._headline = headline
        self._order = order
        self._near = self._around_headline()

    def near(self) -> Iterator[tuple[str, Sighting]]:
        """Those around the headline, with what stands before each in its line."""
        self._near, again = tee(self._near)  # each line is read once, and when it is asked for
        return again

    def times(self) -> Iterator[Sighting]:
        """Those in <time> elements."""
        for element in self._structured.times:
            text = machine_time(element) or tidy(element.text_content())
            if moment := parse_time(text, self._order):
                yield Sighting(moment, ":" in text, "<time>")

    def unclear(self) -> Iterator[Sighting]:
        """Those of meta elements that do not tell which date they mean."""
        for said in self._structured.every(*UNCLEAR):
            if moment := parse_time(said.text, self._order):
                yield Sighting(moment, ":" in said.text, said.source)

    def publication(self) -> Iterator[Sighting]:
        """All that may be the publication, those that are most surely first."""
        for part in parts_of(self._structured.title):
            if len(part) <= LABEL:
                for found in written(part, self._order):
                    yield Sighting(found.moment, found.has_hour, "<title>")
        changes = []
        for before, sighting in self.near():
            if CHANGED.search(before):
                changes.append(sighting)
            else:
                yield sighting
        yield from changes
        yield from self.times()
        yield from self.unclear()
        yield from self._anywhere()

    def _around_headline(self) -> Iterator[tuple[str, Sighting]]:
        if self._headline is not None:
            for line in chain(lines_below(self._headline), lines_above(self._headline)):
                for found in written(line, self._order):
                    yield line[: found.start], Sighting(found.moment, found.has_hour, NEAR)

    def _anywhere(self) -> Iterator[Sighting]:
        """Those in elements that are called a date, then those in any short line."""
        short = []
        for element in islice(self._tree.iter(*ELEMENTS), MOST_ELEMENTS):
            classes = element.get("class") or element.get("id")
            if classes and CALLS.search(classes):
                text = machine_time(element) or tidy(" ".join(element.itertext()))
                if len(text) <= LONG_LABEL:
                    for found in written(text, self._order):
                        yield Sighting(found.moment, found.has_hour, CALLED)
            for piece in (element.text, element.tail):
                if piece and len(piece) <= LONG_LABEL and any(map(str.isdigit, piece)):
                    short += [Sighting(found.moment, found.has_hour, SHORT) for found in written(piece, self._order)]
        yield from short
