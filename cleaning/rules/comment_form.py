"""The comment form: its notices, the labels of its fields, its buttons, with class names or without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.phrases import opens_with, phrases
from cleaning.rules.reading import Cut, Reading, is_body

if TYPE_CHECKING:
    from collections.abc import Iterator

GAP = 2  # blocks between two parts of one form
LONGEST = 250


def rule(reading: Reading) -> Iterator[Cut]:
    kept = list(reading.kept())
    labels = phrases("form_label")
    group: list[tuple[int, int, str, bool]] = []  # place among the kept, index, phrase, whether it is a notice
    for at, (index, block) in enumerate(kept):
        if len(block.text) > LONGEST:
            continue
        key = reading.key(index)
        notice = opens_with("form", key)
        phrase = notice or (key if _label(key) in labels else None)
        if phrase is None:
            continue
        if group and at - group[-1][0] > GAP + 1:
            yield from _form(reading, group, kept[-1][0])
            group = []
        group.append((at, index, phrase, notice is not None))
    yield from _form(reading, group, kept[-1][0] if kept else 0)


def _label(key: str) -> str:
    """A label without its number: "3 comments", "Comments 12"."""
    return re.sub(r"^\d+ | \d+$", "", key)


def _form(reading: Reading, group: list[tuple[int, int, str, bool]], end: int) -> Iterator[Cut]:
    """The blocks of a form: two parts or more with a notice among them, or any with no paragraph after it.

    A single paragraph is none: it speaks of forms and comments.
    """
    if not group or (len(group) == 1 and is_body(reading.blocks[group[0][1]])):
        return
    notice = next((phrase for _, _, phrase, is_notice in group if is_notice), None)
    last = group[-1][1]
    trailing = not any(is_body(block) for index, block in reading.kept() if last < index <= end)
    if (notice and len(group) >= 2) or (trailing and (notice or len(group) >= 2 or len(group[0][2].split()) >= 2)):
        form = "a part of a comment form" if len(group) == 1 else f"one of {len(group)} parts of a comment form"
        for _, index, phrase, _ in group:
            yield Cut(index, f"“{phrase}”, {form}")
