"""Write an article as Markdown: headings, lists, quotes, tables and code as they were in its page.

Blocks that share an element are written together: the blocks of an item, the rows of a table, the lines of a code
block. What is in a list or quote is written first, and then indented or quoted line by line.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cleaning.markdown.escape import escape_heading
from cleaning.markdown.layout import LISTS, Piece, place_pieces
from cleaning.markdown.leaf_blocks import render_code, render_leaf
from cleaning.markdown.table_rows import render_table, split_at_layout_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cleaning.markdown.layout import Container, PlacedPiece

MAX_DEPTH = 20  # of lists and quotes in each other; what is deeper stands at this depth
MAX_NUMBER = 999_999_999  # of an item, in CommonMark


def render_markdown(title: str, pieces: Iterable[Piece]) -> str:
    """Return the document: the title as a heading of level 1, then the blocks. It ends with a line end, or is empty."""
    title = " ".join(title.split())
    placed = list(place_pieces(pieces))
    if placed and placed[0].piece.kind == "heading" and placed[0].piece.text.casefold() == title.casefold():
        del placed[0]
    blocks = [f"# {escape_heading(title)}"] if title else []
    blocks += _render_blocks(placed, 0)
    return "\n\n".join(blocks) + "\n" if blocks else ""


def render_article(title: str, text: str, pieces: Sequence[Piece]) -> str:
    """Return the document of an article whose text is known, too: its lines stand in for blocks that are not."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return render_markdown(title, pieces or [Piece(line, "paragraph") for line in lines if line])


def _render_blocks(pieces: Sequence[PlacedPiece], depth: int) -> list[str]:
    """Return the blocks of these pieces, which share their containers up to `depth`."""
    blocks: list[str] = []
    last_list = ""  # the first sign of the list that the last block is
    for container, group in _group(pieces, depth):
        if container is None:
            blocks += [render_leaf(placed.piece) for placed in group]
            last_list = ""
        elif container.tag in LISTS:
            is_numbered = container.tag == "ol"
            signs = (".", ")") if is_numbered else ("-", "*")
            sign = signs[1] if last_list == signs[0] else signs[0]  # the same sign would go on with the list before
            blocks.append(_render_list(group, depth, sign))
            last_list = sign
        else:
            blocks += _render_element(container.tag, group, depth)
            last_list = ""
    return blocks


def _group(pieces: Sequence[PlacedPiece], depth: int) -> Iterator[tuple[Container | None, list[PlacedPiece]]]:
    """Yield the pieces that stand in the same element at this depth, and each other piece alone."""

    def get_element(placed: PlacedPiece) -> tuple[str, str] | None:
        return placed.containers[depth][:2] if depth < min(len(placed.containers), MAX_DEPTH) else None

    for element, group in groupby(pieces, get_element):
        found = list(group)
        yield found[0].containers[depth] if element else None, found


def _render_element(tag: str, group: list[PlacedPiece], depth: int) -> list[str]:
    if tag == "blockquote":
        inner = "\n\n".join(_render_blocks(group, depth + 1))
        return ["\n".join(f"> {line}" if line else ">" for line in inner.split("\n"))]
    if tag == "pre":
        return [render_code(placed.piece.text for placed in group)]
    blocks = []
    for is_table, rows in split_at_layout_rows(group, depth):
        table = render_table(rows, depth) if is_table else None
        blocks += _render_blocks(rows, depth + 1) if table is None else [table]
    return blocks


def _render_list(group: Sequence[PlacedPiece], depth: int, sign: str) -> str:
    """Return a list as one block. A text of it that stands in no item is one."""
    items: list[str] = []
    for number, some in groupby(group, lambda placed: placed.containers[depth].item):
        inner = _render_blocks(list(some), depth + 1)
        marker = f"{min(number, MAX_NUMBER)}{sign}" if sign in ".)" else sign
        items.append(_indent(_join_item(inner), marker))
    is_loose = any("\n\n" in item for item in items)
    return ("\n\n" if is_loose else "\n").join(items)


def _join_item(blocks: Sequence[str]) -> str:
    """Join the blocks of an item; a list directly below its first line, as its page shows it."""
    if len(blocks) == 2 and blocks[1].startswith(("- ", "1. ")) and "\n" not in blocks[0]:
        return "\n".join(blocks)
    return "\n\n".join(blocks)


def _indent(text: str, marker: str) -> str:
    space = " " * (len(marker) + 1)
    first, *rest = text.split("\n")
    return "\n".join([f"{marker} {first}", *(space + line if line else "" for line in rest)])
