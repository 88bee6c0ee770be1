"""Send one request as the crawl would send it, without a store, and hand its response on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcessBase
from scrapy.http import Response
from twisted.python.failure import Failure

from cleaning.errors import BroadsheetError
from crawler.explain.fetch import describe_failure


def send_request(
    process: CrawlerProcessBase, request: Request, use: Callable[[Response], None], spider: type[Spider] = Spider
) -> None:
    """Send a request by a spider of this class, and call `use` with the response. Raise BroadsheetError if it fails.

    `use` is called when the crawl has ended: there Scrapy would log what it raises, and go on.
    """
    problems: list[str] = []
    responses: list[Response] = []

    def handle_response(response: Response) -> None:
        responses.append(response)

    def handle_failure(failure: Failure) -> None:
        problems.append(describe_failure(failure))

    own = request.replace(callback=handle_response, errback=handle_failure)

    class OneRequest(spider):  # type: ignore[misc, valid-type]
        name = getattr(spider, "name", None) or "request"

        async def start(self) -> AsyncIterator[Any]:
            yield own

    process.crawl(OneRequest)
    process.start()
    if not responses:
        raise BroadsheetError(f"{request.url}: {problems[0] if problems else 'no request could be made; see the log'}")
    use(responses[0])
