"""The entries of two fetches are matched without comparing each with each."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from cleaning.records.block import Block, LiveEntry
from storage.articles import entry_union
from storage.articles.entry_union import LiveText, match_entries, unite

START = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
WORDS = [f"word{number}" for number in range(5000)]


def make_text(texts: list[str], clocks: list[str]) -> LiveText:
    entries = [LiveEntry(clock=clock, first_fetched_at=START, last_fetched_at=START) for clock in clocks]
    return LiveText.split([Block(text, entry=number) for number, text in enumerate(texts)], entries)


def make_lines(seed: int, count: int) -> list[str]:
    random = Random(seed)
    return [" ".join(random.choices(WORDS, k=30)) for _ in range(count)]


def test_entries_of_one_time_are_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    compare = entry_union.compare_tallies

    def count(*tallies: object) -> float:
        nonlocal compared
        compared += 1
        return compare(*tallies)  # type: ignore[arg-type]

    monkeypatch.setattr(entry_union, "compare_tallies", count)
    one, other = (make_text(make_lines(seed, 400), ["18:20"] * 400) for seed in (1, 2))
    assert len(unite(one, other).entries) == 800
    assert 0 < compared <= 2 * 400 * entry_union.MAX_ALIKE


def test_many_entries_of_one_text_or_one_time_are_found_again() -> None:
    clocks = [f"{number}'" for number in range(1, 91)]
    goals = make_text(["Goal!"] * 90, clocks)
    assert match_entries(goals.entries, goals.entries[::-1]) == {at: 89 - at for at in range(90)}
    lines = make_lines(3, 90)
    minute = make_text(lines, ["18:20"] * 90)
    later = make_text([*make_lines(4, 40), *lines], ["18:20"] * 130)
    assert match_entries(later.entries, minute.entries) == {at: 40 + at for at in range(90)}
