"""What cleaning again changes, for a person: sums, the rules, and the largest differences line by line."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from rich.text import Text

from crawler.differences import LOSS, NOT_FOUND
from crawler.explain.characters import shown

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from rich.console import Console

    from crawler.differences import Difference, Differences

AROUND = 1  # unchanged lines that are shown beside a changed one
_STYLES = {"+": "green", "-": "red", "@": "dim"}
_ROOM = max(len("the repeated_headline"), len(NOT_FOUND)) + 2


def summary(differences: Differences, console: Console) -> str:
    return _captured(console, _summary(differences))


def largest(differences: Differences, console: Console) -> str:
    """The largest differences, each as a diff of lines; "" where there is none."""
    return _captured(console, _largest(differences))


def _captured(console: Console, lines: Iterator[Text]) -> str:
    with console.capture() as capture:
        for line in lines:
            console.print(line, soft_wrap=True)  # whole lines, whatever reads them
    return capture.get()


def _summary(differences: Differences) -> Iterator[Text]:
    d = differences
    sort = f"; {d.articles:,} of them are articles or were" if d.cleaned else ": nothing is due"
    yield Text(f"{_number(d.cleaned, 'page')} cleaned again{sort}", "bold")
    losers = sum(d.losers.values())
    rows = [
        (d.same, "stay as they are"),
        (d.shorter, "lose text"),
        (d.longer, "gain text"),
        (d.otherwise, "have as much text, but another"),
        (d.become, "become articles"),
        *((number, f"become rejected: {reason}") for reason, number in sorted(d.lost_to.items())),
        (d.retitled, "of these have another headline"),
        (losers, f"of these lose more than {LOSS:.0%} of their text or become rejected"),
        (d.rejected, "are rejected before and after"),
    ]
    for number, what in rows:
        if number:
            yield Text(f"  {number:>9,}  {what}")
    if d.lost or d.gained:
        yield Text(
            f"lost {_amount(d.lost, d.before)}, gained {_amount(d.gained, d.before)}, of {d.before:,} characters"
        )
    if d.cut or d.kept:
        yield Text(f"{'by rule':<{_ROOM}}{'newly cut':>14}{'newly kept':>14}  characters", "bold")
        for rule in sorted({*d.cut, *d.kept}, key=lambda rule: (-d.cut[rule] - d.kept[rule], rule)):
            yield Text(f"{rule:<{_ROOM}}{d.cut[rule]:>14,}{d.kept[rule]:>14,}")
    yield from _left_out(d.unreadable, "{}: {} could not be read back and stay as they are")
    yield from _left_out(d.failed, "{}: the cleaner failed on {}, which stay as they are")


def _left_out(counts: Counter[str], said: str) -> Iterator[Text]:
    for name, number in sorted(counts.items()):
        yield Text(said.format(shown(name), _number(number, "page")), "yellow")


def _largest(differences: Differences) -> Iterator[Text]:
    for one in differences.largest:
        yield Text()
        yield Text(f"{shown(one.site)}  {shown(one.url)}", "bold")
        yield Text(f"{_verdict(one)}lost {one.lost:,} characters ({one.share:.1%}), gained {one.gained:,}", "bold")
        for number, line in enumerate(unified_diff(one.before, one.after, n=AROUND, lineterm="")):
            if number >= 2:  # the first two name files
                start = line[0] if line[0] == "@" else f"{line[0]} "  # before each line: a page cannot fake it
                yield Text(start + shown(line[1:]), _STYLES.get(line[0], ""))


def _verdict(one: Difference) -> str:
    if one.was == one.now:
        return ""
    return f"was rejected: {shown(one.was)}; " if one.was else f"becomes rejected: {shown(one.now or '')}; "


def _amount(number: int, total: int) -> str:
    return f"{number:,} ({number / total:.2%})" if total else f"{number:,}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
