"""How a site's memory and what it is learnt from are written, and what is read of damaged bytes."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.errors import MemoryUnreadable
from cleaning.memory.observation import Observation, Seen, Voice
from cleaning.memory.site_memory import (
    AMONG,
    ELSEWHERE,
    MOST_ARTICLES,
    REMEMBERED,
    UNKNOWN,
    Numbers,
    SiteMemory,
    Standing,
    cuts,
    members,
    recollected,
    standings,
)
from cleaning.memory.traces import Trace

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = st.integers(0, 2**63 - 1)
TEXTS = st.text(max_size=20)
SHARES = st.integers(0, 32).map(lambda steps: steps / 32)
WHERE = st.sampled_from([AMONG, ELSEWHERE, AMONG | ELSEWHERE])
STANDINGS = st.builds(Standing, st.integers(1, MOST_ARTICLES), SHARES, SHARES | st.just(-1.0))
MEMORIES = st.builds(
    SiteMemory,
    articles=st.integers(0, 10**6),
    repeated=st.dictionaries(KEYS, WHERE, max_size=5).map(cuts),
    paths=st.dictionaries(KEYS, STANDINGS, max_size=5).map(standings),
    patterns=st.dictionaries(KEYS, STANDINGS, max_size=5).map(standings),
    headlines=st.lists(KEYS, max_size=5).map(members),
    names=st.lists(TEXTS, max_size=3).map(tuple),
)
VOICES = st.dictionaries(KEYS, st.builds(Voice, SHARES, st.none() | SHARES), max_size=4)
OBSERVATIONS = st.builds(
    Observation,
    accepted=st.booleans(),
    day=st.sampled_from(["", "2024-05-16"]),
    headline=KEYS,
    titles=st.lists(TEXTS, max_size=3).map(tuple),
    sketch=st.lists(KEYS, max_size=5).map(tuple),
    blocks=st.dictionaries(KEYS, st.builds(Seen, TEXTS, TEXTS, st.booleans(), st.booleans()), max_size=4),
    paths=VOICES,
    patterns=VOICES,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 70_000) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=20,
)
FIELDS = ("articles", "repeated", "paths", "patterns", "headlines", "names")


@given(MEMORIES)
def test_a_memory_comes_back_as_it_was(memory: SiteMemory) -> None:
    back = SiteMemory.unpacked(memory.packed())
    assert back.digest == memory.digest
    assert back.packed() == memory.packed()
    assert (back.articles, back.names) == (memory.articles, memory.names)


@given(st.dictionaries(KEYS, WHERE, max_size=8), st.dictionaries(KEYS, STANDINGS, max_size=8), KEYS)
def test_what_was_put_in_is_found_after_a_round_trip(
    repeated: dict[int, int], places: dict[int, Standing], other: int
) -> None:
    memory = SiteMemory(7, cuts(repeated), standings(places), standings(places), members(repeated), ("Lantern",))
    back = SiteMemory.unpacked(memory.packed())
    for key in {*repeated, *places, other}:
        assert back.repeats(key, among=True) is bool(repeated.get(key, 0) & AMONG)
        assert back.repeats(key, among=False) is bool(repeated.get(key, 0) & ELSEWHERE)
        assert back.standing(key, key) == (places.get(key, UNKNOWN),) * 2
        assert (key in back.headlines) == (key in repeated)


@given(MEMORIES, st.randoms(use_true_random=False))
def test_equal_memories_have_one_digest_however_they_were_put_together(memory: SiteMemory, chance: Any) -> None:
    values = {key: key % 3 + 1 for key in range(0, 90, 7)}
    turned = list(values.items())
    chance.shuffle(turned)
    one, other = (replace(memory, repeated=cuts(dict(items))) for items in (values.items(), turned))
    assert one.digest == other.digest


@pytest.mark.parametrize(
    "change",
    [
        {"articles": 8},
        {"repeated": cuts({1: AMONG | ELSEWHERE})},
        {"repeated": cuts({2: ELSEWHERE})},
        {"paths": standings({1: Standing(4, 0.5, 0.5)})},
        {"patterns": standings({1: Standing(3, 0.5)})},
        {"headlines": members([5, 6])},
        {"names": ("Lantern", "City")},
    ],
)
def test_other_memories_have_other_digests(change: dict[str, Any]) -> None:
    place = standings({1: Standing(3, 0.5, 0.5)})
    memory = SiteMemory(7, cuts({1: ELSEWHERE}), place, place, members([5]), ("Lantern",))
    assert replace(memory, **change).digest != memory.digest


def test_a_share_that_hardly_moves_is_the_same_memory() -> None:
    one, other, far = (SiteMemory(paths=standings({1: Standing(9, kept)})) for kept in (0.5, 0.51, 0.55))
    assert one.digest == other.digest != far.digest


@pytest.mark.parametrize("width", [0, 1, 3])
def test_numbers_are_found_and_others_not(width: int) -> None:
    values = {key: bytes([key % 256] * width) for key in (0, 5, 6, 2**63 - 1)}
    for numbers in (Numbers(values, width), Numbers.read(Numbers(values, width).written(), width)):
        assert len(numbers) == 4
        assert {key: numbers.get(key) for key in values} == values
        assert all(key not in numbers and numbers.get(key) is None for key in (-1, 1, 4, 7, 2**62))


@pytest.mark.parametrize("width", [0, 1, 3])
def test_no_numbers_are_no_numbers(width: int) -> None:
    for numbers in (Numbers({}, width), Numbers.read(Numbers({}, width).written(), width)):
        assert len(numbers) == 0
        assert 0 not in numbers


def test_a_number_without_data_is_there_all_the_same() -> None:
    assert members([3]).get(3) == b""
    assert 3 in members([3])


def test_numbers_of_another_width_are_not_read() -> None:
    with pytest.raises(ValueError, match="without their data"):
        Numbers.read(Numbers({1: b"ab"}, 2).written(), 3)


def test_a_memory_is_read_once_from_the_same_bytes() -> None:
    one, other = (SiteMemory(articles, names=("Lantern",)) for articles in (7, 8))
    recollected.cache_clear()
    read = recollected(one.packed())
    assert read.digest == one.digest
    assert recollected(bytes(bytearray(one.packed()))) is read, "the bytes decide, not the object that holds them"
    assert recollected(other.packed()).digest == other.digest


def test_a_process_holds_the_memories_that_were_asked_for_last() -> None:
    written = [SiteMemory(articles).packed() for articles in range(REMEMBERED + 1)]
    recollected.cache_clear()
    first, second = recollected(written[0]), recollected(written[1])
    for data in written[2:REMEMBERED]:
        recollected(data)
    assert recollected(written[0]) is first
    recollected(written[REMEMBERED])
    assert recollected(written[0]) is first
    assert recollected(written[1]) is not second, "asked for longest ago"
    assert recollected(written[1]).articles == 1


def test_a_memory_that_cannot_be_read_says_so_every_time() -> None:
    for _ in range(2):
        with pytest.raises(MemoryUnreadable):
            recollected(b"no memory")


@given(OBSERVATIONS)
def test_an_observation_comes_back_as_it_was(observation: Observation) -> None:
    assert Observation.unpacked(observation.packed()) == observation


READERS: dict[str, Callable[[bytes], object]] = {
    "memory": SiteMemory.unpacked,
    "observation": Observation.unpacked,
    "trace": Trace.unpacked,
}
WHOLE = {
    "memory": SiteMemory(7, cuts({1: ELSEWHERE}), names=("Lantern",)).packed(),
    "observation": Observation(True, "", 0, ("Lantern",), (1, 2), {}, {}, {}).packed(),
    "trace": b"".join(value.to_bytes(8, "little") for value in (2, 1, 0, 5, 6, 7)),
}


@pytest.mark.parametrize("kind", READERS)
def test_bytes_that_were_cut_short_are_unreadable(kind: str) -> None:
    READERS[kind](WHOLE[kind])
    for end in range(len(WHOLE[kind])):
        with pytest.raises(MemoryUnreadable):
            READERS[kind](WHOLE[kind][:end])


@pytest.mark.parametrize("kind", ["memory", "observation"])
def test_what_is_damaged_never_passes_for_something_else(kind: str) -> None:
    data = WHOLE[kind]
    whole, noticed = _written(READERS[kind](data)), 0
    for at in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[at // 8] ^= 1 << at % 8
        try:
            assert _written(READERS[kind](bytes(damaged))) == whole  # a bit that says nothing
        except MemoryUnreadable:
            noticed += 1
    assert noticed > 0.95 * len(data) * 8


def _written(read: Any) -> bytes:
    return read.packed()  # type: ignore[no-any-return]  # of a memory, an observation


@pytest.mark.parametrize("kind", ["memory", "observation"])
def test_another_format_is_unreadable_and_says_so(kind: str) -> None:
    record = json.loads(zlib.decompress(WHOLE[kind]))
    record["format" if kind == "memory" else 0] = 999
    with pytest.raises(MemoryUnreadable, match="999"):
        READERS[kind](zlib.compress(json.dumps(record).encode()))


@pytest.mark.parametrize("kind", READERS)
@given(data=st.binary(max_size=200))
def test_foreign_bytes_raise_nothing_else(kind: str, data: bytes) -> None:
    for foreign in (data, zlib.compress(data)):
        _read(kind, foreign)


@pytest.mark.parametrize("kind", ["memory", "observation"])
@given(
    record=JSON
    | st.fixed_dictionaries({"format": st.just(1), **dict.fromkeys(FIELDS, JSON)})
    | st.lists(JSON, min_size=8, max_size=8).map(lambda rest: [1, *rest])
)
def test_foreign_records_raise_nothing_else(kind: str, record: object) -> None:
    _read(kind, zlib.compress(json.dumps(record).encode()))


def _read(kind: str, data: bytes) -> None:
    with suppress(MemoryUnreadable):
        READERS[kind](data)
