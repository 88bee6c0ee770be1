"""Tell where a block stands in the lists, quotes, tables and code of its page.

A layout names these elements, outermost first, each with its number in the page: "blockquote2 ol3:4 ul5:1" is the first
item of a list, in the fourth item of a numbered list, in a quote. Behind a list stands the number of the item, behind a
table the row and the columns: "table1:2:1,3" has texts in columns 1 and 3 of row 2. Two blocks with the same element,
item or row have the same text there. `cleaning.page.text_runs` writes layouts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_COLUMNS = 100  # of a table; a wider one is not written as a table
LISTS = frozenset(("ul", "ol", "dl", "menu"))
_ELEMENT = re.compile(r"([a-z]+)(\d+)((?::[\d,-]+)*)")
_NUMBER = re.compile(r"([a-z])(\d+)")
_PART_NUMBERS = 1_000_000  # of the elements of one page; longer pages are not cleaned
_TAG = re.compile(r"[a-z0-9]+")
# Of a block without a layout, by its kind: the element that it must stand in.
_ELEMENT_OF_KIND = {"quote": "blockquote", "code": "pre"}


class Piece(NamedTuple):
    """A block, as far as Markdown needs it. `kind`, `path` and `layout` are those of `cleaning.records.block.Block`."""

    text: str
    kind: str
    path: str = ""
    layout: str | None = None


class Container(NamedTuple):
    """An element around a block. `item` is the number of the list's item, `row` and `columns` are those of a table."""

    tag: str
    number: str
    item: int = 0
    row: int = 0
    columns: tuple[int, ...] = ()


class PlacedPiece(NamedTuple):
    """A piece with the elements that it stands in, outermost first."""

    piece: Piece
    containers: tuple[Container, ...]


def place_pieces(pieces: Iterable[Piece]) -> Iterator[PlacedPiece]:
    """Yield the pieces with their containers. What a layout does not tell is guessed from kind and path.

    Stores of earlier versions have no layouts. Then items that follow each other are one list, and so on.
    """
    counts: list[int] = []
    before = ""
    for piece in pieces:
        containers = tuple(_parse_layout(piece.layout)) if piece.layout else ()
        if not containers and piece.kind in ("item", "row", *_ELEMENT_OF_KIND):
            if piece.kind != before:
                counts.clear()
            containers = _guess_containers(piece, counts)
        before = piece.kind
        yield PlacedPiece(piece, containers)


def shift_layout(layout: str, part: int) -> str:
    """Return the layout of a block in a further part of an article, whose elements are others than the first one's."""
    return _NUMBER.sub(lambda found: f"{found[1]}{int(found[2]) + part * _PART_NUMBERS}", layout)


def _parse_layout(layout: str) -> Iterator[Container]:
    for name in layout.split():
        if (found := _ELEMENT.fullmatch(name)) is None:
            continue  # of another version
        tag, number, rest = found.groups()
        places = rest.split(":")[1:]
        if tag == "table":
            row = int(places[0]) if places else 0
            yield Container(tag, number, row=row, columns=_parse_columns(places[1]) if len(places) > 1 else ())
        else:
            yield Container(tag, number, int(places[0]) if places else 0)


def _parse_columns(text: str) -> tuple[int, ...]:
    return tuple(int(column) for column in text.split(","))


def _guess_containers(piece: Piece, counts: list[int]) -> tuple[Container, ...]:
    """`counts` are the items before it at each depth, or the rows. It is changed."""
    if piece.kind in _ELEMENT_OF_KIND:
        return (Container(_ELEMENT_OF_KIND[piece.kind], "0"),)
    tags = [found[0] for name in piece.path.split(" > ") if (found := _TAG.match(name))]
    lists = [tag for tag in tags if tag in LISTS] or ["ul"]
    depth = 1 if piece.kind == "row" else len(lists)
    del counts[depth:]
    counts += [0] * (depth - len(counts))
    counts[-1] += 1
    if piece.kind == "row":
        return (Container("table", "0", row=counts[0]),)
    return tuple(Container(tag, f"{at}", max(1, counts[at])) for at, tag in enumerate(lists))
