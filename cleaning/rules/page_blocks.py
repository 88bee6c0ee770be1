"""What a rule works on: the blocks of one page in reading order, and facts about the page around them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cleaning.page.addresses import get_domain
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence, is_body
from cleaning.page.part_names import COMMENTS, find_part_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from cleaning.records.block import Block

# Rules that judge by the position in the page: the texts of entries stand where the page has its entries.
POSITIONAL = frozenset(("before_headline", "dateline", "repeated_headline", "tail", "unlikely"))
MIN_CONTAINER_SHARE = 0.6  # of the body's text that the container holds
QUESTIONS = frozenset(("question", "answer", "frage", "antwort", "pregunta", "respuesta", "domanda", "risposta"))
MIN_QUESTIONS = 2  # of an interview, before its last paragraph
MIN_PAIRS = 3  # of question and answer, anywhere
QUESTION_END = re.compile(r"[?？؟][\s\"'”»」)]*$")
MIN_BODY_LETTERS = 200  # outside of comments, from which on comments are no part of the body


class LowScore(NamedTuple):
    """A block that is unlikely to be the article's: its likelihood, 0 to 1, and a function that explains it.

    The explanation is computed on demand: only blocks that are cut need one. What `is_sure` is cut wherever it stands.
    """

    likelihood: float
    explain: Callable[[], str]
    is_sure: bool = False

    @property
    def evidence(self) -> str:
        return self.explain()


@dataclass(frozen=True, slots=True)
class Context:
    """What rules need to know of the page around the blocks.

    `titles` are the headline and all titles in the page's head. `lead` is the number of blocks that stand before the
    visible headline in the page. `teasers` are the indexes of the blocks right below a linked headline, `labels` those
    of the short blocks right above one (see `cleaning.rules.teasers`). `low_scores` are the blocks that the classifier
    finds unlikely, by index (see `cleaning.classifier`). `places` are the paths, as labels, of the elements that hold
    the article by a rule of the site, or an entry of a live blog: what these and those around them are called says
    nothing. `is_thread` says that the page is one of a forum, whose text is what readers wrote. `entry_lines` are the
    indexes of the lines of a live blog's entries (time and heading), `entry_texts` those of the other texts of its
    entries (`cleaning.live`). `hidden` are the blocks that no reader sees, by index, with what
    hides each.
    """

    url: str
    title: str = ""
    titles: tuple[str, ...] = ()
    site_name: str | None = None
    lead: int = 0
    teasers: AbstractSet[int] = frozenset()
    labels: AbstractSet[int] = frozenset()
    low_scores: Mapping[int, LowScore] = field(default_factory=dict)
    hidden: Mapping[int, str] = field(default_factory=dict)
    places: tuple[tuple[str, ...], ...] = ()
    is_thread: bool = False
    entry_lines: AbstractSet[int] = frozenset()
    entry_texts: AbstractSet[int] = frozenset()

    def spares(self, rule: str, index: int) -> bool:
        """Return whether this rule leaves the block alone: it belongs to an entry of a live blog."""
        return index in self.entry_lines or (rule in POSITIONAL and index in self.entry_texts)


@dataclass(frozen=True, slots=True)
class Cut:
    """A rule's verdict: the block at this index is not part of the article, for this reason."""

    index: int
    evidence: str


class BlockPosition(StrEnum):
    """Where a block stands relative to the container, the element that holds most of the body."""

    SAME = "among the paragraphs"  # the same path as a body paragraph in the container
    WITHIN = "within"  # in the container, elsewhere
    OUTSIDE = "outside"


def is_question(block: Block) -> bool:
    """Return whether a block is a question by itself, without links."""
    return QUESTION_END.search(block.text) is not None and not block.links


class Rule(Protocol):
    """Finds the blocks of a page to cut. A rule has the name of its module and sees what earlier rules have cut."""

    def __call__(self, page: PageBlocks) -> Iterator[Cut]: ...


# Kept until the next cut, and until that of a body paragraph.
CACHED, CACHED_OF_BODY = (
    ("_kept", "is_interview"),
    ("body", "container", "_inside", "_paragraph_paths", "last_paragraph"),
)


@dataclass
class PageBlocks:
    """The blocks of a page with the questions that rules ask of them. A block that is cut keeps its index."""

    blocks: list[Block]
    context: Context
    _keys: dict[int, str] = field(default_factory=dict, repr=False)

    def kept_blocks(self) -> Sequence[tuple[int, Block]]:
        return self._kept

    @cached_property
    def _kept(self) -> list[tuple[int, Block]]:
        return [(index, block) for index, block in enumerate(self.blocks) if block.rule is None]

    def cut(self, rule: str, cut: Cut) -> None:
        self.blocks[cut.index] = replace(self.blocks[cut.index], rule=rule, evidence=cut.evidence)
        for name in (*CACHED, *CACHED_OF_BODY) if self.is_body(cut.index) else CACHED:
            self.__dict__.pop(name, None)

    def get_key(self, index: int) -> str:
        """Return the headline key of the block's text: words without case, accents and punctuation."""
        if index not in self._keys:
            self._keys[index] = normalize_headline(self.blocks[index].text)
        return self._keys[index]

    def is_body(self, index: int) -> bool:
        """Return whether a block, kept or cut, is surely prose: long, hardly linked, ending like sentences."""
        return index in self._prose

    @cached_property
    def _prose(self) -> frozenset[int]:
        return frozenset(index for index, block in enumerate(self.blocks) if is_body(block))

    @cached_property
    def body(self) -> list[int]:
        """The indexes of the kept blocks that are surely the article's."""
        return [index for index, _ in self.kept_blocks() if index in self._prose]

    @cached_property
    def container(self) -> list[str]:
        """The path of the container, the innermost element that holds most of the body's text, comments left out."""
        every: dict[str, int] = defaultdict(int)
        for index in self.body:
            every[self.blocks[index].path] += count_letters(self.blocks[index].text)
        by_path = {path: length for path, length in every.items() if not find_part_name(path, COMMENTS)}
        if sum(by_path.values()) < MIN_BODY_LETTERS:
            by_path = every
        held: dict[tuple[str, ...], int] = defaultdict(int)
        for path, length in by_path.items():
            labels = tuple(path.split(" > "))
            for depth in range(1, len(labels)):
                held[labels[:depth]] += length
        total = sum(by_path.values())
        inside = [labels for labels, length in held.items() if length >= MIN_CONTAINER_SHARE * total]
        inside.sort(key=len)
        return list(inside[-1]) if inside else []

    @cached_property
    def _inside(self) -> str:
        return " > ".join(self.container)

    def find_position(self, index: int) -> BlockPosition:
        path, inside = self.blocks[index].path, self._inside
        if path in self._paragraph_paths:
            return BlockPosition.SAME
        return (
            BlockPosition.WITHIN if not inside or not path or path.startswith(f"{inside} > ") else BlockPosition.OUTSIDE
        )

    @cached_property
    def _paragraph_paths(self) -> set[str]:
        return {path for index in self.body if (path := self.blocks[index].path).startswith(self._inside)}

    @cached_property
    def last_paragraph(self) -> int:
        """The index of the last body paragraph in the container; -1 if there is none."""
        return max((index for index in self.body if self.find_position(index) is not BlockPosition.OUTSIDE), default=-1)

    @cached_property
    def is_interview(self) -> bool:
        """Whether the text is made of questions and answers: then short questions are no labels."""
        kept = list(self.kept_blocks())
        asked = [at for at, (_, block) in enumerate(kept) if is_question(block)]
        if sum(kept[at][0] < self.last_paragraph for at in asked) >= MIN_QUESTIONS:
            return True
        answers = (kept[at + 1][1] for at in asked if at + 1 < len(kept))
        return sum(not one.links and ends_a_sentence(one.text) and not is_question(one) for one in answers) >= MIN_PAIRS

    def is_answered(self, index: int) -> bool:
        """Return whether a block is a question of an interview, or the sentence right after one: by form or by name."""
        if find_part_name(self.blocks[index].path.rpartition(" > ")[2], QUESTIONS):
            return True
        if not self.is_interview:
            return False
        block, before = self.blocks[index], self.blocks[index - 1] if index else None
        if is_question(block):
            return True
        return before is not None and before.is_kept and is_question(before) and ends_a_sentence(block.text)

    @cached_property
    def site(self) -> str:
        """The registrable domain of the page; all pages of one domain are of the same site."""
        return get_domain(self.context.url)

    def count_own_links(self, block: Block) -> int:
        """Return how many of the block's links lead to pages of the same site."""
        return sum(1 for link in block.links if self.site and get_domain(link) == self.site)
