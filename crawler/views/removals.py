"""What `scrapy remove` takes down, and has taken down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cleaning.records.times import format_iso
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import write_json, write_output
from storage.articles.tombstones import list_removed_sites, list_tombstones
from storage.database.engine import open_for_reading

if TYPE_CHECKING:
    from sqlalchemy import Engine, Row

    from storage.articles.erasing import ErasablePage, OtherAddress


def print_pages(pages: Iterable[ErasablePage], others: Iterable[OtherAddress], *, as_json: bool) -> None:
    """Print the pages that go, and the addresses under which none is stored, each with its site."""
    for page in pages:
        if as_json:
            write_json(
                {
                    "url": page.url,
                    "id": page.id,
                    "site": page.site,
                    "title": page.title,
                    "revisions": page.revisions,
                    "records": len(page.locations),
                    "same_story": list(page.same_story),
                }
            )
            continue
        lines = [
            page.title or "(no headline)",
            f"{page.site}; earlier versions: {page.revisions}; records in the archive: {len(page.locations)}",
            *(f"the same story, which stays: {url}" for url in page.same_story),
        ]
        write_output(escape_for_terminal(page.url) + "".join(f"\n  {escape_for_terminal(one)}" for one in lines) + "\n")
    for other in others:
        if as_json:
            write_json({"url": other.url, "site": other.site, "id": None, "leads_to": other.leads_to})
            continue
        what = "nothing of it is stored" if other.leads_to is None else f"leads to {other.leads_to}"
        write_output(f"{escape_for_terminal(other.url)}\n  {escape_for_terminal(f'{other.site}; {what}')}\n")


def print_removed(engine: Engine, *, as_json: bool) -> None:
    """Print what was taken down, the last first."""
    with open_for_reading(engine) as connection:
        articles, sites = list_tombstones(connection), list_removed_sites(connection)
    if not as_json and not articles and not sites:
        write_output("Nothing was taken down.\n")
    for site in sites:
        _print(site, None, is_erased=site.is_erased, as_json=as_json)
    for row in articles:
        _print(row, row.url, is_erased=row.records is None, as_json=as_json)


def _print(row: Row[Any], url: str | None, *, is_erased: bool, as_json: bool) -> None:
    if as_json:
        day = format_iso(row.removed_at)
        write_json({"site": row.site, "url": url, "removed_at": day, "reason": row.reason, "erased": is_erased})
        return
    parts = [f"{row.removed_at:%Y-%m-%d}", f"the site {row.site}" if url is None else url]
    if row.reason:
        parts.append(row.reason)
    if not is_erased:
        parts.append("(the archive still holds it; scrapy remove erases it)")
    write_output("  ".join(map(escape_for_terminal, parts)) + "\n")
