"""Formats the counts of a crawl for a person: a progress line, a live table, and the table at its end."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from crawler.run.counts import SECONDS, Counts
from crawler.terminal.tables import create_result_table

MAX_ROWS = 40  # sites in a table; a foreign archive has thousands
# Beginnings of stat names.
_STORED_BEFORE = ("article/unchanged", "article/older", "article/stands")
_ON_HOLD = "host/held/"
_ELSEWHERE = "address/done/"  # twins: their page is counted at another address
_LOST = ("address/failed/", "address/gone/", "address/refused/")


def format_progress_line(counts: Counts, seconds: float) -> str:
    """Return one line for the log: what was read, fetched and stored so far."""
    total = _add_up_sites(counts)
    lists, pages = total.get("discovery/read", 0), total.get("page/fetched", 0)
    articles, duplicates = total.get("article/stored", 0), total.get("article/duplicate", 0)
    return (
        f"{lists} lists, {pages} pages ({pages / max(seconds, 1e-9):.1f}/s), {articles} articles, "
        f"{duplicates} duplicates, {_sum_up(total, 'article/rejected/')} rejected, {_sum_up(total, *_LOST)} failed"
    )


def build_progress_table(counts: Counts, seconds: float) -> Table:
    """Return the live view: one row a site, and one for all."""
    table = Table(box=None, pad_edge=False)
    for heading in ("site", "lists", "pages", "articles", "duplicates", "rejected", "failed", "per second"):
        table.add_column(heading, justify="left" if heading == "site" else "right")
    for site, stats in _list_rows(counts):
        pages = stats.get("page/fetched", 0)
        rejected, failed = _sum_up(stats, "article/rejected/"), _sum_up(stats, *_LOST)
        numbers = (
            stats.get("discovery/read", 0),
            pages,
            stats.get("article/stored", 0),
            stats.get("article/duplicate", 0),
            rejected,
            failed,
        )
        table.add_row(Text(site), *map(str, numbers), f"{pages / max(seconds, 1e-9):.1f}")
    return table


def build_final_table(counts: Counts) -> Table:
    """Return the table at the end of a crawl. It accounts for every address.

    found = fetched + failed + waiting; fetched = articles + duplicates + unchanged + rejected. "of the last day": how
    many of the articles that the sources list as new are stored.
    """
    table = create_result_table("Results of this crawl")
    has_unchanged = any(_sum_up(stats, *_STORED_BEFORE) for stats in counts.values())
    table.add_column("site")
    for heading in ("found", "fetched", "articles", "duplicates", *(["unchanged"] if has_unchanged else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("rejected")
    table.add_column("failed")
    table.add_column("seconds", justify="right")
    has_listed = any("listed/articles" in stats for stats in counts.values())
    if has_listed:
        table.add_column("of the last day", justify="right", no_wrap=True)
    for site, stats in _list_rows(counts):
        table.add_row(
            Text(site),
            str(stats.get("address/new", 0) + stats.get("address/again", 0)),
            *(str(stats.get(stat, 0)) for stat in ("page/fetched", "article/stored", "article/duplicate")),
            *([str(_sum_up(stats, *_STORED_BEFORE))] if has_unchanged else []),
            _format_reasons(stats, ("article/rejected/",)),
            _format_reasons(stats, (*_LOST, _ELSEWHERE, _ON_HOLD)),
            str(stats.get(SECONDS, 0)),
            *([_format_share(stats)] if has_listed else []),
        )
    return table


def _format_share(stats: dict[str, int]) -> str:
    stored, listed = stats.get("listed/stored", 0), stats.get("listed/articles", 0)
    return f"{stored} of {listed} ({stored / listed:.0%})" if listed else "0 of 0"


def _list_rows(counts: Counts) -> list[tuple[str, dict[str, int]]]:
    """Return one row a site, after a row for all if there are several; of very many sites, those with most pages."""
    if len(counts) < 2:
        return list(counts.items())
    ranked = sorted(counts.items(), key=lambda row: -row[1].get("page/fetched", 0))
    if len(ranked) <= MAX_ROWS:
        return [("all", _add_up_sites(counts)), *counts.items()]
    others = _add_up_sites(dict(ranked[MAX_ROWS:]))
    return [("all", _add_up_sites(counts)), *ranked[:MAX_ROWS], (f"{len(ranked) - MAX_ROWS} others", others)]


def _format_reasons(stats: dict[str, int], areas: Iterable[str]) -> Text:
    parts = [
        f"{number} {stat.removeprefix(area)}"
        for area in areas
        for stat, number in sorted(stats.items())
        if stat.startswith(area) and number  # 0: all of these pages turned out to be a wall
    ]
    return Text("\n".join(parts) or "0")


def _add_up_sites(counts: Counts) -> dict[str, int]:
    total: dict[str, int] = {}
    for stats in counts.values():
        for stat, number in stats.items():
            total[stat] = max(total.get(stat, 0), number) if stat == SECONDS else total.get(stat, 0) + number
    return total


def _sum_up(stats: dict[str, int], *areas: str) -> int:
    return sum(number for stat, number in stats.items() if stat.startswith(areas))
