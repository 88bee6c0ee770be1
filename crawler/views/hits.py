"""Print what a search found: for a person, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.text import Text

from cleaning.records.times import format_iso
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.output import write_json, write_output
from crawler.terminal.tables import render_parts
from storage.database.engine import open_for_reading
from storage.search.search import search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from sqlalchemy import Engine

    from storage.search.query import Query
    from storage.search.ranked import HitFilter, Order
    from storage.search.search import SearchHit
    from storage.search.snippets import Passage

HIT_STYLE = "bold yellow"
_INDENTED = (0, 0, 0, 2)


def print_hits(engine: Engine, query: Query, wanted: HitFilter, *, order: Order, limit: int, as_json: bool) -> None:
    """Print the first hits, each with the passage in which the words stand; as JSON one object a line."""
    console = make_report_console()
    shown = 0
    has_more = False
    with open_for_reading(engine) as connection:
        # One more than is shown tells whether there are more.
        for hit in search(connection, query, wanted=wanted, order=order, limit=limit + 1):
            if shown == limit:
                has_more = True
                break
            shown += 1
            if as_json:
                write_json(_to_document(hit))
            else:
                write_output(render_parts(console, _render_hit(hit)))
    if not as_json:
        write_output(_summarize(shown, order, has_more=has_more))


def _summarize(shown: int, order: Order, *, has_more: bool) -> str:
    if not shown:
        return "nothing found\n"
    if has_more:
        return f"the {order} {'hit' if shown == 1 else f'{shown} hits'}; --limit shows more\n"
    return f"{shown} hit{'s' * (shown > 1)}\n"


def _render_hit(hit: SearchHit) -> Iterator[RenderableType]:
    yield _highlight(hit.headline, "bold") if hit.title else Text("(no headline)", "bold")
    day = f"{hit.when:%Y-%m-%d}" if hit.published_at else f"fetched {hit.when:%Y-%m-%d}"
    about = [escape_for_terminal(hit.site), day, escape_for_terminal(hit.url)]
    if hit.duplicate_of is not None:
        about.append(f"duplicate of {hit.duplicate_of}")
    if hit.rejected is not None:
        about.append(f"rejected: {escape_for_terminal(hit.rejected)}")
    yield Padding(Text("  ".join(about), "dim", overflow="fold"), _INDENTED, expand=False)
    yield Padding(_highlight(hit.snippet), _INDENTED, expand=False)
    yield Text()


def _highlight(passage: Passage, style: str = "") -> Text:
    line = Text(style=style, overflow="fold")
    for piece, is_hit in passage.split():
        escaped = escape_for_terminal(piece)
        before, after = " " * piece[0].isspace(), " " * (piece[-1].isspace() and bool(escaped))
        line.append(before + escaped + after, HIT_STYLE if is_hit else None)
    return line


def _to_document(hit: SearchHit) -> dict[str, Any]:
    """Return a hit as JSON has it. The places of hits count characters: the start, and the end excluded."""
    return {
        "id": hit.id,
        "url": hit.url,
        "site": hit.site,
        "title": hit.headline.text,
        "title_hits": [list(place) for place in hit.headline.hits],
        "published_at": hit.published_at and format_iso(hit.published_at),
        "fetched_at": format_iso(hit.fetched_at),
        "language": hit.language,
        "words": hit.words,
        "duplicate_of": hit.duplicate_of,
        "rejected": hit.rejected,
        "snippet": hit.snippet.text,
        "snippet_hits": [list(place) for place in hit.snippet.hits],
    }
