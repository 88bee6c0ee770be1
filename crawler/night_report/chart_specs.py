"""What Vega-Lite is told of a chart. Colours are CSS variables of the page, which are light or dark as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

WIDTH, HEIGHT = 340, 130  # pixels: as wide as a phone, so that letters keep their size
_LEAST_DAYS = 30  # of the time axis


def make_line_spec(
    rows: list[dict[str, Any]], nights: Sequence[date], usual: float | None, form: str, *, as_bars: bool, is_whole: bool
) -> dict[str, Any]:
    """Return a chart of one number a night, with a line at what is usual. Rows have `day`, `value` and `last`.

    `is_whole` says that the axis goes up to 100 %.
    """
    import altair as alt  # noqa: PLC0415 (of the extra `nightly`, and half a second)

    base = alt.Chart(_make_data(rows)).encode(x=_make_time_axis(nights), y=_make_axis(form, is_whole=is_whole))
    if as_bars:
        colour = alt.condition("datum.last", alt.value("var(--accent)"), alt.value("var(--bar)"))
        layers = [base.mark_bar(width=WIDTH / _LEAST_DAYS * 0.6).encode(color=colour)]
    else:
        point = base.transform_filter("datum.last").mark_circle(size=50, color="var(--accent)", opacity=1)
        layers = [base.mark_line(color="var(--bar)", strokeWidth=2, point=len(rows) == 1), point]
    if usual is not None:
        rule = alt.Chart(_make_data([{"usual": usual}])).mark_rule(color="var(--faint)", strokeDash=[3, 3])
        layers.insert(0, rule.encode(y="usual:Q"))
    return _finish(alt.layer(*layers))


def make_stacked_spec(rows: list[dict[str, Any]], nights: Sequence[date], kinds: Sequence[str]) -> dict[str, Any]:
    """Return a chart of stacked bars. Rows have `day`, `value`, `kind`, and `order`, the place of the kind."""
    import altair as alt  # noqa: PLC0415 (as above)

    colours = alt.Scale(domain=list(kinds), range=[f"var(--c{place})" for place in range(len(kinds))])
    bars = alt.Chart(_make_data(rows)).mark_bar(width=WIDTH / _LEAST_DAYS * 0.6)
    return _finish(
        bars.encode(
            x=_make_time_axis(nights),
            y=_make_axis("count", stack="zero"),
            color=alt.Color("kind:N", scale=colours, legend=None),
            order="order:Q",
        )
    )


def _make_data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt  # noqa: PLC0415 (as above)

    make: Any = alt.Data  # it has no types
    return make(values=rows)


def _make_time_axis(nights: Sequence[date]) -> Any:
    import altair as alt  # noqa: PLC0415 (as above)

    first = min(nights[0], nights[-1] - timedelta(days=_LEAST_DAYS))
    axis = alt.Axis(format="%-d %b", tickCount=4, grid=False, labelFlush=True, domainColor="var(--line)")
    scale = alt.Scale(type="utc", domain=[f"{first}", f"{nights[-1]}"], padding=6)
    return alt.X("day:T", axis=axis, scale=scale, title=None)


def _make_axis(form: str, *, is_whole: bool = False, **more: Any) -> Any:
    import altair as alt  # noqa: PLC0415 (as above)

    expression = {
        "share": "format(datum.value, '.0%')",
        "bytes": "format(datum.value, '~s') + 'B'",
        "count": "format(datum.value, '~s')",
    }[form]
    axis = alt.Axis(
        labelExpr=expression, tickCount=3, domain=False, ticks=False, tickMinStep=1 if form == "count" else 0
    )
    scale = alt.Scale(domain=[0, 1]) if is_whole else alt.Undefined
    return alt.Y("value:Q", axis=axis, scale=scale, title=None, **more)


def _finish(chart: Any) -> dict[str, Any]:
    text = {"labelColor": "var(--faint)", "labelFont": "system-ui, sans-serif", "labelFontSize": 11}
    chart = chart.properties(width=WIDTH - 42, height=HEIGHT, background="transparent")
    chart = chart.configure_axis(gridColor="var(--line)", tickColor="var(--line)", **text).configure_view(stroke=None)
    spec: dict[str, Any] = chart.to_dict()
    return spec
