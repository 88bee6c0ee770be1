"""The first step: crawls all sites until the time of the crawl is over. Its end settles the texts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from crawler.finishing.report import CrawlReport, get_report
from crawler.health.check_health import load_excused_sites
from crawler.night.budget import CRAWL, FINISHING, estimate_reserve, find_crawl_end
from crawler.night.desk import Desk, StepResult
from crawler.night.tell import describe_counts, describe_unread, describe_waiting, format_duration
from crawler.night.troubles import NOT_ENDED, with_trouble
from crawler.recleaning.settler import Settler
from crawler.run.counts import Counts
from crawler.run.exit_codes import (
    DATABASE_LOST,
    DISK_LOW,
    FAILED,
    FINISHED_BY,
    INTERRUPTED,
    NOTHING_TO_DO,
    find_unreachable_sites,
    get_exit_code,
)
from crawler.run.notices import FAILURE_KINDS
from crawler.run.time_budget import OVER
from crawler.terminal.numbers import count_things, join_some
from storage.database.engine import open_for_reading
from storage.runs import StoredRun, load_run

UNCRAWLED = "uncrawled"  # of a night of a fleet: the sites that no worker could crawl, each with the reason
_LIMITED = "closespider_"  # a limit of Scrapy's that the operator has set: the crawl ended as it was meant to
# Why a night stops after its crawl: what is left of it can be done when the cause is over.
_STOPS = {
    "database_lost": ("the database or the archive took no writes", "repair it, then "),
    "disk_low": ("the disk is full", "make space, then "),
    "guard_inactive": ("the address guard is not in force", "change the setting that the log names, then "),
    "shutdown": ("interrupted", ""),
    None: ("interrupted", ""),
}


def crawl_sites(desk: Desk) -> StepResult:
    """Crawl all sites, or tell of the crawl that had ended when the night was killed."""
    if (run := _load_crawl(desk)) is not None and run.ended_at is not None and _has_finished(run.outcome):
        return _go_on_after(desk, run)
    budget = timedelta(0) if desk.night.ends_at is None else desk.night.ends_at - desk.night.started_at
    end = find_crawl_end(desk.night.started_at, desk.night.ends_at, estimate_reserve(desk.former, budget))
    began = desk.now()
    if end is not None and end <= began:
        line = f"{CRAWL}: its time was over before it could go on; the next night does"
        sentence = (
            "The night did not end: its crawl was stopped, and the time was over before it could go on. What is left "
            "waits for the next night."
        )
        return with_trouble(StepResult((line,), FAILED), NOT_ENDED, sentence)
    crawler = desk.run_crawl(
        ends_at=end, pages=desk.options.max_pages, on_run=lambda number: desk.change(run_id=number)
    )
    if crawler is None:
        result = StepResult((f"{CRAWL}: it could not start; the log has the reason",), FAILED)
        return with_trouble(result, NOT_ENDED, "The night did not crawl: it could not start. The log has the reason.")
    report = get_report(crawler)
    last_answer = crawler.stats.get_value("finish_time")
    finishing = 0.0 if last_answer is None else (desk.now() - last_answer).total_seconds()
    return _tell(report, (desk.now() - began).total_seconds(), finishing)


def _load_crawl(desk: Desk) -> StoredRun | None:
    if desk.night.run_id is None:
        return None
    with open_for_reading(desk.engine) as connection:
        return load_run(connection, desk.night.run_id)


def _has_finished(outcome: str | None) -> bool:
    return outcome in FINISHED_BY or (outcome or "").startswith(_LIMITED)


def _tell(report: CrawlReport, seconds: float, finishing: float) -> StepResult:
    reason, counts = report.finish_reason, report.counts
    took = format_duration(seconds - finishing)
    if reason == "nothing_to_do":
        line = f"{CRAWL}: nothing was asked, every site is on hold (scrapy holds lists them)"
        sentence = "The night asked nothing: every site is on hold. scrapy holds lists them."
        return with_trouble(StepResult((line,), NOTHING_TO_DO), "nothing was crawled", sentence, lasts=True)
    if reason in _STOPS:
        why, advice = _STOPS[reason]
        line = f"{CRAWL}: {why}, after {describe_counts(counts)} in {took}; {advice}start scrapy nightly again to go on"
        return StepResult((line,), report.exit_status, ends_here=True)
    if reason in FINISHED_BY and report.exit_status in (INTERRUPTED, DATABASE_LOST, DISK_LOW):
        line = f"{CRAWL}: interrupted while the texts were settled; start scrapy nightly again to go on"
        return StepResult((line,), report.exit_status, ends_here=True)
    if not _has_finished(reason):
        line = f"{CRAWL}: an error ended it ({reason}), after {describe_counts(counts)} in {took}; see the log"
        sentence = f"The crawl of the night did not end as it should: an error ended it ({reason}). The log has it."
        return with_trouble(StepResult((line,), FAILED), "the crawl did not end", sentence)
    lines = [f"{CRAWL}: {describe_counts(counts)} in {took}{_describe_end(reason, counts)}"]
    lines += _describe_rest(counts, finishing)
    excused = report.health.excused_sites
    # What is a finding stands in the lines of the next step.
    told = excused | {one.site for one in report.health.new}
    lines += [f"  {site}: it gave no answer" for site in find_unreachable_sites(counts) if site not in told]
    lines += [f"  {notice.site}: {notice.text}" for notice in report.notices if notice.kind not in FAILURE_KINDS]
    status = report.exit_status if reason in FINISHED_BY else get_exit_code(OVER, counts, excused)
    return _with_waiting(StepResult(tuple(lines), status, {FINISHING: round(finishing, 1)}), reason, counts)


def _go_on_after(desk: Desk, run: StoredRun) -> StepResult:
    """Settle what the kill has left unsettled, and tell what the crawl brought."""
    counts = {site: stats for site, stats in run.counts.items() if site}
    began = desk.now()

    def add(site: str, stat: str, number: int) -> None:
        counts[site] = counts[site] | {stat: counts[site].get(stat, 0) + number}

    # The workers of a fleet have settled their sites; what they could not crawl is left.
    uncrawled: dict[str, str] | None = desk.night.steps.get(CRAWL, {}).get(UNCRAWLED)
    unsettled = counts if uncrawled is None else [site for site in counts if site in uncrawled]
    if unsettled:
        with Settler(desk.engine, desk.settings, Path(desk.data_dir), add) as settler:
            for site in unsettled:
                settler.settle(site)
    seconds = ((run.ended_at or began) - run.started_at).total_seconds()
    line = f"{CRAWL}: {describe_counts(counts)} in {format_duration(seconds)}{_describe_end(run.outcome, counts)}"
    finishing = (desk.now() - began).total_seconds()
    with open_for_reading(desk.engine) as connection:
        excused = load_excused_sites(connection, run.id)
    status = FAILED if uncrawled else get_exit_code(OVER, counts, excused)
    lines = [line, *_describe_rest(counts, finishing)]
    lines += [f"  {site}: not crawled to its end: {reason}" for site, reason in (uncrawled or {}).items()]
    result = StepResult(tuple(lines), status, {FINISHING: round(finishing, 1)})
    result = _with_waiting(result, run.outcome, counts)
    if uncrawled:
        sentence = f"{count_things(len(uncrawled), 'site')} could not be crawled: {join_some(uncrawled)}."
        result = with_trouble(result, "sites were not crawled", sentence)
    return result


def _with_waiting(result: StepResult, reason: str | None, counts: Counts) -> StepResult:
    """Return the result with a trouble if the time was over while sites had something left."""
    left = "; ".join(part for part in (describe_waiting(counts), describe_unread(counts)) if part)
    if reason != OVER or not left:
        return result
    sentence = f"The time of the night was over before all was crawled: {left}."
    return with_trouble(result, "the time was over", sentence, lasts=True)


def _describe_end(reason: str | None, counts: Counts) -> str:
    parts = ["the time was over"] if reason == OVER else []
    parts += [part for part in (describe_waiting(counts), describe_unread(counts)) if part]
    return "".join(f"; {part}" for part in parts)


def _describe_rest(counts: Counts, seconds: float) -> list[str]:
    """Return the lines of what the crawl did beside fetching news: settling, re-checks."""

    def add_up(stat: str) -> int:
        return sum(stats.get(stat, 0) for stats in counts.values())

    cleaned, changed = add_up("settle/cleaned"), add_up("settle/changed")
    texts = count_things(changed, "text changed", "texts changed")
    lines = [f"settle: {texts} by what the sites repeat, {cleaned:,} cleaned again in {format_duration(seconds)}"]
    if asked := add_up("recheck/asked"):
        numbers = {word: add_up(f"recheck/{word}") for word in ("changed", "unchanged", "missing", "gone", "waiting")}
        others = [f"{number:,} {word}" for word, number in numbers.items() if number]
        lines.append(f"re-checks: {', '.join([f'{asked:,} asked', *others])}")
    return lines
