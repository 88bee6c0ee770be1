"""What of a site's memory an article depends on, and when a trace says that it has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_paper import SmallPaper, memory_of

from cleaning.clean import clean
from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import (
    AMONG,
    ELSEWHERE,
    SiteMemory,
    Standing,
    cuts,
    members,
    standings,
)
from cleaning.memory.traces import UNKNOWN, Trace

KEYS = st.integers(0, 2**63 - 1)


def _packed_trace(*parts: list[int]) -> bytes:
    return b"".join(
        value.to_bytes(8, "little") for value in (*map(len, parts), *(key for part in parts for key in part))
    )


@given(*[st.lists(KEYS, unique=True, max_size=6).map(sorted)] * 3)
def test_a_trace_comes_back_as_it_was(blocks: list[int], paths: list[int], patterns: list[int]) -> None:
    trace = Trace.unpacked(_packed_trace(blocks, paths, patterns))
    assert [list(part) for part in trace] == [blocks, paths, patterns]
    assert Trace.unpacked(trace.packed()) == trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    """That of a page with a line between its paragraphs."""
    return Trace.unpacked(clean(SmallPaper().page(1, middle="<p>Mara Lind sails.</p>"), observe=True).trace)


@pytest.fixture(scope="module")
def memory() -> SiteMemory:
    """Of thirty articles of the same paper: the number of articles says no more then."""
    return memory_of([SmallPaper().page(number) for number in range(2, 32)])


LINE = fingerprint("Mara Lind sails.")
ANOTHER = fingerprint("Mara Lind flies.")


def _with(memory: SiteMemory, *keys: int) -> SiteMemory:
    return replace(memory, repeated=cuts(dict.fromkeys(keys, AMONG | ELSEWHERE)))


def _placed(memory: SiteMemory, table: str, places: dict[int, Standing]) -> SiteMemory:
    changes: dict[str, Any] = {table: standings(places)}
    return replace(memory, **changes)


def test_a_trace_has_all_of_its_pages_blocks_and_places(trace: Trace) -> None:
    assert LINE in trace.blocks
    assert ANOTHER not in trace.blocks
    assert all(fingerprint(text) in trace.blocks for text in SmallPaper().story(1).paragraphs)
    assert all(list(part) == sorted(set(part)) and part for part in trace)


def test_a_trace_changes_when_a_block_of_its_page_becomes_common_and_back(trace: Trace, memory: SiteMemory) -> None:
    without = _with(memory, 1)
    assert trace.digest(_with(memory, 1, LINE)) != trace.digest(without)
    assert trace.digest(SiteMemory.unpacked(without.packed())) == trace.digest(without)


def test_a_trace_stays_when_a_block_of_another_page_becomes_common(trace: Trace, memory: SiteMemory) -> None:
    assert trace.digest(_with(memory, ANOTHER)) == trace.digest(_with(memory, 1))


def test_a_trace_changes_with_a_headline_that_its_page_has(trace: Trace, memory: SiteMemory) -> None:
    known, others, none = (replace(memory, headlines=members(keys)) for keys in ([LINE], [ANOTHER], []))
    assert trace.digest(known) != trace.digest(others) == trace.digest(none)


def test_a_trace_tells_a_repeated_block_from_a_known_headline(trace: Trace, memory: SiteMemory) -> None:
    nothing = replace(memory, headlines=members([]))
    assert trace.digest(_with(nothing, LINE)) != trace.digest(replace(_with(nothing), headlines=members([LINE])))


@pytest.mark.parametrize("table", ["paths", "patterns"])
def test_a_trace_changes_with_the_places_of_its_page_alone(trace: Trace, memory: SiteMemory, table: str) -> None:
    own = getattr(trace, table)[0]
    before, after, elsewhere = (
        trace.digest(_placed(memory, table, places))
        for places in ({}, {own: Standing(3, 0.0)}, {own + 1: Standing(3, 0.0)})
    )
    assert before != after
    assert before == elsewhere


def test_a_trace_changes_when_a_block_of_its_page_is_cut_at_other_places(trace: Trace, memory: SiteMemory) -> None:
    cut = [replace(memory, repeated=cuts({LINE: where})) for where in (AMONG, ELSEWHERE, AMONG | ELSEWHERE)]
    assert len({trace.digest(known) for known in cut}) == 3
    assert len({known.digest for known in cut}) == 3


def test_more_articles_change_no_trace_once_there_are_many(trace: Trace, memory: SiteMemory) -> None:
    assert trace.digest(replace(memory, articles=21)) == trace.digest(replace(memory, articles=400))
    assert trace.digest(replace(memory, articles=8)) != trace.digest(replace(memory, articles=9))


def test_memories_that_know_nothing_yet_are_all_one_to_a_trace(trace: Trace, memory: SiteMemory) -> None:
    few = replace(memory, articles=4)
    assert trace.digest(few) == trace.digest(SiteMemory()) == UNKNOWN != trace.digest(memory)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**62), max_size=20))
def test_memories_of_other_sites_are_all_alike_to_a_trace(trace: Trace, memory: SiteMemory, keys: list[int]) -> None:
    nothing = SiteMemory(articles=30)
    foreign = {key for key in keys if not any(key in part for part in trace)}
    places = standings(dict.fromkeys(foreign, Standing(5, 1.0)))
    other = SiteMemory(30, cuts(dict.fromkeys(foreign, ELSEWHERE)), places, places, members(foreign))
    assert trace.digest(other) == trace.digest(nothing)


def test_a_trace_is_the_pages_alone_whatever_memory_it_was_cleaned_with(memory: SiteMemory) -> None:
    page = SmallPaper().page(1)
    assert clean(page, memory=memory, observe=True).trace == clean(page, observe=True).trace


def test_an_observation_is_never_made_with_a_memory(memory: SiteMemory) -> None:
    page = SmallPaper().page(1)
    assert clean(page, memory=memory, observe=True).observation == b""
    assert Observation.unpacked(clean(page, observe=True).observation).accepted


def test_what_was_not_asked_for_is_not_made(memory: SiteMemory) -> None:
    for known in (None, memory):
        article = clean(SmallPaper().page(1), memory=known)
        assert (article.observation, article.trace, article.recalled) == (b"", b"", "")


def test_an_article_carries_the_name_of_what_its_sites_memory_said(memory: SiteMemory) -> None:
    page = SmallPaper().page(1)
    article = clean(page, memory=memory, observe=True)
    assert article.recalled == Trace.unpacked(article.trace).digest(memory) != UNKNOWN
    assert clean(page, observe=True).recalled == UNKNOWN


@pytest.mark.parametrize("articles", [0, 4])
def test_an_article_cleaned_with_a_memory_that_knows_too_little_is_one_cleaned_without(
    memory: SiteMemory, articles: int
) -> None:
    page = SmallPaper().page(1)
    few, alone = clean(page, memory=replace(memory, articles=articles), observe=True), clean(page, observe=True)
    assert few.recalled == UNKNOWN
    assert (few.observation, few.trace) == (alone.observation, alone.trace)


def test_a_page_that_is_no_article_has_a_trace_and_tells_that_it_is_none(memory: SiteMemory) -> None:
    page = replace(SmallPaper().page(1), status=404)
    assert not Observation.unpacked(clean(page, observe=True).observation).accepted
    article = clean(page, memory=memory, observe=True)
    assert article.rejected
    assert article.recalled == Trace.unpacked(article.trace).digest(memory)


def test_a_page_on_which_the_cleaner_fails_depends_on_no_memory(
    memory: SiteMemory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cleaning.clean.read_runs", lambda tree: tree.nowhere)
    article = clean(SmallPaper().page(1), memory=memory, observe=True)
    assert article.rejected == "cleaner-error"
    assert (article.observation, article.trace, article.recalled) == (b"", b"", "")
    assert "the cleaner failed" in caplog.text
