"""Cleans the archived page of an article once more, to say where each field stands: the store has values alone."""

from __future__ import annotations

from threading import Lock

from scrapy.settings import BaseSettings

from cleaning.errors import ArchiveMissing
from crawler.explain.archived import ArchivedPages
from crawler.explain.explanation import MetadataField, PageExplanation
from crawler.explain.one_cleaner import make_cleaner
from crawler.explain.record_name import RecordName
from crawler.explain.site_context import SiteContexts
from storage.archive.place import ArchiveFile, ArchivePlace
from storage.articles.revisions import is_refusal
from storage.reading.stored_page import StoredPage

_ADDRESS = "canonical_url"  # the store has one of every article, also of a page that states none


class SourceReader:
    """Cleans pages as the next crawl would: by the rules and the memory of their sites. Any thread may ask; one waits.

    In a child process, as in a crawl: a page may hang the cleaner, or need much memory.
    """

    def __init__(self, settings: BaseSettings, archive: ArchivePlace) -> None:
        self._settings = settings
        self._archive = archive
        self._lock = Lock()

    def read(self, page: StoredPage) -> PageExplanation:
        """Return what the cleaner finds. Raise a BroadsheetError where it has no page to clean. Takes seconds."""
        location, url = page.location, page.record.url
        if location is None:
            raise ArchiveMissing(f"the archive has no page of {url}")
        if is_refusal(page.record.rejected):
            raise ArchiveMissing(f"{url} asks not to be kept: it is not shown")
        folder = self._archive.folder
        file = ArchiveFile(location.file, 0, self._archive) if folder is None else folder / location.file
        with self._lock:
            archived = ArchivedPages(file, self._settings, SiteContexts(self._settings))
            cleaners = make_cleaner(self._settings)
            cleaners.start()
            try:
                found, context, place = archived.read(RecordName(file, location.offset), cleaners)
                article = cleaners.submit(found, context.memory).result()
            finally:
                cleaners.stop()
        return PageExplanation(article, article.url, place, found.language, context.note)


def list_fields(stored: PageExplanation, found: PageExplanation) -> list[tuple[MetadataField, str | None]]:
    """Return each field that is found or stored, and of one that the store has otherwise what it has."""
    before = {field.name: field for field in stored.fields if field.name != _ADDRESS}
    return [
        (field, None if field.value == (known := before.get(field.name, field)).value else known.display or "none")
        for field in found.fields
        if field.value is not None or before.get(field.name, field).value is not None
    ]
