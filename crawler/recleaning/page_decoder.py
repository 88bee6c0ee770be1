"""Turn archived responses into pages, exactly as the crawl does, without a crawl, a request or a reactor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from scrapy import Request
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.signalmanager import SignalManager

from cleaning.page.canonical import to_canonical_url
from cleaning.records.given import Page, SiteRules
from crawler.failures.errors import Bomb, TooLarge, Undecodable
from crawler.items import FetchedPage
from crawler.middlewares.compression import CompressionMiddleware
from crawler.page_facts import PageFacts, decode_response_text, make_part
from crawler.run.spider_sites import load_listed_sites
from crawler.sites.owners import SiteOwners
from crawler.sites.site import make_site
from crawler.storing.readings import describe_conditions
from storage.archive.records import ArchivedResponse, build_unreadable_error

_UNLIMITED = 1 << 30  # bytes of a body read back where DOWNLOAD_MAXSIZE is 0, which to Scrapy is no limit


class PageDecoder:
    """Decodes archived responses as the crawl does. Language and rules of a site are those that `sites.toml` states.

    If there is no such file, as after a crawl by -a url=, none are known. Raises SitesError if it cannot be read.
    `max_body` is the limit that a reader of the archive must use: the most bytes of a body that the crawl accepts.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self._facts = PageFacts(settings)
        self.max_body = settings.getint("DOWNLOAD_MAXSIZE") or _UNLIMITED
        sites = load_listed_sites(settings)
        self._owners = SiteOwners(sites)
        self._sites = {site.name: site for site in sites}
        self._conditions: dict[str, str] = {}  # by site
        # The crawl's own component, with its limit. It needs only these three attributes of a crawler; a real crawler
        # would configure logging again.
        crawler: Any = SimpleNamespace(settings=settings, stats=None, signals=SignalManager())
        self._decoder = CompressionMiddleware(crawler=crawler)

    def make_fetched_page(self, archived: ArchivedResponse) -> FetchedPage | None:
        """Return the item for a response, or None if it is not text or its URL is no http(s) address.

        Its site is the one that the archive names, else the listed one that owns its URL, else one named after its
        host. Raise RecordUnreadable like `make_stored_page`.
        """
        url, html = to_canonical_url(archived.url), self._decode(archived)
        if url is None or html is None:
            return None
        site = archived.site or (self._owners.find_by_address(url) or make_site(url)).name
        return FetchedPage(self._make_page(archived, url, html, site), site, location=archived.location)

    def make_stored_page(self, archived: ArchivedResponse, *, url: str, site: str, fetched_at: datetime) -> Page:
        """Return the same page that was cleaned for the stored article with these fields.

        Raise RecordUnreadable if the response has another address or time or cannot be decoded ("unreadable"), or if
        the decoded body is larger than DOWNLOAD_MAXSIZE ("too-large").
        """
        if (to_canonical_url(archived.url), archived.fetched_at) != (url, fetched_at):
            raise build_unreadable_error(
                archived.location, f"it holds another page than the {url} of {fetched_at.isoformat()}"
            )
        # The crawl, too, cleans a response that is not text as an empty page.
        return self._make_page(archived, url, self._decode(archived) or "", site)

    def add_parts(self, first: Page, site: str, parts: Iterable[ArchivedResponse]) -> Page:
        """Return a page with the further parts of its article. Raise RecordUnreadable if one cannot be decoded."""
        pages = (
            self._make_page(part, to_canonical_url(part.url) or part.url, self._decode(part) or "", site)
            for part in parts
        )
        return replace(first, parts=tuple(make_part(page, first) for page in pages))

    def get_rules(self, site: str) -> SiteRules | None:
        """Return the rules of a site; None if sites.toml does not list it."""
        return self._sites[site].rules if site in self._sites else None

    def describe_conditions(self, site: str) -> str:
        """Return what settings and sites.toml say of the pages of a site, as the key of a reading has it."""
        if site not in self._conditions:
            self._conditions[site] = describe_conditions(
                Page("", "", **self._facts.collect(site=self._sites.get(site)))
            )
        return self._conditions[site]

    def _make_page(self, archived: ArchivedResponse, url: str, html: str, site: str) -> Page:
        facts = self._facts.collect(archived.headers, archived.rights, self._sites.get(site))
        return Page(url, html, archived.status, archived.fetched_at, known=archived.known, **facts)

    def _decode(self, archived: ArchivedResponse) -> str | None:
        try:
            # warcio decodes headers as UTF-8 if they are valid UTF-8, as Scrapy does.
            headers = Headers([(name.encode(), value.encode()) for name, value in archived.headers])
            kind = responsetypes.from_args(headers=headers, url=archived.url, body=archived.body)
            response = kind(archived.url, status=archived.status, headers=headers, body=archived.body)
            decoded = self._decoder.decode_response(Request(archived.url), response)
            return decode_response_text(decoded)
        except (TooLarge, Bomb) as error:
            raise build_unreadable_error(archived.location, str(error), "too-large") from error
        except Undecodable as error:
            raise build_unreadable_error(archived.location, str(error)) from error
        except Exception as error:  # for example of a malformed header
            message = f"{archived.url} cannot be decoded ({type(error).__name__}: {error})"
            raise build_unreadable_error(archived.location, message) from error
