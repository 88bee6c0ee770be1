"""The report of a crawl as a value: exit status, counts by site, the table, and where the data is."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.text import Text
from scrapy.crawler import Crawler

from cleaning.errors import BroadsheetError
from crawler.health.check_health import Health
from crawler.health.describe import describe_health
from crawler.refetching.refetch_report import RefetchSummary, make_refetch_table
from crawler.run.counts import Counts
from crawler.run.exit_codes import get_exit_code
from crawler.run.notices import Notice, notices_of
from crawler.run.once import once_per_crawler
from crawler.run.report import build_final_table, describe_rest
from crawler.run.session import session_of
from crawler.run.starts import start_of
from crawler.terminal.console import REPORT_WIDTH


class Outcome:
    """What the work after a crawl adds to what its counts say. Set by EndOfRun."""

    def __init__(self, _crawler: Crawler) -> None:
        self.has_ended = False
        self.exit_code: int | None = None  # set if that work decides with which code the run ends
        self.health: Health | None = None  # None: no night was recorded
        self.comparison: RefetchSummary | None = None  # with a release that was fetched again
        self.comparison_file: Path | None = None


outcome_of = once_per_crawler(Outcome)


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """The result of one crawl.

    `exit_status` is what `scrapy crawl` exits with (docs/reference.md); `finish_reason` is Scrapy's, None for a crawl
    that was stopped twice. `counts` has the numbers of each site by the name of the stat. `health` is what is odd
    about the night of each site. `comparison` and its file
    are of a release that was fetched again.
    """

    exit_status: int
    finish_reason: str | None
    run: int  # the id of its row in the table of runs
    counts: Counts
    notices: tuple[Notice, ...]
    data_dir: Path
    database: str  # its address, without the password
    health: Health = field(default_factory=Health)
    comparison: RefetchSummary | None = None
    comparison_file: Path | None = None

    def count(self, stat: str) -> int:
        """Return the number of `stat` over all sites, as `article/stored`."""
        return sum(stats.get(stat, 0) for stats in self.counts.values())

    def render(self) -> RenderableType:
        """Return what `scrapy crawl` prints at its end, for a console of rich. Print it with `soft_wrap`."""
        parts: list[RenderableType] = [build_final_table(self.counts)]
        parts.extend(Text(line) for line in describe_rest(self.counts, self.finish_reason))
        parts.extend(Text(f"{notice.site}: {notice.text}") for notice in self.notices)
        parts.extend(Text(line) for line in describe_health(self.health))
        if self.comparison is not None:
            parts.append(make_refetch_table(self.comparison))
            parts.append(Text(f"The outcome of each of its articles is in {self.comparison_file}."))
        if changed := self.count("settle/changed"):
            parts.append(
                Text(f"Texts changed by what their sites repeat: {changed:,} (scrapy sites show NAME lists it).")
            )
        parts.append(Text(f"The data is in {self.data_dir} (database {self.database})."))
        return Group(*parts)

    def format_table(self) -> str:
        """Return the same as text."""
        out = StringIO()
        Console(file=out, width=REPORT_WIDTH).print(self.render(), soft_wrap=True)
        return out.getvalue()


def get_report(crawler: Crawler) -> CrawlReport:
    """Return the report of a crawl that has ended.

    Raise the `UsageError` with which it could not start, as for a wrong argument, and `BroadsheetError` for a crawl
    that has not ended, or whose components could not be made (the log has the reason).
    """
    if (error := start_of(crawler).error) is not None:
        raise error
    outcome = outcome_of(crawler)
    if not outcome.has_ended:
        raise BroadsheetError("this crawl has not ended, or did not start: wait for it, and see its log")
    session = session_of(crawler)
    counts, reason = session.counts.by_site(), crawler.stats.get_value("finish_reason")
    return CrawlReport(
        exit_status=get_exit_code(reason, counts) if outcome.exit_code is None else outcome.exit_code,
        finish_reason=reason,
        run=session.run,
        counts=counts,
        notices=tuple(notices_of(crawler).list_all()),
        data_dir=session.data_dir,
        database=session.database.render_as_string(),
        health=outcome.health or Health(),
        comparison=outcome.comparison,
        comparison_file=outcome.comparison_file,
    )
