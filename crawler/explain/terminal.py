"""Render an explanation for a terminal or a pipe: kept blocks are plain, every line of a cut block is marked."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from cleaning.records.block import Block, BlockKind
from crawler.explain.explanation import PageExplanation, describe_entries
from crawler.terminal.characters import escape_for_terminal

MAX_WIDTH = 100  # columns: longer lines are hard to read
DEFAULT_WIDTH = 80  # columns if there is no terminal
MIN_WIDTH = 40  # columns; a narrower one has no room beside the names of the fields
_KEPT, _CUT, _ADDED = "  ", "- ", "+ "  # before each line of the page, so that a page cannot fake them
_INDENT = "    "


def make_output_console() -> Console:
    """Return a console on standard output, as wide as the terminal, without colours if there is no terminal."""
    terminal = Console(highlight=False)
    width = min(MAX_WIDTH, max(terminal.width, MIN_WIDTH)) if terminal.is_terminal else DEFAULT_WIDTH
    return Console(highlight=False, width=width)


def render_for_terminal(explanation: PageExplanation, console: Console) -> str:
    """Return the whole explanation as lines of text, in the colours that the console supports."""
    with console.capture() as capture:
        for line in _render_lines(explanation, console):
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
    return capture.get()


def _render_lines(explanation: PageExplanation, console: Console) -> Iterator[Text]:
    style = "bold" if explanation.article.rejected is None else "bold red"
    yield from _wrap(console, (escape_for_terminal(explanation.verdict), style))
    note = f" ({escape_for_terminal(explanation.address_note)})" if explanation.address_note else ""
    yield from _wrap(console, (escape_for_terminal(explanation.address or "address unknown"), ""), (note, "dim"))
    yield Text()
    yield from _render_metadata(explanation, console)
    yield from _render_site(explanation, console)
    if entries := describe_entries(explanation.article):
        yield Text()
        yield from _wrap(console, (entries, "bold"))
    for block in explanation.article.blocks:
        yield Text()
        yield from _render_kept(block, console) if block.is_kept else _render_cut(block, console)
    yield Text()
    yield from _wrap(console, (escape_for_terminal(str(explanation.counts)), "bold"))


def _render_metadata(explanation: PageExplanation, console: Console) -> Iterator[Text]:
    fields = explanation.fields
    width = max(len(field.name) for field in fields) + 2
    for field in fields:
        if field.value is not None:
            source = f"  (from {escape_for_terminal(field.source)})" if field.source else ""
            parts = (escape_for_terminal(field.display), ""), (source, "dim")
            first, *others = _wrap(console, *parts, before=" " * width)
            yield Text.assemble((field.name.ljust(width), "bold"), first[width:])
            yield from others
    missing = ", ".join(field.name for field in fields if field.value is None)
    if missing:
        yield from _wrap(console, (f"not stated: {missing}", "dim"))


def _render_site(explanation: PageExplanation, console: Console) -> Iterator[Text]:
    """Yield what was known of the page's site, below an empty line; nothing where that is nothing."""
    if explanation.site_notes:
        yield Text()
    for name, note in explanation.site_notes:
        width = len("site_memory") + 2
        first, *others = _wrap(console, (escape_for_terminal(note), ""), before=" " * width)
        yield Text.assemble((name.ljust(width), "bold"), first[width:])
        yield from others


def _render_kept(block: Block, console: Console) -> Iterator[Text]:
    style = "bold" if block.kind is BlockKind.HEADING else ""
    yield from _wrap(console, (escape_for_terminal(block.text), style), before=_KEPT)
    if block.evidence:
        yield from _wrap(console, (escape_for_terminal(block.evidence), "dim"), before=_ADDED + _INDENT)


def _render_cut(block: Block, console: Console) -> Iterator[Text]:
    yield from _wrap(console, (escape_for_terminal(block.text), "dim"), before=_CUT)
    rule, evidence = escape_for_terminal(block.rule or ""), escape_for_terminal(block.evidence or "")
    yield from _wrap(console, (rule, "bold"), (f": {evidence}", ""), before=_CUT + _INDENT)


def _wrap(console: Console, *parts: tuple[str, str], before: str = "") -> Iterator[Text]:
    """Yield lines no wider than the console, each with the prefix `before`. A part is a text and its style."""
    for line in Text.assemble(*parts).wrap(console, console.width - len(before)):
        line.rstrip()
        yield Text(before).append_text(line)
