"""Whether a page is an article, and what it is otherwise.

error-page         the server said so, or the page does and says little else
section            a list of stories
paywall            the beginning of an article, for subscribers
too-short          less text than an article has
no-text            none
not-html           no markup: another document, compressed bytes, a picture
too-many-elements  more than could be cleaned within the deadline
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.headlines import headline_key
from cleaning.phrases import opens_with
from cleaning.rules.names import named
from cleaning.rules.reading import weight

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from cleaning.article import Article, Block
    from cleaning.extraction import Extraction

# Letters of kept text (three for a Chinese, Japanese or Korean character).
SHORTEST = 150
NOTICE = 1_000  # a page that calls itself an error is one if it says no more than this
TEASER = 1_500  # the most that a page which says that it is not free gives away
PAYWALLED = 500  # the same where only the page's class names speak of a paywall
# A list of stories: two teasers or more make up this share of the text.
FEWEST_TEASERS, TEASER_SHARE = 2, 0.6
LONGEST_TEASER = 600


def rejected(
    status: int, draft: Article, extraction: Extraction, blocks: tuple[Block, ...], teasers: AbstractSet[int]
) -> str | None:
    """Why the page is no article; None where it is one. `teasers` are indexes of blocks."""
    if status >= 400:
        return "error-page"
    lengths = {index: weight(block.text) for index, block in enumerate(blocks) if block.kept}
    length = sum(lengths.values())
    if length < NOTICE and opens_with("error", headline_key(draft.title)):
        return "error-page"
    if not length:
        return "no-text"
    if (draft.free is False and length < TEASER) or (length < PAYWALLED and _walled(extraction)):
        return "paywall"
    under_headlines = [lengths[index] for index in teasers if lengths.get(index, LONGEST_TEASER) < LONGEST_TEASER]
    if len(under_headlines) >= FEWEST_TEASERS and sum(under_headlines) >= TEASER_SHARE * length:
        return "section"
    return "too-short" if length < SHORTEST else None


def _walled(extraction: Extraction) -> bool:
    """Whether a part of the page is called a paywall."""
    paths = {run.place.path for run in extraction.runs}
    return any("paywall" in path and named(path, frozenset({"paywall"})) for path in paths)
