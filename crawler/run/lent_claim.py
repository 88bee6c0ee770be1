"""What a crawl has to claim: the data folder, unless a command lends it; the whole database, or the sites of it."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from scrapy.crawler import Crawler

from crawler.run.once import once_per_crawler
from storage.database.locks import claim_data_folder


class LentClaim:
    """Says what the session of this crawl has to claim. Set it before the session opens.

    Not the data folder, if whoever made the crawler has it. Of a database on a server the `sites` of the crawl, so that
    other sites may be crawled at the same time; None: all of it. `places` are the hosts of these sites, which another
    list may have under other names.
    """

    def __init__(self, _crawler: Crawler) -> None:
        self.is_lent = False
        self.sites: tuple[str, ...] | None = None
        self.places: tuple[str, ...] = ()

    def take(self, folder: Path) -> list[IO[str]]:
        """Return the claims that the session has to release. Raise DataFolderError if another crawl has the folder."""
        return [] if self.is_lent else [claim_data_folder(folder)]


lent_claim_of = once_per_crawler(LentClaim)
