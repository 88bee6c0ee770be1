"""Write the rows of a table: which columns their texts stand in, and whether they are a table at all."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from cleaning.markdown.escape import escape_cell
from cleaning.markdown.layout import MAX_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.markdown.layout import Container, Piece, PlacedPiece

# In a longer cell stands a text of the page, which is laid out in a table.
MAX_CELL_CHARACTERS = 300
# Between two cells of a row; within a cell it is escaped.
_EDGE = re.compile(r"(?<![^ ])\|(?= |$)")

Cells = dict[int, str]


def split_at_layout_rows(pieces: Sequence[PlacedPiece], depth: int) -> Iterator[tuple[bool, list[PlacedPiece]]]:
    """Split the pieces of a table, whose containers at `depth` it is, into rows of cells and whatever else is in it."""
    rows = [list(row) for _, row in groupby(pieces, lambda placed: placed.containers[depth].row)]
    for is_table, some in groupby(rows, lambda row: _is_row_of_cells(row, depth)):
        yield is_table, [placed for row in some for placed in row]


def render_table(pieces: Sequence[PlacedPiece], depth: int) -> str | None:
    """Return the rows as a table, the first one as its head; None if it had a single column."""
    rows: list[Cells] = []
    for _, row in groupby(pieces, lambda placed: placed.containers[depth].row):
        cells: Cells = {}
        for placed in row:
            for column, text in _read_cells(placed.piece, placed.containers[depth]):
                cells[column] = f"{cells[column]} {text}" if column in cells else text
        rows.append(cells)
    width = max(max(cells) for cells in rows)
    if not 1 < width <= MAX_COLUMNS or all(len(cells) == 1 for cells in rows):
        return None
    lines = [_render_row([cells.get(column, "") for column in range(1, width + 1)]) for cells in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _is_row_of_cells(row: Sequence[PlacedPiece], depth: int) -> bool:
    return row[0].containers[depth].row > 0 and all(
        len(placed.containers) == depth + 1
        and placed.piece.kind in ("row", "paragraph")
        and len(placed.piece.text) <= MAX_CELL_CHARACTERS * max(1, len(placed.containers[depth].columns))
        for placed in row
    )


def _read_cells(piece: Piece, place: Container) -> list[tuple[int, str]]:
    """Return the texts of a piece, each with its column, from 1."""
    if len(place.columns) == 1:
        return [(place.columns[0], _unescape(piece.text))]
    texts = [part for found in _EDGE.split(piece.text) if (part := found.strip())]
    # Several texts of one cell stand in the row side by side, or as one.
    for columns in (place.columns, tuple(dict.fromkeys(place.columns))):
        if len(texts) == len(columns):
            return [(column, _unescape(text)) for column, text in zip(columns, texts, strict=True)]
    first = place.columns[0] if place.columns else 1
    return [(first + at, _unescape(text)) for at, text in enumerate(texts)]


def _unescape(text: str) -> str:
    return text.replace("\\|", "|")  # as trafilatura writes a row


def _render_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escape_cell, cells))} |"
