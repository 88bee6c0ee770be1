"""What a crawl came to, as a person reads it: one table, a row a site."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from crawler.tally import SECONDS, Counts

MOST_ROWS = 40  # sites in a table: an archive of others has thousands
_STORED_BEFORE = ("article/unchanged", "article/older", "article/stands")
_HELD = "host/held/"
_LOST = ("address/failed/", "address/gone/", "address/refused/")


def progress_line(counts: Counts, seconds: float) -> str:
    """One line for a log: what has come in so far."""
    total = _total(counts)
    lists, pages = total.get("discovery/read", 0), total.get("page/fetched", 0)
    articles, duplicates = total.get("article/stored", 0), total.get("article/duplicate", 0)
    return (
        f"{lists} lists, {pages} pages ({pages / max(seconds, 1e-9):.1f}/s), {articles} articles, "
        f"{duplicates} duplicates, {_sum(total, 'article/rejected/')} rejected, {_sum(total, *_LOST)} failed"
    )


def progress_table(counts: Counts, seconds: float) -> Table:
    """The live view: a row a site, and the whole."""
    table = Table(box=None, pad_edge=False)
    for heading in ("site", "lists", "pages", "articles", "duplicates", "rejected", "failed", "per second"):
        table.add_column(heading, justify="left" if heading == "site" else "right")
    for site, nouns in _rows(counts):
        pages = nouns.get("page/fetched", 0)
        rejected, failed = _sum(nouns, "article/rejected/"), _sum(nouns, *_LOST)
        numbers = (
            nouns.get("discovery/read", 0),
            pages,
            nouns.get("article/stored", 0),
            nouns.get("article/duplicate", 0),
            rejected,
            failed,
        )
        table.add_row(Text(site), *map(str, numbers), f"{pages / max(seconds, 1e-9):.1f}")
    return table


def outcome_table(title: str) -> Table:
    """Without columns yet: how what a run came to is shown at its end."""
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))


def final_table(counts: Counts) -> Table:
    """The end of a crawl. What was found is fetched or failed; what was fetched is in one of the columns after it."""
    table = outcome_table("What this crawl came to")
    unchanged = any(_sum(nouns, *_STORED_BEFORE) for nouns in counts.values())
    table.add_column("site")
    for heading in ("found", "fetched", "articles", "duplicates", *(["unchanged"] if unchanged else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("rejected")
    table.add_column("failed")
    table.add_column("seconds", justify="right")
    for site, nouns in _rows(counts):
        table.add_row(
            Text(site),
            str(nouns.get("address/new", 0) + nouns.get("address/again", 0)),
            *(str(nouns.get(noun, 0)) for noun in ("page/fetched", "article/stored", "article/duplicate")),
            *([str(_sum(nouns, *_STORED_BEFORE))] if unchanged else []),
            _reasons(nouns, ("article/rejected/",)),
            _reasons(nouns, (*_LOST, _HELD)),
            str(nouns.get(SECONDS, 0)),
        )
    return table


def _rows(counts: Counts) -> list[tuple[str, dict[str, int]]]:
    """A row for all where there are several sites, then one a site; of very many, those with most pages."""
    if len(counts) < 2:
        return list(counts.items())
    ranked = sorted(counts.items(), key=lambda row: -row[1].get("page/fetched", 0))
    if len(ranked) <= MOST_ROWS:
        return [("all", _total(counts)), *counts.items()]
    others = _total(dict(ranked[MOST_ROWS:]))
    return [("all", _total(counts)), *ranked[:MOST_ROWS], (f"{len(ranked) - MOST_ROWS} others", others)]


def _reasons(nouns: dict[str, int], areas: Iterable[str]) -> Text:
    parts = [
        f"{number} {noun.removeprefix(area)}"
        for area in areas
        for noun, number in sorted(nouns.items())
        if noun.startswith(area)
    ]
    return Text("\n".join(parts) or "0")


def _total(counts: Counts) -> dict[str, int]:
    total: dict[str, int] = {}
    for nouns in counts.values():
        for noun, number in nouns.items():
            total[noun] = max(total.get(noun, 0), number) if noun == SECONDS else total.get(noun, 0) + number
    return total


def _sum(nouns: dict[str, int], *areas: str) -> int:
    return sum(number for noun, number in nouns.items() if noun.startswith(areas))
