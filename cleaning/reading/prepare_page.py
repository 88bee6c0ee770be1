"""Cut what is none of the article from a page's tree, and read the texts of what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cleaning.extraction import find_base_url
from cleaning.foreign.article_place import free_article
from cleaning.foreign.consent import find_consent
from cleaning.foreign.hidden_text import open_waiting_text
from cleaning.foreign.next_story import find_next_story
from cleaning.metadata.collect import Metadata, read_metadata
from cleaning.page.forum_posts import find_posts, is_thread_address
from cleaning.page.hidden import erase_hidden_words
from cleaning.page.question_buttons import read_question_buttons
from cleaning.page.removal import Removal, cut_elements
from cleaning.page.slug_names import forget_slugs
from cleaning.page.text_runs import read_runs
from cleaning.phrases import is_part_label
from cleaning.site_rules.removal import find_removed_elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun
    from cleaning.records.article import RuleOutcome
    from cleaning.records.given import Page


class PreparedPage(NamedTuple):
    """What was cut of a page, the metadata and text runs of what is left, the outcomes of `remove` in sites.toml.

    `hidden` are the elements that may be hidden.
    """

    removal: Removal
    metadata: Metadata
    runs: list[TextRun]
    outcomes: tuple[RuleOutcome, ...] = ()
    hidden: Sequence[HtmlElement] = ()


def prepare_page(tree: HtmlElement | None, page: Page, metadata: Metadata, names: Sequence[str] = ()) -> PreparedPage:
    """Cut from the tree what is none of the article, and read the texts of what is left. The tree is changed.

    That is what the site's operator removes, and what is foreign to the article, unless its place is known. The
    classifier is trained on pages that went through here, so that it sees in training what it sees in use.
    """
    if tree is None:
        return PreparedPage(Removal(), metadata, [])
    cuts, outcomes = find_removed_elements(tree, page.rules.remove)
    hidden, runs = _read_texts(tree, page)
    if free_article(metadata.headline, runs):
        runs = read_runs(tree)
    headlines: tuple[str, ...] = ()
    if not (page.rules.text or page.known.text):
        cuts += find_consent(runs, metadata)
        following = find_next_story(tree, runs, metadata, page.url)
        # The posts of a thread have headlines and bylines of their own, and are one text all the same.
        if following.cuts and not is_thread_address(page.url) and not find_posts(runs):
            cuts += following.cuts
            headlines = following.headlines
    removal = Removal()
    if cuts:
        removal = cut_elements(runs, cuts, find_base_url(tree, page.url))
        runs = read_runs(tree)
    if headlines:  # what the page states may be of the articles that were cut
        others = read_metadata(tree, page, names, others=headlines)
        metadata = replace(others, asked_names=metadata.asked_names | others.asked_names)
    return PreparedPage(removal, metadata, runs, outcomes, hidden)


def _read_texts(tree: HtmlElement, page: Page) -> tuple[list[HtmlElement], list[TextRun]]:
    """Return the elements of a page that may be hidden, and its text runs.

    Words that no reader sees leave the tree, an article that waits comes into it.
    """
    if not (page.rules.text or page.known.text):  # which may find an element by its slug
        forget_slugs(tree, is_part_label)
    hidden = erase_hidden_words(tree)
    read_question_buttons(tree)
    runs = read_runs(tree)
    return hidden, read_runs(tree) if open_waiting_text(tree, runs) else runs
