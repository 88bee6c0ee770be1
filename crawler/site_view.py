"""What is known of a site's chaff, for a person and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from cleaning.memory.observation import LONGEST_TEXT
from cleaning.memory.recall import REPEATED, TEASER
from crawler.explain.characters import shown
from storage.chaff import MOST_OF_TEXT, CutText, SiteSums, Spot, cuts_of_last_run, spots, sums
from storage.memory import pardons, repeated_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType
    from sqlalchemy import Connection, Row

RULES = (REPEATED[0], TEASER[0])  # that cut by memory


@dataclass(frozen=True, slots=True)
class SiteView:
    """One site's: what repeats (at most so many blocks as were asked for), where its text stands, what was cut."""

    sums: SiteSums
    blocks: Sequence[Row[Any]]
    spots: Sequence[Spot]
    pages: int  # of the last crawl that stored any
    cuts: Sequence[CutText]
    pardons: dict[int, str]


def site_view(connection: Connection, site: str, *, limit: int, newest: int) -> SiteView:
    """`newest` articles are looked at to say where their text stands."""
    pages, cuts = cuts_of_last_run(connection, site, RULES)
    return SiteView(
        sums(connection, site, RULES),
        repeated_blocks(connection, site, limit),
        spots(connection, site, newest),
        pages,
        cuts[:limit],
        pardons(connection, site),
    )


def document(view: SiteView) -> dict[str, Any]:
    """The same as JSON has it. Texts of repeated blocks are cut to 120 characters."""
    return {
        **view.sums._asdict(),
        "blocks": [
            {
                "text": block.text,
                "articles": block.articles,
                "needed": block.needed,
                "cut": _fate(block, view) == "cut",
                "pardoned": block.fingerprint in view.pardons,
                "first_seen": block.first_seen or None,
                "last_seen": block.last_seen or None,
                "place": block.place,
            }
            for block in view.blocks
        ],
        "places": [spot._asdict() for spot in view.spots],
        "last_crawl": {"pages": view.pages, "cut": [cut._asdict() for cut in view.cuts]},
        "pardons": list(view.pardons.values()),
    }


def listed(every: Sequence[SiteSums], console: Console) -> str:
    """The sites of a store, a row each."""
    table = _table("site", ">articles", ">learnt from", ">repeated blocks", ">articles cut by memory")
    for one in every:
        numbers = (f"{number:,}" for number in (one.articles, one.learnt_from, one.repeated, one.cut_from))
        table.add_row(Text(shown(one.site)), *numbers)
    return _captured(console, [table])


def rendered(view: SiteView, console: Console) -> str:
    return _captured(console, _parts(view))


def _captured(console: Console, parts: Any) -> str:
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return capture.get()


def _parts(view: SiteView) -> Iterator[RenderableType]:
    known = view.sums
    site = shown(known.site)
    yield Text(f"{site}: {known.articles:,} articles; the memory is learnt from {known.learnt_from:,}", "bold")
    yield Text("\nWhat repeats", "bold")
    yield from _repeats(view)
    yield Text(f"\nWhere {MOST_OF_TEXT:.0%} of the articles' text stands", "bold")
    yield from _places(view)
    yield Text(f"\nCut because of it from the {view.pages:,} pages that the last crawl stored", "bold")
    yield from _cuts(view)
    yield Text("\nPardoned", "bold")
    yield from (Text(f"  {shown(text)}") for text in view.pardons.values())
    if not view.pardons:
        yield Text("  nothing")
    yield Text(f"\nTo pardon a block: scrapy sites keep {site} 'TEXT'", "dim")


def _repeats(view: SiteView) -> Iterator[RenderableType]:
    if not view.blocks:
        yield Text("  nothing yet: it takes five articles, and a block on two of them")
        return
    table = _table(">articles", "", "first", "last", "text", "place")
    for block in view.blocks:
        table.add_row(
            f"{block.articles} of {view.sums.learnt_from}",
            _fate(block, view),
            Text(shown(block.first_seen)),
            Text(shown(block.last_seen)),
            Text(shown(block.text) + ("…" if len(block.text) >= LONGEST_TEXT else "")),
            Text(shown(block.place), "dim"),
        )
    yield table


def _places(view: SiteView) -> Iterator[RenderableType]:
    table = _table(">articles", ">of the text", "place")
    for spot in view.spots:
        table.add_row(f"{spot.articles:,}", f"{spot.share:.0%}", Text(shown(spot.path)))
    yield table if view.spots else Text("  no article is stored")


def _cuts(view: SiteView) -> Iterator[RenderableType]:
    table = _table(">pages", "rule", "text")
    for cut in view.cuts:
        table.add_row(f"{cut.articles:,}", Text(shown(cut.rule)), Text(shown(cut.text)))
    yield table if view.cuts else Text("  nothing")


def _fate(block: Row[Any], view: SiteView) -> str:
    if block.fingerprint in view.pardons:
        return "pardoned"
    return "cut" if block.articles >= block.needed else f"needs {block.needed}"


def _table(*heads: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        table.add_column(
            head.removeprefix(">"), justify="right" if head.startswith(">") else "left", overflow="fold", ratio=None
        )
    return table
