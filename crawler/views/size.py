"""Print what `scrapy db size` measures: the parts of the store and of the data folder, and the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.numbers import count_things, format_bytes, format_days
from crawler.terminal.output import write_json, write_output
from crawler.terminal.tables import create_table, render_parts
from storage.upkeep.size import StoreSize, measure_size

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from storage.archive.place import ArchivePlace

_WORDS = {
    "articles": "metadata and texts (about)",
    "blocks": "what was kept and cut of each page (about)",
    "search": "the index of scrapy search",
    "others": "addresses, what is learnt of sites, all other indexes",
    "free": "for new rows; scrapy db prune --vacuum gives it back",
    "archive": "raw pages; scrapy db prune --raw-older-than",
    "archive cache": "objects of an archive elsewhere that were read; may be deleted",
    "readings": "what cleaning saw of each site's newest pages",
    "reports": "scrapy db prune --reports-older-than",
    "other files": "",
}
SITES = 20  # the largest; --json has all


def print_size(engine: Engine, data_dir: Path, archive: ArchivePlace, *, as_json: bool) -> None:
    size = measure_size(engine, data_dir, archive)
    if as_json:
        write_json(size.to_document())
        return
    parts = create_table("part", ">size", "what it is")
    for name, number in size.parts.items():
        parts.add_row(name, format_bytes(number), _WORDS.get(name, ""))
    parts.add_row(
        "all",
        format_bytes(size.total),
        f"{count_things(size.articles, 'page')} in {escape_for_terminal(size.database)}",
    )
    sites = create_table("site", ">pages", ">store", ">archive")
    largest = sorted(size.sites, key=lambda site: site.store + site.archive, reverse=True)
    for site in largest[:SITES]:
        numbers = (f"{site.pages:,}", format_bytes(site.store), format_bytes(site.archive))
        sites.add_row(Text(escape_for_terminal(site.site)), *numbers)
    lines = [_describe_growth(size)]
    if len(largest) > SITES:
        lines.insert(0, f"and {count_things(len(largest) - SITES, 'smaller site')} (--json has all)")
    write_output(render_parts(make_report_console(), [parts, Text(), sites, *map(Text, lines)]))


def _describe_growth(size: StoreSize) -> str:
    free = f"{format_bytes(size.disk_free)} are free"
    if size.growth is None:
        return f"growth: known after two nights; {free}"
    grows = f"growth: {format_bytes(size.growth.a_night)} a night (of the last {size.growth.nights})"
    if size.days_left is None:
        return f"{grows}; {free}"
    return f"{grows}; {free}, enough for {format_days(size.days_left)}"
