"""Decide whether a page is an article, and give the reason where it is none.

error-page         the server answers with an error, or the headline is the notice of one and the page says little else
section            a list of stories
paywall            the beginning of an article, for subscribers
too-short          less text than an article has
no-text            no text at all
part               a further page of an article on several pages (given by cleaning.clean, from the pager)
not-html           no markup: another document, compressed bytes, a picture
too-many-elements  more than could be cleaned within the deadline

The crawl rejects three more, because it knows what a page alone does not say (crawler/walls):

wall               one page that the site shows at many addresses: consent, log-in, a check of the browser
not-found          a short page that has nothing of the headline it was announced with
redirect-elsewhere  the address led to the front page, a section, a search or a log-in
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.list_entries import find_list_entries, find_possible_runs
from cleaning.page.paragraphs import count_letters
from cleaning.page.part_names import has_paywall
from cleaning.phrases import find_opening_phrase
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from cleaning.extraction import Extraction
    from cleaning.records.article import Article
    from cleaning.records.block import Block

WALL, NOT_FOUND, ELSEWHERE = "wall", "not-found", "redirect-elsewhere"
# These are decided while a site is crawled: cleaning a page again cannot decide them.
DECIDED_BY_CRAWL = frozenset({WALL, NOT_FOUND, ELSEWHERE})
# Reasons of pages that a site shows instead of the article at the address: the article may still be there.
SHOWN_INSTEAD = DECIDED_BY_CRAWL | {"error-page"}

# Letters of kept text (three for a Chinese, Japanese or Korean character).
MIN_LETTERS = 150
MAX_ERROR_LETTERS = 1_000  # of a page that calls itself an error; one with more text is an article about errors
# A headline that only begins like an error's may stand over an article. That has so many paragraphs, or fewer with a
# date, an author or the beginning of a mere code.
MIN_PARAGRAPHS, MIN_SURE_PARAGRAPHS, MIN_PARAGRAPH_LETTERS = 3, 2, 80
MAX_FREE_LETTERS = 1_500  # that a page behind a paywall shows, where it states that it is not free
MAX_PAYWALL_LETTERS = 500  # the same where only the page's class names speak of a paywall
# A list of stories: two teasers or more make up this share of the text.
MIN_TEASERS, MIN_TEASER_SHARE = 2, 0.6
MAX_TEASER_LETTERS = 600
# Or most of the text is in entries that lead to other pages of the site, and the page has as many that are built alike.
# An entry has so many letters on average, or is nothing but links.
MIN_ENTRIES, MIN_ENTRY_SHARE, MIN_ENTRY_LETTERS = 3, 0.75, 80
# A page that dates itself for machines is no list: an article may be made of items with links.
STATED_DATES = ("JSON-LD", "meta ", "the address", "sites.toml published: jsonld:", "the spider")


def find_rejection_reason(
    status: int,
    draft: Article,
    extraction: Extraction,
    blocks: tuple[Block, ...],
    teasers: AbstractSet[int],
    *,
    is_thread: bool = False,
) -> str | None:
    """Return the reason why the page is no article; None where it is one.

    `teasers` are indexes of blocks. The posts of a forum's thread are no list of stories, though each has a linked
    headline.
    """
    if status >= 400:
        return "error-page"
    lengths = {index: count_letters(block.text) for index, block in enumerate(blocks) if block.is_kept}
    length = sum(lengths.values())
    if length < MAX_ERROR_LETTERS and _says_error(draft, blocks, length):
        return "error-page"
    if not length:
        return "no-text"
    if draft.free is False and length < MAX_FREE_LETTERS:
        return "paywall"
    if length < MAX_PAYWALL_LETTERS and has_paywall(run.element.path for run in extraction.runs):
        return "paywall"
    if is_thread or draft.entries:  # an entry of a live blog looks like the teaser of a story
        return "too-short" if length < MIN_LETTERS else None
    kept_teasers = [letters for index, letters in lengths.items() if index in teasers and letters < MAX_TEASER_LETTERS]
    if len(kept_teasers) >= MIN_TEASERS and sum(kept_teasers) >= MIN_TEASER_SHARE * length:
        return "section"
    if _is_list(draft, extraction, blocks, length):
        return "section"
    return "too-short" if length < MIN_LETTERS else None


def _says_error(draft: Article, blocks: tuple[Block, ...], length: int) -> bool:
    """Return whether the headline is the notice of an error; "404 days without rain" over an article's text is none."""
    key = normalize_headline(draft.title)
    phrase = find_opening_phrase("error", key)
    if phrase is None:
        return False
    rest = key[len(phrase) :].strip()
    if not rest or length < MIN_LETTERS or find_opening_phrase("error", rest):
        return True
    paragraphs = sum(
        block.is_kept and block.kind is BlockKind.PARAGRAPH and count_letters(block.text) >= MIN_PARAGRAPH_LETTERS
        for block in blocks
    )
    is_signed = draft.published_at is not None or bool(draft.authors)
    is_short = phrase.count(" ") < 2  # "404", "access denied": less sure than "the page was not found"
    return paragraphs < (MIN_SURE_PARAGRAPHS if is_signed or is_short else MIN_PARAGRAPHS)


def _is_list(draft: Article, extraction: Extraction, blocks: tuple[Block, ...], length: int) -> bool:
    """Return whether the kept text is that of a list's entries: linked headlines, with or without teasers."""
    if draft.sources.get("published_at", "").startswith(STATED_DATES):
        return False
    kept_runs = {index for span, block in zip(extraction.spans, blocks, strict=True) if block.is_kept for index in span}
    possible = kept_runs.intersection(find_possible_runs(extraction.runs))
    if _weigh_runs(extraction, blocks, possible)[0] < MIN_ENTRY_SHARE * length:
        return False
    entries = find_list_entries(extraction.runs, draft.url, extraction.base, {normalize_headline(draft.title)})
    kept = [entry for entry in entries if not kept_runs.isdisjoint(entry.runs)]
    makes = {(entry.pattern, entry.has_teaser) for entry in kept}
    if len({entry.target for entry in entries if (entry.pattern, entry.has_teaser) in makes}) < MIN_ENTRIES:
        return False
    in_entries = kept_runs.intersection(index for entry in kept for index in entry.runs)
    letters, linked = _weigh_runs(extraction, blocks, in_entries)
    is_dense = letters >= MIN_ENTRY_LETTERS * len(kept) or linked >= MIN_ENTRY_SHARE * length
    return is_dense and letters >= MIN_ENTRY_SHARE * length


def _weigh_runs(extraction: Extraction, blocks: tuple[Block, ...], wanted: AbstractSet[int]) -> tuple[float, float]:
    """Return how many letters of the kept blocks are in these runs, and how many of them are in links."""
    runs = extraction.runs
    letters = linked = 0.0
    for block, span in zip(blocks, extraction.spans, strict=True):
        if not block.is_kept or wanted.isdisjoint(span):
            continue
        characters = sum(runs[index].characters for index in span)
        if characters:
            per_character = count_letters(block.text) / characters
            letters += per_character * sum(runs[index].characters for index in span if index in wanted)
            linked += per_character * sum(runs[index].link_characters for index in span if index in wanted)
    return letters, linked
