"""The report of a crawl, as a person reads it."""

from __future__ import annotations

import re
from io import StringIO

from rich.console import Console

from crawler.run.counts import Counts
from crawler.run.report import MAX_ROWS, build_final_table, build_progress_table, describe_rest, format_progress_line

COUNTS: Counts = {
    "courier": {
        "discovery/read": 9,
        "address/new": 36,
        "address/again": 2,
        "page/fetched": 22,
        "article/stored": 18,
        "article/duplicate": 1,
        "article/rejected/section": 1,
        "article/rejected/too-short": 2,
        "address/gone/http-404": 1,
        "address/refused/robots": 3,
        "link/refused/legal": 40,
        "time/seconds": 7,
    },
    "[bold]gazette[/]": {"address/failed/dns": 1},
}


def render(table: object) -> str:
    out = StringIO()
    Console(file=out, width=140).print(table)
    return out.getvalue()


def test_the_table_accounts_for_every_address() -> None:
    lines = render(build_final_table(COUNTS)).splitlines()
    at = next(number for number, line in enumerate(lines) if "courier" in line)
    assert re.search(r"courier +26 +22 +18 +1 +1 section +1 http-404 +7", lines[at])
    assert re.search(r"2 too-short +3 robots", lines[at + 1])
    assert "unchanged" not in render(build_final_table(COUNTS))


def test_what_waits_and_what_failed_of_the_lists_has_columns_when_there_is_some() -> None:
    more = {
        "address/waiting/over-limit": 12,
        "address/gone/http-410": 1,  # a feed: the table tells it apart from the articles that are gone
        "discovery/failed/http-410": 1,
        "host/held/breaker": 1,
        "address/not-due": 1_058,
    }
    counts = {"courier": COUNTS["courier"] | more}
    table = render(build_final_table(counts))
    assert re.search(r"courier +38 +22 +18 +1 +1 section +1 http-404 +12 over-limit +1 http-410 +1 breaker +7", table)
    assert describe_rest(counts, "finished") == [
        "1,058 known: listed again, and not due",
        "12 wait beyond the limit: start again to go on",
    ]


def test_the_lines_below_the_table_say_what_to_do() -> None:
    assert describe_rest({"courier": {"address/not-due": 58}}, "finished") == ["nothing new: 58 known"]
    stopped = {"courier": {"address/waiting/due": 30}, "herald": {"address/waiting/due": 5, "article/stored": 1}}
    assert describe_rest(stopped, "shutdown") == ["35 wait: start again to go on"]
    assert describe_rest({"courier": {"address/waiting/due": 1}}, "finished") == ["1 waits: the next run goes on"]
    assert describe_rest({"courier": {"page/fetched": 1, "article/stored": 1}}, "finished") == []


def test_pages_that_were_stored_before_have_a_column_when_there_are_some() -> None:
    table = render(build_final_table({"courier": {"page/fetched": 5, "article/unchanged": 4, "article/older": 1}}))
    assert re.search(r"unchanged", table)
    assert re.search(r"courier +5 +5 +0 +0 +5 +0 +0", table)


def test_the_share_of_the_day_has_a_column_when_it_was_measured() -> None:
    table = render(build_final_table({"courier": {"listed/night": 1, "listed/articles": 12, "listed/stored": 9}}))
    assert "of the last day" in table
    assert "9 of 12 (75%)" in table


def test_the_table_of_the_demo_fits_a_terminal_of_80_columns() -> None:
    out = StringIO()
    Console(file=out, width=80).print(build_final_table({"courier": COUNTS["courier"]}))
    assert "2 too-short" in out.getvalue()
    assert "…" not in out.getvalue()


def test_a_name_is_no_markup() -> None:
    assert "[bold]gazette[/]" in render(build_final_table(COUNTS))
    assert "[bold]gazette[/]" in render(build_progress_table(COUNTS, 2.0))


def test_an_archive_of_thousands_of_sites_has_a_table_of_some() -> None:
    counts: Counts = {f"site-{number}": {"page/fetched": number, "article/stored": 1} for number in range(1_000)}
    lines = render(build_final_table(counts)).splitlines()
    assert len(lines) < MAX_ROWS + 10
    assert any("all" in line and "499500" in line and "1000" in line for line in lines)
    assert any("site-999" in line for line in lines)
    assert any(f"{1_000 - MAX_ROWS} others" in line for line in lines)


def test_a_line_of_the_log_sums_up_all_sites() -> None:
    assert (
        format_progress_line(COUNTS, 2.0)
        == "9 lists, 22 pages (11.0/s), 18 articles, 1 duplicate, 3 rejected, 5 failed"
    )


def test_a_crawl_that_has_just_begun_has_a_line_too() -> None:
    assert format_progress_line({}, 0.0) == "0 lists, 0 pages (0.0/s), 0 articles, 0 duplicates, 0 rejected, 0 failed"
