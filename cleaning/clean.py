"""The whole way of a page: HTML in, article out."""

from __future__ import annotations

import gc
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from trafilatura.meta import reset_caches

from cleaning import language
from cleaning.article import Article
from cleaning.extraction import Extraction, base_address, extract, of_runs
from cleaning.failure import failed
from cleaning.likelihood.trees import trained, trained_with_memory
from cleaning.likelihood.weighing import weigh
from cleaning.memory.observation import observe as look
from cleaning.memory.recall import Recall
from cleaning.memory.site_memory import SiteMemory
from cleaning.memory.traces import Trace
from cleaning.metadata import Metadata, read_metadata
from cleaning.parsing import parsed
from cleaning.phrases import phrases
from cleaning.robots_tags import read_robots_tags, refused
from cleaning.rules import Context, judge
from cleaning.runs import read_runs
from cleaning.teasers import labels, teasers
from cleaning.verdict import rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.html import HtmlElement

    from cleaning.article import Page
    from cleaning.likelihood.trees import Trees
    from cleaning.rules.reading import Doubt
    from cleaning.runs import Run

log = logging.getLogger(__name__)


def clean(
    page: Page, trees: Trees | None = None, *, memory: SiteMemory | None = None, observe: bool = False
) -> Article:
    """The article of a page, always: of a page that is none, too, with the reason in `rejected`.

    Never raises. The same page and memory give the same article, whatever was cleaned before. `memory` is that of the
    page's site; one that knows too little is none. `trees` weighs by another model than the cleaner's own: for
    measuring one. With `observe` the article carries its trace, and where there is no memory its observation: nothing
    is learnt from what was learnt.
    """
    if memory is not None and not memory.is_known:
        memory = None
    try:
        article = _clean(page, trees, memory, observe=observe)
        if memory is None or article.rejected is None:
            return article
        # Never an article lost to what its site is believed to be.
        alone = _clean(page, None, None, observe=False)
        return article if alone.rejected else replace(alone, trace=article.trace, recalled=article.recalled)
    except MemoryError:
        return failed(page, "cleaner-memory")
    except Exception:
        log.warning("the cleaner failed on %s", page.url, exc_info=True)
        return failed(page, "cleaner-error")


def warm() -> None:
    """Load what the first page would otherwise wait for, and keep the garbage collector from looking through it."""
    language.warm()
    trained()
    trained_with_memory()
    phrases("act")
    gc.collect()
    gc.freeze()


def forget() -> None:
    """Empty the libraries' caches, which grow with every page; for processes that clean many."""
    reset_caches()


def _clean(page: Page, trees: Trees | None, memory: SiteMemory | None, *, observe: bool) -> Article:
    tree, limited = parsed(page.html)
    if "elements" in limited:
        return failed(page, "too-many-elements", limited)
    metadata = read_metadata(tree, page, memory.names if memory else ())
    asked = read_robots_tags(tree, page)
    runs = read_runs(tree) if tree is not None else []
    recall = Recall(memory, runs, metadata.draft.title) if memory else None
    found = _extract(tree, page.url, runs, recall)
    trees = trees or (trained_with_memory() if recall else trained())
    extraction, doubts, likely = weigh(found, trees, metadata, page.url, recall)
    context = _context(page, metadata, extraction, doubts)
    blocks = judge(extraction.blocks, context)
    text = "\n".join(block.text for block in blocks if block.kept)
    code, probability = language.language(text, page.language)
    reason = rejected(page.status, metadata.draft, extraction, blocks, context.teasers)
    if tree is None and page.html.strip() and page.status < 400:
        reason = "not-html"
    if reason != "error-page":  # which often asks not to be indexed, and says nothing of the page that stood there
        reason = refused(asked.words, page.obeyed, page.fetched_at) or reason
    article = replace(
        metadata.draft,
        blocks=blocks,
        language=code,
        language_probability=probability,
        rejected=reason,
        robots=asked.words,
        sources={**metadata.draft.sources, **({"robots": asked.source} if asked.words else {})},
        limited=limited,
    )
    if not observe:
        return article
    seen = b""
    if memory is None:
        kept = {number for block, span in zip(blocks, extraction.spans, strict=True) if block.kept for number in span}
        certain = dict.fromkeys(kept - likely.keys(), 1.0)
        seen = look(article, metadata.titles, runs, kept, certain | likely).packed()
    trace = Trace.of(runs)
    return replace(article, observation=seen, trace=trace.packed(), recalled=trace.digest(memory or SiteMemory()))


def _extract(tree: HtmlElement | None, url: str, runs: list[Run], recall: Recall | None) -> Extraction:
    """What stands where the site's articles stand; where the page is not like them, what trafilatura finds."""
    if tree is None:
        return Extraction()
    if recall is not None and recall.understood:
        return of_runs(runs, recall.taken, base_address(tree, url))
    return extract(tree, url, runs, without=recall.cut if recall else ())


def _context(page: Page, metadata: Metadata, extraction: Extraction, doubts: Mapping[int, Doubt]) -> Context:
    return Context(
        url=page.url,
        title=metadata.draft.title,
        titles=metadata.titles,
        site_name=metadata.draft.site_name,
        lead=extraction.before(metadata.draft.title),
        teasers=teasers(extraction, page.url),
        labels=labels(extraction, page.url),
        doubts=doubts,
    )
