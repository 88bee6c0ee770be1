"""Render a report as one JSON object; docs/report.md describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cleaning.records.times import format_iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.night_report.record import Compared, NightReport

_DIGITS = 4  # behind the point


def report_to_document(report: NightReport) -> dict[str, Any]:
    """Return the report as JSON has it."""
    disk = report.disk
    return {
        "night": str(report.night),
        "written_at": format_iso(report.written_at),
        "is_trial": report.is_trial,
        "warnings": list(report.warnings),
        "runs": _list_tuples(report.runs),
        "nights": [str(day) for day in report.nights],
        "findings": {name: _list_tuples(group) for name, group in report.findings._asdict().items()},
        "all": _compare_all(report.measures),
        "series": {name: [_round(value) for value in values] for name, values in report.series.items()},
        "sites": [
            {
                "site": site.site,
                "findings": site.findings,
                **_compare_all(site.measures),
                "trend": [_round(value) for value in site.trend],
            }
            for site in report.sites
        ],
        "absent": [{"site": site, "last_night": str(day)} for site, day in report.absent],
        "rejected": _compare_all(report.rejected),
        "failed": _compare_all(report.failed),
        "cut_rules": _compare_all(report.cut_rules),
        "repeated": _list_tuples(report.repeated),
        "languages": _compare_all(report.languages),
        "slow": _compare_all(dict(report.slow)),
        "holds": _list_tuples(report.holds),
        "disk": None if disk is None else {name: _to_json(value) for name, value in disk._asdict().items()},
        "changes": _list_tuples(report.changes),
        "articles": [_drop_page(article) for article in _list_tuples(report.articles)],
    }


def _drop_page(article: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in article.items() if name != "page"}


def _compare_all(measures: Mapping[str, Compared]) -> dict[str, Any]:
    return {
        name: {"value": _round(one.value), "usual": _round(one.usual), "unusual": one.direction}
        for name, one in measures.items()
    }


def _list_tuples(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [{name: _to_json(value) for name, value in row._asdict().items()} for row in rows]


def _to_json(value: Any) -> Any:
    match value:
        case datetime():
            return format_iso(value)
        case date():
            return str(value)
        case float():
            return _round(value)
        case tuple():
            return [_to_json(one) for one in value]
    return value


def _round(value: float | None) -> float | None:
    """Return whole numbers as such: 12, not 12.0."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, _DIGITS)
