"""The explanation at a terminal, or in a pipe: what is kept stands plain, what is cut is marked on every line."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from cleaning.article import Block, BlockKind
from crawler.explain.characters import shown
from crawler.explain.explanation import Explanation

WIDEST = 100  # columns: longer lines are hard to read
WIDTH = 80  # columns where there is no terminal to ask
NARROWEST = 40  # columns; in less the names of the facts leave no room for them
_KEPT, _CUT, _ADDED = "  ", "- ", "+ "  # a page cannot fake them: they stand before each of its lines
_INDENT = "    "


def output_console() -> Console:
    """Standard output: as wide as the terminal, without colours where there is none."""
    terminal = Console(highlight=False)
    width = min(WIDEST, max(terminal.width, NARROWEST)) if terminal.is_terminal else WIDTH
    return Console(highlight=False, width=width)


def rendered(explanation: Explanation, console: Console) -> str:
    """The whole explanation as lines, in the colours that the console can show."""
    with console.capture() as capture:
        for line in _lines(explanation, console):
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
    return capture.get()


def _lines(explanation: Explanation, console: Console) -> Iterator[Text]:
    style = "bold" if explanation.article.rejected is None else "bold red"
    yield from _wrapped(console, (shown(explanation.verdict), style))
    origin = f" ({shown(explanation.origin)})" if explanation.origin else ""
    yield from _wrapped(console, (shown(explanation.address or "address unknown"), ""), (origin, "dim"))
    yield Text()
    yield from _metadata(explanation, console)
    for block in explanation.article.blocks:
        yield Text()
        yield from _kept(block, console) if block.kept else _cut(block, console)
    yield Text()
    yield from _wrapped(console, (shown(str(explanation.sums)), "bold"))


def _metadata(explanation: Explanation, console: Console) -> Iterator[Text]:
    facts = explanation.facts
    room = max(len(fact.name) for fact in facts) + 2
    for fact in facts:
        if fact.value is not None:
            source = f"  (from {shown(fact.source)})" if fact.source else ""
            first, *others = _wrapped(console, (shown(fact.shown), ""), (source, "dim"), before=" " * room)
            yield Text.assemble((fact.name.ljust(room), "bold"), first[room:])
            yield from others
    missing = ", ".join(fact.name for fact in facts if fact.value is None)
    if missing:
        yield from _wrapped(console, (f"not stated: {missing}", "dim"))


def _kept(block: Block, console: Console) -> Iterator[Text]:
    style = "bold" if block.kind is BlockKind.HEADING else ""
    yield from _wrapped(console, (shown(block.text), style), before=_KEPT)
    if block.evidence:
        yield from _wrapped(console, (shown(block.evidence), "dim"), before=_ADDED + _INDENT)


def _cut(block: Block, console: Console) -> Iterator[Text]:
    yield from _wrapped(console, (shown(block.text), "dim"), before=_CUT)
    rule, evidence = shown(block.rule or ""), shown(block.evidence or "")
    yield from _wrapped(console, (rule, "bold"), (f": {evidence}", ""), before=_CUT + _INDENT)


def _wrapped(console: Console, *parts: tuple[str, str], before: str = "") -> Iterator[Text]:
    """Lines of the parts, each a text and its style, none wider than the console; `before` stands before each."""
    for line in Text.assemble(*parts).wrap(console, console.width - len(before)):
        line.rstrip()
        yield Text(before).append_text(line)
