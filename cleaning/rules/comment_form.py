"""Cut the comment form: its notices, field labels and buttons, whether or not its elements have class names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.phrases import find_opening_phrase, load_phrases
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

GAP = 2  # blocks between two parts of one form
MAX_CHARACTERS = 250


def rule(page: PageBlocks) -> Iterator[Cut]:
    kept = list(page.kept_blocks())
    labels = load_phrases("form_label")
    group: list[tuple[int, int, str, bool]] = []  # position among the kept, index, phrase, is a notice
    for at, (index, block) in enumerate(kept):
        if len(block.text) > MAX_CHARACTERS:
            continue
        key = page.get_key(index)
        notice = find_opening_phrase("form", key)
        phrase = notice or (key if _strip_count(key) in labels else None)
        if phrase is None:
            continue
        if group and at - group[-1][0] > GAP + 1:
            yield from _cut_form(page, group, kept[-1][0])
            group = []
        group.append((at, index, phrase, notice is not None))
    yield from _cut_form(page, group, kept[-1][0] if kept else 0)


def _strip_count(key: str) -> str:
    """Return a label without its number: "3 comments", "Comments 12"."""
    if not (key[:1].isdecimal() or key[-1:].isdecimal()):
        return key
    return re.sub(r"^\d+ | \d+$", "", key)


def _cut_form(page: PageBlocks, group: list[tuple[int, int, str, bool]], end: int) -> Iterator[Cut]:
    """Yield the blocks of a form: two parts or more with a notice among them, or any part with no paragraph after it.

    A single paragraph is no form: it writes about forms or comments.
    """
    if not group or (len(group) == 1 and page.is_body(group[0][1])):
        return
    notice = next((phrase for _, _, phrase, is_notice in group if is_notice), None)
    last = group[-1][1]
    trailing = not any(last < index <= end for index in page.body)
    if (notice and len(group) >= 2) or (trailing and (notice or len(group) >= 2 or len(group[0][2].split()) >= 2)):
        form = "a part of a comment form" if len(group) == 1 else f"one of {len(group)} parts of a comment form"
        for _, index, phrase, _ in group:
            yield Cut(index, f"“{phrase}”, {form}")
