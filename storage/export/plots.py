"""Small plots of what a release holds, as SVG: for the card, drawn from its counts and nothing else.

Every number in them is an integer or has one decimal, so that the same counts give the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from storage.export.facts import Facts
from storage.export.plain import shown
from storage.export.tally import WORDS_STEP

FOLDER = "plots"

_MOST_BARS = 20  # of 1,000 sites the largest, and the others in one
_MOST_MONTHS = 60  # then years
_LONGEST_WORDS = 3_000  # longer articles share the last column
_MOST_LABELS = 12  # under the columns
_LABEL_LENGTH = 30  # characters

_WIDTH, _MARGIN = 720, 16
_LABELS, _NUMBERS = 220, 80  # pixels beside the bars
_ROW, _HEAD = 20, 40
_COLUMNS = 180  # pixels of the highest column
_BLUE, _GREY, _INK = "#3b6ea5", "#9aa5b1", "#1f2933"

Bar = tuple[str, int]


def plots(facts: Facts) -> dict[str, str]:
    """The plots of a release: path in its folder -> SVG."""
    tally = facts.tally
    months = _months(tally.months)
    by = "year" if months and len(months[0][0]) == len("2026") else "month"
    return {
        f"{FOLDER}/months.svg": _columns(f"Articles by {by}", months),
        f"{FOLDER}/sites.svg": _bars("Articles by site", _largest(tally.sites, "site")),
        f"{FOLDER}/languages.svg": _bars("Articles by language", _largest(tally.languages, "language")),
        f"{FOLDER}/words.svg": _columns("Articles by number of words", _lengths(tally.lengths)),
    }


def _largest(counts: Mapping[str, int], noun: str) -> list[Bar]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    bars, others = ordered[:_MOST_BARS], ordered[_MOST_BARS:]
    if others:
        bars.append((f"{len(others):,} other {noun}{'s' if len(others) > 1 else ''}", sum(dict(others).values())))
    return bars


def _months(counts: Mapping[str, int]) -> list[Bar]:
    """Every month from the first to the last, those without an article too; or every year."""
    numbers = {int(month[:4]) * 12 + int(month[5:]) - 1: count for month, count in counts.items()}
    first, last = min(numbers), max(numbers)
    if last - first < _MOST_MONTHS:
        return [(f"{at // 12:04d}-{at % 12 + 1:02d}", numbers.get(at, 0)) for at in range(first, last + 1)]
    years = dict.fromkeys(range(first // 12, last // 12 + 1), 0)
    for at, count in numbers.items():
        years[at // 12] += count
    return [(f"{year:04d}", count) for year, count in years.items()]


def _lengths(counts: Mapping[int, int]) -> list[Bar]:
    columns = dict.fromkeys(range(0, min(max(counts), _LONGEST_WORDS) + 1, WORDS_STEP), 0)
    for words, count in counts.items():
        columns[min(words, _LONGEST_WORDS)] += count
    return [(f"{words:,}{'+' if words == _LONGEST_WORDS else ''}", count) for words, count in columns.items()]


def _bars(title: str, bars: Sequence[Bar]) -> str:
    room = _WIDTH - _LABELS - _NUMBERS - 2 * _MARGIN
    most = max(count for _label, count in bars)
    left = _MARGIN + _LABELS
    parts = []
    for place, (label, count) in enumerate(bars):
        top = _HEAD + place * _ROW
        width = count * room / most
        colour = _GREY if place == _MOST_BARS else _BLUE
        parts += [
            _text(left - 8, top + 14, label, "end"),
            f'<rect x="{left}" y="{top + 3}" width="{max(width, 1):.1f}" height="{_ROW - 6}" fill="{colour}"/>',
            _text(left + width + 6, top + 14, f"{count:,}"),
        ]
    return _drawn(title, _HEAD + len(bars) * _ROW + _MARGIN, parts)


def _columns(title: str, columns: Sequence[Bar]) -> str:
    left, bottom = _MARGIN + 60, _HEAD + _COLUMNS
    step = min((_WIDTH - left - _MARGIN) / len(columns), 60)
    most = max(count for _label, count in columns)
    every = -(-len(columns) // _MOST_LABELS)
    parts = [
        _text(left - 8, _HEAD + 10, f"{most:,}", "end"),
        _text(left - 8, bottom, "0", "end"),
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
            parts.append(_text(x + step / 2, bottom + 18, label, "middle"))
    return _drawn(title, bottom + 30, parts)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    cut = text if len(text) <= _LABEL_LENGTH else f"{text[: _LABEL_LENGTH - 1]}…"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(shown(cut))}</text>'


def _drawn(title: str, height: int, parts: Sequence[str]) -> str:
    style = f'role="img" font-family="sans-serif" font-size="12" fill="{_INK}"'
    size = f'width="{_WIDTH}" height="{height}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_WIDTH} {height}" {style}>'
    ground = f'<rect {size} fill="#ffffff"/>'
    heading = f'<text x="{_MARGIN}" y="24" font-size="15" font-weight="bold">{title}</text>'
    return "\n".join((opening, f"<title>{title}</title>", ground, heading, *parts, "</svg>\n"))
