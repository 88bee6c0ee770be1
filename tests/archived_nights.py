"""A store with an archive, night by night: what pruning and checking look through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import ArchivedPart, save_parts
from storage.archive.write import Archive, Exchange
from storage.articles.saving import make_article_id, save_article
from storage.models import Address

FIRST = datetime(2026, 6, 1, 2, tzinfo=UTC)


def make_page_url(site: str, night: int, number: int) -> str:
    return f"https://{site}.example/{night}/{number}"


class NightlyStore:
    """Stores pages as a crawl does: each with its record, those that are rejected, too."""

    def __init__(self, engine: Engine, data: Path) -> None:
        self.engine = engine
        self.archive = data / "archive"

    def crawl(self, night: int, pages: dict[str, int], *, rejected: int = 0, again: tuple[str, ...] = ()) -> None:
        """Store so many new pages of each site, and so many rejected ones; fetch these addresses again, changed."""
        now = FIRST + timedelta(days=night)
        with self.engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=now)
        archive = Archive(self.archive, run=run, software="test")
        with self.engine.begin() as connection:
            for site, count in pages.items():
                for number in range(count + rejected):
                    url = make_page_url(site, night, number)
                    reason = None if number < count else "no-text"
                    location = self._archive(archive, url, now, site)
                    article = Article(url, f"Page {number}", (Block(f"Text of {url}."),), canonical_url=url)
                    if reason is not None:
                        article = Article(url, f"Page {number}", canonical_url=url, rejected=reason)
                    save_article(connection, article, site=site, run=run, fetched_at=now, location=location)
                    address = {
                        "url": url,
                        "site": site,
                        "kind": "article",
                        "state": "done",
                        "source": "feed",
                    }
                    times = {"offered_at": now, "due_at": now, "fetched_at": now}
                    of_run = {"first_run": run, "last_run": run, "rank": 0, "tries": 0, "depth": 0}
                    connection.execute(insert(Address).values(**address, **times, **of_run))
            for url in again:
                location = self._archive(archive, url, now, "herald", "changed")
                article = Article(url, "Again", (Block(f"Text of {url}, changed."),), canonical_url=url)
                save_article(connection, article, site="herald", run=run, fetched_at=now, location=location)
            archive.sync()
            runs.end(connection, run, outcome="finished", exit_code=0, counts={}, now=now)
        archive.close()

    def add_part(self, url: str, night: int) -> None:
        """Store a further part of an article, archived in a night of its own."""
        now = FIRST + timedelta(days=night)
        with self.engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=now)
            archive = Archive(self.archive, run=run, software="test")
            part = ArchivedPart(f"{url}/2", self._archive(archive, f"{url}/2", now, "herald"))
            save_parts(connection, make_article_id(url), [part])
            archive.close()

    def _archive(self, archive: Archive, url: str, now: datetime, site: str, word: str = "first") -> ArchiveLocation:
        body = f"<html><p>{word} {url}</p></html>".encode() * 40
        return archive.write(Exchange(url, "GET", [], 200, [("Content-Type", "text/html")], body, now, site))
