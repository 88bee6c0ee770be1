"""Render what cleaning again changes, for a person: sums, the rules, and the largest differences line by line."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from rich.text import Text

from crawler.recleaning.differences import MAX_LOSS, NOT_FOUND
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.tables import render_parts

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from rich.console import Console

    from crawler.recleaning.differences import RecleanDifference, RecleanSummary

CONTEXT_LINES = 1  # unchanged lines that are printed beside a changed one
_STYLES = {"+": "green", "-": "red", "@": "dim"}
_RULE_WIDTH = max(len("the repeated_headline"), len(NOT_FOUND)) + 2


def render_summary(differences: RecleanSummary, console: Console) -> str:
    return render_parts(console, _render_summary(differences), soft_wrap=True)  # programs read whole lines


def render_largest(differences: RecleanSummary, console: Console) -> str:
    """Return the largest differences, each as a diff of lines; "" if there is none."""
    return render_parts(console, _render_largest(differences), soft_wrap=True)


def _render_summary(differences: RecleanSummary) -> Iterator[Text]:
    d = differences
    of_articles = f"; {d.articles:,} of them are articles or were" if d.cleaned else ": nothing is due"
    yield Text(f"{_format_number(d.cleaned, 'page')} cleaned again{of_articles}", "bold")
    losers = sum(d.large_losses.values())
    rows = [
        (d.same, "stay as they are"),
        (d.shorter, "lose text"),
        (d.longer, "gain text"),
        (d.reworded, "have different text of the same length"),
        (d.newly_accepted, "become articles"),
        *((number, f"become rejected: {reason}") for reason, number in sorted(d.newly_rejected.items())),
        (d.retitled, "of these have another headline"),
        (losers, f"of these lose more than {MAX_LOSS:.0%} of their text or become rejected"),
        (d.rejected, "are rejected before and after"),
    ]
    for number, what in rows:
        if number:
            yield Text(f"  {number:>9,}  {what}")
    if d.lost or d.gained:
        lost, gained = _format_share(d.lost, d.characters_before), _format_share(d.gained, d.characters_before)
        yield Text(f"lost {lost}, gained {gained}, of {d.characters_before:,} characters")
    if d.newly_cut or d.newly_kept:
        yield Text(f"{'by rule':<{_RULE_WIDTH}}{'newly cut':>14}{'newly kept':>14}  characters", "bold")
        characters = d.newly_cut + d.newly_kept
        for rule in sorted(characters, key=lambda rule: (-characters[rule], rule)):
            yield Text(f"{rule:<{_RULE_WIDTH}}{d.newly_cut[rule]:>14,}{d.newly_kept[rule]:>14,}")
    yield from _render_failures(d.unreadable, "{}: {} could not be read back and stay as they are")
    yield from _render_failures(d.failed, "{}: the cleaner failed on {}, which stay as they are")


def _render_failures(counts: Counter[str], template: str) -> Iterator[Text]:
    for name, number in sorted(counts.items()):
        yield Text(template.format(escape_for_terminal(name), _format_number(number, "page")), "yellow")


def _render_largest(differences: RecleanSummary) -> Iterator[Text]:
    for one in differences.largest_differences:
        yield Text()
        yield Text(f"{escape_for_terminal(one.site)}  {escape_for_terminal(one.url)}", "bold")
        change = f"lost {one.lost:,} characters ({one.lost_share:.1%}), gained {one.gained:,}"
        yield Text(_format_rejection(one) + change, "bold")
        for number, line in enumerate(unified_diff(one.before, one.after, n=CONTEXT_LINES, lineterm="")):
            if number >= 2:  # the first two name files
                start = line[0] if line[0] == "@" else f"{line[0]} "  # before each line: a page cannot fake it
                yield Text(start + escape_for_terminal(line[1:]), _STYLES.get(line[0], ""))


def _format_rejection(one: RecleanDifference) -> str:
    if one.rejected_before == one.rejected_after:
        return ""
    if one.rejected_before:
        return f"was rejected: {escape_for_terminal(one.rejected_before)}; "
    return f"becomes rejected: {escape_for_terminal(one.rejected_after or '')}; "


def _format_share(number: int, total: int) -> str:
    return f"{number:,} ({number / total:.2%})" if total else f"{number:,}"


def _format_number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
