"""Headings whose text was cut, or never was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.rules.reading import Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 3


def rule(reading: Reading) -> Iterator[Cut]:
    kept = list(reading.kept())
    orphans = []
    for index, block in reversed(kept[1:]):
        if block.kind is not BlockKind.HEADING:
            break
        orphans.append(index)
    # More of them are an article that is made of headings.
    if len(orphans) <= MOST:
        for index in orphans:
            yield Cut(index, "a heading with nothing below it")
