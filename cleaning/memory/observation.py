"""What one page tells of its site: seen without any memory, so that nothing learnt is ever learnt from."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cleaning.article import BlockKind
from cleaning.errors import MemoryUnreadable
from cleaning.headings import UNSPACED
from cleaning.headlines import headline_key
from cleaning.likelihood.look import is_paragraph
from cleaning.memory.fingerprint import fingerprint, number, wording
from cleaning.memory.sketches import Sketch, sketch
from cleaning.rules.reading import BODY_LINK_SHARE, ends_a_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cleaning.article import Article
    from cleaning.runs import Place, Run

FORMAT = 1
LONGEST_TEXT = 120  # characters of a block that are kept, for people
MOST_TITLES, LONGEST_TITLE = 6, 200
# What tells a story: it may stand on several articles because the story does.
TELLING = frozenset((BlockKind.HEADING, BlockKind.QUOTE, BlockKind.ITEM, BlockKind.ROW))
FEWEST_WORDS, FEWEST_UNSPACED = 3, 8  # of a headline that is no other text by chance


class Seen(NamedTuple):
    """A block of the page; of several alike the first."""

    text: str
    place: str  # its element and the one around it
    kept: bool  # by the cleaner alone
    telling: bool  # prose, a heading, a quotation, an item, a cell
    words: int = 0  # a number for its very words: blocks that differ in a figure have the same fingerprint


class Voice(NamedTuple):
    """What became of a page's texts at one place."""

    kept: float  # share of them that are the article's
    likelihood: float | None  # the mean; None where none was weighed


@dataclass(frozen=True, slots=True)
class Observation:
    """`blocks` are by fingerprint, `paths` and `patterns` by the number of the place (see `places`).

    `headline` is the title's fingerprint, 0 where it is too short to be told from any other text.
    """

    accepted: bool
    day: str
    headline: int
    titles: tuple[str, ...]
    sketch: Sketch
    blocks: Mapping[int, Seen]
    paths: Mapping[int, Voice]
    patterns: Mapping[int, Voice]

    def packed(self) -> bytes:
        record = [
            FORMAT, self.accepted, self.day, self.headline, self.titles, self.sketch,
            [[key, *seen] for key, seen in self.blocks.items()],
            *([[key, *voice] for key, voice in voices.items()] for voices in (self.paths, self.patterns)),
        ]  # fmt: skip
        return zlib.compress(json.dumps(record, separators=(",", ":")).encode())

    @classmethod
    def unpacked(cls, data: bytes) -> Observation:
        """Raises `MemoryUnreadable` where these bytes are no observation of this format."""
        try:
            form, accepted, day, headline, titles, hashes, blocks, paths, patterns = json.loads(zlib.decompress(data))
            if form != FORMAT:
                raise MemoryUnreadable(f"what was seen of a page is of format {form}, not {FORMAT}")
            return cls(
                accepted, day, headline, tuple(titles), tuple(hashes),
                {key: Seen(*seen) for key, *seen in blocks},
                *({key: Voice(*voice) for key, *voice in voices} for voices in (paths, patterns)),
            )  # fmt: skip
        except (zlib.error, ValueError, TypeError, RecursionError) as error:
            raise MemoryUnreadable(f"what was seen of a page cannot be read: {error}") from error


def places(place: Place) -> tuple[int, int]:
    """The numbers of an element's path, and of the tags and classes of it and the two around it."""
    return number(place.path), number(" ".join(place.pattern))


def headline(title: str) -> int:
    """The fingerprint by which a headline is known where other pages link to it; 0 where it is too short for that."""
    key = headline_key(title)
    long_enough = key.count(" ") + 1 >= FEWEST_WORDS or (len(key) >= FEWEST_UNSPACED and UNSPACED.search(key))
    return fingerprint(title) if long_enough else 0


def observe(
    article: Article, titles: Sequence[str], runs: Sequence[Run], kept: Collection[int], likely: Mapping[int, float]
) -> Observation:
    """What a page tells of its site.

    `kept` are the indexes of the texts that are the article's, `likely` how likely those are that were weighed.
    """
    blocks: dict[int, Seen] = {}
    last = max((index for index in kept if is_paragraph(runs[index])), default=-1)
    numbers: dict[Place, tuple[int, int]] = {}
    by_path: defaultdict[int, list[int]] = defaultdict(list)
    by_pattern: defaultdict[int, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        if not run.has_words:
            continue
        if key := fingerprint(run.text):
            blocks.setdefault(
                key,
                Seen(
                    run.text[:LONGEST_TEXT],
                    _where(run),
                    index in kept,
                    _is_telling(run, among=index < last),
                    wording(run.text),
                ),
            )
        if run.place not in numbers:
            numbers[run.place] = places(run.place)
        path, pattern = numbers[run.place]
        by_path[path].append(index)
        by_pattern[pattern].append(index)
    return Observation(
        accepted=article.rejected is None,
        day=article.published_at.date().isoformat() if article.published_at else "",
        headline=headline(article.title),
        titles=tuple(title[:LONGEST_TITLE] for title in titles[:MOST_TITLES]),
        sketch=sketch(article.text),
        blocks=blocks,
        paths={key: _voice(own, kept, likely) for key, own in by_path.items()},
        patterns={key: _voice(own, kept, likely) for key, own in by_pattern.items()},
    )


def _is_telling(run: Run, *, among: bool) -> bool:
    """Whether a text may tell a story: a heading, an item, a paragraph or the like; among these a short sentence, too.

    That may be a refrain; after the last of them it is rather who wrote it.
    """
    if run.place.kind in TELLING or is_paragraph(run):
        return True
    unlinked = run.link_characters < BODY_LINK_SHARE * run.characters
    return among and unlinked and ends_a_sentence(run.text) and not run.text.endswith((":", "："))


def _voice(indexes: Sequence[int], kept: Collection[int], likely: Mapping[int, float]) -> Voice:
    weighed = [likely[index] for index in indexes if index in likely]
    share = sum(index in kept for index in indexes) / len(indexes)
    return Voice(round(share, 3), round(sum(weighed) / len(weighed), 3) if weighed else None)


def _where(run: Run) -> str:
    around = run.place.parent
    return f"{around.label} > {run.place.label}" if around and around.parent else run.place.label
