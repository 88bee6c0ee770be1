"""The reading of a page as bytes, for deciding on its article again without the page."""

from __future__ import annotations

import marshal
import sys
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

from cleaning.classifier.classify import Classification
from cleaning.errors import ReadingUnreadable
from cleaning.extraction import Extraction
from cleaning.memory.dependency import MemoryDependency
from cleaning.metadata.collect import Metadata
from cleaning.metadata.language.choose_language import Language
from cleaning.metadata.robots_tags import RobotsTags
from cleaning.metadata.structured import Statement
from cleaning.page.removal import Removal
from cleaning.page_data.choose_story import Body
from cleaning.page_data.data_text import StatedBody
from cleaning.reading.packed_parts import (
    NotPackableError,
    pack_block,
    pack_draft,
    pack_outcome,
    pack_pager,
    pack_runs,
    unpack_block,
    unpack_draft,
    unpack_pager,
    unpack_runs,
)
from cleaning.reading.page_reading import KnownText, PageReading, ReadingFacts
from cleaning.records.article import RuleOutcome
from cleaning.rules.page_blocks import LowScore
from cleaning.version import CLEANER_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.page.text_runs import TextRun
    from cleaning.records.block import Block

FORMAT = 1
# `marshal` writes for one version of Python, and reads nothing but what it wrote.
HEAD = f"reading {FORMAT} {CLEANER_VERSION} {sys.implementation.cache_tag} {sys.byteorder}\n".encode()
SUM_BYTES = 4
UNLIKELY = "unlikely"  # the rule that asks low scores for their evidence
LEVEL = 1  # of compression: higher ones take longer than they save


def pack_reading(
    reading: PageReading, choice: Classification, judged: Sequence[Block], known: KnownText | None = None
) -> bytes:
    """Return a reading as bytes, b"" where deciding again may need the page.

    It was just decided on without a memory: `choice` are the texts that were chosen, `judged` their blocks after the
    rules. `known` is the text that deciding again will most likely give.
    """
    if not reading.is_plain:
        return b""
    try:
        record = marshal.dumps(_pack(reading, choice, judged, known))
    except (NotPackableError, ValueError):  # ValueError is marshal's, of a value that it does not know
        return b""
    data = zlib.compress(record, LEVEL)
    return HEAD + zlib.crc32(data).to_bytes(SUM_BYTES) + data


def unpack_reading(data: bytes) -> PageReading:
    """Return the reading in these bytes, without its tree. Raise `ReadingUnreadable` if they are no such reading."""
    if not data.startswith(HEAD):
        raise ReadingUnreadable("the reading of a page was written by another version of the cleaner or of Python")
    start = len(HEAD) + SUM_BYTES
    body = data[start:]
    if int.from_bytes(data[len(HEAD) : start]) != zlib.crc32(body):
        raise ReadingUnreadable("the reading of a page is damaged")
    try:
        return _unpack(marshal.loads(zlib.decompress(body)))  # noqa: S302 -- our own bytes, by the head and the sum
    except (zlib.error, EOFError, ValueError, TypeError, IndexError, KeyError) as error:
        raise ReadingUnreadable(f"the reading of a page cannot be read: {error}") from error


def _pack(
    reading: PageReading, choice: Classification, judged: Sequence[Block], known: KnownText | None
) -> tuple[Any, ...]:
    metadata = reading.metadata
    return (
        tuple(reading.facts),
        pack_draft(metadata.draft),
        metadata.titles,
        [tuple(one) for one in metadata.languages],
        metadata.asked_names,
        metadata.alike_names,
        pack_runs(reading.runs, reading.dependency),
        reading.base,
        dict(reading.unseen),
        [(number, pack_block(block)) for number, block in reading.removal.blocks],
        tuple(reading.robots_tags),
        pack_pager(reading.pager),
        [pack_outcome(outcome) for outcome in reading.outcomes],
        None if reading.bodies is None else [(tuple(body), source) for body, source in reading.bodies],
        reading.dependency.to_bytes(),
        None if known is None else (known.digest, tuple(known.language), known.sketch),
        marshal.dumps(_pack_choice(choice, judged)),
    )


def _unpack(record: tuple[Any, ...]) -> PageReading:
    (
        facts, draft, titles, languages, asked, alike, packed_runs, base, unseen, removed, robots, pager, outcomes,
        bodies, dependency, known, choice,
    ) = record  # fmt: skip
    depends_on = MemoryDependency.from_bytes(dependency)
    runs = unpack_runs(packed_runs, depends_on)
    reading = PageReading(
        ReadingFacts(*facts),
        Metadata(
            unpack_draft(draft),
            titles,
            languages=tuple(Statement(*one) for one in languages),
            asked_names=asked,
            alike_names=alike,
        ),
        runs,
        base,
        unseen,
        Removal(tuple((number, unpack_block(block)) for number, block in removed)),
        RobotsTags(*robots),
        unpack_pager(pager),
        tuple(RuleOutcome(*outcome) for outcome in outcomes),
        packed_choice=partial(_unpack_choice, choice, runs, base, unseen),
        known_text=None if known is None else KnownText(known[0], Language(*known[1]), known[2]),
        bodies=None if bodies is None else tuple(StatedBody(Body(*body), source) for body, source in bodies),
    )
    reading.dependency = depends_on
    return reading


def _pack_choice(choice: Classification, judged: Sequence[Block]) -> tuple[Any, ...]:
    extraction = choice.extraction
    return (
        [pack_block(block) for block in extraction.blocks],
        extraction.spans,
        [
            (index, score.likelihood, judged[index].evidence if judged[index].rule == UNLIKELY else "", score.is_sure)
            for index, score in choice.low_scores.items()
        ],
        choice.likelihoods,
    )


def _unpack_choice(data: bytes, runs: tuple[TextRun, ...], base: str, unseen: dict[int, str]) -> Classification:
    blocks, spans, scores, likelihoods = marshal.loads(data)  # noqa: S302 -- a part of bytes that were tested
    extraction = Extraction(tuple(unpack_block(block) for block in blocks), spans, runs, base, unseen)
    low_scores = {
        index: LowScore(likelihood, partial(str, evidence), is_sure) for index, likelihood, evidence, is_sure in scores
    }
    return Classification(extraction, low_scores, likelihoods)
