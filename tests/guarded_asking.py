"""Requests URLs with only the address guard switched on: without the frontier, the scope and robots.txt.

python tests/guarded_asking.py NAME=VALUE... URL...

The settings are JSON or text. Sends one request at a time, each with credentials that no other host may see. Prints the
outcome of each as a line of JSON: [URL, status or reason].
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

from crawler.failures.outcome import classify_failure

CREDENTIALS = {"Authorization": "Basic c2VjcmV0", "Cookie": "session=secret"}
ALONE: dict[str, Any] = {
    "RETRY_ENABLED": False,
    "ITEM_PIPELINES_BASE": {},
    "EXTENSIONS": {},
    "CONCURRENT_REQUESTS": 1,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 5,
    "LOG_LEVEL": "WARNING",
}
SWITCHED_OFF = {
    "crawler.middlewares.spider_requests.SpiderRequestsMiddleware": None,
    "crawler.middlewares.scope.ScopeMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": None,
    "crawler.middlewares.archive.ArchiveMiddleware": None,
}


class AskingSpider(Spider):
    name = "asking"
    urls: list[str]

    async def start(self) -> AsyncIterator[Request]:
        for priority, url in enumerate(self.urls):
            yield Request(
                url,
                headers=CREDENTIALS,
                callback=self.on_response,
                errback=self.on_error,
                cb_kwargs={"asked": url},
                dont_filter=True,
                priority=-priority,
                meta={"handle_httpstatus_list": [404]},
            )

    def on_response(self, response: Response, asked: str) -> None:
        print_outcome(asked, response.status)

    def on_error(self, failure: Failure) -> None:
        print_outcome(failure.request.cb_kwargs["asked"], classify_failure(failure).reason)  # type: ignore[attr-defined]


def print_outcome(url: str, outcome: object) -> None:
    sys.stdout.write(json.dumps([url, outcome]) + "\n")


if __name__ == "__main__":
    settings = Settings()
    settings.setmodule("crawler.settings")
    for name, value in ALONE.items():
        settings.set(name, value, priority="cmdline")
    settings.set(
        "DOWNLOADER_MIDDLEWARES", settings.getdict("DOWNLOADER_MIDDLEWARES") | SWITCHED_OFF, priority="cmdline"
    )
    given = [argument for argument in sys.argv[1:] if re.match("[A-Z_]+=", argument)]
    for setting in given:
        settings.set(*setting.split("=", 1), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(AskingSpider, urls=[argument for argument in sys.argv[1:] if argument not in given])
    process.start()
