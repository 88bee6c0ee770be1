"""The claim on the data folder that a command holds for longer than its crawl, and lends to it."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from scrapy.crawler import Crawler

from crawler.run.once import once_per_crawler
from storage.database.locks import claim_data_folder


class LentClaim:
    """Says whether the session of this crawl has to claim the data folder: not if whoever made the crawler has it."""

    def __init__(self, _crawler: Crawler) -> None:
        self.is_lent = False  # set before the session opens

    def take(self, folder: Path) -> list[IO[str]]:
        """Return the claims that the session has to release. Raise DataFolderError if another crawl has the folder."""
        return [] if self.is_lent else [claim_data_folder(folder)]


lent_claim_of = once_per_crawler(LentClaim)
