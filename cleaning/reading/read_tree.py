"""Read a page: metadata, text runs, what nobody sees, pager, robots tags, posts, live blog."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cleaning.extraction import find_base_url
from cleaning.foreign.hidden_text import judge_hidden_parts
from cleaning.live.find_live_blog import LiveBlog, find_live_blog
from cleaning.memory.dependency import hash_site_rules
from cleaning.metadata.collect import Metadata, add_alike_names, read_metadata
from cleaning.metadata.robots_tags import find_robots_rejection, read_robots_tags
from cleaning.page.forum_posts import find_posts, is_thread_address
from cleaning.parts.pager import find_pager
from cleaning.reading.page_reading import PageReading, PageTree, ReadingFacts
from cleaning.reading.prepare_page import prepare_page
from cleaning.site_rules.text_place import TextPlace, find_text_place

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.records.given import Page


def read_tree(
    tree: HtmlElement | None,
    page: Page,
    names: tuple[str, ...] = (),
    limits_hit: tuple[str, ...] = (),
    *,
    observe: bool = False,
    is_kept: bool = False,
) -> PageReading:
    """Read a page. Its tree is changed, and belongs to the reading from now on.

    `names` are those that titles of the site carry beside the headline. With `observe` it is noted which other names
    would change nothing. With `is_kept` trafilatura works on a copy of the tree, so that it can be asked again.
    """
    metadata = read_metadata(tree, page, names)
    if observe and tree is not None:
        metadata = add_alike_names(tree, metadata, names)
    pager = find_pager(tree, page, metadata.draft) if tree is not None else None
    robots_tags = read_robots_tags(tree, page)
    place, prepared = TextPlace(), prepare_page(tree, page, metadata, names)
    metadata, runs = prepared.metadata, prepared.runs
    if tree is not None and (page.rules.text or page.known.text):
        place = find_text_place(tree, runs, page)
    unseen = judge_hidden_parts(prepared.hidden, runs)
    posts = find_posts(runs) if not place.runs else frozenset[int]()
    is_thread = bool(posts) or is_thread_address(page.url)
    live = None if is_thread else find_live_blog(tree, runs, metadata, page.url)
    facts = ReadingFacts(
        url=page.url,
        status=page.status,
        language=page.language,
        robots_rejection=find_robots_rejection(robots_tags.words, page.obeyed_tags, page.fetched_at),
        is_other_document=tree is None and bool(page.html.strip()) and page.status < 400,
        is_later_part=pager is not None and pager.number > 1 and page.first_page is None,
        limits_hit=limits_hit,
        names=names,
        rules=hash_site_rules(page.rules),
    )
    return PageReading(
        facts,
        _note_entries(metadata, live),
        runs,
        find_base_url(tree, page.url) if tree is not None else "",
        unseen,
        prepared.removal,
        robots_tags,
        pager,
        (*place.outcomes, *prepared.outcomes, *metadata.draft.site_rules),
        is_thread,
        posts,
        place,
        live,
        PageTree(tree, is_kept=is_kept) if tree is not None else None,
    )


def _note_entries(metadata: Metadata, live: LiveBlog | None) -> Metadata:
    """Return the metadata with the entries of a live blog, which tell the kind of the page."""
    if live is None:
        return metadata
    draft = metadata.draft
    sources = {**draft.sources, "page_kind": live.source}
    entries = tuple(found.entry for found in live.entries)
    return replace(metadata, draft=replace(draft, entries=entries, page_kind="live", sources=sources))
