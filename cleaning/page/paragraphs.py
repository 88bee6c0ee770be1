"""Tell which texts are prose: long enough, with few links, ending like sentences. In any script."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cleaning.page.tags import HEADINGS
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from cleaning.page.text_runs import TextRun
    from cleaning.records.block import Block

NO_BODY = frozenset((BlockKind.HEADING, BlockKind.CORRECTION))
MIN_BODY_LETTERS = 100  # of a body paragraph
MIN_BODY_CHARACTERS = 34  # of the shortest one, in Chinese
MAX_BODY_LINK_SHARE = 0.4  # share of a body paragraph that is links; it has less
# Ends of sentences: the full stops of the world's scripts (Chinese, Indian, Urdu, Armenian, Ethiopic, Burmese, Khmer,
# Tibetan, Mongolian), and marks that say more than a full stop.
FULL_STOPS = ".。．।॥۔։።။។៕།༎᠃"
EXCLAMATIONS = "!?…！？؟፧"
# A body paragraph ends like a sentence. Thai and Lao have no mark for that: in them a long text counts as a sentence.
SENTENCE_END = re.compile(
    rf"(?:[{FULL_STOPS}{EXCLAMATIONS}:;»”\"'’)\]]|[\u0e00-\u0eff](?<=[\u0e00-\u0eff].{{{MIN_BODY_LETTERS - 1}}}))$"
)
MARKED_ENDS = frozenset(f"{FULL_STOPS}{EXCLAMATIONS}:;»”\"'’)]")  # characters that match it whatever is before them
# A character of these scripts (kana, Han, Hangul) says as much as three letters. All others count as one letter.
DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
# Bytes of UTF-8 that no such character has: those of the characters before U+3000.
NOT_DENSE = bytes(range(0xE3))


def is_body(block: Block) -> bool:
    return (
        len(block.text) >= MIN_BODY_CHARACTERS
        and block.kind not in NO_BODY
        and count_letters(block.text) >= MIN_BODY_LETTERS
        and block.link_share < MAX_BODY_LINK_SHARE
        and ends_a_sentence(block.text)
    )


def is_paragraph(run: TextRun) -> bool:
    """Return whether a run is prose, as `is_body` does for a block."""
    text = run.text
    return (
        len(text) >= MIN_BODY_CHARACTERS
        and run.link_characters < MAX_BODY_LINK_SHARE * run.characters
        and run.element.tag not in HEADINGS
        and count_letters(text) >= MIN_BODY_LETTERS
        and ends_a_sentence(text)
    )


def ends_a_sentence(text: str) -> bool:
    last = text[-1:]
    if not "\u0e00" <= last <= "\u0eff":
        return last in MARKED_ENDS
    # Only the last character can match; the search begins there, and the look-behind still sees what precedes it.
    return SENTENCE_END.search(text, len(text) - 1) is not None


def count_letters(text: str) -> int:
    """Return the text's length in letters of an alphabet."""
    return len(text) if text.isascii() else len(text) + 2 * _count_dense(text)


@lru_cache(maxsize=1024)  # many rooms ask for the same texts
def _count_dense(text: str) -> int:
    if not text.encode(errors="surrogatepass").translate(None, NOT_DENSE):
        return 0
    return len(DENSE.findall(text))
