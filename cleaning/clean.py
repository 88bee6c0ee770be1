"""The whole way of a page: HTML in, article out."""

from __future__ import annotations

import gc
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from trafilatura.meta import reset_caches

from cleaning import language
from cleaning.article import Article
from cleaning.extraction import Extraction, extract
from cleaning.failure import failed
from cleaning.likelihood.trees import trained
from cleaning.likelihood.weighing import weigh
from cleaning.metadata import Metadata, read_metadata
from cleaning.parsing import parse
from cleaning.phrases import phrases
from cleaning.rules import Context, judge
from cleaning.teasers import labels, teasers
from cleaning.verdict import rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cleaning.article import Page
    from cleaning.likelihood.trees import Trees
    from cleaning.rules.reading import Doubt

log = logging.getLogger(__name__)


def clean(page: Page, trees: Trees | None = None) -> Article:
    """The article of a page, always: of a page that is none, too, with the reason in `rejected`.

    Never raises. The same page gives the same article, whatever was cleaned before. `trees` weighs by another model
    than the cleaner's own: for measuring one.
    """
    try:
        return _clean(page, trees or trained())
    except Exception:
        log.warning("the cleaner failed on %s", page.url, exc_info=True)
        return failed(page, "cleaner-error")


def warm() -> None:
    """Load what the first page would otherwise wait for, and keep the garbage collector from looking through it."""
    language.warm()
    trained()
    phrases("act")
    gc.collect()
    gc.freeze()


def forget() -> None:
    """Empty the libraries' caches, which grow with every page; for processes that clean many."""
    reset_caches()


def _clean(page: Page, trees: Trees) -> Article:
    tree = parse(page.html)
    metadata = read_metadata(tree, page)
    found = extract(tree, page.url) if tree is not None else Extraction()
    extraction, doubts = weigh(found, trees, metadata, page.url)
    context = _context(page, metadata, extraction, doubts)
    blocks = judge(extraction.blocks, context)
    text = "\n".join(block.text for block in blocks if block.kept)
    code, probability = language.language(text, page.language)
    reason = rejected(page.status, metadata.draft, extraction, blocks, context.teasers)
    if tree is None and page.html.strip() and page.status < 400:
        reason = "not-html"
    return replace(metadata.draft, blocks=blocks, language=code, language_probability=probability, rejected=reason)


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
