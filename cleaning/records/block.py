"""The pieces of an article: its blocks, and the entries of a live blog."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cleaning.records.words import list_text_words

# The rule of a block that was in the page, and in no text that was extracted from it (cleaning.left_out).
LEFT_OUT = "left_out"


class BlockKind(StrEnum):
    """What a block is in its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"  # of a list
    QUOTE = "quote"
    ROW = "row"  # of a table
    CAPTION = "caption"
    CODE = "code"  # preformatted
    CORRECTION = "correction"  # what the article says of its own mistakes; a note of the editors


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, quote, row, caption or correction, kept or cut by a rule.

    Blocks are in reading order.

    `text` is one line with single spaces. `link_share` is the share of its characters inside links (0 to 1); `links`
    are their targets as absolute addresses. `path` names the elements from <body> down, outermost first, each with its
    id and classes ("main > article.post > div.entry-content > p").
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    link_share: float = 0.0
    links: tuple[str, ...] = ()
    path: str = ""
    rule: str | None = None  # the rule that cut it
    evidence: str | None = None  # what the rule saw, for a person; of a kept block, why it was added to the extraction
    layout: str = ""  # the lists, quotes, tables and code that it stands in, see cleaning.markdown.layout
    entry: int | None = None  # the entry of a live blog that it belongs to, as an index of Article.entries

    def __reduce__(self) -> tuple[type[Block], tuple[object, ...]]:
        """Pickle it by its values: a page has forty, and the way of dataclasses takes three times as long."""
        return Block, (
            self.text,
            self.kind,
            self.link_share,
            self.links,
            self.path,
            self.rule,
            self.evidence,
            self.layout,
            self.entry,
        )

    @property
    def is_kept(self) -> bool:
        return self.rule is None


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """One entry of a live blog. Its texts are the blocks of the article that name it (`Block.entry`).

    `clock` is the time as the page shows it ("18:20"), `time` the moment, aware, None where its day is not known.
    `heading` is "" where it has none. `anchor` is the id of its element in the page. An article of a store has every
    entry that its page ever showed: `first_fetched_at` and `last_fetched_at` are the first and the last fetch that had
    this one; None without a store.
    """

    time: datetime | None = None
    clock: str = ""
    heading: str = ""
    authors: tuple[str, ...] = ()
    anchor: str = ""
    first_fetched_at: datetime | None = None
    last_fetched_at: datetime | None = None

    @property
    def line(self) -> str:
        """The words of its line in the text: time and heading, "18:20 Debate begins"; "" if it has neither.

        Where the page writes them as one text, that text is the line: "18:20: Debate begins".
        """
        return " ".join(part for part in (self.clock, self.heading) if part)

    def join_text(self, blocks: Iterable[tuple[str, str]]) -> str:
        """Return the text of the entry, of the kind and text of each of its kept blocks; without its line."""
        pieces = list(blocks)
        if pieces and pieces[0][0] == BlockKind.HEADING and list_text_words(pieces[0][1]) == list_text_words(self.line):
            del pieces[0]
        return "\n".join(text for _, text in pieces)
