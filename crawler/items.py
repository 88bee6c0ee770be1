"""The item that passes through the pipelines: one fetched page and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from cleaning.article import Article, Page
from storage.addresses import Lease
from storage.warc import Place


@dataclass(slots=True, repr=False)
class FetchedPage:
    """A page on its way. `lease` is missing for a page out of an archive, `article` until it is cleaned."""

    page: Page
    site: str
    lease: Lease | None = None
    place: Place | None = None
    article: Article | None = None

    def __repr__(self) -> str:
        return f"<page {self.page.url}>"  # Scrapy's log shows items: not the whole HTML
