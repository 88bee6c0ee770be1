"""The article of a page that could not be cleaned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import Article
from cleaning.version import CLEANER_VERSION

if TYPE_CHECKING:
    from cleaning.article import Page


def failed(page: Page, reason: str, limited: tuple[str, ...] = ()) -> Article:
    """An empty article, rejected for this reason; the page can be cleaned again from the archive."""
    return Article(
        url=page.url,
        title="",
        rejected=reason,
        cleaner_version=CLEANER_VERSION,
        fetched_at=page.fetched_at,
        limited=limited,
    )
