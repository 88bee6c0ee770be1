"""Asks for addresses with nothing but the guard in its way: no frontier, no rule which hosts are the site's.

python tests/guarded_asking.py NAME=VALUE... URL...; the settings are JSON or text. One request at a time, each with
credentials that nobody else may see; says what came of each as one JSON object a line: [URL, status or reason].
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.failures import fate

CREDENTIALS = {"Authorization": "Basic c2VjcmV0", "Cookie": "session=secret"}
ALONE: dict[str, Any] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "CONCURRENT_REQUESTS": 1,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 5,
    "LOG_LEVEL": "WARNING",
}
NOT_NOW = {
    "crawler.middlewares.scope.ScopeMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": None,
    "crawler.middlewares.archive.ArchiveMiddleware": None,
}


class Asking(Spider):
    name = "asking"
    urls: list[str]

    async def start(self) -> AsyncIterator[Request]:
        for priority, url in enumerate(self.urls):
            yield Request(
                url,
                headers=CREDENTIALS,
                callback=self.answered,
                errback=self.failed,
                cb_kwargs={"asked": url},
                dont_filter=True,
                priority=-priority,
                meta={"handle_httpstatus_list": [404]},
            )

    def answered(self, response: Response, asked: str) -> None:
        say(asked, response.status)

    def failed(self, failure: Failure) -> None:
        say(failure.request.cb_kwargs["asked"], fate(failure).reason)  # type: ignore[attr-defined]


def say(url: str, came: object) -> None:
    sys.stdout.write(json.dumps([url, came]) + "\n")


if __name__ == "__main__":
    settings = Settings()
    settings.setmodule("crawler.settings")
    for name, value in ALONE.items():
        settings.set(name, value, priority="cmdline")
    settings.set("DOWNLOADER_MIDDLEWARES", settings.getdict("DOWNLOADER_MIDDLEWARES") | NOT_NOW, priority="cmdline")
    given = [argument for argument in sys.argv[1:] if re.match("[A-Z_]+=", argument)]
    for setting in given:
        settings.set(*setting.split("=", 1), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(Asking, urls=[argument for argument in sys.argv[1:] if argument not in given])
    process.start()
