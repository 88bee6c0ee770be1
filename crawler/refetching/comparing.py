"""What has become of the articles of a release: one line a report for each, and a table of their numbers."""

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

from crawler.refetching.asking import Refetch
from crawler.refetching.released import Released
from crawler.report import outcome_table
from storage.addresses import AddressState
from storage.articles import article_id
from storage.database import reading
from storage.export.hashes import line_hashes, text_sha256
from storage.models import Address, StoredArticle

MOST_ROWS = 40  # sites in the table


class Outcome(StrEnum):
    """What became of one article."""

    SAME = "same"  # the same text, character for character
    CHANGED = "changed"
    GONE = "gone"  # 404 or 410
    REFUSED = "refused"  # not ours to ask any more
    REJECTED = "rejected"  # a page stands there that is no article
    FAILED = "failed"  # no page came; it may be tried again in another run
    NOT_ASKED = "not-asked"  # not yet: its host is on hold, the run was ended, or -a limit= was reached


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of the report. `reason` is a word as the frontier and the cleaner have them.

    `unchanged_lines` is the share, 0 to 1, of the released text's lines that the text has still, each as often as it
    stands there. `url_now` is where the address leads, where that is another one; `fetched_at` is in ISO 8601.
    """

    url: str
    site: str
    outcome: Outcome
    reason: str | None = None
    unchanged_lines: float | None = None
    url_now: str | None = None
    fetched_at: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of a report: by site of each outcome, and of the unchanged shares of what was changed the sum."""

    counts: Mapping[str, Mapping[Outcome, int]]
    unchanged: Mapping[str, float]


def report(engine: Engine, refetch: Refetch) -> Comparison:
    """Writes the report of a run that has ended and been settled, over an earlier one, and ends what is complete."""
    counts: dict[str, Counter[Outcome]] = {}
    unchanged: defaultdict[str, float] = defaultdict(float)
    draft = refetch.report.with_suffix(".partial")
    with draft.open("w", encoding="ascii", newline="\n") as file:
        for one in _compared(engine, refetch):
            file.write(json.dumps(asdict(one)) + "\n")
            counts.setdefault(one.site, Counter())[one.outcome] += 1
            if one.outcome is Outcome.CHANGED:
                unchanged[one.site] += one.unchanged_lines or 0.0
        file.flush()
        os.fsync(file.fileno())
    draft.replace(refetch.report)
    if not any(numbers[Outcome.NOT_ASKED] for numbers in counts.values()):
        refetch.end()
    return Comparison(counts, unchanged)


def table(comparison: Comparison) -> Table:
    """A row a site, the sum of all first where there are several."""
    shown = outcome_table("What has become of the release")
    for heading in ("site", "released", "same", "changed", "unchanged lines", *list(Outcome)[2:]):
        shown.add_column(str(heading), justify="left" if heading == "site" else "right")
    rows = sorted(comparison.counts.items(), key=lambda row: -sum(row[1].values()))
    if len(rows) > 1:
        every = sum((Counter(numbers) for _, numbers in rows), Counter[Outcome]())
        shown.add_row(*_row("all", every, sum(comparison.unchanged.values())))
    for site, numbers in rows[:MOST_ROWS]:
        shown.add_row(*_row(site, numbers, comparison.unchanged.get(site, 0.0)))
    if len(rows) > MOST_ROWS:
        shown.add_row(f"{len(rows) - MOST_ROWS} others")
    return shown


def _row(site: str, numbers: Mapping[Outcome, int], unchanged: float) -> list[Text]:
    changed = numbers.get(Outcome.CHANGED, 0)
    share = f"{unchanged / changed:.0%}" if changed else "-"
    others = [str(numbers.get(outcome, 0)) for outcome in list(Outcome)[2:]]
    return [
        Text(cell)
        for cell in (
            site,
            str(sum(numbers.values())),
            str(numbers.get(Outcome.SAME, 0)),
            str(changed),
            share,
            *others,
        )
    ]


def _compared(engine: Engine, refetch: Refetch) -> Iterator[Compared]:
    with reading(engine) as connection:
        for _, batch in refetch.batches():
            addresses = _by(connection, Address.url, [one.url for one in batch])
            targets = {one.url: refetch.moved.get(one.url, one.url) for one in batch}
            articles = _by(connection, StoredArticle.id, [article_id(url) for url in targets.values()])
            for one in batch:
                url = targets[one.url]
                yield _judged(one, url, addresses.get(one.url), articles.get(article_id(url)), refetch)


def _judged(
    released: Released, url: str, address: Row[Any] | None, article: Row[Any] | None, refetch: Refetch
) -> Compared:
    """What became of one: `address` is its row in the frontier, `article` what is stored of where it leads (`url`)."""
    url_now = None if url == released.url else url
    outcome, reason = _fate(address, refetch)
    if outcome is not None:
        return Compared(released.url, released.site, outcome, reason)
    if article is None or article.fetched_at < refetch.begun_at:
        # What was fetched is not what is stored. Either the text that was stored before stands, for what came now is no
        # article; or the address led elsewhere, and that could not be noted.
        outcome = Outcome.REJECTED if article is not None else Outcome.FAILED
        return Compared(
            released.url, released.site, outcome, "stands" if article is not None else "moved", None, url_now
        )
    facts = {"url_now": url_now, "fetched_at": article.fetched_at.isoformat()}
    if article.rejected is not None:
        return Compared(released.url, released.site, Outcome.REJECTED, article.rejected, **facts)
    if text_sha256(article.text) == released.text_sha256:
        return Compared(released.url, released.site, Outcome.SAME, unchanged_lines=1.0, **facts)
    share = unchanged_share(released.line_hashes, line_hashes(article.text))
    return Compared(released.url, released.site, Outcome.CHANGED, unchanged_lines=share, **facts)


def unchanged_share(before: Sequence[str], after: Sequence[str]) -> float:
    """The share of the lines `before` that stand `after`, too, each as often as it stands there; 0 of no lines."""
    return round((Counter(before) & Counter(after)).total() / len(before), 4) if before else 0.0


def _fate(address: Row[Any] | None, refetch: Refetch) -> tuple[Outcome | None, str | None]:
    """What became of an address that gave no page; None where it gave one."""
    if address is None:
        return Outcome.NOT_ASKED, None
    state = AddressState(address.state)
    if state in (AddressState.PENDING, AddressState.LEASED):
        return (Outcome.FAILED, address.reason) if address.tries else (Outcome.NOT_ASKED, None)
    if address.due_at < refetch.begun_at:
        return Outcome.NOT_ASKED, None
    outcomes = {
        AddressState.GONE: Outcome.GONE,
        AddressState.REFUSED: Outcome.REFUSED,
        AddressState.FAILED: Outcome.FAILED,
    }
    return outcomes.get(state), address.reason


def _by(connection: Connection, column: Any, values: Sequence[str]) -> dict[str, Row[Any]]:
    rows = connection.execute(select(column.class_.__table__).where(column.in_(values)))
    return {getattr(row, column.key): row for row in rows}
