"""Find the times that a page shows its reader."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, tee
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.dates.attributes import read_machine_time
from cleaning.metadata.dates.labels import is_change, is_named_change, is_of_member
from cleaning.metadata.dates.machine_times import parse_machine_time, parse_stated_time
from cleaning.metadata.dates.stated import UNCLEAR
from cleaning.metadata.dates.written_dates import find_written_times
from cleaning.metadata.title_parts import split_title
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

    from cleaning.metadata.dates.day_month_order import DateOrder
    from cleaning.metadata.dates.near_headline import LinesAround
    from cleaning.metadata.structured import StructuredData

NEAR, CALLED, SHORT = "a line near the headline", "a line called a date", "a short line"
MAX_LABEL = 30  # characters of a line that says which time the next line has
MAX_TITLE_PART, MAX_LINE = 30, 60  # characters of a part of the title, of a line, that is a date and little else
# Ids and classes of the elements that hold dates.
DATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:date|datum|fecha|data|dato|time|timestamp|published|pubdate|posted|dateline|byline)(?:$|[\s_-])",
    re.IGNORECASE,
)
ELEMENTS = tuple("div span p small td li b em i strong font abbr br h4 h5 h6 dt dd a".split())  # noqa: SIM905
MAX_ELEMENTS = 4_000
MAX_DAYS = 10  # more different days are those of other stories, listed on the page


# In the data that a script draws the page from, perhaps with escaped quotation marks.
STATED_IN_SCRIPT = re.compile(
    r"\"(?:date_?published|published_?(?:at|on|date|time)|publish_?(?:date|time)|publication_?(?:date|time)|pub_?date"
    r"|first_?published(?:_?(?:at|date))?)\\{0,2}\"\s{0,2}:\s{0,2}\\{0,2}\"?([\dTZ:. +-]{8,35})",
    re.IGNORECASE,
)
MAX_SCRIPTS, MAX_STATED = 200, 30


class DisplayedTime(NamedTuple):
    """A time that the page shows, with its hour or as a day alone, and where."""

    moment: datetime
    has_hour: bool
    source: str
    is_change: bool = False  # of the text, by the words or names beside it


class DisplayedTimes:
    """The times that one page shows. Each part of the page is read when its times are asked for."""

    def __init__(self, tree: HtmlElement, structured: StructuredData, lines: LinesAround, order: DateOrder) -> None:
        self._tree = tree
        self._structured = structured
        self._lines = lines
        self._order = order
        self._near = self._read_around_headline()

    def find_near_headline(self) -> Iterator[DisplayedTime]:
        """Yield the times around the headline."""
        self._near, copy = tee(self._near)  # each line is read once, when it is needed
        return copy

    def find_in_time_elements(self) -> Iterator[DisplayedTime]:
        """Yield the times in <time> elements."""
        for element in self._structured.times:
            text = read_machine_time(element) or normalize_line(element.text_content())
            if stated := parse_stated_time(text, self._order):
                yield DisplayedTime(stated.moment, stated.has_hour, "<time>", is_named_change(element))

    def find_in_unclear_meta(self) -> Iterator[DisplayedTime]:
        """Yield the times in meta elements that do not tell which date they mean."""
        for statement in self._structured.find_statements(*UNCLEAR):
            if stated := parse_stated_time(statement.text, self._order):
                yield DisplayedTime(stated.moment, stated.has_hour, statement.source)

    def find_publication_candidates(self) -> Iterator[DisplayedTime]:
        """Yield all times that may be the publication, the most certain first."""
        for part in split_title(self._structured.title):
            if len(part) <= MAX_TITLE_PART:
                for found in find_written_times(part, self._order):
                    yield DisplayedTime(found.moment, found.has_hour, "<title>")
        for times in (self.find_near_headline(), self.find_in_time_elements()):
            changes = []
            for displayed_time in times:
                if displayed_time.is_change:
                    changes.append(displayed_time)
                else:
                    yield displayed_time
            yield from changes
        yield from self.find_in_unclear_meta()
        yield from self._find_in_scripts()
        yield from self._find_anywhere()

    def _read_around_headline(self) -> Iterator[DisplayedTime]:
        for lines in (self._lines.below(), self._lines.above()):
            above = ""
            for line in lines:
                for found in find_written_times(line, self._order):
                    label = found.label if any(map(str.isalpha, found.label)) else above
                    if not is_of_member(label):
                        yield DisplayedTime(found.moment, found.has_hour, NEAR, is_change(label))
                above = line if len(line) <= MAX_LABEL and not any(map(str.isdigit, line)) else ""

    def _find_in_scripts(self) -> Iterator[DisplayedTime]:
        """Yield the time in the data of the page's scripts, if they state one day of publication and no other."""
        texts = (script.text for script in islice(self._tree.iter("script"), MAX_SCRIPTS))
        found = [
            stated
            for text in texts
            if text
            for match in islice(STATED_IN_SCRIPT.finditer(text), MAX_STATED)
            if (stated := parse_machine_time(match[1], self._order))
        ]
        if len({stated.moment.date() for stated in found}) == 1:
            best = max(found, key=lambda stated: stated.has_hour)
            yield DisplayedTime(best.moment, best.has_hour, "the data of a script")

    def _find_anywhere(self) -> Iterator[DisplayedTime]:
        """Yield the times in elements that are named as dates, then those in any short line; none of a list of days."""
        called: list[DisplayedTime] = []
        lines: list[tuple[str, str]] = []  # with the line above each
        above = ""
        for element in islice(self._tree.iter(*ELEMENTS), MAX_ELEMENTS):
            classes = element.get("class") or element.get("id")
            if classes and _names_date(classes):
                text = read_machine_time(element) or normalize_line(" ".join(element.itertext()))
                if len(text) <= MAX_LINE:
                    called += self._read_short_line(text, CALLED, above)
            for piece in (element.text, element.tail):
                if not piece or piece.isspace():
                    continue
                if len(piece) <= MAX_LINE and any(map(str.isdigit, piece)):
                    lines.append((piece, above))
                above = piece[:MAX_LINE]
        if _are_few(called):
            yield from called
        short = [time for line, above in lines for time in self._read_short_line(line, SHORT, above)]
        if _are_few(short):
            yield from short

    def _read_short_line(self, line: str, source: str, above: str) -> list[DisplayedTime]:
        return [
            DisplayedTime(found.moment, found.has_hour, source)
            for found in find_written_times(line, self._order)
            if not is_of_member(found.label if any(map(str.isalpha, found.label)) else above)
        ]


def _are_few(times: list[DisplayedTime]) -> bool:
    return len({time.moment.date() for time in times}) <= MAX_DAYS


@lru_cache(maxsize=4096)
def _names_date(classes: str) -> bool:
    return DATE_NAMES.search(classes) is not None
