"""Draws the plots of the card as SVG, from the counts of a release.

Every number in them is an integer or has one decimal, so that the same counts give the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from storage.export.description.counts import WORDS_STEP
from storage.export.description.escape import replace_invisible
from storage.export.description.facts import ReleaseFacts

PLOTS_FOLDER = "plots"

_MAX_BARS = 20  # the largest sites; the others are summed up
_MAX_MONTHS = 60  # with more, the columns are years
_MAX_WORDS = 3_000  # longer articles share the last column
_MAX_LABELS = 12  # under the columns
_MAX_LABEL_CHARACTERS = 30  # characters

_WIDTH, _MARGIN = 720, 16
_LABELS, _NUMBERS = 220, 80  # pixels beside the bars
_ROW, _HEAD = 20, 40
_COLUMNS = 180  # pixels of the highest column
_BLUE, _GREY, _INK = "#3b6ea5", "#9aa5b1", "#1f2933"

Bar = tuple[str, int]


def draw_plots(facts: ReleaseFacts) -> dict[str, str]:
    """Return the plots of a release: path in its folder -> SVG."""
    counts = facts.counts
    months = _group_by_month(counts.months)
    by = "year" if months and len(months[0][0]) == len("2026") else "month"
    return {
        f"{PLOTS_FOLDER}/months.svg": _draw_columns(f"Articles by {by}", months),
        f"{PLOTS_FOLDER}/sites.svg": _draw_bars("Articles by site", _select_bars(counts.sites, "site")),
        f"{PLOTS_FOLDER}/languages.svg": _draw_bars("Articles by language", _select_bars(counts.languages, "language")),
        f"{PLOTS_FOLDER}/words.svg": _draw_columns("Articles by number of words", _group_by_length(counts.lengths)),
    }


def _select_bars(counts: Mapping[str, int], noun: str) -> list[Bar]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    bars, others = ordered[:_MAX_BARS], ordered[_MAX_BARS:]
    if others:
        bars.append((f"{len(others):,} other {noun}{'s' if len(others) > 1 else ''}", sum(dict(others).values())))
    return bars


def _group_by_month(counts: Mapping[str, int]) -> list[Bar]:
    """Return every month from the first to the last, also without articles; or every year beyond _MAX_MONTHS."""
    numbers = {int(month[:4]) * 12 + int(month[5:]) - 1: count for month, count in counts.items()}
    first, last = min(numbers), max(numbers)
    if last - first < _MAX_MONTHS:
        return [(f"{at // 12:04d}-{at % 12 + 1:02d}", numbers.get(at, 0)) for at in range(first, last + 1)]
    years = dict.fromkeys(range(first // 12, last // 12 + 1), 0)
    for at, count in numbers.items():
        years[at // 12] += count
    return [(f"{year:04d}", count) for year, count in years.items()]


def _group_by_length(counts: Mapping[int, int]) -> list[Bar]:
    columns = dict.fromkeys(range(0, min(max(counts), _MAX_WORDS) + 1, WORDS_STEP), 0)
    for words, count in counts.items():
        columns[min(words, _MAX_WORDS)] += count
    return [(f"{words:,}{'+' if words == _MAX_WORDS else ''}", count) for words, count in columns.items()]


def _draw_bars(title: str, bars: Sequence[Bar]) -> str:
    room = _WIDTH - _LABELS - _NUMBERS - 2 * _MARGIN
    most = max(count for _label, count in bars)
    left = _MARGIN + _LABELS
    parts = []
    for place, (label, count) in enumerate(bars):
        top = _HEAD + place * _ROW
        width = count * room / most
        colour = _GREY if place == _MAX_BARS else _BLUE
        parts += [
            _draw_text(left - 8, top + 14, label, "end"),
            f'<rect x="{left}" y="{top + 3}" width="{max(width, 1):.1f}" height="{_ROW - 6}" fill="{colour}"/>',
            _draw_text(left + width + 6, top + 14, f"{count:,}"),
        ]
    return _wrap_svg(title, _HEAD + len(bars) * _ROW + _MARGIN, parts)


def _draw_columns(title: str, columns: Sequence[Bar]) -> str:
    left, bottom = _MARGIN + 60, _HEAD + _COLUMNS
    step = min((_WIDTH - left - _MARGIN) / len(columns), 60)
    most = max(count for _label, count in columns)
    every = -(-len(columns) // _MAX_LABELS)
    parts = [
        _draw_text(left - 8, _HEAD + 10, f"{most:,}", "end"),
        _draw_text(left - 8, bottom, "0", "end"),
        f'<rect x="{left}" y="{bottom}" width="{len(columns) * step:.1f}" height="1" fill="{_INK}"/>',
    ]
    for place, (label, count) in enumerate(columns):
        height = count * _COLUMNS / most
        x = left + place * step
        parts.append(
            f'<rect x="{x + step * 0.1:.1f}" y="{bottom - height:.1f}" width="{step * 0.8:.1f}" '
            f'height="{height:.1f}" fill="{_BLUE}"/>'
        )
        if place % every == 0:
            parts.append(_draw_text(x + step / 2, bottom + 18, label, "middle"))
    return _wrap_svg(title, bottom + 30, parts)


def _draw_text(x: float, y: float, text: str, anchor: str = "start") -> str:
    cut = text if len(text) <= _MAX_LABEL_CHARACTERS else f"{text[: _MAX_LABEL_CHARACTERS - 1]}…"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(replace_invisible(cut))}</text>'


def _wrap_svg(title: str, height: int, parts: Sequence[str]) -> str:
    style = f'role="img" font-family="sans-serif" font-size="12" fill="{_INK}"'
    size = f'width="{_WIDTH}" height="{height}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_WIDTH} {height}" {style}>'
    ground = f'<rect {size} fill="#ffffff"/>'
    heading = f'<text x="{_MARGIN}" y="24" font-size="15" font-weight="bold">{title}</text>'
    return "\n".join((opening, f"<title>{title}</title>", ground, heading, *parts, "</svg>\n"))
