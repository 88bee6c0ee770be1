"""Clean a page: HTML in, article out. This module runs all stages of cleaning in their order."""

from __future__ import annotations

import gc
import logging
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from trafilatura.meta import reset_caches

from cleaning.classifier.model import load_model, load_place_model, load_site_model, load_site_place_model
from cleaning.decision.choose_texts import Models
from cleaning.decision.decide import Decision, decide, observe_decision
from cleaning.duplicates.article_sketch import seal_sketch
from cleaning.errors import ReadingUnreadable
from cleaning.memory.dependency import MemoryDependency
from cleaning.memory.site_memory import SiteMemory
from cleaning.metadata.language.ngrams import load_profiles
from cleaning.page.addresses import load_suffixes
from cleaning.page.parsing import parse_html
from cleaning.parts.join import join_parts
from cleaning.phrases import load_phrases
from cleaning.reading.packed_reading import pack_reading, unpack_reading
from cleaning.reading.read_tree import read_tree
from cleaning.records.article import Article, make_failed_article
from cleaning.records.given import Page

if TYPE_CHECKING:
    from cleaning.classifier.model import TreeModel
    from cleaning.reading.page_reading import KnownText, PageReading

MAX_NEW_OBJECTS = 50_000  # then garbage is collected; Python's own number is 700

log = logging.getLogger(__name__)


def clean(
    page: Page,
    model: TreeModel | None = None,
    *,
    place_model: TreeModel | None = None,
    memory: SiteMemory | None = None,
    observe: bool = False,
    trace: bool = False,
) -> Article:
    """Return the article of a page. A page that is no article gives one, too, with the reason in `rejected`.

    Never raises, unless `page` is no Page (TypeError). The same page and memory give the same article, whatever was
    cleaned before. `memory` is that of the page's site; one that is not known well enough counts as none. `model`
    replaces the cleaner's own, to measure it; trafilatura is then asked of each page, unless there is a `place_model`.
    The texts of a page's further parts are joined to its own. With `trace` the article carries its memory dependency,
    with `observe` its observation, too, and its reading for `decide_again`. Both are those of the page without a
    memory: nothing is learnt from pages that were cleaned with one.
    """
    if not isinstance(page, Page):
        raise TypeError(f"clean takes a Page, got {type(page).__name__}; cleaning.clean_html takes HTML")
    if memory is not None and not memory.is_known:
        memory = None
    models = Models(model, place_model) if model is not None else None
    trace = trace or observe
    article = _clean_one(page, models, memory, trace=trace, observe=observe)
    if page.parts and article.rejected is None:
        parts = [_clean_one(part, models, memory, trace=trace) for part in page.parts]
        try:
            article = _join(article, parts, memory, trace=trace)
        except Exception:
            log.warning("the parts of %s could not be joined", page.url, exc_info=True)
    if trace and article.rejected is None and (page.parts or not article.sketch):
        article = replace(article, sketch=seal_sketch(article.text))
    return article


def decide_again(data: bytes, memory: SiteMemory | None = None) -> Article | None:
    """Return the article of a page that was read before, by what the memory of its site says now.

    `data` is the `reading` of an article. The article is the one that `clean(page, memory=memory, observe=True)` gives;
    it has no `reading`, and an observation only where there is no memory. None where that takes the page itself, or
    where the reading cannot be read. Never raises.
    """
    if not data:
        return None
    if memory is not None and not memory.is_known:
        memory = None
    try:
        reading = unpack_reading(data)
        article = _decide_again(reading, memory)
    except ReadingUnreadable as error:
        log.warning("a page is read again: %s", error)
        return None
    except Exception:
        log.warning("a page is read again, because its reading could not be decided on", exc_info=True)
        return None
    if article is not None and article.rejected is None:
        article = replace(article, sketch=reading.find_sketch(article.text) or seal_sketch(article.text))
    return article


def _decide_again(reading: PageReading, memory: SiteMemory | None) -> Article | None:
    if memory is None:
        return _decide_alone(reading)
    decision = decide(reading, memory) if reading.reads_alike(memory.names) else None
    if decision is None:
        return None
    article = _trace(decision.article, reading, memory)
    if article.rejected is None:
        return article
    alone = _decide_alone(reading)
    return alone if alone is None else _prefer(article, replace(alone, observation=b""))


def _decide_alone(reading: PageReading) -> Article | None:
    """Decide on a packed reading without a memory; None where that takes the page."""
    decision = decide(reading) if reading.reads_alike(()) else None
    if decision is None:
        return None
    return replace(_trace(decision.article, reading, None), observation=observe_decision(reading, decision))


def _clean_one(
    page: Page, models: Models | None, memory: SiteMemory | None, *, trace: bool, observe: bool = False
) -> Article:
    """Clean one page without its further parts. Never raises."""
    try:
        if memory is None:
            return _clean_alone(page, models, trace=trace, observe=observe)
        return _clean_with_memory(page, models, memory, trace=trace, observe=observe)
    except MemoryError:
        return make_failed_article(page, "cleaner-memory")
    except Exception:
        log.warning("the cleaner failed on %s", page.url, exc_info=True)
        return make_failed_article(page, "cleaner-error")


def _clean_alone(page: Page, models: Models | None, *, trace: bool, observe: bool) -> Article:
    reading = _read(page, observe=observe)
    if isinstance(reading, Article):
        return reading
    decision = _decide(reading, None, models)
    if observe:
        return _observe(reading, decision, page, models, None)
    return _trace(decision.article, reading, None) if trace else decision.article


def _clean_with_memory(page: Page, models: Models | None, memory: SiteMemory, *, trace: bool, observe: bool) -> Article:
    reading = _read(page, memory.names, observe=observe, is_kept=observe)
    if isinstance(reading, Article):
        return reading
    article = _decide(reading, memory, models).article
    if trace:
        article = _trace(article, reading, memory)
    known_text = reading.known_text
    if observe and not page.parts and article.rejected is None and known_text is not None:
        article = replace(article, sketch=seal_sketch(article.text))
        known_text = known_text._replace(sketch=article.sketch)
    if not observe and article.rejected is None:
        return article
    if reading.can_decide and reading.reads_alike(()):
        if reading.tree is not None:
            reading.tree.is_kept = False  # it is not asked again
        decision = _decide(reading, None, None)
        alone = _observe(reading, decision, page, None, known_text) if observe else decision.article
    else:
        alone = _clean_alone(page, None, trace=False, observe=observe)
    article = replace(article, observation=alone.observation, reading=alone.reading)
    return article if article.rejected is None else _prefer(article, alone)


def _prefer(article: Article, alone: Article) -> Article:
    """Return the article that was cleaned without a memory where the one with a memory is rejected and it is not.

    An article must not be lost because the memory of its site is wrong.
    """
    if article.rejected is None or alone.rejected is not None:
        return article
    return replace(alone, memory_dependency=article.memory_dependency, memory_fingerprint=article.memory_fingerprint)


def _read(page: Page, names: tuple[str, ...] = (), *, observe: bool, is_kept: bool = False) -> PageReading | Article:
    """Read a page; one with too many elements gives a rejected article."""
    tree, limits_hit, _elements = parse_html(page.html)  # held while the page is read
    if "elements" in limits_hit:
        return make_failed_article(page, "too-many-elements", limits_hit)
    return read_tree(tree, page, names, limits_hit, observe=observe, is_kept=is_kept)


def _decide(reading: PageReading, memory: SiteMemory | None, models: Models | None) -> Decision:
    """Decide on a page whose tree is there."""
    decision = decide(reading, memory, models)
    if decision is None:
        raise RuntimeError("a page that was just read has no tree")
    return decision


def _observe(
    reading: PageReading, decision: Decision, page: Page, models: Models | None, known_text: KnownText | None
) -> Article:
    """Return the article of a page that was decided on without a memory, with all that others learn of it.

    `known_text` is the text that was decided on with a memory: the next memory will most likely leave the same.
    """
    article = _trace(decision.article, reading, None)
    if known_text is None and reading.known_text is not None:
        if article.rejected is None and not page.parts:
            article = replace(article, sketch=seal_sketch(article.text))
        known_text = reading.known_text._replace(sketch=article.sketch)
    is_packed = models is None and not page.parts
    return replace(
        article,
        observation=observe_decision(reading, decision),
        reading=pack_reading(reading, decision.choice, decision.judged, known_text) if is_packed else b"",
    )


def _trace(article: Article, reading: PageReading, memory: SiteMemory | None) -> Article:
    """Return the article with its memory dependency, and the fingerprint of what the memory says of it."""
    return replace(
        article,
        memory_dependency=reading.dependency.to_bytes(),
        memory_fingerprint=reading.dependency.fingerprint_memory(memory or SiteMemory()),
    )


def _join(first: Article, parts: list[Article], memory: SiteMemory | None, *, trace: bool) -> Article:
    article = join_parts(first, parts)
    if not trace:
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
    gc.collect()  # before there is much to look through: to load data leaves no garbage
    load_profiles()
    load_suffixes()
    for model in (load_model(), load_place_model(), load_site_model(), load_site_place_model()):
        model.predict([0.0] * len(model.features))  # compiles it
    load_phrases("act")
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
