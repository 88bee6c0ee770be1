"""Read the head of one entry of a live blog: its time, its heading, its authors, and which texts these are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleaning.live.clocks import EDGES, find_clock
from cleaning.live.time_marks import UNIX
from cleaning.metadata.authors.names import split_byline
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.page.part_names import read_part_names
from cleaning.phrases import find_opening_phrase, text_after_phrase
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.live.alike import Part
    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

MAX_HEAD = 8  # runs at the beginning of an entry that may be its head
MAX_HEADING_LETTERS = 250
MAX_BYLINE_CHARACTERS = 100
TITLES = frozenset(
    "title heading headline header headings titre titel titulo titolo tytul subtitle kop rubrik".split()  # noqa: SIM905
)
BYLINES = frozenset(
    "author authors byline bylines reporter autor auteur autore by writer contributor".split()  # noqa: SIM905
)
# What belongs to a time behind it: the word for the hour, or the zone.
UNIT = re.compile(r"(?:Uhr|uur|hrs?|h|GMT|UTC|[A-Z]{1,4}T|BST|МСК|MSK|น\.)(?![\w])\s?:?")
MAX_NAME_WORDS = 4
MIN_PROSE_LETTERS = 50  # of a sentence with which the text of an entry begins
STRONG = ("b", "strong")
# What only a machine writes into the line of a time.
RELATIVE = re.compile(
    r"\bago\b|^vor \d|\bil y a\b|\bhace \d|\bfa$|前$|전$|назад|منذ|πριν από|\bdk\.? önce", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class EntryHead:
    """The head of an entry. `runs` are the indexes of the runs that its line replaces, `bylines` those of its authors.

    `clock` are the words of its time, "" where only machines are told one. Without `has_own_line` it stands at the
    beginning of its first paragraph.
    """

    clock: str = ""
    heading: str = ""
    authors: tuple[str, ...] = ()
    runs: tuple[int, ...] = ()
    bylines: tuple[int, ...] = ()
    has_own_line: bool = True


def read_head(runs: Sequence[TextRun], part: Part) -> EntryHead:
    """Return the head of an entry. Nothing of it is counted as text of the entry."""
    return _HeadReader(runs, part).read()


class _HeadReader:
    """Reads the runs of one entry, and collects what belongs to its head."""

    def __init__(self, runs: Sequence[TextRun], part: Part) -> None:
        self.runs = runs
        self.part = part
        mark = part.mark
        self.time_run = mark.run if mark.words and mark.run in part.runs else None
        self.clock = ""
        self.heading = ""
        self.has_own_line = True
        self.has_heading_element = False
        self.head: list[int] = []
        self.bylines: list[int] = []
        self.authors: list[str] = []

    def read(self) -> EntryHead:
        first = self.part.runs[:MAX_HEAD]
        self.has_heading_element = any(self.runs[index].element.kind is BlockKind.HEADING for index in first)
        if self.time_run is not None:
            self._read_time_run(self.time_run)
        for index in first:
            if index != self.time_run and not self._read_run(index):
                break
        self._read_last(self.part.runs[-1])
        if UNIX.fullmatch(self.clock) or (RELATIVE.search(self.clock) and find_clock(self.clock) is None):
            self.clock = ""
        return EntryHead(
            self.clock,
            self.heading.strip(EDGES),
            tuple(dict.fromkeys(self.authors)),
            tuple(sorted(self.head)),
            tuple(self.bylines),
            self.has_own_line,
        )

    def _read_time_run(self, index: int) -> None:
        run, words = self.runs[index], self.part.mark.words
        self.clock, before, after = _split_time(run, words)
        before = "" if RELATIVE.search(before) else before
        if before and (names := _read_byline(run, before) or _read_name(run, before)):
            self.authors += names
            before = ""
        if after and (names := _read_byline(run, after)):
            self.authors += names
            after = ""
        elif after and self.has_heading_element and run.element.kind is not BlockKind.HEADING:
            self.authors += _read_name(run, after)  # beside the time, where the heading has an element of its own
            after = ""
        rest = f"{before} {after}".strip()
        if not rest or _is_heading_like(run, rest):
            self.head.append(index)
            self.heading = rest
        else:
            self.has_own_line = False

    def _read_run(self, index: int) -> bool:
        """Read one run at the beginning of the entry; return whether the head may go on behind it."""
        run = self.runs[index]
        if not self.heading and self.has_own_line and self._is_heading(index):
            self.heading = run.text
            self.head.append(index)
        elif names := _read_byline(run, run.text):
            self.authors += names
            self.bylines.append(index)
        else:
            return not (ends_a_sentence(run.text) and count_letters(run.text) >= MIN_PROSE_LETTERS)
        return True

    def _read_last(self, index: int) -> None:
        """Read the last line of the entry, which may say who wrote it, and when."""
        run = self.runs[index]
        if index in (*self.head, *self.bylines) or len(run.text) > MAX_BYLINE_CHARACTERS:
            return
        line = run.text
        if index in self.part.lines and index != self.time_run and not ends_a_sentence(line):
            name = next((text for node in run.nodes if find_clock(text := " ".join(node.text.split())) is None), "")
            self.authors += _read_name(run, name)
            self.bylines.append(index)
        elif names := _read_byline(run, line):
            self.authors += names
            self.bylines.append(index)

    def _is_heading(self, index: int) -> bool:
        run, part = self.runs[index], self.part
        if count_letters(run.text) > MAX_HEADING_LETTERS:
            return False
        if run.element.kind is BlockKind.HEADING:
            return True
        if any(read_part_names(element.label) & TITLES for element in _iterate_inside(run, part)):
            return not ends_a_sentence(run.text) or count_letters(run.text) <= 100
        node = run.nodes[0] if len(run.nodes) == 1 else None
        is_strong = node is not None and not node.is_tail and node.element.tag in STRONG
        return is_strong and self.time_run is not None and index == self.time_run + 1 and index + 1 in part.runs


def _split_time(run: TextRun, words: str) -> tuple[str, str, str]:
    """Return the words of the time in a run, and what the run says before and behind them."""
    text = run.text
    start = text.find(words)
    if start < 0:
        return words, "", ""
    before, after = text[:start].strip(EDGES), text[start + len(words) :].strip(EDGES)
    unit = UNIT.match(after)
    if unit is not None:
        words, after = f"{words} {unit[0]}", after[unit.end() :].strip(EDGES)
    clock = find_clock(words)
    if clock is not None and clock.start == 0 and not after:
        end = clock.end
        if (unit := UNIT.match(words[end:].lstrip())) is not None:
            end = len(words) - len(words[end:].lstrip()) + unit.end()
        rest = words[end:].strip(EDGES)
        if rest and not any(map(str.isdigit, rest)):  # "18:20 Debate begins"
            return words[:end].strip(EDGES), before, rest
    return words.strip(EDGES), before, after


def _read_name(run: TextRun, text: str) -> list[str]:
    """Return the name that stands before the time in its line: "Ann Lee 18:20"."""
    if run.element.kind is BlockKind.HEADING or len(text.split()) > MAX_NAME_WORDS:
        return []
    return split_byline(text)


def _is_heading_like(run: TextRun, rest: str) -> bool:
    """Return whether the words beside a time are a heading, or a label like "Updated"."""
    if run.element.kind is BlockKind.HEADING or read_part_names(run.element.label) & TITLES:
        return True
    return count_letters(rest) <= 100 and not ends_a_sentence(rest)


def _iterate_inside(run: TextRun, part: Part) -> Iterator[BlockElement]:
    """Yield the element of a run and those around it, within the element of its entry."""
    for element in run.element.walk_up():
        if element is part.element or element.depth <= part.element.depth:
            return
        yield element


def _read_byline(run: TextRun, text: str) -> list[str]:
    """Return the names in a line that is marked or worded as a byline; none where it is another line."""
    if len(text) > MAX_BYLINE_CHARACTERS or ends_a_sentence(text):
        return []
    node = run.nodes[0].element
    is_marked = bool(
        read_part_names(run.element.label) & BYLINES
        or (run.element.parent is not None and read_part_names(run.element.parent.label) & BYLINES)
        or node.get("rel") == "author"
        or "author" in (node.get("itemprop") or "")
        or BYLINES.intersection((node.get("class") or "").lower().split())
    )
    phrase = find_opening_phrase("by", normalize_headline(text))
    if phrase is not None:
        name = text_after_phrase(text, phrase).strip(EDGES)
        return split_byline(name) if name[:1].isupper() or not name[:1].islower() else []
    return split_byline(text) if is_marked else []
