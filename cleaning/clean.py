"""The whole way of a page: HTML in, article out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from trafilatura.meta import reset_caches

from cleaning import language
from cleaning.article import Article
from cleaning.extraction import Extraction, extract
from cleaning.failure import failed
from cleaning.headlines import index_key
from cleaning.metadata import Metadata, read_metadata
from cleaning.parsing import parse
from cleaning.rules import Context, judge
from cleaning.teasers import labels, teasers
from cleaning.verdict import rejected
from cleaning.version import CLEANER_VERSION

if TYPE_CHECKING:
    from cleaning.article import Page

log = logging.getLogger(__name__)


def clean(page: Page) -> Article:
    """The article of a page, always: of a page that is none, too, with the reason in `rejected`.

    Never raises. The same page gives the same article, whatever was cleaned before.
    """
    try:
        return _clean(page)
    except Exception:
        log.warning("the cleaner failed on %s", page.url, exc_info=True)
        return failed(page, "cleaner-error")


def warm() -> None:
    """Load what the first page would otherwise wait for."""
    language.warm()


def forget() -> None:
    """Empty the libraries' caches, which grow with every page; for processes that clean many."""
    reset_caches()


def _clean(page: Page) -> Article:
    tree = parse(page.html)
    metadata = read_metadata(tree, page) if tree is not None else Metadata()
    extraction = extract(tree, page.url) if tree is not None else Extraction()
    context = _context(page, metadata, extraction)
    blocks = judge(extraction.blocks, context)
    text = "\n".join(block.text for block in blocks if block.kept)
    code, probability = language.language(text, page.language)
    reason = rejected(page.status, metadata, extraction, blocks, context.teasers)
    if tree is None and page.html.strip() and page.status < 400:
        reason = "not-html"
    return Article(
        url=page.url,
        title=metadata.title,
        blocks=blocks,
        canonical_url=metadata.canonical_url,
        site_name=metadata.site_name,
        authors=metadata.authors,
        published_at=metadata.published_at,
        published_raw=metadata.published_raw,
        modified_at=metadata.modified_at,
        description=metadata.description,
        tags=metadata.tags,
        image=metadata.image,
        language=code,
        language_probability=probability,
        rejected=reason,
        cleaner_version=CLEANER_VERSION,
        fetched_at=page.fetched_at,
        headline_key=index_key(metadata.title, metadata.site_name),
    )


def _context(page: Page, metadata: Metadata, extraction: Extraction) -> Context:
    return Context(
        url=page.url,
        title=metadata.title,
        titles=metadata.titles,
        site_name=metadata.site_name,
        lead=extraction.before(metadata.title),
        teasers=teasers(extraction, page.url),
        labels=labels(extraction, page.url),
    )
