"""Draw the charts of a report: Altair's specifications as inline SVG, each with a title and a text alternative.

Colours are CSS variables of the page, so that a chart is light or dark as the page is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import escape
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.night_report.chart_specs import make_line_spec, make_stacked_spec
from crawler.night_report.measures import format_number, format_size

if TYPE_CHECKING:
    from crawler.night_report.record import NightReport

_CLASSES = re.compile(r' (?:class|aria-[a-z]+|role|pointer-events|stroke-miterlimit)="[^"]*"')
_EMPTY = re.compile(r"<path(?: (?:d|display|transform)=\"[^\"]*\")*(?: display=\"none\"| d=\"M0,0h0v0h0Z\")[^>]*/>")
_OUTCOMES = (("duplicates", "duplicates"), ("rejected", "rejected"), ("failed", "failed"))


class Chart(NamedTuple):
    """One chart: its SVG, and its numbers as a table: the headings, and a row of text for each night."""

    title: str
    note: str
    svg: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[tuple[str, str], ...] = ()  # (CSS variable, word)


class _Line(NamedTuple):
    """What one chart shows: the name of a series, how it is called and how its numbers are written."""

    name: str
    title: str
    form: str
    note: str = ""
    as_bars: bool = False
    is_whole: bool = False  # a share whose axis goes up to 100 %


_LINES = (
    _Line("new", "New articles", "count", as_bars=True),
    _Line("completeness", "Complete", "share", "of what the sites listed", is_whole=True),
    _Line("median_length", "Median length", "count", "characters"),
    _Line("share_cut", "Cut as boilerplate", "share", "of the characters"),
    _Line("archived", "Raw pages archived", "bytes", as_bars=True),
)


def can_draw() -> bool:
    """Return whether the libraries are installed that draw charts (the extra `nightly`)."""
    from importlib.util import find_spec  # noqa: PLC0415 (as the libraries themselves: only where charts are drawn)

    return all(find_spec(name) is not None for name in ("altair", "vl_convert"))


def draw_charts(report: NightReport) -> list[Chart]:
    """Return the charts of a report; those of which nothing is known are left out."""
    charts = [chart for line in _LINES if (chart := _draw_line(report, line)) is not None]
    if (outcomes := _draw_outcomes(report)) is not None:
        charts.insert(1, outcomes)
    return charts


def _draw_line(report: NightReport, line: _Line) -> Chart | None:
    points = [
        (day, value)
        for day, value in zip(report.nights, report.series.get(line.name, ()), strict=False)
        if value is not None
    ]
    if not points:
        return None
    before = [value for day, value in points if day != report.night]
    usual = median(before) if len(before) > 2 else None
    rows = [{"day": f"{day}", "value": value, "last": day == report.night} for day, value in points]
    svg = _render(
        make_line_spec(rows, report.nights, usual, line.form, as_bars=line.as_bars, is_whole=line.is_whole),
        line.title,
        _describe(line, points, usual, report),
    )
    note = ", ".join(filter(None, (line.note, "" if usual is None else f"usual {_format(usual, line.form)}")))
    return Chart(
        line.title,
        note,
        svg,
        ("night", line.title),
        tuple((f"{day}", _format(value, line.form)) for day, value in reversed(points)),
    )


def _draw_outcomes(report: NightReport) -> Chart | None:
    """Return a chart of the pages that gave no article, stacked by outcome."""
    series = {name: report.series.get(name, ()) for name, _ in _OUTCOMES}
    if not any(any(values) for values in series.values()):
        return None
    rows = [
        {"day": f"{day}", "value": value or 0, "kind": word, "order": order}
        for order, (name, word) in enumerate(_OUTCOMES)
        for day, value in zip(report.nights, series[name], strict=False)
    ]
    title = "Gave no article"
    table = [
        (f"{day}", *(format_number(one) for one in values))
        for day, *values in zip(report.nights, *series.values(), strict=False)
    ]
    last = ", ".join(f"{value} {word}" for (_, word), value in zip(_OUTCOMES, table[-1][1:], strict=True))
    svg = _render(
        make_stacked_spec(rows, report.nights, [word for _, word in _OUTCOMES]),
        title,
        f"In the night of {report.night}: {last}.",
    )
    legend = tuple((f"--c{place}", word) for place, (_, word) in enumerate(_OUTCOMES))
    return Chart(title, "", svg, ("night", *(word for _, word in _OUTCOMES)), tuple(reversed(table)), legend)


def _render(spec: dict[str, Any], title: str, description: str) -> str:
    """Return the SVG of a specification, for a page that holds several: without ids, with a title and a description."""
    import vl_convert  # noqa: PLC0415 (of the extra `nightly`)

    svg = _EMPTY.sub("", _CLASSES.sub("", vl_convert.vegalite_to_svg(spec)))
    head, _, rest = svg.partition(">")
    size = re.findall(r' (?:width|height|viewBox)="[^"]*"', head)
    words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    label = escape(f"{title}. {description}")
    return f'<svg role="img" aria-label="{label}"{"".join(size)}>{words}{rest}'


def _describe(line: _Line, points: list[tuple[date, float]], usual: float | None, report: NightReport) -> str:
    return " ".join(_list_facts(line, points, usual, report))


def _list_facts(
    line: _Line, points: list[tuple[date, float]], usual: float | None, report: NightReport
) -> Iterator[str]:
    last = dict(points).get(report.night)
    yield f"In the night of {report.night}: {'not known' if last is None else _format(last, line.form)}."
    if usual is not None:
        yield f"Usual in the nights before: {_format(usual, line.form)}."
    if len(points) > 1:
        (low_day, low), (high_day, high) = min(points, key=_value), max(points, key=_value)
        yield f"From {_format(low, line.form)} on {low_day} to {_format(high, line.form)} on {high_day}."


def _value(point: tuple[date, float]) -> float:
    return point[1]


def _format(value: float, form: str) -> str:
    return format_size(value) if form == "bytes" else format_number(value, form)
