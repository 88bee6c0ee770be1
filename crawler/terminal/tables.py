"""The tables and lines that commands print: how they are framed, and how they become text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, RenderableType


def render_parts(console: Console, parts: Iterable[RenderableType], *, soft_wrap: bool = False) -> str:
    """Return what the console prints of the parts, one below the other; with `soft_wrap` long lines are not wrapped."""
    with console.capture() as capture:
        for part in parts:
            console.print(part, soft_wrap=soft_wrap)
    return capture.get()


def create_table(*headings: str) -> Table:
    """Return a table with these columns; ">" before a heading puts its column to the right, for numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        is_number = heading.startswith(">")
        table.add_column(heading.removeprefix(">"), justify="right" if is_number else "left", overflow="fold")
    return table


def create_result_table(title: str) -> Table:
    """Return a table without columns, narrow and with a title: for the result of a crawl, which has many columns."""
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))


def mark_text(mark: str, text: str, style: str = "") -> Table:
    """Return the text with a mark before it. Wrapped lines begin below the text, so that no text can fake a mark."""
    grid = Table.grid()
    grid.add_column(width=len(mark), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark), Text(text, style))
    return grid
