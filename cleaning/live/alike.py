"""Find parts of a page that are built alike, each with a time and text of its own: they may be entries.

The entries of a live blog are either elements of their own (<article>, <li>, <div class="post">), or stand one after
the other without elements around them (<h3>18:20</h3><p>...</p><h3>18:05</h3><p>...</p>).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cleaning.live.time_marks import TimeMark
from cleaning.page.paragraphs import count_letters
from cleaning.page.part_names import COMMENTS, read_part_names
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

MIN_ENTRIES = 2  # of a group; what is said of the page decides how many are needed
MIN_OWN_LETTERS = 25  # of unlinked text beside the time and the heading
MIN_SHARE = 0.75  # of the members that have such text
MAX_HEAD = 8  # runs of an entry in which its time stands
MAX_GROUPS = 12  # the largest ones are examined
OUTER = frozenset(("aside", "footer", "nav", "header"))  # hold no entries


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts that are built alike: the indexes of its text runs, its time, and the element that it is.

    `element` is that in which a part begins, where it is not an element of its own.
    """

    runs: range
    mark: TimeMark
    element: BlockElement
    lines: frozenset[int] = frozenset()  # all runs of the part that show a time


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that are built alike, in page order. `is_flat` where they are no elements of their own."""

    parts: tuple[Part, ...]
    around: BlockElement
    letters: int
    is_flat: bool = False


def find_groups(runs: Sequence[TextRun], marks: Sequence[TimeMark], least: int) -> Iterator[Group]:
    """Yield the groups of at least so many parts that are built alike, the one with the most text first."""
    if len(marks) < least:
        return
    members: defaultdict[tuple[BlockElement, str], dict[BlockElement, TimeMark]] = defaultdict(dict)
    for mark in marks:
        for element in runs[mark.run].element.walk_up():
            if element.parent is None or element.tag in OUTER:
                break
            members[element.parent, element.tag].setdefault(element, mark)
    large = sorted((item for item in members.items() if len(item[1]) >= least), key=lambda item: -len(item[1]))
    shown = frozenset(mark.run for mark in marks if mark.words)
    found = [
        group
        for (around, _), elements in large[:MAX_GROUPS]
        if (group := _build_group(runs, around, _select_alike(elements), shown)) is not None
    ]
    yield from sorted(found, key=lambda group: -group.letters)


def _select_alike(elements: dict[BlockElement, TimeMark]) -> dict[BlockElement, TimeMark]:
    """Return the elements that share the most common of their classes, where nearly all of them have classes."""
    counts: defaultdict[str, int] = defaultdict(int)
    for element in elements:
        for name in _read_classes(element):
            counts[name] += 1
    most = max(counts.values(), default=0)
    if most < max(MIN_ENTRIES, 0.6 * len(elements)):
        return elements
    common = {name for name, count in counts.items() if count == most}
    return {element: mark for element, mark in elements.items() if common.intersection(_read_classes(element))}


def _read_classes(element: BlockElement) -> list[str]:
    return element.label.split(".")[1:]


def _build_group(
    runs: Sequence[TextRun], around: BlockElement, elements: dict[BlockElement, TimeMark], shown: frozenset[int]
) -> Group | None:
    if len(elements) < MIN_ENTRIES:
        return None
    inside = _find_inside(runs, around)
    if any(mark.is_named for mark in elements.values()):
        elements = _add_unnamed(runs, inside, around, elements)
    owned = _find_owned(runs, inside, around, elements)
    parts = [Part(owned[element], mark, element) for element, mark in elements.items() if element in owned]
    with_text = [part for part in parts if count_own_letters(runs, part) >= MIN_OWN_LETTERS]
    is_flat = len(with_text) < MIN_SHARE * len(parts) or all(_is_line(runs, part) for part in parts)
    if is_flat:
        # The times stand between the texts that they belong to.
        parts = _split_flat(runs, inside, parts)
        with_text = [part for part in parts if count_own_letters(runs, part) >= MIN_OWN_LETTERS]
        if len(with_text) < max(MIN_ENTRIES, MIN_SHARE * len(parts)):
            return None
    letters = sum(count_own_letters(runs, part) for part in with_text)
    kept = (part for part in parts if len(part.runs) > 1 or part in with_text)
    return Group(tuple(_note_lines(part, shown) for part in kept), around, letters, is_flat)


def _note_lines(part: Part, shown: frozenset[int]) -> Part:
    return replace(part, lines=shown.intersection(part.runs))


def _is_line(runs: Sequence[TextRun], part: Part) -> bool:
    """Return whether a part is one paragraph or heading, which others without a time may follow."""
    return all(runs[index].element is part.element for index in part.runs)


def _find_inside(runs: Sequence[TextRun], around: BlockElement) -> range:
    """Return the indexes of the runs in an element."""
    found = [index for index, run in enumerate(runs) if _is_inside(run.element, around)]
    return range(found[0], found[-1] + 1) if found else range(0)


def _is_inside(element: BlockElement, around: BlockElement) -> bool:
    inner: BlockElement | None = element
    while inner is not None and inner.depth > around.depth:
        inner = inner.parent
    return inner is around


def _find_owned(
    runs: Sequence[TextRun], inside: range, around: BlockElement, elements: dict[BlockElement, TimeMark]
) -> dict[BlockElement, range]:
    """Return the runs of each of these children of `around`."""
    owned: dict[BlockElement, range] = {}
    for index in inside:
        child = runs[index].element
        while child.depth > around.depth + 1 and child.parent is not None:
            child = child.parent
        if child in elements:
            start = owned[child].start if child in owned else index
            owned[child] = range(start, index + 1)
    return owned


def _add_unnamed(
    runs: Sequence[TextRun], inside: range, around: BlockElement, elements: dict[BlockElement, TimeMark]
) -> dict[BlockElement, TimeMark]:
    """Return the elements that the page's data name, and those beside them that are built alike, in page order."""
    model = next(iter(elements))
    children: dict[BlockElement, list[int]] = {}
    for index in inside:
        child = runs[index].element
        while child.depth > around.depth + 1 and child.parent is not None:
            child = child.parent
        if child in elements or (child.tag == model.tag and child.pattern[0] == model.pattern[0]):
            children.setdefault(child, []).append(index)
    with_heading = {child for child, own in children.items() if any(_has_heading(runs[index]) for index in own)}
    need_heading = len(with_heading.intersection(elements)) >= MIN_SHARE * len(elements)
    return {
        child: elements.get(child) or TimeMark(own[0])
        for child, own in children.items()
        if child in elements or not need_heading or child in with_heading
    }


def _has_heading(run: TextRun) -> bool:
    return run.element.kind is BlockKind.HEADING


def _split_flat(runs: Sequence[TextRun], inside: range, parts: Sequence[Part]) -> list[Part]:
    """Return the parts from each time to the next. A heading right above most of the times begins its part."""
    starts = [part.mark.run for part in parts if part.mark.is_leading or not part.mark.words]
    marked = {part.mark.run: part for part in parts}
    if len(starts) < MIN_ENTRIES:
        return []
    above = [start - 1 for start in starts if start - 1 in inside and _is_heading(runs, start - 1, marked)]
    shift = 1 if len(above) >= MIN_SHARE * len(starts) else 0
    begins = [start - shift if start - 1 in inside and shift else start for start in starts]
    ends = [*begins[1:], _find_end(runs, inside, starts[-1], marked[starts[-1]])]
    return [
        Part(range(begin, end), marked[start].mark, marked[start].element)
        for start, begin, end in zip(starts, begins, ends, strict=True)
        if end > begin
    ]


def _is_heading(runs: Sequence[TextRun], index: int, marked: dict[int, Part]) -> bool:
    return index not in marked and runs[index].element.kind is BlockKind.HEADING


def _find_end(runs: Sequence[TextRun], inside: range, start: int, part: Part) -> int:
    """Return the index after the last run of the last part: another heading of its level, or other elements, end it."""
    level = part.element.tag
    for index in range(start + 1, inside.stop):
        element = runs[index].element
        is_level = element.kind is BlockKind.HEADING and element.tag <= level if level[:1] == "h" else False
        names = frozenset().union(*(read_part_names(one.label) for one in (element, element.parent) if one is not None))
        if is_level or element.tag in OUTER or names & COMMENTS:
            return index
    return inside.stop


def count_own_letters(runs: Sequence[TextRun], part: Part) -> int:
    """Return the letters of a part's unlinked texts, without its time and its headings."""
    total = 0
    for index in part.runs:
        run = runs[index]
        if run.element.kind is BlockKind.HEADING:
            continue
        letters = count_letters(run.text) - run.link_characters
        if index == part.mark.run:
            letters -= count_letters(part.mark.words)
        total += max(0, letters)
    return total
