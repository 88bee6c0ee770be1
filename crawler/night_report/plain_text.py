"""Render a report as plain text for a mail: findings first, no line longer than WIDTH columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from crawler.night_report.measures import MEASURES, format_number, format_size
from crawler.night_report.words import MOST_RUNS, TRIAL, describe_run, format_day
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import format_days

if TYPE_CHECKING:
    from crawler.night_report.record import Compared, DiskUse, NightReport, ReportedFinding, SiteReport

WIDTH = 72  # columns: mail programs wrap lines that are longer
MAX_SITES = 40  # in the table: those with findings, then those with most new articles
_CONSOLE = Console(width=WIDTH)  # measures columns
_MAX_FINDINGS = 40
_REASONS = 8
_ARTICLES = 10
_COLUMNS = ("new", "duplicates", "rejected", "failed", "completeness", "median_length")
_HEADINGS = {"duplicates": "copies", "completeness": "complete", "median_length": "length"}
_NAME = 17  # columns of the name of a site
_CELL = 9  # columns of a number, with the mark behind it


def render_text(report: NightReport) -> str:
    """Return the report as text, with a line end behind each line."""
    return "".join(f"{line.rstrip()}\n" for line in _list_lines(report))


def _list_lines(report: NightReport) -> Iterator[str]:
    yield f"Night of {format_day(report.night)}"
    for warning in report.warnings:
        yield from _wrap(warning)
    for run in report.runs[-MOST_RUNS:]:
        yield from _wrap(describe_run(run))
    if report.is_trial:
        yield from _wrap(TRIAL)
    if not report.runs:
        yield "No night is stored yet; scrapy crawl articles crawls one."
        return
    yield from _list_findings(report)
    yield from _head("All sites")
    yield from _list_totals(report)
    yield from _head("Sites")
    yield from _list_sites(report)
    for heading, numbers, form in (
        ("Rejected pages", report.rejected, "count"),
        ("Failed addresses", report.failed, "count"),
        ("Cut most, share of the characters", report.cut_rules, "share"),
    ):
        yield from _list_reasons(heading, numbers, form)
    if report.holds:
        yield from _head("Hosts on hold")
        for hold in report.holds[:MAX_SITES]:
            yield from _wrap(f"{hold.host}: {hold.reason}, until {hold.until:%Y-%m-%d %H:%M} UTC")
    if report.disk is not None:
        yield from _head("Storage")
        yield from _wrap(_describe_disk(report.disk))
    yield from _list_articles(report)


def _describe_disk(disk: DiskUse) -> str:
    grows = (
        "what a night adds is known after two" if disk.growth is None else f"{format_size(disk.growth)} more a night"
    )
    full = "" if disk.days_left is None else f", enough for {format_days(disk.days_left)}"
    return f"{format_size(disk.total)} taken, {grows}; {format_size(disk.free)} free{full}"


def _list_articles(report: NightReport) -> Iterator[str]:
    if report.articles:
        yield from _head("Newest articles")
    for article in report.articles[:_ARTICLES]:
        yield _fit(article.title or "(without a headline)", WIDTH).rstrip()
        site, language = _fit(article.site, 40).rstrip(), _fit(article.language, 8).rstrip()
        yield f"  {site}, {language}, {article.characters:,} characters"


def _list_findings(report: NightReport) -> Iterator[str]:
    groups = report.findings
    if not (groups.new or groups.persisting):
        yield ""
        yield "No finding is open; look at the run first." if report.warnings else "Nothing needs a hand."
    for heading, findings in (("New findings", groups.new), ("Still open", groups.persisting)):
        if findings:
            yield from _head(f"{heading} ({len(findings)})")
            for place, finding in enumerate(findings[:_MAX_FINDINGS]):
                if place:
                    yield ""
                yield from _list_finding(finding)
            if len(findings) > _MAX_FINDINGS:
                yield f"and {len(findings) - _MAX_FINDINGS} more: scrapy sites findings"
    if groups.healed:
        yield from _head(f"Healed ({len(groups.healed)})")
    for finding in groups.healed[:_MAX_FINDINGS]:
        yield from _wrap(f"* {finding.site}: {finding.name}, open since {finding.first_seen:%Y-%m-%d}", indent="  ")


def _list_finding(finding: ReportedFinding) -> Iterator[str]:
    yield from _wrap(f"* {finding.site}: {finding.sentence}", indent="  ")
    if finding.advice:
        yield from (f"  {line}" for line in _wrap(f"What to do: {finding.advice}"))
    yield f"  {finding.name}, since {finding.first_seen:%Y-%m-%d}"


def _list_totals(report: NightReport) -> Iterator[str]:
    for measure in MEASURES:
        one = report.measures[measure.name]
        if one.value is not None:
            usual = "" if one.usual is None else f"   usual {format_number(one.usual, measure.form):>9}"
            yield f"{measure.heading.lower():<12}{format_number(one.value, measure.form):>10}{usual}"


def _list_sites(report: NightReport) -> Iterator[str]:
    forms = {measure.name: measure.form for measure in MEASURES}
    headings = [_HEADINGS.get(name, name) for name in _COLUMNS]
    yield f"{'site':<{_NAME}}" + "".join(f"{heading:>{_CELL - 1}} " for heading in headings)
    shown = sorted(report.sites, key=_rank)[:MAX_SITES]
    for site in shown:
        numbers = (site.measures[name] for name in _COLUMNS)
        cells = (_format_cell(one, forms[name]) for name, one in zip(_COLUMNS, numbers, strict=True))
        yield f"{_fit(site.site, _NAME - 1)} " + "".join(f"{cell:>{_CELL}}" for cell in cells)
    if len(report.sites) > len(shown):
        yield f"and {len(report.sites) - len(shown):,} more"
    if any(one.direction for site in shown for one in site.measures.values()):
        yield "+ far above, - far below what is usual for the site"


def _rank(site: SiteReport) -> tuple[int, float, str]:
    return -site.findings, -(site.measures["new"].value or 0), site.site


def _format_cell(one: Compared, form: str) -> str:
    return format_number(one.value, form) + {1: "+", -1: "-"}.get(one.direction, " ")


def _list_reasons(heading: str, numbers: Mapping[str, Compared], form: str) -> Iterator[str]:
    some = [(name, one) for name, one in numbers.items() if one.value][:_REASONS]
    if some:
        yield from _head(heading)
    for name, one in some:
        usual = "" if one.usual is None else f"   usual {format_number(one.usual, form):>9}"
        yield f"{_fit(name, 32)}{format_number(one.value, form):>10}{usual}"


def _head(words: str) -> Sequence[str]:
    return ("", words, "-" * cell_len(words))


def _wrap(text: str, indent: str = "") -> list[str]:
    """Return the text in lines that leave room for two indents; one stands before all but the first."""
    lines = Text(escape_for_terminal(text)).wrap(_CONSOLE, WIDTH - 2 * len(indent), overflow="fold")
    return [f"{indent if place else ''}{line.plain}" for place, line in enumerate(lines)]


def _fit(text: str, width: int) -> str:
    """Return the text in exactly so many columns."""
    line = escape_for_terminal(text)
    return set_cell_size(line, width) if cell_len(line) <= width else set_cell_size(line, width - 1) + "…"
