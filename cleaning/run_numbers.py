"""Numbers of the runs, written into the tree that trafilatura reads, and read back from its lines.

trafilatura says which text is the article's, but not where it stood. So every run gets a number, written into the tree
as two rare symbols in place of its first two characters (`write_numbers`) and read back from trafilatura's lines
(`restored`). The symbols are printable and no letters: they pass through all of its stages. They take the place of
characters, because lengths decide there (of link texts against paragraphs): with two characters more a paragraph, the
text of one page in six was another on the oldest of our sets.

What is not printable it drops, with it what shapes letters: Persian words lose their spelling, a family of emoji
becomes three people. Such characters are written as symbols, too, one for one, and read back. What of a page's
characters is no spelling, is left out (`cleaning.parsing.legible`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.parsing import legible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.runs import Piece, Run

# Byzantine musical symbols: in Unicode since 3.1, in no newspaper yet. A page's own ones are left out of its text.
FIRST_SYMBOL, SYMBOLS = 0x1D000, 246
MARK = re.compile(f"[{chr(FIRST_SYMBOL)}-{chr(FIRST_SYMBOL + SYMBOLS - 1)}]{{2}}")
MOST_RUNS = SYMBOLS**2  # runs beyond it stay without number
# What shapes letters: non-joiner, joiner, Mongolian vowel separator; Arabic and Syriac signs around numbers; the tags
# that make a flag a country's (digits, letters, their end). Ancient Greek musical symbols stand for it.
SHAPING = "\u200c\u200d\u180e\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2" + "".join(
    chr(0xE0000 + code) for code in (*range(0x30, 0x3A), *range(0x61, 0x7B), 0x7F)
)
HELD = {ord(letter): chr(0x1D200 + at) for at, letter in enumerate(SHAPING)}
RELEASED = {ord(symbol): chr(code) for code, symbol in HELD.items()}
SHAPES = re.compile(f"[{SHAPING}]")
HOLDS = re.compile(f"[{''.join(HELD.values())}]")
OWN_SYMBOL = re.compile(f"[{chr(FIRST_SYMBOL)}-{chr(FIRST_SYMBOL + SYMBOLS - 1)}{''.join(HELD.values())}]")
WORD = re.compile(r"\w")


def write_numbers(runs: Sequence[Run]) -> None:
    """Write the number of every run into the tree that it was read from; a run's number is its index.

    Runs without a letter or digit carry no number there, and those of more than MOST_RUNS.
    """
    for number, run in enumerate(runs):
        for piece in run.pieces:
            _write(piece, run, number)


def _write(piece: Piece, run: Run, number: int) -> None:
    """Write what trafilatura is to read: with the run's number where that is due, and what shapes letters held."""
    text = piece.text
    plain = text.isascii()
    read = text if plain else OWN_SYMBOL.sub("", text)
    words = read.strip()
    held = read if plain or not SHAPES.search(read) else read.translate(HELD)
    if not run.opening and number < MOST_RUNS and len(words) >= 2 and WORD.search(words):
        start = len(read) - len(read.lstrip())
        end = start + 2
        run.opening = read[start:end]
        held = f"{held[:start]}{_mark(number)}{held[end:]}"
    if held is not text:  # lxml copies what it is given
        piece.put(held)


def _mark(number: int) -> str:
    high, low = divmod(number, SYMBOLS)
    return chr(FIRST_SYMBOL + high) + chr(FIRST_SYMBOL + low)


def restored(line: str, runs: Sequence[Run]) -> tuple[str, list[int]]:
    """A line of trafilatura's text as the page has it, and the numbers of the runs that it is made of, in order."""
    numbers = []

    def opening(mark: re.Match[str]) -> str:
        number = (ord(mark[0][0]) - FIRST_SYMBOL) * SYMBOLS + ord(mark[0][1]) - FIRST_SYMBOL
        if number >= len(runs):
            return ""
        numbers.append(number)
        return runs[number].opening

    if HOLDS.search(line):
        line = line.translate(RELEASED)
    return legible(MARK.sub(opening, line)), numbers
