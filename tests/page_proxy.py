"""Serves the proxy of one page of the browser, until its standard input ends.

python tests/page_proxy.py ALLOWED_NETWORKS MAX_BYTES HOST...

The page may ask the hosts. Prints the port of the proxy, and in the end how often it refused a connection, by reason.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")

from twisted.internet import reactor  # noqa: E402 (importing it installs one)
from twisted.internet.defer import Deferred  # noqa: E402

from crawler.browser.proxy import PageProxy  # noqa: E402
from crawler.guard.networks import read_allowed_networks  # noqa: E402
from crawler.guard.resolver import GuardedResolver  # noqa: E402

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

loop = cast("ReactorBase", reactor)  # Twisted's modules know no types


async def serve_page(networks: str, most: int, hosts: list[str]) -> None:
    resolver = GuardedResolver(loop, 0, 5.0)
    resolver.allowed = read_allowed_networks(Settings({"ALLOWED_NETWORKS": networks}))
    resolver.install_on_reactor()
    refused: Counter[str] = Counter()
    async with PageProxy(lambda url: urlsplit(url).hostname in hosts, lambda why: refused.update([why]), most) as proxy:
        sys.stdout.write(f"{urlsplit(proxy.url).port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
    sys.stdout.write(json.dumps(refused) + "\n")
    sys.stdout.flush()
    loop.stop()


if __name__ == "__main__":
    serving = Deferred.fromFuture(
        asyncio.get_event_loop().create_task(serve_page(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
    )
    loop.run()
