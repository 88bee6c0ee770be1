"""Make of a response the page that the cleaner gets, as the crawl makes it, and what it would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from itemadapter import ItemAdapter
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.project import get_project_settings

from cleaning.clean import clean
from cleaning.metadata.stated_address import UNKNOWN_ADDRESS, find_stated_address
from cleaning.page.canonical import to_canonical_url
from cleaning.page.charset import decode_html
from cleaning.records.given import NOTHING_KNOWN, Known, Page
from crawler.discovery.addresses import classify_address
from crawler.discovery.discover import discover
from crawler.items import FetchedPage, SpiderPage
from crawler.page_facts import PageFacts, decode_response_text, get_content_type
from crawler.run.spider_sites import find_site_of
from storage.frontier.addresses import AddressKind


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What the spider `articles` makes of a page: an article or the reason why it is none, and what the page names."""

    items: list[dict[str, Any]]
    rejected: str | None
    requests: list[Request]


def make_response_page(
    response: Response,
    settings: BaseSettings,
    known: Known = NOTHING_KNOWN,
    *,
    url: str | None = None,
    html: str | None = None,
) -> Page:
    """Return the page of a response. Where it came from a file, its address is the one that it states itself.

    `known`, `url` and `html` are what a spider knows better.
    """
    if response.url.startswith("file:"):
        html = decode_html(response.body)
        url = find_stated_address(html) or UNKNOWN_ADDRESS
    url = url or to_canonical_url(response.url) or response.url
    host_rights = response.meta.get("host_rights") if response.request is not None else None
    return Page(
        url=url,
        html=(decode_response_text(response) or "") if html is None else html,
        status=response.status,
        fetched_at=datetime.now(UTC),
        known=known,
        **PageFacts(settings).collect(response.headers, host_rights, find_site_of(url, settings)),
    )


def parse_response(response: Response, settings: BaseSettings) -> PageOutcome:
    """Return what the spider `articles` would make of a response: its article, and the addresses it would offer."""
    site = find_site_of(response.url, settings)
    found = discover(
        site,
        classify_address(response.url, site).kind or AddressKind.SECTION,
        0,
        response.url,
        response.body,
        content_type=get_content_type(response),
        may_follow=partial(PageFacts(settings).may_follow_links, response.headers),
    )
    page = make_response_page(response, settings)
    article = clean(page)
    items = [] if article.rejected is not None else [_flatten(FetchedPage(page, site.name, article=article))]
    return PageOutcome(items, article.rejected, [Request(offer.url) for offer in found.offers])


def clean_spider_page(item: SpiderPage, settings: BaseSettings) -> dict[str, Any]:
    """Return the flat article of a page that a spider of the user's yields; with `rejected` if it is none."""
    page = make_response_page(item.response, settings, item.known, url=item.url, html=item.html)
    site = item.site or find_site_of(page.url, settings).name
    article = clean(page)
    flat = _flatten(FetchedPage(page, site, article=article))
    return flat if article.rejected is None else {"rejected": article.rejected, **flat}


def make_item_page(item: object) -> Page | None:
    """Return the page that an item of a spider holds; None for an item of another kind."""
    if isinstance(item, FetchedPage):
        return item.page
    if isinstance(item, SpiderPage):
        return make_response_page(item.response, get_project_settings(), item.known, url=item.url, html=item.html)
    return None


def _flatten(item: FetchedPage) -> dict[str, Any]:
    return dict(ItemAdapter(item).asdict())
