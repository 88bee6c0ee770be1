"""The protocol of a spider whose requests come from the frontier."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from scrapy import Request

from crawler.sites.site import Site
from storage.frontier.addresses import Lease


@runtime_checkable
class FrontierSpider(Protocol):
    """The attributes and methods that the scheduler uses."""

    sites: Sequence[Site]
    since: datetime | None  # older articles are left for another run
    refetch: object | None  # set when a release is fetched again: then only addresses offered in this run are leased
    pending_failures: set[asyncio.Task[str | None]]  # failures being recorded, for which Scrapy does not wait

    def build_request(self, lease: Lease) -> Request: ...
