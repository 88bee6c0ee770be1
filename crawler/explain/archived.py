"""Read a page from a WARC file, and the further parts of its article from the same file."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument, RecordUnreadable
from cleaning.page.canonical import to_canonical_url
from crawler.explain.record_name import RecordName
from crawler.explain.site_context import SiteContext, SiteContexts
from crawler.page_facts import make_part
from crawler.parts.collect import FetchedPart, collect_parts
from crawler.recleaning.page_decoder import PageDecoder
from storage.archive.location import ArchiveLocation
from storage.archive.place import ArchiveFile, as_place
from storage.archive.read_back import ArchiveReader, read_archive

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from cleaning.records.article import Article
    from cleaning.records.given import Page
    from cleaning.workers import Cleaners
    from storage.archive.records import ArchivedResponse


class ArchivedPages:
    """Reads pages of one WARC file as the crawl decodes them. Blocking."""

    def __init__(self, path: Path | ArchiveFile, settings: BaseSettings, contexts: SiteContexts) -> None:
        self._path = path
        self._place = path.parent if isinstance(path, Path) else path.place
        self._pages = PageDecoder(settings)
        self._contexts = contexts
        self._max_parts = settings.getint("PARTS_MAX")
        self._places: dict[str, ArchiveLocation] | None = None  # the last page at each address

    def read(self, record: RecordName, cleaners: Cleaners) -> tuple[Page, SiteContext, str]:
        """Return a page with the further parts of its article, its site, and its place in the file, for a person.

        The cleaners have been started. Raise BadArgument where there is no such page.
        """
        with ArchiveReader(self._place, max_body=self._pages.max_body) as archive:
            location = self._find(record)
            page, context = self._read_page(archive, location)

            async def fetch(url: str, first: Page) -> FetchedPart:
                place = self._index().get(url)
                if place is None:
                    return FetchedPart(url, problem="not-archived")
                part, _ = self._read_page(archive, place)
                return FetchedPart(url, make_part(part, first), place)

            async def clean(page: Page) -> Article:
                return await asyncio.wrap_future(cleaners.submit(page, context.memory))

            async def collect() -> Page:
                found = await collect_parts(page, await clean(page), self._max_parts, fetch, clean)
                return found.add_to(page)

            return asyncio.run(collect()), context, f"{location.file} at byte {location.offset:,}"

    def _find(self, record: RecordName) -> ArchiveLocation:
        if record.offset is not None:
            return ArchiveLocation(self._path.name, record.offset)
        location = self._index().get(record.url or "")
        if location is None:
            raise BadArgument(f"{as_place(self._place).locate(self._path.name)} has no page of {record.url}")
        return location

    def _index(self) -> dict[str, ArchiveLocation]:
        if self._places is None:
            found = read_archive(self._path, Counter(), max_body=self._pages.max_body)
            self._places = {
                to_canonical_url(one.url) or one.url: one.location for one in found if 200 <= one.status <= 299
            }
        return self._places

    def _read_page(self, archive: ArchiveReader, location: ArchiveLocation) -> tuple[Page, SiteContext]:
        try:
            archived = archive.read(location)
            fetched = self._pages.make_fetched_page(archived)
        except RecordUnreadable as error:
            raise BadArgument(str(error)) from error
        if not 200 <= archived.status <= 299:
            raise BadArgument(
                f"{location.file} at byte {location.offset}: its host answered {archived.status}; the crawl makes no "
                "article from that"
            )
        if fetched is None:
            raise BadArgument(
                f"{location.file} at byte {location.offset}: it is no HTML page{_describe_kind(archived)}"
            )
        context = self._contexts.find(fetched.page.url, archived_site=archived.site)
        return context.apply_to(fetched.page), context


def _describe_kind(archived: ArchivedResponse) -> str:
    kind = next((value for name, value in archived.headers if name.lower() == "content-type"), "").partition(";")[0]
    return f" but {kind}" if kind else ""
