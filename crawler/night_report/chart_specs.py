"""What Vega-Lite is told of a chart. Colours are CSS variables of the page, which are light or dark as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import floor, log10
from typing import Any

WIDTH, HEIGHT = 340, 130  # pixels: as wide as a phone, so that letters keep their size
_LEAST_DAYS = 7  # of the time axis: fewer nights stand in its middle, each with its day below it
_WIDEST_BAR = 24  # pixels
_TICKS = 3  # of the axis of the numbers, about


def make_line_spec(
    rows: list[dict[str, Any]], nights: Sequence[date], usual: float | None, form: str, *, as_bars: bool, is_whole: bool
) -> dict[str, Any]:
    """Return a chart of one number a night, with a line at what is usual. Rows have `day`, `value` and `last`.

    `is_whole` says that the axis goes up to 100 %.
    """
    import altair as alt  # noqa: PLC0415 (of the extra `nightly`, and half a second)

    top = 1.0 if is_whole else max([usual or 0.0, *(row["value"] for row in rows)])
    base = alt.Chart(_make_data(rows)).encode(x=_make_time_axis(nights), y=_make_axis(form, top, is_whole=is_whole))
    if as_bars:
        colour = alt.condition("datum.last", alt.value("var(--accent)"), alt.value("var(--bar)"))
        layers = [base.mark_bar(width=_choose_bar_width(nights)).encode(color=colour)]
    else:
        point = base.transform_filter("datum.last").mark_circle(size=50, color="var(--accent)", opacity=1)
        layers = [base.mark_line(color="var(--line-ink)", strokeWidth=2), point]
    if usual is not None:
        rule = alt.Chart(_make_data([{"usual": usual}])).mark_rule(color="var(--faint)", strokeDash=[3, 3])
        layers.insert(0, rule.encode(y="usual:Q"))
    return _finish(alt.layer(*layers))


def make_stacked_spec(rows: list[dict[str, Any]], nights: Sequence[date], kinds: Sequence[str]) -> dict[str, Any]:
    """Return a chart of stacked bars. Rows have `day`, `value`, `kind`, and `order`, the place of the kind."""
    import altair as alt  # noqa: PLC0415 (as above)

    colours = alt.Scale(domain=list(kinds), range=[f"var(--c{place})" for place in range(len(kinds))])
    bars = alt.Chart(_make_data(rows)).mark_bar(width=_choose_bar_width(nights))
    by_day: Counter[str] = Counter()
    for row in rows:
        by_day[row["day"]] += row["value"]
    return _finish(
        bars.encode(
            x=_make_time_axis(nights),
            y=_make_axis("count", max(by_day.values()), stack="zero"),
            color=alt.Color("kind:N", scale=colours, legend=None),
            order="order:Q",
        )
    )


def _make_data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt  # noqa: PLC0415 (as above)

    make: Any = alt.Data  # it has no types
    return make(values=rows)


def _choose_bar_width(nights: Sequence[date]) -> float:
    days = max((nights[-1] - nights[0]).days + 1, _LEAST_DAYS)
    return min(WIDTH / days * 0.6, _WIDEST_BAR)


def _make_time_axis(nights: Sequence[date]) -> Any:
    import altair as alt  # noqa: PLC0415 (as above)

    spare = timedelta(days=max(_LEAST_DAYS - 1 - (nights[-1] - nights[0]).days, 0)) / 2
    first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (nights[0], nights[-1]))
    ticks = {"values": [f"{night}" for night in nights]} if spare else {"tickCount": 4}
    axis = alt.Axis(format="%-d %b", grid=False, labelFlush=not spare, domainColor="var(--line)", **ticks)
    scale = alt.Scale(
        type="utc", domain=[f"{first - spare:%Y-%m-%dT%H:%MZ}", f"{last + spare:%Y-%m-%dT%H:%MZ}"], padding=8
    )
    return alt.X("day:T", axis=axis, scale=scale, title=None)


def _make_axis(form: str, top: float, *, is_whole: bool = False, **more: Any) -> Any:
    """Return the axis of numbers from 0 to `top`, each label with the digits in which it differs from the next."""
    import altair as alt  # noqa: PLC0415 (as above)

    expression = {
        "share": f"format(100 * datum.value, '.{_count_digits(100 * top)}f') + ' %'",
        "bytes": "replace(upper(format(datum.value, '~s')), /([A-Z]?)$/, ' $1B')",
        "count": "format(datum.value, ',')",
    }[form]
    # Vega divides the range whether its numbers are whole or not: it is told how often, 2 not by three.
    ticks = _TICKS if form == "share" else max(1, min(_TICKS, floor(top)))
    axis = alt.Axis(labelExpr=expression, tickCount=ticks, domain=False, ticks=False)
    # Where all numbers are 0 there is no range to choose an axis by.
    scale = alt.Scale(domain=[0, 1]) if is_whole else alt.Scale(zero=True) if top else alt.Scale(domain=[0, 0.1])
    return alt.Y("value:Q", axis=axis, scale=scale, title=None, **more)


def _count_digits(top: float) -> int:
    """Return the digits behind the point of the steps between the labels of an axis from 0 to `top`."""
    return max(0, -floor(log10(top / _TICKS))) if top else 0


def _finish(chart: Any) -> dict[str, Any]:
    text = {"labelColor": "var(--faint)", "labelFont": "system-ui, sans-serif", "labelFontSize": 11}
    chart = chart.properties(width=WIDTH - 42, height=HEIGHT, background="transparent")
    chart = chart.configure_axis(gridColor="var(--line)", tickColor="var(--line)", **text).configure_view(stroke=None)
    spec: dict[str, Any] = chart.to_dict()
    return spec
