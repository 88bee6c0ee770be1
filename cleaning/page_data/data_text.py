"""Find the text of an article in a page's data, where the tree has none of it or a teaser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from cleaning.extraction import Extraction, build_extraction
from cleaning.metadata.linked_data import is_article, read_objects
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters
from cleaning.page.parsing import parse_tree
from cleaning.page.part_names import has_paywall
from cleaning.page.text_runs import read_runs
from cleaning.page_data.choose_story import CLOSED, Body, Story, find_body, find_in, is_closed, judge_body
from cleaning.page_data.read_data import read_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.metadata.collect import Metadata
    from cleaning.records.article import Article
    from cleaning.records.block import Block

TEXT_IN_DATA = "text_in_data"  # the rule that cuts what the tree has in place of the article
MAX_TREE_LETTERS = 2_000  # that the tree may have: with more, its text is the article
# The data's text is taken if it has so many times the letters of the tree's, of which most stands in it (a teaser), and
# at most this share of it stands in the tree. Or if nearly none of it stands there, and it is as long.
TEASER_SHARE, TEASER_TIMES, MAX_IN_TREE = 0.7, 1.5, 0.6
MAX_STRANGE_IN_TREE = 0.3
MIN_LINE_LETTERS = 30  # of a text that is looked for in the tree
BEGINNING = 80  # characters of it
ROOT = "script"  # in place of the path's first element: the text stands in no element that is seen
STATED_BODIES = etree.XPath("//meta[translate(@itemprop, 'B', 'b')='articlebody']/@content")
BODY_TYPES = ("articleBody", "reviewBody", "text")


class DataText(NamedTuple):
    """The article's text in the page's data: its blocks, and where it stands, in a reader's words."""

    extraction: Extraction
    source: str


class StatedBody(NamedTuple):
    """A body of the page's story in its data, and where it stands, in a reader's words."""

    body: Body
    source: str


def may_be_in_data(draft: Article, status: int, extraction: Extraction, blocks: Sequence[Block]) -> bool:
    """Return whether the text of a page may stand in its data: its tree has little, and the page is free.

    `blocks` are those of the extraction, kept and cut.
    """
    if status >= 400 or draft.free is False:
        return False
    letters = sum(count_letters(block.text) for block in _list_kept(extraction, blocks))
    return letters <= MAX_TREE_LETTERS and not has_paywall(run.element.path for run in extraction.runs)


def find_data_text(bodies: Sequence[StatedBody], extraction: Extraction, blocks: Sequence[Block]) -> DataText | None:
    """Return the article's text in the data of a page whose tree gives these blocks, kept and cut.

    None where the tree has the article.
    """
    kept = _list_kept(extraction, blocks)
    letters = sum(count_letters(block.text) for block in kept)
    in_tree = normalize_headline(" ".join(run.text for run in extraction.runs)) if bodies else ""
    for body, source in bodies:
        found = _extract(body, extraction.base, source)
        if _is_missing(found.blocks, letters, kept, in_tree):
            return DataText(found, source)
    return None


def _list_kept(extraction: Extraction, blocks: Sequence[Block]) -> list[Block]:
    """Return the kept blocks. Those that stand in no run do not count.

    trafilatura takes such texts from JSON-LD, without paragraphs.
    """
    return [block for block, span in zip(blocks, extraction.spans, strict=True) if block.is_kept and span]


def cut_tree_blocks(
    extraction: Extraction, blocks: Sequence[Block], data: DataText, description: str | None
) -> tuple[Extraction, tuple[Block, ...]]:
    """Return the tree's blocks, cut: the article is in the data. Its standfirst stays, unless the data have it.

    What trafilatura took out of the data is left out: the data's blocks have it.
    """
    standfirst = normalize_headline(description or "")
    in_data = normalize_headline(" ".join(block.text for block in data.extraction.blocks))
    evidence = f"the article's text is in the page's data: {data.source}"

    def is_standfirst(block: Block) -> bool:
        key = normalize_headline(block.text)
        return bool(key) and key == standfirst and key not in in_data

    in_tree = [
        (
            replace(block, rule=TEXT_IN_DATA, evidence=evidence)
            if block.is_kept and not is_standfirst(block)
            else block,
            span,
        )
        for block, span in zip(blocks, extraction.spans, strict=True)
        if span
    ]
    judged = tuple(block for block, _ in in_tree)
    return replace(extraction, blocks=judged, spans=tuple(span for _, span in in_tree)), judged


def list_bodies(tree: HtmlElement, metadata: Metadata) -> Iterator[StatedBody]:
    """Yield the bodies of the page's story in its data; JSON-LD first. None where they say that it is not free."""
    draft = metadata.draft
    story = Story.build(
        (draft.title, *metadata.titles),
        [address for address in (draft.canonical_url, draft.url) if address],
        draft.site_name,
    )
    scripts = (one.text for one in tree.iter("script") if "ld+json" in (one.get("type") or "").lower() and one.text)
    articles = [item for item in read_objects(scripts) if is_article(item)]
    own = [item for item in articles if story.measure(item)] or (articles if len(articles) == 1 else [])
    for item in own:
        if is_closed(item):
            return
        for key in BODY_TYPES:
            if key in item and (body := find_in({"body": item[key]}, story)):
                yield StatedBody(body, f"JSON-LD {key}")
    for value in STATED_BODIES(tree):
        if body := judge_body(str(value)):
            yield StatedBody(body, "meta articleBody")
    for value, source in read_data(tree, [text for text in (draft.title[:BEGINNING], story.path) if text]):
        body = find_body(value, story)
        if body is CLOSED:
            return
        if body is not None:
            yield StatedBody(body, source)


def _extract(body: Body, base: str, source: str) -> Extraction:
    tree = parse_tree(f"<html><body><div>{body.html}</div></body></html>")
    runs = read_runs(tree) if tree is not None else []
    chosen = [index for index, run in enumerate(runs) if run.has_words]
    extraction = build_extraction(runs, chosen, base, join_rows=True)
    blocks = tuple(
        replace(block, path=f"{ROOT}{block.path.removeprefix('div')}", evidence=f"in the page's data only: {source}")
        for block in extraction.blocks
    )
    return replace(extraction, blocks=blocks)


def _is_missing(found: Sequence[Block], letters: int, kept: Sequence[Block], in_tree: str) -> bool:
    """Return whether the tree lacks the article that the data have: it has nothing of it, or its beginning."""
    lines = [(normalize_headline(block.text[:BEGINNING]), count_letters(block.text)) for block in found]
    total = sum(length for _, length in lines)
    known = sum(length for key, length in lines if length >= MIN_LINE_LETTERS and key in in_tree)
    in_data = normalize_headline(" ".join(block.text for block in found))
    teaser = sum(count_letters(block.text) for block in kept if normalize_headline(block.text[:BEGINNING]) in in_data)
    if letters and teaser >= TEASER_SHARE * letters:
        return total >= TEASER_TIMES * letters and known <= MAX_IN_TREE * total
    return total >= letters and known <= MAX_STRANGE_IN_TREE * total
