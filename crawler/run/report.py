"""Formats the counts of a crawl for a person: a progress line, a live table, and the table at its end."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from crawler.run.counts import SECONDS, Counts
from crawler.run.time_budget import OVER
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import count_things
from crawler.terminal.tables import create_result_table
from storage.frontier.waiting import BEFORE_SINCE, DUE, LATER, ON_HOLD
from storage.nights.account import OVER_LIMIT, Account

MAX_ROWS = 40  # sites in a table; a foreign archive has thousands
# What follows "35 wait" below the table, by reason.
_ADVICE = {
    DUE: ": start again to go on",
    OVER_LIMIT: " beyond the limit: start again to go on",
    ON_HOLD: " for hosts on hold (scrapy holds lists them)",
    LATER: " for another try, which is due later",
    BEFORE_SINCE: " for a run that asks for older articles",
}


def format_progress_line(counts: Counts, seconds: float) -> str:
    """Return one line for the log: what was read, fetched and stored so far."""
    stats = _add_up_sites(counts)
    total = Account.from_stats(stats)
    return (
        f"{count_things(stats.get('discovery/read', 0), 'list')}, "
        f"{count_things(total.fetched, 'page')} ({total.fetched / max(seconds, 1e-9):.1f}/s), "
        f"{count_things(total.articles, 'article')}, {count_things(total.duplicates, 'duplicate')}, "
        f"{sum(total.rejected.values())} rejected, "
        f"{sum(total.failed.values())} failed"
    )


def build_progress_table(counts: Counts, seconds: float) -> Table:
    """Return the live view: one row a site, and one for all."""
    table = Table(box=None, pad_edge=False)
    for heading in ("site", "lists", "pages", "articles", "duplicates", "rejected", "failed", "per second"):
        table.add_column(heading, justify="left" if heading == "site" else "right")
    for site, stats in _list_rows(counts):
        account = Account.from_stats(stats)
        numbers = (
            stats.get("discovery/read", 0),
            account.fetched,
            account.articles,
            account.duplicates,
            sum(account.rejected.values()),
            sum(account.failed.values()),
        )
        table.add_row(Text(site), *map(str, numbers), f"{account.fetched / max(seconds, 1e-9):.1f}")
    return table


def build_final_table(counts: Counts) -> Table:
    """Return the table at the end of a crawl. It accounts for every address, as storage/nights/account.py defines.

    "of the last day": how many of the articles that the sources list as new are stored. Columns that would be empty
    are left out.
    """
    rows = [(site, Account.from_stats(stats), stats) for site, stats in _list_rows(counts)]
    has_unchanged = any(account.unchanged for _, account, _ in rows)
    optional = [
        (heading, numbers)
        for heading, numbers in (
            ("waiting", [account.waiting for _, account, _ in rows]),
            ("lists failed", [account.lists_failed for _, account, _ in rows]),
            ("hosts on hold", [account.on_hold for _, account, _ in rows]),
        )
        if any(numbers)
    ]
    has_listed = any("listed/articles" in stats for stats in counts.values())
    table = create_result_table("Results of this crawl")
    table.add_column("site")
    for heading in ("found", "fetched", "articles", "duplicates", *(["unchanged"] if has_unchanged else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("rejected", "failed", *(heading for heading, _ in optional)):
        table.add_column(heading)
    table.add_column("seconds", justify="right")
    if has_listed:
        table.add_column("of the last day", justify="right", no_wrap=True)
    for place, (site, account, stats) in enumerate(rows):
        table.add_row(
            Text(escape_for_terminal(site)),
            *map(str, (account.found, account.fetched, account.articles, account.duplicates)),
            *([str(account.unchanged)] if has_unchanged else []),
            _format_reasons(account.rejected),
            _format_reasons(account.failed),
            *(_format_reasons(numbers[place]) for _, numbers in optional),
            str(stats.get(SECONDS, 0)),
            *([_format_share(stats)] if has_listed else []),
        )
    return table


def describe_rest(counts: Counts, outcome: str | None) -> list[str]:
    """Return the lines below the table: what was known before, and what waits, with what to do about it.

    `outcome` is the finish_reason of the run, None if it was killed.
    """
    total = sum_up_run(counts)
    lines = []
    if total.known:
        known = f"{total.known:,} known"
        lines.append(f"{known}: listed again, and not due" if total.found else f"nothing new: {known}")
    for reason, number in total.waiting.items():
        is_left_over = reason == DUE and outcome in ("finished", OVER)
        verb = "waits" if number == 1 else "wait"
        lines.append(f"{number:,} {verb}{': the next run goes on' if is_left_over else _ADVICE.get(reason, '')}")
    return [*lines, *_describe_rechecks(_add_up_sites(counts))]


def _describe_rechecks(stats: dict[str, int]) -> list[str]:
    """Return the line on the articles that were looked at again because of their age; none if there were none."""
    number = stats.get("recheck/asked", 0)
    if not number:
        return []
    outcomes = {name: stats.get(f"recheck/{name}", 0) for name in ("changed", "unchanged", "missing", "moved")}
    outcomes |= {
        stat.removeprefix("recheck/failed/"): count
        for stat, count in sorted(stats.items())
        if stat.startswith("recheck/failed/")
    }
    what = ", ".join(f"{count:,} {name}" for name, count in outcomes.items() if count)
    line = f"{number:,} looked at again because of {'its' if number == 1 else 'their'} age: {what}"
    marks = [
        f"{count:,} {'article is' if count == 1 else 'articles are'} {word}"
        for count, word in ((stats.get("recheck/gone", 0), "marked as gone"), (stats.get("recheck/back", 0), "back"))
        if count
    ]
    return [line + (f" ({', '.join(marks)})" if marks else "")]


def sum_up_run(counts: Counts) -> Account:
    """Return the account of all sites together."""
    return Account.from_stats(_add_up_sites(counts))


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


def _format_reasons(numbers: dict[str, int]) -> Text:
    return Text("\n".join(f"{number} {reason}" for reason, number in numbers.items()) or "0")


def _add_up_sites(counts: Counts) -> dict[str, int]:
    total: dict[str, int] = {}
    for stats in counts.values():
        for stat, number in stats.items():
            total[stat] = max(total.get(stat, 0), number) if stat == SECONDS else total.get(stat, 0) + number
    return total
