"""Write the numbers of the text runs into the tree that trafilatura reads, and read them back from its lines.

trafilatura tells which text is the article's, but not where it stood. So every run gets a number. `write_numbers`
writes it into the tree as two rare symbols in place of the run's first two characters; `restore_line` reads it back.
The symbols are printable and are no letters, so they pass through all stages of trafilatura. They replace characters
instead of being added, because trafilatura decides by lengths (of link texts against paragraphs): with two more
characters a paragraph, one page in six of the oldest of our sets had another text.

trafilatura drops characters that are not printable, among them those that shape letters: Persian words would lose
their spelling, and a family of emoji would become three people. Such characters are written as symbols, too, one for
one, and read back. Invisible characters that are not spelling are left out (`cleaning.page.parsing.strip_invisible`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.page.parsing import strip_invisible
from cleaning.page.symbols import (
    FIRST_SYMBOL,
    FROM_SYMBOLS,
    MARK,
    MAX_RUNS,
    OWN_SYMBOL,
    SHAPING_CHARACTER,
    SHAPING_SYMBOL,
    SYMBOLS,
    TO_SYMBOLS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.page.text_runs import TextRun

WORD = re.compile(r"\w")


def write_numbers(runs: Sequence[TextRun]) -> None:
    """Write the number of every run into the tree that it was read from. A run's number is its index.

    Runs without a letter or digit get no number, and neither do those after the first MAX_RUNS.
    """
    for number, run in enumerate(runs):
        for node in run.nodes:
            if run.opening and run.is_ascii:  # nothing else to write
                break
            text = node.text
            read = text if text.isascii() else OWN_SYMBOL.sub("", text)
            written = read if read.isascii() or not SHAPING_CHARACTER.search(read) else read.translate(TO_SYMBOLS)
            if not run.opening and number < MAX_RUNS:
                words = read.lstrip()
                if len(words.rstrip()) >= 2 and WORD.search(words):
                    start = len(read) - len(words)
                    run.opening = words[:2]
                    written = f"{written[:start]}{_make_mark(number)}{written[start + 2 :]}"
            if written is not text:  # lxml copies every text that it is given
                node.set_text(written)


def _make_mark(number: int) -> str:
    high, low = divmod(number, SYMBOLS)
    return chr(FIRST_SYMBOL + high) + chr(FIRST_SYMBOL + low)


def restore_line(line: str, runs: Sequence[TextRun]) -> tuple[str, list[int]]:
    """Return a line of trafilatura's text as the page has it, and the numbers of its runs, in order."""
    numbers = []

    def restore_opening(mark: re.Match[str]) -> str:
        number = (ord(mark[0][0]) - FIRST_SYMBOL) * SYMBOLS + ord(mark[0][1]) - FIRST_SYMBOL
        if number >= len(runs):
            return ""
        numbers.append(number)
        return runs[number].opening

    if SHAPING_SYMBOL.search(line):
        line = line.translate(FROM_SYMBOLS)
    return strip_invisible(MARK.sub(restore_opening, line)), numbers
