"""A crawl that cannot begin leaves nothing claimed: the worker of a fleet that made it goes on, and so do others."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from servers.s3 import FaultyS3

from cleaning.errors import BadArgument
from crawler.run.session import Session
from storage.database.locks import claim_data_folder


def test_a_crawl_that_the_archive_refuses_has_claimed_nothing(s3: FaultyS3, tmp_path: Path) -> None:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict({**s3.settings, "DATA_DIR": str(tmp_path)}, priority="cmdline")
    s3.fail("denied", "PUT")
    with pytest.raises(BadArgument) as told:
        Session(Crawler(Spider, settings))
    assert told.traceback  # whoever handles it still holds the frames, and what they name
    claim_data_folder(tmp_path).close()
