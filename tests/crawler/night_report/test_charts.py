"""The charts of a report: their axes, and what they look like with few nights."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.night_report.charts import draw_charts
from crawler.night_report.record import NightReport

NIGHT = date(2026, 12, 2)
_LABEL = re.compile(r"<text[^>]*>([^<]*)</text>")
_DAY = re.compile(r"[0-9]+ [A-Z][a-z]{2}")


def read_labels(values: list[float | None], name: str) -> tuple[list[str], list[str], str]:
    """Return the labels of the days and those of the numbers in the chart of a series, and the chart."""
    nights = tuple(NIGHT - timedelta(days=ago) for ago in range(len(values) - 1, -1, -1))
    series: dict[str, tuple[float | None, ...]] = {name: tuple(values)}
    if name == "rejected":
        series |= {"duplicates": (0.0,) * len(values), "failed": (0.0,) * len(values)}
    (chart,) = draw_charts(NightReport(NIGHT, datetime(2026, 12, 2, 6, tzinfo=UTC), nights=nights, series=series))
    labels = _LABEL.findall(chart.svg)
    days = [label for label in labels if _DAY.fullmatch(label)]
    return days, [label for label in labels if label not in days], chart.svg


@pytest.mark.parametrize("name", ["new", "completeness", "median_length", "share_cut", "archived", "rejected"])
@pytest.mark.parametrize("top", [0, 0.0004, 0.003, 0.011, 0.016, 0.19, 1, 4, 97, 2_600, 1_234_567])
def test_no_two_labels_of_an_axis_are_the_same(name: str, top: float) -> None:
    if name in {"completeness", "share_cut"}:
        top = min(top, 1)
    elif name != "archived":
        top = round(top)
    days, numbers, _ = read_labels([top / 2, top, top * 0.9] * 10, name) if top or name != "rejected" else ([], [], "")
    assert len(set(days)) == len(days)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("name", "top", "labels"),
    [
        ("share_cut", 0.011, ["0.0 %", "0.5 %", "1.0 %"]),
        ("share_cut", 0.19, ["0 %", "5 %", "10 %", "15 %", "20 %"]),
        ("archived", 3_000_000, ["0 B", "1 MB", "2 MB", "3 MB"]),
        ("archived", 900_000, ["0 B", "200 KB", "400 KB", "600 KB", "800 KB"]),
        ("median_length", 2_600, ["0", "1,000", "2,000"]),
        ("new", 2, ["0", "1", "2"]),
    ],
)
def test_labels_are_written_as_the_numbers_beside_them(name: str, top: float, labels: list[str]) -> None:
    _, numbers, _ = read_labels([top * 0.8, top], name)
    assert numbers == labels


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("name", ["new", "share_cut", "rejected"])
def test_a_few_nights_stand_in_the_middle_each_with_its_day(name: str, count: int) -> None:
    values: list[float | None] = [7.0 if name != "share_cut" else 0.2] * count
    days, _, svg = read_labels(values, name)
    assert days == [f"{NIGHT - timedelta(days=ago):%-d %b}" for ago in range(count - 1, -1, -1)]
    places = [float(place) for place in re.findall(r'<text text-anchor="middle" transform="translate\(([0-9.]+),', svg)]
    assert len(places) == count
    assert sum(places) / count == pytest.approx(149, abs=1)  # half of the width between the axes


def test_bars_of_many_nights_do_not_overlap() -> None:
    _, _, svg = read_labels([float(50 + place % 9) for place in range(90)], "new")
    bars = [(float(left), float(right)) for left, right in re.findall(r'd="M([0-9.]+),[0-9.]+h([0-9.]+)v', svg)][1:]
    assert len(bars) == 90
    bars.sort()
    assert all(left + width < other for (left, width), (other, _) in pairwise(bars))
