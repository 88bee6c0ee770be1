"""The item that passes through the pipelines: a fetched page, and the article made from it."""

from __future__ import annotations

from dataclasses import dataclass

from cleaning.article import Article, Page
from storage.archive.part_locations import ArchivedPart
from storage.archive.write import ArchiveLocation
from storage.frontier.addresses import Lease, Offer
from storage.frontier.validators import Validators


@dataclass(frozen=True, slots=True)
class ListedPage:
    """What a page lists that was fetched as an article."""

    offers: tuple[Offer, ...]
    has_section_address: bool  # whether nothing in its address speaks for an article


@dataclass(slots=True, repr=False)
class FetchedPage:
    """A page on its way to the store. A page that is replayed from an archive has no `lease`."""

    page: Page
    site: str
    lease: Lease | None = None
    location: ArchiveLocation | None = None  # of its WARC record
    article: Article | None = None  # set by the clean pipeline
    listed: ListedPage | None = None  # what the page lists, if it is no article but a list; set by the lists pipeline
    validators: Validators | None = None  # of the response
    parts: tuple[ArchivedPart, ...] = ()  # the further pages of its article; set by the clean pipeline

    def __repr__(self) -> str:
        return f"<page {self.page.url}>"  # Scrapy logs items; the log shall not get the whole HTML
