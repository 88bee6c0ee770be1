"""Contracts for `scrapy check`: in the docstring of a callback, beside Scrapy's @url, @returns and @scrapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scrapy.contracts import Contract
from scrapy.exceptions import ContractFail

from crawler.sites.site import SITE_OF_REQUEST, Site, make_site
from storage.frontier.addresses import AddressKind, Lease


class LeaseContract(Contract):
    """`@lease article`: the request comes from the frontier, as an address of this kind."""

    name = "lease"

    def __init__(self, method: Callable[..., Any], *args: str) -> None:
        super().__init__(method, *args)
        self._sites: Sequence[Site] = getattr(getattr(method, "__self__", None), "sites", ())

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        site = next((site for site in self._sites if site.owns(args["url"])), None) or make_site(args["url"])
        lease = Lease(0, args["url"], site.name, AddressKind(self.args[0]), 0, "contract", 0)
        return args | {"meta": {"lease": lease, SITE_OF_REQUEST: site}}


class ArticleContract(Contract):
    """`@article HEADLINE`: the callback yields one page, and the cleaner makes an article of it with this headline."""

    name = "article"

    def post_process(self, output: list[Any]) -> None:
        # A crawl loads this module with those of the spiders, and must not load the cleaner.
        from cleaning.clean import clean  # noqa: PLC0415
        from crawler.explain.response_page import make_item_page  # noqa: PLC0415

        pages = [page for item in output if (page := make_item_page(item)) is not None]
        if len(pages) != 1:
            raise ContractFail(f"one page was expected, the callback yielded {len(pages)}")
        article, headline = clean(pages[0]), " ".join(self.args)
        if article.rejected is not None:
            raise ContractFail(f"{article.url} is no article: {article.rejected}")
        if article.title != headline:
            raise ContractFail(f"the headline is {article.title!r}, not {headline!r}")
