"""Render a report as one self-contained web page, which asks no network."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cleaning.errors import tell_install
from crawler.night_report.charts import can_draw, draw_charts
from crawler.night_report.measures import MEASURES, MISSING, format_number, format_size
from crawler.night_report.sparkline import draw_sparkline
from crawler.night_report.words import MOST_RUNS, TRIAL, describe_run, format_day
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import format_days

if TYPE_CHECKING:
    from crawler.night_report.record import NightReport

_ROOM = Path(__file__).parent
_FEW_DAYS = 30  # until the disk is full: then the number is in colour


class Fact(NamedTuple):
    """One of the numbers at the top. `mood` has "good" or "bad" for a colour, "words" for smaller letters."""

    name: str
    value: str
    note: str = ""
    mood: str = ""


def render_report(report: NightReport) -> str:
    """Return the whole page. All text of the store is escaped in it."""
    script = (_ROOM / "sort.js").read_text("utf-8")
    return _TEMPLATE.render(
        report=report,
        facts=list(_list_facts(report)),
        parts=list(_list_parts(report)),
        measures=MEASURES,
        open_findings=_count_open(report),
        charts=draw_charts(report) if can_draw() else None,
        install=tell_install("nightly"),
        trial=TRIAL,
        most_runs=MOST_RUNS,
        style=Markup((_ROOM / "report.css").read_text("utf-8")),  # noqa: S704 (a file of ours)
        script=Markup(script),  # noqa: S704 (a file of ours)
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def _list_facts(report: NightReport) -> Iterator[Fact]:
    if not report.runs:
        return
    count = _count_open(report)
    new = len(report.findings.new)
    mood = "bad" if count or report.warnings else "good"
    yield Fact("To look at", f"{count + len(report.warnings)}", _say_what(new, count, len(report.warnings)), mood)
    articles = report.measures["new"]
    yield Fact("New articles", format_number(articles.value), _say_usual(articles.usual), _judge(articles.direction))
    share = report.measures["completeness"]
    if share.value is not None:
        yield Fact(
            "Complete", format_number(share.value, "share"), _say_usual(share.usual, "share"), _judge(share.direction)
        )
    active = sum(bool(site.measures["new"].value) for site in report.sites)
    yield Fact("Sites with news", f"{active:,}", f"of {len(report.sites):,}")
    failed = report.measures["failed"]
    mood = "bad" if failed.direction > 0 else ""
    yield Fact("Failed addresses", format_number(failed.value), _say_usual(failed.usual), mood)
    if report.disk and report.disk.days_left is not None:
        left = report.disk.days_left
        mood = "words bad" if left < _FEW_DAYS else "words"
        yield Fact("Disk space for", format_days(left), f"{format_size(report.disk.free)} free", mood)


def _list_parts(report: NightReport) -> Iterator[tuple[str, str]]:
    """Yield the parts that the page has, as (anchor, words)."""
    yield "findings", "Findings"
    yield "nights", "Nights"
    yield "sites", "Sites"
    if report.rejected or report.failed:
        yield "reasons", "What gave no article"
    if report.cut_rules or report.repeated:
        yield "cuts", "Cuts"
    if report.languages:
        yield "languages", "Languages"
    if report.slow or report.holds:
        yield "hosts", "Slow and on hold"
    if report.changes:
        yield "edits", "Edits and deletions"
    if report.disk:
        yield "disk", "Storage"
    if report.articles:
        yield "newest", "Newest articles"


def _count_open(report: NightReport) -> int:
    return len(report.findings.new) + len(report.findings.persisting)


def _say_what(new: int, count: int, warnings: int) -> str:
    """Say what there is to look at: how many findings are new, and whether the run itself needs a look."""
    findings = f"{new} new" if count else "no open finding"
    return f"the run; {findings}" if warnings else findings


def _say_usual(usual: float | None, form: str = "count") -> str:
    return "" if usual is None else f"usual {format_number(usual, form)}"


def _judge(direction: int) -> str:
    return "bad" if direction < 0 else ""


def _cut(text: str, length: int) -> str:
    """Return the text as one line of at most so many characters."""
    line = escape_for_terminal(text)
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def _format_days(hours: int) -> str:
    return f"{hours / 24:.3g}"


def _format_days_left(days: int | None) -> str:
    return MISSING if days is None else format_days(days)


def _is_link(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _escape(value: Any) -> Any:
    # Control characters harm a web page, too: a direction override reverses a line.
    return escape_for_terminal(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _draw(trend: Sequence[float | None]) -> Markup:
    return Markup(draw_sparkline(trend))  # noqa: S704 (numbers alone)


def _format_long_day(day: date) -> str:
    return format_day(day)


def _make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_ROOM),
        autoescape=True,
        finalize=_escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "cut": _cut,
        "days": _format_days,
        "days_left": _format_days_left,
        "is_link": _is_link,
        "long_day": _format_long_day,
        "number": format_number,
        "run_line": describe_run,
        "size": format_size,
        "sparkline": _draw,
    }
    return environment


_TEMPLATE = _make_environment().get_template("report.html")
