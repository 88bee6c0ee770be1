"""The protocol of a spider whose requests come from the frontier."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from scrapy import Request

from crawler.sites.site import Site
from storage.frontier.addresses import Lease
from storage.frontier.leasing import FirstDay


@runtime_checkable
class FrontierSpider(Protocol):
    """The attributes and methods that the scheduler uses."""

    sites: Sequence[Site]
    is_list_closed: bool  # whether only addresses are leased that are offered in this run: of a release, or one article
    is_night: (
        bool  # whether all that the sites list is asked for, and articles are looked at again because of their age
    )
    pending_failures: set[asyncio.Task[str | None]]  # failures being recorded, for which Scrapy does not wait

    def get_since(self, site: Site) -> FirstDay | None:
        """Return the first day of a site whose articles the run asks for; None if it asks for all."""

    def build_request(self, lease: Lease) -> Request: ...
