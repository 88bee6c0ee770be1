"""The words of buttons: share, print, advertisement, as whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.phrases import phrases
from cleaning.rules.reading import Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator


def rule(reading: Reading) -> Iterator[Cut]:
    words = phrases("share")
    for index, _ in reading.kept():
        if reading.key(index) in words:
            yield Cut(index, "nothing but the words of a button")
