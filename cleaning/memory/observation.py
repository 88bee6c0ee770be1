"""Observe what one page tells of its site: cleaned without a memory, so that a memory never learns from a memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from cleaning.duplicates.fingerprint import fingerprint, hash_to_int, hash_words
from cleaning.duplicates.near_copies import Sketch, build_page_sketch
from cleaning.errors import MemoryUnreadable
from cleaning.memory.observation_bytes import (
    LazyTable,
    PackedObservation,
    pack_observation,
    unpack_observation,
)
from cleaning.page.headings import UNSPACED
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import MAX_BODY_LINK_SHARE, ends_a_sentence, is_paragraph
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun
    from cleaning.records.article import Article

MAX_TEXT_CHARACTERS = 120  # of a block, kept for people to read
MAX_CACHED = 1_000  # characters of a path whose hash is kept
MAX_TITLES, MAX_TITLE_CHARACTERS = 6, 200
# Blocks that may tell a story: they may stand on several articles because these tell the same story.
STORY_KINDS = frozenset((BlockKind.HEADING, BlockKind.QUOTE, BlockKind.ITEM, BlockKind.ROW))
MIN_WORDS, MIN_UNSPACED_CHARACTERS = 3, 8  # of a headline that is not equal to another text by chance


class ObservedBlock(NamedTuple):
    """A block of the page; the first of those with the same fingerprint."""

    text: str
    path: str  # its element and the one around it
    kept: bool  # by the cleaner without a memory
    tells_story: bool  # prose, a heading, a quotation, an item, a cell
    wording: int = 0  # a hash of its exact words: blocks that differ in a number have the same fingerprint


class ObservedPosition(NamedTuple):
    """How many of a page's texts at one position were kept, and how likely they were."""

    kept_share: float  # of the texts there, those of the article
    likelihood: float | None  # the mean; None if none was classified


@dataclass(frozen=True, slots=True)
class Observation:
    """What one page tells of its site.

    `blocks` are by fingerprint, `paths` and `patterns` by the hash of the position (see `hash_position`). `headline` is
    the title's fingerprint, 0 if the title is too short to identify an article.
    """

    accepted: bool
    day: str
    headline: int
    titles: tuple[str, ...]
    sketch: Sketch
    blocks: Mapping[int, ObservedBlock]
    paths: Mapping[int, ObservedPosition]
    patterns: Mapping[int, ObservedPosition]

    def to_bytes(self) -> bytes:
        head = (self.accepted, self.day, self.headline, self.titles)
        return pack_observation(head, self.sketch, self.blocks, (self.paths, self.patterns))

    @classmethod
    def from_bytes(cls, data: bytes) -> Observation:
        """Raise `MemoryUnreadable` if these bytes are no observation of this format."""
        packed = unpack_observation(data)
        try:
            accepted, day, headline, titles = packed.head
            titles = tuple(titles)
        except (ValueError, TypeError) as error:
            raise MemoryUnreadable(f"the observation of a page cannot be read: {error}") from error
        paths, patterns = (
            dict(zip(table.keys, map(ObservedPosition, table.kept_shares, table.likelihoods), strict=True))
            for table in packed.positions
        )
        blocks = LazyTable(packed.blocks, partial(_make_block, packed))
        return cls(accepted, day, headline, titles, packed.sketch, blocks, paths, patterns)


def _make_block(packed: PackedObservation, number: int) -> ObservedBlock:
    return ObservedBlock(*packed.get_block(number))


def fingerprint_run(run: TextRun) -> int:
    """Return the fingerprint of a run's text, computed once."""
    key = run.fingerprint
    if key is None:
        key = run.fingerprint = fingerprint(run.text)
    return key


def hash_position(element: BlockElement) -> tuple[int, int]:
    """Return the hashes of an element's path, and of the tags and classes of it and of the two elements around it."""
    position = element.position
    if position is None:
        path = element.path
        of_path = _hash_path(path) if len(path) <= MAX_CACHED else hash_to_int(path)
        position = element.position = of_path, _hash_pattern(element.pattern)
    return position


@lru_cache(maxsize=4096)  # of a page's elements two thirds have the path of another, and all pages of a site have them
def _hash_path(path: str) -> int:
    return hash_to_int(path)


@lru_cache(maxsize=4096)
def _hash_pattern(pattern: tuple[str, ...]) -> int:
    return hash_to_int(" ".join(pattern))


def fingerprint_headline(title: str) -> int:
    """Return the fingerprint by which links to an article are recognized; 0 if the headline is too short for that."""
    key = normalize_headline(title)
    is_long_enough = key.count(" ") + 1 >= MIN_WORDS or (len(key) >= MIN_UNSPACED_CHARACTERS and UNSPACED.search(key))
    return fingerprint(title) if is_long_enough else 0


def observe_page(
    article: Article,
    titles: Sequence[str],
    runs: Sequence[TextRun],
    kept: Collection[int],
    likelihoods: Mapping[int, float],
) -> Observation:
    """Return the observation of a page.

    `kept` are the indexes of the text runs of the article, `likelihoods` those of the runs that were classified.
    """
    blocks: dict[int, ObservedBlock] = {}
    last = max((index for index in kept if is_paragraph(runs[index])), default=-1)
    by_path: defaultdict[int, list[int]] = defaultdict(list)
    by_pattern: defaultdict[int, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        if not run.has_words:
            continue
        text = run.text
        key, wording = hash_words(text)
        if key and key not in blocks:
            tells_story = _tells_story(run, among=index < last)
            blocks[key] = ObservedBlock(
                text[:MAX_TEXT_CHARACTERS], _short_path(run), index in kept, tells_story, wording
            )
        path, pattern = hash_position(run.element)
        by_path[path].append(index)
        by_pattern[pattern].append(index)
    return Observation(
        accepted=article.rejected is None,
        day=article.published_at.date().isoformat() if article.published_at else "",
        headline=fingerprint_headline(article.title),
        titles=tuple(title[:MAX_TITLE_CHARACTERS] for title in titles[:MAX_TITLES]),
        sketch=build_page_sketch(article.text),
        blocks=blocks,
        paths={key: _summarize_position(indexes, kept, likelihoods) for key, indexes in by_path.items()},
        patterns={key: _summarize_position(indexes, kept, likelihoods) for key, indexes in by_pattern.items()},
    )


def _tells_story(run: TextRun, *, among: bool) -> bool:
    """Return whether a text may tell a story: a heading, an item, a paragraph or the like.

    With `among` (before the article's last paragraph) a short sentence counts, too: it may be a refrain. After the last
    paragraph it rather says who wrote the article.
    """
    if run.element.kind in STORY_KINDS or is_paragraph(run):
        return True
    unlinked = run.link_characters < MAX_BODY_LINK_SHARE * run.characters
    return among and unlinked and ends_a_sentence(run.text) and not run.text.endswith((":", "："))


def _summarize_position(
    indexes: Sequence[int], kept: Collection[int], likelihoods: Mapping[int, float]
) -> ObservedPosition:
    known = [likelihoods[index] for index in indexes if index in likelihoods]
    share = sum(map(kept.__contains__, indexes)) / len(indexes)
    return ObservedPosition(round(share, 3), round(sum(known) / len(known), 3) if known else None)


def _short_path(run: TextRun) -> str:
    around = run.element.parent
    return f"{around.label} > {run.element.label}" if around and around.parent else run.element.label
