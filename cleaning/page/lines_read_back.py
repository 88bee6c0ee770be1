"""Tell which text runs of a page a line of trafilatura's text is made of: the lines that it joined are lines again."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.page.run_numbers import restore_line
from cleaning.page.symbols import MARK
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

# A table lays out the page instead of holding figures where one of its cells holds a paragraph of more letters than
# this, or as many in sentences on separate lines.
MAX_CELL_LETTERS = 150
MAX_AHEAD = 50  # runs after the last one that are looked through for words without a number
ITEM_MARK = "- "  # trafilatura's, of a list item


def set_apart(words: str, runs: Sequence[TextRun], last: int | None) -> str:
    """Return words without a number as their run reads: elements of one character each bear none."""
    start, letters = (0 if last is None else last + 1), squeeze(words)
    near = (run.text for run in runs[start : start + MAX_AHEAD] if not run.opening)
    return next((text for text in near if squeeze(text) == letters), words)


def read_lines(line: str, runs: Sequence[TextRun]) -> list[tuple[str, list[int]]]:
    """Return the lines that a line of trafilatura's text is in the page, each with the numbers of its runs.

    trafilatura joins the blocks of a list item, a quote or an unknown element, with or without a space. Their runs say
    where one ends and the next begins, and how each reads.
    """
    words, numbers = restore_line(line, runs)
    if not numbers or runs[numbers[0]].element.kind is BlockKind.CODE:
        return [(words, numbers)]
    if line.startswith("|"):
        return [(" ".join(restore_line(piece, runs)[0] for piece in _split_at_numbers(line)), numbers)]
    mark = ITEM_MARK if words.startswith(ITEM_MARK) else ""
    if len(numbers) == 1 and words.removeprefix(mark) == runs[numbers[0]].text:
        return [(words, numbers)]
    read = _find_runs(words.removeprefix(mark), numbers, runs)
    if read and all(runs[number].element.cell is not None for number in read):
        return list(_join_cells(read, runs))
    if read:
        return [(mark + runs[number].text, [number]) for number in read]
    if len(numbers) == 1:
        return [(words, numbers)]
    return [
        (mark + text.removeprefix(mark), found)
        for text, found in (restore_line(piece, runs) for piece in _split_at_numbers(line))
    ]


def _find_runs(words: str, numbers: Sequence[int], runs: Sequence[TextRun]) -> list[int]:
    """Return the runs whose texts are these words, white space aside; none where the words are not those of whole runs.

    A run of one character has no number in the line. The words may begin with some of them.
    """
    letters, start = squeeze(words), numbers[0]
    found = _match_runs(letters, start, numbers, runs)
    while not found and 0 < start > numbers[0] - MAX_AHEAD and _may_precede(runs[start - 1]):
        start -= 1
        found = _match_runs(letters, start, numbers, runs)
    return found


def _join_cells(numbers: Sequence[int], runs: Sequence[TextRun]) -> Iterator[tuple[str, list[int]]]:
    """Yield the text of each row that these runs, all in cells, stand in, with the numbers of its runs."""
    for _, group in groupby(numbers, lambda number: runs[number].element.row):
        row = list(group)
        yield " ".join(runs[number].text for number in row), row


def _may_precede(run: TextRun) -> bool:
    """Return whether a run may be a line without a number in front of others: a word of one character."""
    return not run.opening and run.has_words


def _match_runs(letters: str, start: int, numbers: Sequence[int], runs: Sequence[TextRun]) -> list[int]:
    """Return the runs from this one on that have these letters; none where they are not those of whole runs."""
    at = 0
    wanted, found = set(numbers), list[int]()
    for number in range(start, min(len(runs), max(wanted) + 1 + MAX_AHEAD)):
        text = squeeze(runs[number].text)
        if text and letters.startswith(text, at) and (number in wanted or not runs[number].opening):
            at += len(text)
            found.append(number)
            if at == len(letters):
                return found if wanted <= set(found) else []
        elif number in wanted:
            break
    return []


def squeeze(text: str) -> str:
    """Return the text without white space."""
    return "".join(text.split())


def _split_at_numbers(line: str) -> list[str]:
    """Split a line where a run begins; what precedes the first one stays with it."""
    edges = [mark.start() for mark in MARK.finditer(line)]
    edges[:1] = [0]
    return [line[start:end] for start, end in pairwise([*edges, len(line)])]


def split_layout_row(line: str, runs: Sequence[TextRun]) -> list[str]:
    """Split a row of a layout table into its runs; any other line is one part."""
    if line.startswith("|"):
        _, numbers = restore_line(line, runs)
        if is_layout_row([runs[number] for number in numbers]):
            edges = [0, *(mark.start() for mark in MARK.finditer(line)), len(line)]
            return [line[start:end] for start, end in pairwise(edges)]
    return [line]


def is_layout_row(row: Sequence[TextRun]) -> bool:
    """Return whether the cells of a row hold the page's text, not figures and notes."""
    sentences: Counter[BlockElement | None] = Counter()
    for run in row:
        length = count_letters(run.text)
        if length > MAX_CELL_LETTERS:
            return True
        if ends_a_sentence(run.text):
            sentences[run.element.cell] += length
    return any(length > MAX_CELL_LETTERS for length in sentences.values())
