"""The parts of a packed reading as plain values, which `marshal` writes: text runs, draft, blocks, times."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from cleaning.memory.observation import fingerprint_run, hash_position
from cleaning.page.block_elements import BlockElement, ShownElement
from cleaning.page.text_runs import TextRun
from cleaning.records.article import Article, Pager, RuleOutcome
from cleaning.records.block import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.memory.dependency import MemoryDependency

# The fields of a draft that are packed: those that Article() takes, without those that only deciding gives.
DECIDED = frozenset(
    """
    blocks robots language language_probability rejected observation reading memory_dependency memory_fingerprint sketch
    limits_hit pager site_rules entries
    """.split()  # noqa: SIM905
)
TIMES = frozenset(("published_at", "modified_at", "fetched_at"))
DRAFT_FIELDS = tuple(one.name for one in fields(Article) if one.init and one.name not in DECIDED)
NO_ELEMENT, NO_NUMBER = -1, -1  # of an element without one around it, and of one that Markdown does not show


class NotPackableError(Exception):
    """A value of a reading has no plain form."""


def pack_time(moment: datetime | None) -> tuple[Any, ...] | None:
    """Return a time by its own clock, with its zone as `unpack_time` takes them."""
    if moment is None:
        return None
    zone = moment.tzinfo
    if not isinstance(zone, timezone):
        raise NotPackableError(f"a time in the zone {zone!r}")
    offset, name = zone.utcoffset(None), zone.tzname(None)
    own_name = () if timezone(offset).tzname(None) == name else (name,)
    return moment.replace(tzinfo=None).isoformat(), (offset.days, offset.seconds, offset.microseconds), own_name


def unpack_time(packed: tuple[Any, ...] | None) -> datetime | None:
    if packed is None:
        return None
    text, offset, own_name = packed
    return datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(*offset), *own_name))


def pack_draft(draft: Article) -> tuple[Any, ...]:
    """Return the fields of a draft that the page itself states."""
    return tuple(_pack_field(name, getattr(draft, name)) for name in DRAFT_FIELDS)


def _pack_field(name: str, value: Any) -> Any:
    if name in TIMES:
        return pack_time(value)
    return dict(value) if name == "sources" else value


def unpack_draft(packed: tuple[Any, ...]) -> Article:
    values = dict(zip(DRAFT_FIELDS, packed, strict=True))
    for name in TIMES:
        values[name] = unpack_time(values[name])
    return Article(**values)


def pack_pager(pager: Pager | None) -> tuple[Any, ...] | None:
    return None if pager is None else (pager.number, pager.pages, pager.whole, pager.first)


def unpack_pager(packed: tuple[Any, ...] | None) -> Pager | None:
    return None if packed is None else Pager(*packed)


def pack_outcome(outcome: RuleOutcome) -> tuple[Any, ...]:
    return outcome.key, outcome.rule, outcome.found, outcome.origin, outcome.problem


def pack_block(block: Block) -> tuple[Any, ...]:
    """Return a block that belongs to no entry of a live blog."""
    return (
        block.text, block.kind.value, block.link_share, block.links,
        block.path, block.rule, block.evidence, block.layout,
    )  # fmt: skip


def unpack_block(packed: tuple[Any, ...]) -> Block:
    text, kind, link_share, links, path, rule, evidence, layout = packed
    return Block(text, BlockKind(kind), link_share, links, path, rule, evidence, layout)


def pack_runs(runs: Sequence[TextRun], dependency: MemoryDependency) -> tuple[Any, ...]:
    """Return text runs as lists of equal length, and the block elements around them, the outer ones first.

    What a memory is asked for is in the dependency of the page: the runs say where.
    """
    blocks, paths, patterns = ({key: at for at, key in enumerate(table)} for table in dependency[:3])
    numbers: dict[BlockElement, int] = {}
    elements: list[BlockElement] = []
    for run in runs:
        waiting = []
        element: BlockElement | None = run.element
        while element is not None and element not in numbers:
            waiting.append(element)
            element = element.parent
        for inner in reversed(waiting):
            numbers[inner] = len(elements)
            elements.append(inner)
    return (
        [one.tag for one in elements],
        [one.label for one in elements],
        [NO_ELEMENT if one.parent is None else numbers[one.parent] for one in elements],
        [one.number if isinstance(one, ShownElement) else NO_NUMBER for one in elements],
        [numbers[run.element] for run in runs],
        "\n".join([run.text for run in runs]),  # each is one line
        [run.characters for run in runs],
        [run.link_characters for run in runs],
        [run.lead_link_characters for run in runs],
        {number: run.links for number, run in enumerate(runs) if run.links},
        [number for number, run in enumerate(runs) if run.is_emphasised],
        [blocks.get(fingerprint_run(run), NO_NUMBER) for run in runs],
        {
            numbers[element]: (paths[path], patterns[pattern])
            for element in dict.fromkeys(run.element for run in runs)
            for path, pattern in (hash_position(element),)
        },
    )


def unpack_runs(packed: tuple[Any, ...], dependency: MemoryDependency) -> tuple[TextRun, ...]:
    tags, labels, parents, shown, places, text, characters, linked, lead, links, emphasised, keys, positions = packed
    blocks, paths, patterns = dependency[:3]
    elements: list[BlockElement] = []
    for tag, label, parent, number in zip(tags, labels, parents, shown, strict=True):
        around = None if parent == NO_ELEMENT else elements[parent]
        if number == NO_NUMBER:
            elements.append(BlockElement(tag, label, around))
        else:
            element = ShownElement(tag, label, around)
            element.number = number
            elements.append(element)
    for place, (path, pattern) in positions.items():
        elements[place].position = paths[path], patterns[pattern]
    texts = text.split("\n") if places else []
    set_off = frozenset(emphasised)
    return tuple(
        TextRun(
            elements[place], "", [], length, link_length, lead_length, links.get(index, []), [],
            is_emphasised=index in set_off, fingerprint=0 if key == NO_NUMBER else blocks[key], _text=words,
        )
        for index, (place, words, length, link_length, lead_length, key) in enumerate(
            zip(places, texts, characters, linked, lead, keys, strict=True)
        )
    )  # fmt: skip
