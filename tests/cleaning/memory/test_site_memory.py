"""How memories and observations are written, and what happens with damaged bytes."""

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
from cleaning.memory.dependency import MemoryDependency
from cleaning.memory.observation import Observation, ObservedBlock, ObservedPosition
from cleaning.memory.site_memory import (
    AMONG_KEPT,
    CACHED_MEMORIES,
    ELSEWHERE,
    MAX_ARTICLES,
    UNKNOWN_POSITION,
    FingerprintTable,
    PositionStatistics,
    SiteMemory,
    build_cut_table,
    build_fingerprint_set,
    build_position_table,
    load_site_memory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = st.integers(0, 2**63 - 1)
TEXTS = st.text(max_size=20)
SHARES = st.integers(0, 32).map(lambda steps: steps / 32)
WHERE = st.sampled_from([AMONG_KEPT, ELSEWHERE, AMONG_KEPT | ELSEWHERE])
STATISTICS = st.builds(PositionStatistics, st.integers(1, MAX_ARTICLES), SHARES, SHARES | st.just(-1.0))
MEMORIES = st.builds(
    SiteMemory,
    articles=st.integers(0, 10**6),
    repeated=st.dictionaries(KEYS, WHERE, max_size=5).map(build_cut_table),
    paths=st.dictionaries(KEYS, STATISTICS, max_size=5).map(build_position_table),
    patterns=st.dictionaries(KEYS, STATISTICS, max_size=5).map(build_position_table),
    headlines=st.lists(KEYS, max_size=5).map(build_fingerprint_set),
    names=st.lists(TEXTS, max_size=3).map(tuple),
)
POSITIONS = st.dictionaries(KEYS, st.builds(ObservedPosition, SHARES, st.none() | SHARES), max_size=4)
OBSERVATIONS = st.builds(
    Observation,
    accepted=st.booleans(),
    day=st.sampled_from(["", "2024-05-16"]),
    headline=KEYS,
    titles=st.lists(TEXTS, max_size=3).map(tuple),
    sketch=st.lists(KEYS, max_size=5).map(tuple),
    blocks=st.dictionaries(
        KEYS, st.builds(ObservedBlock, TEXTS, TEXTS, st.booleans(), st.booleans(), KEYS), max_size=4
    ),
    paths=POSITIONS,
    patterns=POSITIONS,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 70_000) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=20,
)
FIELDS = ("articles", "repeated", "paths", "patterns", "headlines", "names")


@given(MEMORIES)
def test_a_memory_survives_packing(memory: SiteMemory) -> None:
    back = SiteMemory.from_bytes(memory.to_bytes())
    assert back.digest == memory.digest
    assert back.to_bytes() == memory.to_bytes()
    assert (back.articles, back.names) == (memory.articles, memory.names)


@given(st.dictionaries(KEYS, WHERE, max_size=8), st.dictionaries(KEYS, STATISTICS, max_size=8), KEYS)
def test_all_entries_are_found_after_packing(
    repeated: dict[int, int], positions: dict[int, PositionStatistics], other: int
) -> None:
    memory = SiteMemory(
        7,
        build_cut_table(repeated),
        build_position_table(positions),
        build_position_table(positions),
        build_fingerprint_set(repeated),
        ("Lantern",),
    )
    back = SiteMemory.from_bytes(memory.to_bytes())
    for key in {*repeated, *positions, other}:
        assert back.is_repeated(key, among_kept=True) is bool(repeated.get(key, 0) & AMONG_KEPT)
        assert back.is_repeated(key, among_kept=False) is bool(repeated.get(key, 0) & ELSEWHERE)
        assert back.get_positions(key, key) == (positions.get(key, UNKNOWN_POSITION),) * 2
        assert (key in back.headlines) == (key in repeated)


@given(MEMORIES, st.randoms(use_true_random=False))
def test_equal_memories_have_one_digest_in_whatever_order_they_were_built(memory: SiteMemory, chance: Any) -> None:
    values = {key: key % 3 + 1 for key in range(0, 90, 7)}
    shuffled = list(values.items())
    chance.shuffle(shuffled)
    one, other = (replace(memory, repeated=build_cut_table(dict(items))) for items in (values.items(), shuffled))
    assert one.digest == other.digest


@pytest.mark.parametrize(
    "change",
    [
        {"articles": 8},
        {"repeated": build_cut_table({1: AMONG_KEPT | ELSEWHERE})},
        {"repeated": build_cut_table({2: ELSEWHERE})},
        {"paths": build_position_table({1: PositionStatistics(4, 0.5, 0.5)})},
        {"patterns": build_position_table({1: PositionStatistics(3, 0.5)})},
        {"headlines": build_fingerprint_set([5, 6])},
        {"names": ("Lantern", "City")},
    ],
)
def test_other_memories_have_other_digests(change: dict[str, Any]) -> None:
    positions = build_position_table({1: PositionStatistics(3, 0.5, 0.5)})
    memory = SiteMemory(
        7, build_cut_table({1: ELSEWHERE}), positions, positions, build_fingerprint_set([5]), ("Lantern",)
    )
    assert replace(memory, **change).digest != memory.digest


def test_a_share_that_hardly_moves_is_the_same_memory() -> None:
    one, other, far = (
        SiteMemory(paths=build_position_table({1: PositionStatistics(9, kept)})) for kept in (0.5, 0.51, 0.55)
    )
    assert one.digest == other.digest != far.digest


@pytest.mark.parametrize("width", [0, 1, 3])
def test_fingerprints_in_the_table_are_found_and_others_are_not(width: int) -> None:
    values = {key: bytes([key % 256] * width) for key in (0, 5, 6, 2**63 - 1)}
    for table in (
        FingerprintTable(values, width),
        FingerprintTable.from_record(FingerprintTable(values, width).to_record(), width),
    ):
        assert len(table) == 4
        assert {key: table.get(key) for key in values} == values
        assert all(key not in table and table.get(key) is None for key in (-1, 1, 4, 7, 2**62))


@pytest.mark.parametrize("width", [0, 1, 3])
def test_an_empty_table_has_no_entries(width: int) -> None:
    for table in (
        FingerprintTable({}, width),
        FingerprintTable.from_record(FingerprintTable({}, width).to_record(), width),
    ):
        assert len(table) == 0
        assert 0 not in table


def test_an_entry_with_an_empty_value_is_in_the_table() -> None:
    assert build_fingerprint_set([3]).get(3) == b""
    assert 3 in build_fingerprint_set([3])


def test_a_table_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="fingerprints and of values differ"):
        FingerprintTable.from_record(FingerprintTable({1: b"ab"}, 2).to_record(), 3)


def test_a_memory_is_read_once_from_the_same_bytes() -> None:
    one, other = (SiteMemory(articles, names=("Lantern",)) for articles in (7, 8))
    load_site_memory.cache_clear()
    read = load_site_memory(one.to_bytes())
    assert read.digest == one.digest
    assert load_site_memory(bytes(bytearray(one.to_bytes()))) is read, (
        "the bytes decide, not the object that holds them"
    )
    assert load_site_memory(other.to_bytes()).digest == other.digest


def test_a_process_caches_the_memories_that_were_used_last() -> None:
    written = [SiteMemory(articles).to_bytes() for articles in range(CACHED_MEMORIES + 1)]
    load_site_memory.cache_clear()
    first, second = load_site_memory(written[0]), load_site_memory(written[1])
    for data in written[2:CACHED_MEMORIES]:
        load_site_memory(data)
    assert load_site_memory(written[0]) is first
    load_site_memory(written[CACHED_MEMORIES])
    assert load_site_memory(written[0]) is first
    assert load_site_memory(written[1]) is not second, "used longest ago"
    assert load_site_memory(written[1]).articles == 1


def test_an_unreadable_memory_raises_every_time() -> None:
    for _ in range(2):
        with pytest.raises(MemoryUnreadable):
            load_site_memory(b"no memory")


@given(OBSERVATIONS)
def test_an_observation_survives_packing(observation: Observation) -> None:
    assert Observation.from_bytes(observation.to_bytes()) == observation


READERS: dict[str, Callable[[bytes], object]] = {
    "memory": SiteMemory.from_bytes,
    "observation": Observation.from_bytes,
    "dependency": MemoryDependency.from_bytes,
}
WHOLE = {
    "memory": SiteMemory(7, build_cut_table({1: ELSEWHERE}), names=("Lantern",)).to_bytes(),
    "observation": Observation(True, "", 0, ("Lantern",), (1, 2), {}, {}, {}).to_bytes(),
    "dependency": b"".join(value.to_bytes(8, "little") for value in (2, 1, 0, 5, 6, 7)),
}


@pytest.mark.parametrize("kind", READERS)
def test_bytes_that_were_cut_short_are_unreadable(kind: str) -> None:
    READERS[kind](WHOLE[kind])
    for end in range(len(WHOLE[kind])):
        with pytest.raises(MemoryUnreadable):
            READERS[kind](WHOLE[kind][:end])


@pytest.mark.parametrize("kind", ["memory", "observation"])
def test_damaged_bytes_never_give_another_memory(kind: str) -> None:
    data = WHOLE[kind]
    whole, detected = _written(READERS[kind](data)), 0
    for at in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[at // 8] ^= 1 << at % 8
        try:
            assert _written(READERS[kind](bytes(damaged))) == whole  # a bit without meaning
        except MemoryUnreadable:
            detected += 1
    assert detected > 0.95 * len(data) * 8


def _written(read: Any) -> bytes:
    return read.to_bytes()  # type: ignore[no-any-return]  # of a memory, an observation


@pytest.mark.parametrize("kind", ["memory", "observation"])
def test_another_format_is_unreadable_and_says_so(kind: str) -> None:
    raw = zlib.decompress(WHOLE[kind])
    if kind == "memory":
        other = json.dumps(json.loads(raw) | {"format": 999}).encode()
    else:
        other = raw[:3] + (999).to_bytes(2, "little") + raw[5:]
    with pytest.raises(MemoryUnreadable, match="999"):
        READERS[kind](zlib.compress(other))


@given(words=JSON, rest=st.binary(max_size=60), counts=st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_foreign_observations_raise_nothing_else(words: object, rest: bytes, counts: list[int]) -> None:
    text = json.dumps(words).encode()
    numbers = b"".join(number.to_bytes(4, "little") for number in (len(text), *counts))
    _read("observation", zlib.compress(b"OBS\x02\x00" + numbers + text + rest))


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
