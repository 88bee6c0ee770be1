"""The part of a site's memory that an article depends on, and the fingerprints that say when it has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_paper import SmallPaper, learn_memory_of

from cleaning.clean import clean
from cleaning.duplicates.fingerprint import fingerprint
from cleaning.memory.dependency import UNKNOWN_SITE, MemoryDependency
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import (
    AMONG_KEPT,
    ELSEWHERE,
    PositionStatistics,
    SiteMemory,
    build_cut_table,
    build_fingerprint_set,
    build_position_table,
)

KEYS = st.integers(0, 2**63 - 1)


def _pack(*parts: list[int]) -> bytes:
    return b"".join(
        value.to_bytes(8, "little") for value in (*map(len, parts), *(key for part in parts for key in part))
    )


@given(*[st.lists(KEYS, unique=True, max_size=6).map(sorted)] * 3)
def test_a_dependency_survives_packing(blocks: list[int], paths: list[int], patterns: list[int]) -> None:
    dependency = MemoryDependency.from_bytes(_pack(blocks, paths, patterns))
    assert [list(part) for part in dependency[:3]] == [blocks, paths, patterns]
    assert MemoryDependency.from_bytes(dependency.to_bytes()) == dependency
    ruled = dependency._replace(rules=7)
    assert MemoryDependency.from_bytes(ruled.to_bytes()) == ruled


@pytest.fixture(scope="module")
def dependency() -> MemoryDependency:
    """Return the dependency of a page with a line between its paragraphs."""
    return MemoryDependency.from_bytes(
        clean(SmallPaper().page(1, middle="<p>Mara Lind sails.</p>"), observe=True).memory_dependency
    )


@pytest.fixture(scope="module")
def memory() -> SiteMemory:
    """Return the memory of thirty articles of the same paper; more articles change no fingerprint."""
    return learn_memory_of([SmallPaper().page(number) for number in range(2, 32)])


LINE = fingerprint("Mara Lind sails.")
ANOTHER = fingerprint("Mara Lind flies.")


def _with(memory: SiteMemory, *keys: int) -> SiteMemory:
    return replace(memory, repeated=build_cut_table(dict.fromkeys(keys, AMONG_KEPT | ELSEWHERE)))


def _with_positions(memory: SiteMemory, table: str, positions: dict[int, PositionStatistics]) -> SiteMemory:
    changes: dict[str, Any] = {table: build_position_table(positions)}
    return replace(memory, **changes)


def test_a_dependency_has_all_blocks_and_positions_of_its_page(dependency: MemoryDependency) -> None:
    assert LINE in dependency.blocks
    assert ANOTHER not in dependency.blocks
    assert all(fingerprint(text) in dependency.blocks for text in SmallPaper().story(1).paragraphs)
    assert all(list(part) == sorted(set(part)) and part for part in dependency[:3])


def test_the_fingerprint_changes_when_a_block_of_the_page_becomes_common_and_back(
    dependency: MemoryDependency, memory: SiteMemory
) -> None:
    without = _with(memory, 1)
    assert dependency.fingerprint_memory(_with(memory, 1, LINE)) != dependency.fingerprint_memory(without)
    assert dependency.fingerprint_memory(SiteMemory.from_bytes(without.to_bytes())) == dependency.fingerprint_memory(
        without
    )


def test_the_fingerprint_stays_when_a_block_of_another_page_becomes_common(
    dependency: MemoryDependency, memory: SiteMemory
) -> None:
    assert dependency.fingerprint_memory(_with(memory, ANOTHER)) == dependency.fingerprint_memory(_with(memory, 1))


def test_the_fingerprint_changes_with_a_headline_on_the_page(dependency: MemoryDependency, memory: SiteMemory) -> None:
    known, others, none = (replace(memory, headlines=build_fingerprint_set(keys)) for keys in ([LINE], [ANOTHER], []))
    assert (
        dependency.fingerprint_memory(known)
        != dependency.fingerprint_memory(others)
        == dependency.fingerprint_memory(none)
    )


def test_the_fingerprint_distinguishes_a_repeated_block_from_a_known_headline(
    dependency: MemoryDependency, memory: SiteMemory
) -> None:
    nothing = replace(memory, headlines=build_fingerprint_set([]))
    assert dependency.fingerprint_memory(_with(nothing, LINE)) != dependency.fingerprint_memory(
        replace(_with(nothing), headlines=build_fingerprint_set([LINE]))
    )


@pytest.mark.parametrize("table", ["paths", "patterns"])
def test_the_fingerprint_changes_only_with_the_positions_of_the_page(
    dependency: MemoryDependency, memory: SiteMemory, table: str
) -> None:
    own = getattr(dependency, table)[0]
    before, after, elsewhere = (
        dependency.fingerprint_memory(_with_positions(memory, table, positions))
        for positions in ({}, {own: PositionStatistics(3, 0.0)}, {own + 1: PositionStatistics(3, 0.0)})
    )
    assert before != after
    assert before == elsewhere


def test_the_fingerprint_changes_when_a_block_of_the_page_is_cut_at_other_positions(
    dependency: MemoryDependency, memory: SiteMemory
) -> None:
    cut = [
        replace(memory, repeated=build_cut_table({LINE: where}))
        for where in (AMONG_KEPT, ELSEWHERE, AMONG_KEPT | ELSEWHERE)
    ]
    assert len({dependency.fingerprint_memory(known) for known in cut}) == 3
    assert len({known.digest for known in cut}) == 3


def test_more_articles_change_no_fingerprint_once_there_are_many(
    dependency: MemoryDependency, memory: SiteMemory
) -> None:
    assert dependency.fingerprint_memory(replace(memory, articles=21)) == dependency.fingerprint_memory(
        replace(memory, articles=400)
    )
    assert dependency.fingerprint_memory(replace(memory, articles=8)) != dependency.fingerprint_memory(
        replace(memory, articles=9)
    )


def test_memories_of_too_few_articles_have_one_fingerprint(dependency: MemoryDependency, memory: SiteMemory) -> None:
    few = replace(memory, articles=4)
    assert (
        dependency.fingerprint_memory(few)
        == dependency.fingerprint_memory(SiteMemory())
        == UNKNOWN_SITE
        != dependency.fingerprint_memory(memory)
    )


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**62), max_size=20))
def test_memories_of_other_sites_have_one_fingerprint(
    dependency: MemoryDependency, memory: SiteMemory, keys: list[int]
) -> None:
    nothing = SiteMemory(articles=30)
    foreign = {key for key in keys if not any(key in part for part in dependency[:3])}
    places = build_position_table(dict.fromkeys(foreign, PositionStatistics(5, 1.0)))
    other = SiteMemory(
        30, build_cut_table(dict.fromkeys(foreign, ELSEWHERE)), places, places, build_fingerprint_set(foreign)
    )
    assert dependency.fingerprint_memory(other) == dependency.fingerprint_memory(nothing)


def test_a_dependency_is_the_same_whatever_memory_the_page_was_cleaned_with(memory: SiteMemory) -> None:
    page = SmallPaper().page(1)
    assert clean(page, memory=memory, observe=True).memory_dependency == clean(page, observe=True).memory_dependency


def test_an_observation_is_never_made_with_a_memory(memory: SiteMemory) -> None:
    page = SmallPaper().page(1)
    alone = clean(page, observe=True).observation
    assert Observation.from_bytes(alone).accepted
    assert clean(page, memory=memory, observe=True).observation == alone


def test_without_observe_nothing_is_observed(memory: SiteMemory) -> None:
    for known in (None, memory):
        article = clean(SmallPaper().page(1), memory=known)
        assert (article.observation, article.memory_dependency, article.memory_fingerprint) == (b"", b"", "")


def test_an_article_carries_the_memory_fingerprint(memory: SiteMemory) -> None:
    page = SmallPaper().page(1)
    article = clean(page, memory=memory, observe=True)
    assert (
        article.memory_fingerprint
        == MemoryDependency.from_bytes(article.memory_dependency).fingerprint_memory(memory)
        != UNKNOWN_SITE
    )
    assert clean(page, observe=True).memory_fingerprint == UNKNOWN_SITE


@pytest.mark.parametrize("articles", [0, 4])
def test_a_memory_of_too_few_articles_cleans_like_none(memory: SiteMemory, articles: int) -> None:
    page = SmallPaper().page(1)
    few, alone = clean(page, memory=replace(memory, articles=articles), observe=True), clean(page, observe=True)
    assert few.memory_fingerprint == UNKNOWN_SITE
    assert (few.observation, few.memory_dependency) == (alone.observation, alone.memory_dependency)


def test_a_page_that_is_no_article_has_a_trace_and_tells_that_it_is_none(memory: SiteMemory) -> None:
    page = replace(SmallPaper().page(1), status=404)
    assert not Observation.from_bytes(clean(page, observe=True).observation).accepted
    article = clean(page, memory=memory, observe=True)
    assert article.rejected
    assert article.memory_fingerprint == MemoryDependency.from_bytes(article.memory_dependency).fingerprint_memory(
        memory
    )


def test_a_page_on_which_the_cleaner_fails_depends_on_no_memory(
    memory: SiteMemory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cleaning.reading.prepare_page.read_runs", lambda tree: tree.nowhere)
    article = clean(SmallPaper().page(1), memory=memory, observe=True)
    assert article.rejected == "cleaner-error"
    assert (article.observation, article.memory_dependency, article.memory_fingerprint) == (b"", b"", "")
    assert "the cleaner failed" in caplog.text
