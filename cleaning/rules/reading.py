"""What a rule sees: the blocks of one page in reading order, and the page around them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cleaning.addresses import domain
from cleaning.article import Block, BlockKind
from cleaning.headlines import headline_key
from cleaning.rules.names import COMMENTS, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

BODY_CHARACTERS = 100  # a body paragraph has at least as many,
BODY_LINK_SHARE = 0.4  # less of it is links,
MOST_OF_BODY = 0.6
FEWEST_CHARACTERS = 200
# What sentences end with: full stops of the world's scripts (Chinese, Indian, Urdu, Armenian, Ethiopic, Burmese, Khmer,
# Tibetan, Mongolian), and marks that say more than a full stop.
FULL_STOPS = ".。．।॥۔։።။។៕།༎᠃"
EXCLAMATIONS = "!?…！？؟፧"
# A body paragraph ends like a sentence. Thai and Lao have no mark for that: there a text is one that is long enough.
SENTENCE_END = re.compile(
    rf"(?:[{FULL_STOPS}{EXCLAMATIONS}:;»”\"'’)\]]|[\u0e00-\u0eff](?<=[\u0e00-\u0eff].{{{BODY_CHARACTERS - 1}}}))$"
)
# One of these scripts' characters says as much as three letters: kana, Han, Hangul. All others are counted as letters.
DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


class Doubt(NamedTuple):
    """How likely a block is the article's, between 0 and 1, and what speaks against it: few are asked for that."""

    likelihood: float
    tell: Callable[[], str]

    @property
    def evidence(self) -> str:
        return self.tell()


@dataclass(frozen=True, slots=True)
class Context:
    """The page around the blocks.

    `titles` are the headline and all titles of the page's head. `lead` is the number of leading blocks that stand
    before the visible headline in the page, `teasers` the indexes of the blocks that stand under a linked headline of
    their own, `labels` of the short ones right over one (see `cleaning.teasers`), `doubts` what speaks against the
    blocks that are hardly the article's, by index (see `cleaning.likelihood`).
    """

    url: str
    title: str = ""
    titles: tuple[str, ...] = ()
    site_name: str | None = None
    lead: int = 0
    teasers: AbstractSet[int] = frozenset()
    labels: AbstractSet[int] = frozenset()
    doubts: Mapping[int, Doubt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cut:
    """A rule's answer: the block at this index is none of the article, for this reason."""

    index: int
    evidence: str


class Place(StrEnum):
    """Where a block stands, seen from the element that holds most of the body."""

    SAME = "among the paragraphs"  # the same path as a body paragraph in the container
    WITHIN = "within"  # in the container, elsewhere
    OUTSIDE = "outside"


class Rule(Protocol):
    """Judges the blocks of a page. Its name is the name of its module; it sees what earlier rules have cut."""

    def __call__(self, reading: Reading) -> Iterator[Cut]: ...


CHANGING = ("body", "container", "_inside", "_paragraph_paths", "last_paragraph")  # with every cut


@dataclass
class Reading:
    """The blocks under judgement with what the rules ask of them; a cut block keeps its index."""

    blocks: list[Block]
    context: Context
    _keys: dict[int, str] = field(default_factory=dict, repr=False)

    def kept(self) -> Iterator[tuple[int, Block]]:
        return ((index, block) for index, block in enumerate(self.blocks) if block.kept)

    def cut(self, rule: str, cut: Cut) -> None:
        self.blocks[cut.index] = replace(self.blocks[cut.index], rule=rule, evidence=cut.evidence)
        for name in CHANGING:
            self.__dict__.pop(name, None)

    def key(self, index: int) -> str:
        """The block's words, comparable with those of a headline."""
        if index not in self._keys:
            self._keys[index] = headline_key(self.blocks[index].text)
        return self._keys[index]

    @cached_property
    def body(self) -> list[int]:
        """The kept blocks that are surely the article's: long, hardly linked, ending like sentences."""
        return [index for index, block in self.kept() if is_body(block)]

    @cached_property
    def container(self) -> list[str]:
        """The path of the innermost element that holds most of the body's text, without what readers wrote."""
        body = [index for index in self.body if not named(self.blocks[index].path, COMMENTS)]
        if sum(weight(self.blocks[index].text) for index in body) < FEWEST_CHARACTERS:
            body = self.body
        by_path: dict[str, int] = defaultdict(int)
        for index in body:
            by_path[self.blocks[index].path] += weight(self.blocks[index].text)
        held: dict[tuple[str, ...], int] = defaultdict(int)
        for path, length in by_path.items():
            labels = tuple(path.split(" > "))
            for depth in range(1, len(labels)):
                held[labels[:depth]] += length
        total = sum(by_path.values())
        inside = [labels for labels, length in held.items() if length >= MOST_OF_BODY * total]
        inside.sort(key=len)
        return list(inside[-1]) if inside else []

    @cached_property
    def _inside(self) -> str:
        return " > ".join(self.container)

    def place(self, index: int) -> Place:
        path, inside = self.blocks[index].path, self._inside
        if path in self._paragraph_paths:
            return Place.SAME
        return Place.WITHIN if not inside or not path or path.startswith(f"{inside} > ") else Place.OUTSIDE

    @cached_property
    def _paragraph_paths(self) -> set[str]:
        return {path for index in self.body if (path := self.blocks[index].path).startswith(self._inside)}

    @cached_property
    def last_paragraph(self) -> int:
        """The index of the last body paragraph in the container, -1 where there is none."""
        return max((index for index in self.body if self.place(index) is not Place.OUTSIDE), default=-1)

    @cached_property
    def site(self) -> str:
        """The registrable domain of the page: its pages are the same site's."""
        return domain(self.context.url)

    def own_links(self, block: Block) -> int:
        """How many of the block's links lead to other pages of the same site."""
        return sum(1 for link in block.links if self.site and domain(link) == self.site)


def is_body(block: Block) -> bool:
    return (
        block.kind is not BlockKind.HEADING
        and weight(block.text) >= BODY_CHARACTERS
        and block.link_share < BODY_LINK_SHARE
        and ends_a_sentence(block.text)
    )


def ends_a_sentence(text: str) -> bool:
    # The sign is the last character; searching from there on, the expression may still look behind it.
    return SENTENCE_END.search(text, max(0, len(text) - 1)) is not None


def weight(text: str) -> int:
    """The text's length in letters of an alphabet."""
    return len(text) if text.isascii() else len(text) + 2 * len(DENSE.findall(text))
