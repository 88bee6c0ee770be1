"""Decide whether a page is an article, and give the reason where it is none.

error-page         the server answers with an error, or the page calls itself one and says little else
section            a list of stories
paywall            the beginning of an article, for subscribers
too-short          less text than an article has
no-text            no text at all
part               a further page of an article on several pages (given by cleaning.clean, from the pager)
not-html           no markup: another document, compressed bytes, a picture
too-many-elements  more than could be cleaned within the deadline
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters
from cleaning.page.part_names import find_part_name
from cleaning.phrases import find_opening_phrase

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from cleaning.article import Article, Block
    from cleaning.extraction import Extraction

# Letters of kept text (three for a Chinese, Japanese or Korean character).
MIN_LETTERS = 150
MAX_ERROR_LETTERS = 1_000  # of a page that calls itself an error; one with more text is an article about errors
MAX_FREE_LETTERS = 1_500  # that a page behind a paywall shows, where it states that it is not free
MAX_PAYWALL_LETTERS = 500  # the same where only the page's class names speak of a paywall
# A list of stories: two teasers or more make up this share of the text.
MIN_TEASERS, MIN_TEASER_SHARE = 2, 0.6
MAX_TEASER_LETTERS = 600


def find_rejection_reason(
    status: int, draft: Article, extraction: Extraction, blocks: tuple[Block, ...], teasers: AbstractSet[int]
) -> str | None:
    """Return the reason why the page is no article; None where it is one. `teasers` are indexes of blocks."""
    if status >= 400:
        return "error-page"
    lengths = {index: count_letters(block.text) for index, block in enumerate(blocks) if block.is_kept}
    length = sum(lengths.values())
    if length < MAX_ERROR_LETTERS and find_opening_phrase("error", normalize_headline(draft.title)):
        return "error-page"
    if not length:
        return "no-text"
    if draft.free is False and length < MAX_FREE_LETTERS:
        return "paywall"
    if length < MAX_PAYWALL_LETTERS and _has_paywall_part(extraction):
        return "paywall"
    kept_teasers = [letters for index, letters in lengths.items() if index in teasers and letters < MAX_TEASER_LETTERS]
    if len(kept_teasers) >= MIN_TEASERS and sum(kept_teasers) >= MIN_TEASER_SHARE * length:
        return "section"
    return "too-short" if length < MIN_LETTERS else None


def _has_paywall_part(extraction: Extraction) -> bool:
    """Return whether a part of the page is called a paywall."""
    paths = {run.element.path for run in extraction.runs}
    return any("paywall" in path and find_part_name(path, frozenset({"paywall"})) for path in paths)
