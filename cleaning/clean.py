"""Clean a page: HTML in, article out. This module runs all stages of cleaning in their order."""

from __future__ import annotations

import gc
import logging
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from trafilatura.meta import reset_caches

from cleaning.article import Article, Page, make_failed_article
from cleaning.classifier.classify import Classification, add_repeated_blocks, classify
from cleaning.classifier.model import load_model, load_place_model, load_site_model
from cleaning.classifier.read_by_place import classify_by_place
from cleaning.corrections.mark_corrections import mark_corrections
from cleaning.duplicates.article_sketch import seal_sketch
from cleaning.extraction import Extraction, build_extraction, extract, find_base_url
from cleaning.foreign.article_place import free_article
from cleaning.foreign.consent import find_consent
from cleaning.foreign.hidden_text import judge_hidden_parts, open_waiting_text
from cleaning.foreign.next_story import find_next_story
from cleaning.left_out import list_left_out
from cleaning.live.find_live_blog import LiveBlog, find_live_blog
from cleaning.live.place_entries import PlacedEntries, place_entries
from cleaning.memory.dependency import MemoryDependency, hash_site_rules
from cleaning.memory.match import MemoryMatch
from cleaning.memory.observation import observe_page
from cleaning.memory.site_memory import SiteMemory
from cleaning.metadata.collect import Metadata, read_metadata
from cleaning.metadata.language.choose_language import detect_language
from cleaning.metadata.language.ngrams import load_profiles
from cleaning.metadata.robots_tags import find_robots_rejection, read_robots_tags
from cleaning.page.addresses import load_suffixes
from cleaning.page.forum_posts import find_posts, is_thread_address
from cleaning.page.hidden import erase_hidden_words
from cleaning.page.parsing import parse_html
from cleaning.page.question_buttons import read_question_buttons
from cleaning.page.removal import Removal, cut_elements
from cleaning.page.slug_names import forget_slugs
from cleaning.page.text_runs import read_runs
from cleaning.page_data.data_text import DataText, cut_tree_blocks, find_data_text
from cleaning.parts.join import join_parts
from cleaning.parts.pager import find_pager
from cleaning.phrases import is_part_label, load_phrases
from cleaning.rules import Context, apply_rules
from cleaning.rules.teasers import find_labels, find_teasers
from cleaning.site_rules.removal import find_removed_elements
from cleaning.site_rules.text_place import TextPlace, find_text_place
from cleaning.verdict import find_rejection_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement

    from cleaning.article import Block, RuleOutcome
    from cleaning.classifier.model import TreeModel
    from cleaning.metadata.robots_tags import RobotsTags
    from cleaning.page.text_runs import TextRun

MAX_NEW_OBJECTS = 50_000  # then garbage is collected; Python's own number is 700

log = logging.getLogger(__name__)


class Models(NamedTuple):
    """Models to measure: of pages extracted by trafilatura or by site memory, and of pages read by place."""

    model: TreeModel
    by_place: TreeModel | None = None


def clean(
    page: Page,
    model: TreeModel | None = None,
    *,
    place_model: TreeModel | None = None,
    memory: SiteMemory | None = None,
    observe: bool = False,
) -> Article:
    """Return the article of a page. A page that is no article gives one, too, with the reason in `rejected`.

    Never raises, unless `page` is no Page (TypeError). The same page and memory give the same article, whatever was
    cleaned before. `memory` is that of the page's site; one that is not known well enough counts as none. `model`
    replaces the cleaner's own, to measure it; trafilatura is then asked of each page, unless there is a `place_model`.
    The texts of a page's further parts are joined to its own. With `observe` the article carries its memory dependency,
    and without a memory its observation, too: nothing is learnt from pages that were cleaned with a memory.
    """
    if not isinstance(page, Page):
        raise TypeError(f"clean takes a Page, got {type(page).__name__}; cleaning.clean_html takes HTML")
    if memory is not None and not memory.is_known:
        memory = None
    models = Models(model, place_model) if model is not None else None
    article = _clean_one(page, models, memory, observe=observe)
    if page.parts and article.rejected is None:
        parts = [_clean_one(part, models, memory, observe=observe) for part in page.parts]
        try:
            article = _join(article, parts, memory, observe=observe)
        except Exception:
            log.warning("the parts of %s could not be joined", page.url, exc_info=True)
    if observe and article.rejected is None:
        article = replace(article, sketch=seal_sketch(article.text))
    return article


def _clean_one(page: Page, models: Models | None, memory: SiteMemory | None, *, observe: bool) -> Article:
    """Clean one page without its further parts. Never raises."""
    try:
        article = _clean(page, models, memory, observe=observe)
        if memory is None or article.rejected is None:
            return article
        # An article must not be lost because the memory of its site is wrong.
        alone = _clean(page, None, None, observe=False)
        if alone.rejected:
            return article
        return replace(
            alone, memory_dependency=article.memory_dependency, memory_fingerprint=article.memory_fingerprint
        )
    except MemoryError:
        return make_failed_article(page, "cleaner-memory")
    except Exception:
        log.warning("the cleaner failed on %s", page.url, exc_info=True)
        return make_failed_article(page, "cleaner-error")


def _join(first: Article, parts: list[Article], memory: SiteMemory | None, *, observe: bool) -> Article:
    article = join_parts(first, parts)
    if not observe:
        return article
    # The text depends on what the memory says of all parts. The site is learnt from first pages: `observation` stays.
    every = [one.memory_dependency for one in (first, *parts) if one.memory_dependency]
    dependency = MemoryDependency.merge(MemoryDependency.from_bytes(data) for data in every)
    fingerprint = dependency.fingerprint_memory(memory or SiteMemory())
    return replace(article, memory_dependency=dependency.to_bytes(), memory_fingerprint=fingerprint)


def preload_models() -> None:
    """Load models and other data before the first page, and exempt them from garbage collection.

    For processes that clean pages and nothing else: garbage is collected more seldom from now on. A page's objects live
    until it is done, so that a collection in between finds nothing and takes a twentieth of the time.
    """
    load_profiles()
    load_suffixes()
    load_model()
    load_place_model()
    load_site_model()
    load_phrases("act")
    gc.collect()
    gc.freeze()
    gc.set_threshold(MAX_NEW_OBJECTS)


def empty_caches() -> None:
    """Empty the caches that grow with every page, the libraries' and our own. For processes that clean many pages."""
    reset_caches()
    for module in [module for name, module in sys.modules.items() if name.startswith("cleaning.")]:
        for function in vars(module).values():
            # What is kept without a bound is read from files: phrases, models.
            if hasattr(function, "cache_parameters") and function.cache_parameters()["maxsize"] is not None:
                function.cache_clear()


def _clean(page: Page, models: Models | None, memory: SiteMemory | None, *, observe: bool) -> Article:
    tree, limits_hit = parse_html(page.html)
    if "elements" in limits_hit:
        return make_failed_article(page, "too-many-elements", limits_hit)
    names = memory.names if memory else ()
    metadata = read_metadata(tree, page, names)
    pager = find_pager(tree, page, metadata.draft) if tree is not None else None
    robots_tags = read_robots_tags(tree, page)
    place, prepared = TextPlace(), prepare_page(tree, page, metadata, names)
    metadata, runs = prepared.metadata, prepared.runs
    if tree is not None and (page.rules.text or page.known.text):
        place = find_text_place(tree, runs, page)
    unseen = judge_hidden_parts(prepared.hidden, runs)
    match = MemoryMatch(memory, runs, metadata.draft.title) if memory else None
    posts = find_posts(runs) if not place.runs else frozenset[int]()
    is_thread = bool(posts) or is_thread_address(page.url)
    live = None if is_thread else find_live_blog(tree, runs, metadata, page.url)
    metadata = _note_entries(metadata, live)
    draft = metadata.draft
    if tree is not None and (place.runs or posts):
        # Where the site's operator, or a forum's program, says where the text stands, neither trafilatura nor the
        # classifier is asked.
        extraction, low_scores, likely = _take_place(tree, page.url, runs, match, place.runs or posts)
    else:
        extraction, low_scores, likely = _choose_texts(
            tree, page, metadata, runs, match, models, unseen, comments=is_thread
        )
    extraction, low_scores = mark_corrections(extraction, low_scores, match.cut if match else ())
    placed = place_entries(extraction, live, low_scores, likely) if live else PlacedEntries(extraction, low_scores)
    extraction = placed.extraction
    context = _build_context(page, metadata, placed, place, is_thread=is_thread)
    # The rules know the parts of an article's page. A post has none of them.
    blocks = extraction.blocks if posts else apply_rules(extraction.blocks, context)
    is_placed = bool(place.runs or posts or live)
    data = None if tree is None or is_placed else find_data_text(tree, page, metadata, extraction, blocks)
    if data is not None:
        extraction, blocks = _take_data_text(extraction, blocks, data, page, metadata)
    text = "\n".join(block.text for block in blocks if block.is_kept)
    language = detect_language(text, metadata.languages, page.language)
    reason = find_rejection_reason(page.status, draft, extraction, blocks, context.teasers, is_thread=is_thread)
    if tree is None and page.html.strip() and page.status < 400:
        reason = "not-html"
    is_later_part = pager is not None and pager.number > 1 and page.first_page is None
    if is_later_part and reason in (None, "too-short"):
        reason = "part"
    if reason != "error-page":  # its robots tags are those of the error, not of the page that stood there
        reason = find_robots_rejection(robots_tags.words, page.obeyed_tags, page.fetched_at) or reason
    cut = prepared.removal
    if reason != "section" and not place.runs and not posts and data is None:
        cut = cut.merge(list_left_out(extraction, blocks, likely))
    article = replace(
        draft,
        blocks=cut.insert_into(blocks, extraction.spans) if cut.blocks else blocks,
        language=language.code,
        language_probability=language.probability,
        rejected=reason,
        robots=robots_tags.words,
        sources=_complete_sources(draft.sources, robots_tags, language.source, data),
        limits_hit=limits_hit,
        pager=pager,
        site_rules=(*place.outcomes, *prepared.outcomes, *draft.site_rules),
    )
    if not observe:
        return article
    # A page whose text is in its data says nothing of places.
    seen = () if data is not None else runs
    observation = b"" if memory is not None else _observe(article, metadata, seen, extraction, blocks, likely)
    dependency = MemoryDependency.from_runs(runs, hash_site_rules(page.rules))
    return replace(
        article,
        observation=observation,
        memory_dependency=dependency.to_bytes(),
        memory_fingerprint=dependency.fingerprint_memory(memory or SiteMemory()),
    )


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
        metadata = read_metadata(tree, page, names, others=headlines)
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


def _choose_texts(
    tree: HtmlElement | None,
    page: Page,
    metadata: Metadata,
    runs: list[TextRun],
    match: MemoryMatch | None,
    models: Models | None,
    unseen: dict[int, str],
    *,
    comments: bool,
) -> Classification:
    """Choose the article's texts by their place where that leaves no doubt; otherwise extract and classify them."""
    place_model = models.by_place if models else load_place_model()
    if place_model is not None and tree is not None and match is None and not comments:
        whole = Extraction(runs=tuple(runs), base=find_base_url(tree, page.url), unseen=unseen)
        by_place = classify_by_place(whole, place_model, metadata, page.url)
        if by_place is not None:
            return by_place
    found = replace(_extract(tree, page.url, runs, match, comments=comments), unseen=unseen)
    model = models.model if models else load_site_model() if match else load_model()
    return classify(found, model, metadata, page.url, match)


def _extract(
    tree: HtmlElement | None, url: str, runs: list[TextRun], match: MemoryMatch | None, *, comments: bool
) -> Extraction:
    """Extract the texts at positions where the site's articles stand; where the page differs, ask trafilatura."""
    if tree is None:
        return Extraction()
    if match is not None and match.is_understood:
        return build_extraction(runs, match.taken, find_base_url(tree, url))
    return extract(tree, url, runs, without=match.cut if match else (), comments=comments)


def _take_place(
    tree: HtmlElement, url: str, runs: list[TextRun], match: MemoryMatch | None, place: frozenset[int]
) -> Classification:
    """Extract the texts that are known to be the page's, without what the site repeats."""
    chosen = place.difference(match.cut) if match is not None else place
    extraction = build_extraction(runs, chosen, find_base_url(tree, url), join_rows=True)
    return Classification(extraction if match is None else add_repeated_blocks(extraction, match), {}, {})


def _note_entries(metadata: Metadata, live: LiveBlog | None) -> Metadata:
    """Return the metadata with the entries of a live blog, which tell the kind of the page."""
    if live is None:
        return metadata
    draft = metadata.draft
    sources = {**draft.sources, "page_kind": live.source}
    entries = tuple(found.entry for found in live.entries)
    return replace(metadata, draft=replace(draft, entries=entries, page_kind="live", sources=sources))


def _take_data_text(
    extraction: Extraction, blocks: tuple[Block, ...], data: DataText, page: Page, metadata: Metadata
) -> tuple[Extraction, tuple[Block, ...]]:
    """Return extraction and blocks of a page whose text is in its data, by the rules, after what its tree has."""
    found, _ = mark_corrections(data.extraction, {})
    context = _build_context(page, metadata, PlacedEntries(found, {}), TextPlace(), is_thread=False)
    judged = apply_rules(found.blocks, context)
    extraction, blocks = cut_tree_blocks(extraction, blocks, data, metadata.draft.description)
    return extraction.append(judged), (*blocks, *judged)


def _observe(
    article: Article,
    metadata: Metadata,
    runs: Sequence[TextRun],
    extraction: Extraction,
    blocks: Sequence[Block],
    likely: dict[int, float],
) -> bytes:
    """Return the observation of a page that was cleaned without a memory."""
    kept = {number for block, span in zip(blocks, extraction.spans, strict=True) if block.is_kept for number in span}
    certain = dict.fromkeys(kept - likely.keys(), 1.0)
    return observe_page(article, metadata.titles, runs, kept if runs else (), certain | likely).to_bytes()


def _complete_sources(
    sources: Mapping[str, str], robots_tags: RobotsTags, language: str, data: DataText | None
) -> dict[str, str]:
    """Return the sources of all fields, and of a text that the tree does not have."""
    return {
        **sources,
        **({"robots": robots_tags.source} if robots_tags.words else {}),
        "language": language,
        **({"text": data.source} if data is not None else {}),
    }


def _build_context(
    page: Page, metadata: Metadata, placed: PlacedEntries, place: TextPlace, *, is_thread: bool
) -> Context:
    extraction = placed.extraction
    return Context(
        url=page.url,
        title=metadata.draft.title,
        titles=metadata.titles,
        site_name=metadata.draft.site_name,
        lead=extraction.count_blocks_before(metadata.draft.title),
        hidden=extraction.list_unseen_blocks(),
        teasers=find_teasers(extraction, page.url),
        labels=find_labels(extraction, page.url),
        low_scores=placed.low_scores,
        places=(*place.paths, *placed.places),
        is_thread=is_thread,
        entry_lines=placed.lines,
        entry_texts=placed.texts,
    )
