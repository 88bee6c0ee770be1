"""Find the outcome of each article of a release, write the report (one line each), and make a table of the counts."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, Engine, Row, select

from crawler.refetching.refetch import Refetch
from crawler.refetching.release_reader import ReleasedArticle
from crawler.terminal.tables import create_result_table
from storage.articles.saving import make_article_id
from storage.articles.tombstones import REMOVED, find_removed_urls
from storage.database.engine import open_for_reading
from storage.export.text_hashes import hash_lines, hash_text
from storage.frontier.addresses import AddressState
from storage.models import Address, StoredArticle

MAX_ROWS = 40  # of sites in the table


class RefetchOutcome(StrEnum):
    """The outcome of one article."""

    SAME = "same"  # the same text, character for character
    CHANGED = "changed"
    GONE = "gone"  # 404 or 410
    REFUSED = "refused"  # we may not fetch it any more
    REJECTED = "rejected"  # its page is no article any more
    FAILED = "failed"  # no page; another run may try again
    NOT_ASKED = "not-asked"  # not fetched yet: its host is on hold, the run ended, or -a limit= was reached


@dataclass(frozen=True, slots=True)
class RefetchedArticle:
    """A line of the report. `reason` is a reason of the frontier or the cleaner.

    `unchanged_lines` is the share (0 to 1) of the lines of the released text that the new text has, too, counting
    repeated lines. `url_now` is the address to which `url` redirects, if it does. `fetched_at` is in ISO 8601.
    """

    url: str
    site: str
    outcome: RefetchOutcome
    reason: str | None = None
    unchanged_lines: float | None = None
    url_now: str | None = None
    fetched_at: str | None = None


@dataclass(frozen=True, slots=True)
class RefetchSummary:
    """The counts of a report by site and outcome; `unchanged` sums `unchanged_lines` of changed articles by site."""

    counts: Mapping[str, Mapping[RefetchOutcome, int]]
    unchanged: Mapping[str, float]


def write_refetch_report(engine: Engine, refetch: Refetch) -> RefetchSummary:
    """Write the report after a run has been settled, over an earlier one. Finish the refetch if it is complete."""
    counts: dict[str, Counter[RefetchOutcome]] = {}
    unchanged: defaultdict[str, float] = defaultdict(float)
    draft = refetch.report_file.with_suffix(".partial")
    with draft.open("w", encoding="ascii", newline="\n") as file:
        for one in _compare_articles(engine, refetch):
            file.write(json.dumps(asdict(one)) + "\n")
            counts.setdefault(one.site, Counter())[one.outcome] += 1
            if one.outcome is RefetchOutcome.CHANGED:
                unchanged[one.site] += one.unchanged_lines or 0.0
        file.flush()
        os.fsync(file.fileno())
    draft.replace(refetch.report_file)
    if not any(numbers[RefetchOutcome.NOT_ASKED] for numbers in counts.values()):
        refetch.finish()
    return RefetchSummary(counts, unchanged)


def make_refetch_table(comparison: RefetchSummary) -> Table:
    """Return a table with a row per site, after a row of all sites if there are several."""
    shown = create_result_table("Outcome of the release")
    for heading in ("site", "released", "same", "changed", "unchanged lines", *list(RefetchOutcome)[2:]):
        shown.add_column(str(heading), justify="left" if heading == "site" else "right")
    rows = sorted(comparison.counts.items(), key=lambda row: -sum(row[1].values()))
    if len(rows) > 1:
        every = sum((Counter(numbers) for _, numbers in rows), Counter[RefetchOutcome]())
        shown.add_row(*_make_row("all", every, sum(comparison.unchanged.values())))
    for site, numbers in rows[:MAX_ROWS]:
        shown.add_row(*_make_row(site, numbers, comparison.unchanged.get(site, 0.0)))
    if len(rows) > MAX_ROWS:
        shown.add_row(f"{len(rows) - MAX_ROWS} others")
    return shown


def _make_row(site: str, numbers: Mapping[RefetchOutcome, int], unchanged: float) -> list[Text]:
    changed = numbers.get(RefetchOutcome.CHANGED, 0)
    share = f"{unchanged / changed:.0%}" if changed else "-"
    others = [str(numbers.get(outcome, 0)) for outcome in list(RefetchOutcome)[2:]]
    return [
        Text(cell)
        for cell in (
            site,
            str(sum(numbers.values())),
            str(numbers.get(RefetchOutcome.SAME, 0)),
            str(changed),
            share,
            *others,
        )
    ]


def _compare_articles(engine: Engine, refetch: Refetch) -> Iterator[RefetchedArticle]:
    with open_for_reading(engine) as connection:
        for site, batch in refetch.iter_batches():
            removed = find_removed_urls(connection, site, [one.url for one in batch])
            addresses = _select_by(connection, Address.url, [one.url for one in batch])
            targets = {one.url: refetch.redirects.get(one.url, one.url) for one in batch}
            articles = _select_by(connection, StoredArticle.id, [make_article_id(url) for url in targets.values()])
            for one in batch:
                if one.url in removed:  # no run asks for it
                    yield RefetchedArticle(one.url, one.site, RefetchOutcome.REFUSED, REMOVED)
                    continue
                url = targets[one.url]
                yield _compare_article(one, url, addresses.get(one.url), articles.get(make_article_id(url)), refetch)


def _compare_article(
    released: ReleasedArticle, url: str, address: Row[Any] | None, article: Row[Any] | None, refetch: Refetch
) -> RefetchedArticle:
    """Return the outcome of one article.

    `address` is its row in the frontier; `article` is the row stored for `url`, the address to which it leads.
    """
    url_now = None if url == released.url else url
    outcome, reason = _find_outcome_without_page(address, refetch)
    if outcome is not None:
        return RefetchedArticle(released.url, released.site, outcome, reason)
    if article is None or article.fetched_at < refetch.started_at:
        # The fetched page is not the stored one. Either it was no article, and the text stored before stays; or the
        # address redirected, and that could not be recorded.
        outcome = RefetchOutcome.REJECTED if article is not None else RefetchOutcome.FAILED
        return RefetchedArticle(
            released.url, released.site, outcome, "stands" if article is not None else "moved", None, url_now
        )
    facts = {"url_now": url_now, "fetched_at": article.fetched_at.isoformat()}
    if article.rejected is not None:
        return RefetchedArticle(released.url, released.site, RefetchOutcome.REJECTED, article.rejected, **facts)
    if hash_text(article.text) == released.text_sha256:
        return RefetchedArticle(released.url, released.site, RefetchOutcome.SAME, unchanged_lines=1.0, **facts)
    share = compute_unchanged_share(released.line_hashes, hash_lines(article.text))
    return RefetchedArticle(released.url, released.site, RefetchOutcome.CHANGED, unchanged_lines=share, **facts)


def compute_unchanged_share(before: Sequence[str], after: Sequence[str]) -> float:
    """Return the share of the lines `before` that are also in `after`, counting repeated lines; 0 if there are none."""
    return round((Counter(before) & Counter(after)).total() / len(before), 4) if before else 0.0


def _find_outcome_without_page(address: Row[Any] | None, refetch: Refetch) -> tuple[RefetchOutcome | None, str | None]:
    """Return outcome and reason of an address without a page; the outcome is None if there is a page."""
    if address is None:
        return RefetchOutcome.NOT_ASKED, None
    state = AddressState(address.state)
    if state in (AddressState.PENDING, AddressState.LEASED):
        return (RefetchOutcome.FAILED, address.reason) if address.tries else (RefetchOutcome.NOT_ASKED, None)
    if address.ended_at is None or address.ended_at < refetch.started_at:
        return RefetchOutcome.NOT_ASKED, None
    outcomes = {
        AddressState.GONE: RefetchOutcome.GONE,
        AddressState.REFUSED: RefetchOutcome.REFUSED,
        AddressState.FAILED: RefetchOutcome.FAILED,
    }
    return outcomes.get(state), address.reason


def _select_by(connection: Connection, column: Any, values: Sequence[str]) -> dict[str, Row[Any]]:
    rows = connection.execute(select(column.class_.__table__).where(column.in_(values)))
    return {getattr(row, column.key): row for row in rows}
