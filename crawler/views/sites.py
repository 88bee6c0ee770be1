"""Print what the store knows of the sites and of the boilerplate of one: for a person, and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

from cleaning.memory.match import KNOWN_HEADLINE, REPEATED_BLOCK
from cleaning.memory.observation import MAX_TEXT_CHARACTERS
from crawler.sites.site import match_name
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_json, write_output
from crawler.terminal.tables import create_table, render_parts
from storage.database.engine import open_for_reading
from storage.site_memory.memories import load_keep_rules, load_repeated_blocks
from storage.site_memory.observations import list_sites
from storage.site_memory.site_report import (
    MAIN_TEXT_SHARE,
    CutText,
    SiteCounts,
    TextPosition,
    count_site,
    find_text_positions,
    load_cuts_of_last_run,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from sqlalchemy import Connection, Engine, Row

RULES = (REPEATED_BLOCK[0], KNOWN_HEADLINE[0])  # that cut by memory


@dataclass(frozen=True, slots=True)
class SiteView:
    """What is known of one site. `blocks` and `cuts` are at most as many as were asked for."""

    counts: SiteCounts
    blocks: Sequence[Row[Any]]  # that repeat
    positions: Sequence[TextPosition]  # of the articles' text
    pages: int  # of the last crawl that stored any
    cuts: Sequence[CutText]  # from those pages
    keep_rules: dict[int, str]  # text by fingerprint


def print_sites(engine: Engine) -> None:
    """Print the sites of the store, a row each."""
    table = create_table("site", ">articles", ">learnt from", ">repeated blocks", ">articles cut by memory")
    with open_for_reading(engine) as connection:
        for site in list_sites(connection):
            counts = count_site(connection, site, RULES)
            numbers = (counts.articles, counts.learnt_from, counts.repeated, counts.cut_from)
            table.add_row(Text(escape_for_terminal(site)), *(f"{number:,}" for number in numbers))
    write_output(render_parts(make_report_console(), [table]))


def print_site(engine: Engine, name: str, *, limit: int, newest: int, as_json: bool) -> None:
    """Print what is known of one site; UnknownSite where the store holds no page of it.

    `limit` bounds the blocks and cuts, `newest` the articles in which the positions of text are looked for.
    """
    with open_for_reading(engine) as connection:
        site = match_name(list_sites(connection), name, where="in the store")
        view = load_site_view(connection, site, limit=limit, newest=newest)
    if as_json:
        write_json(to_document(view), indent=2)
    else:
        write_output(render_parts(make_report_console(), _render_site(view)))


def load_site_view(connection: Connection, site: str, *, limit: int, newest: int) -> SiteView:
    pages, cuts = load_cuts_of_last_run(connection, site, RULES)
    return SiteView(
        count_site(connection, site, RULES),
        load_repeated_blocks(connection, site, limit),
        find_text_positions(connection, site, newest),
        pages,
        cuts[:limit],
        load_keep_rules(connection, site),
    )


def to_document(view: SiteView) -> dict[str, Any]:
    """Return the view as JSON has it. Texts of repeated blocks are cut to 120 characters."""
    counts = view.counts
    return {
        "site": counts.site,
        "articles": counts.articles,
        "learnt_from": counts.learnt_from,
        "repeated": counts.repeated,
        "cut_from": counts.cut_from,
        "blocks": [
            {
                "text": block.text,
                "articles": block.articles,
                "needed": block.needed,
                "cut": _get_status(block, view) == "cut",
                "keep_rule": block.fingerprint in view.keep_rules,
                "first_seen": block.first_seen or None,
                "last_seen": block.last_seen or None,
                "place": block.place,
            }
            for block in view.blocks
        ],
        "places": [
            {"path": one.path, "articles": one.articles, "characters": one.characters, "share": one.share}
            for one in view.positions
        ],
        "last_crawl": {
            "pages": view.pages,
            "cut": [{"text": cut.text, "rule": cut.rule, "articles": cut.articles} for cut in view.cuts],
        },
        "keep_rules": list(view.keep_rules.values()),
    }


def _render_site(view: SiteView) -> Iterator[RenderableType]:
    counts = view.counts
    site = escape_for_terminal(counts.site)
    articles = count_things(counts.articles, "article")
    yield Text(f"{site}: {articles}; the memory is learnt from {counts.learnt_from:,}", "bold")
    yield Text("\nRepeated blocks", "bold")
    yield from _render_blocks(view)
    yield Text(f"\nPositions that hold {MAIN_TEXT_SHARE:.0%} of the articles' text", "bold")
    yield from _render_positions(view)
    yield Text(f"\nCut by the memory from the {count_things(view.pages, 'page')} that the last crawl stored", "bold")
    yield from _render_cuts(view)
    yield Text("\nKeep rules", "bold")
    yield from (Text(f"  {escape_for_terminal(text)}") for text in view.keep_rules.values())
    if not view.keep_rules:
        yield Text("  none")
    yield Text(f"\nTo keep a block: scrapy sites keep {site} 'TEXT'", "dim")


def _render_blocks(view: SiteView) -> Iterator[RenderableType]:
    if not view.blocks:
        yield Text("  none yet: five articles are needed, and a block on two of them")
        return
    table = create_table(">articles", "", "first", "last", "text", "position")
    for block in view.blocks:
        table.add_row(
            f"{block.articles} of {view.counts.learnt_from}",
            _get_status(block, view),
            Text(escape_for_terminal(block.first_seen)),
            Text(escape_for_terminal(block.last_seen)),
            Text(escape_for_terminal(block.text) + ("…" if len(block.text) >= MAX_TEXT_CHARACTERS else "")),
            Text(escape_for_terminal(block.place), "dim"),
        )
    yield table


def _render_positions(view: SiteView) -> Iterator[RenderableType]:
    table = create_table(">articles", ">of the text", "position")
    for position in view.positions:
        table.add_row(f"{position.articles:,}", f"{position.share:.0%}", Text(escape_for_terminal(position.path)))
    yield table if view.positions else Text("  no article is stored")


def _render_cuts(view: SiteView) -> Iterator[RenderableType]:
    table = create_table(">pages", "rule", "text")
    for cut in view.cuts:
        table.add_row(f"{cut.articles:,}", Text(escape_for_terminal(cut.rule)), Text(escape_for_terminal(cut.text)))
    yield table if view.cuts else Text("  nothing")


def _get_status(block: Row[Any], view: SiteView) -> str:
    if block.fingerprint in view.keep_rules:
        return "kept"
    return "cut" if block.articles >= block.needed else f"needs {block.needed}"
