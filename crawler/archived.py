"""Archived responses -> pages, as the crawl makes them: without a crawl, a request or a reactor."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scrapy import Request
from scrapy.http import Headers, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.signalmanager import SignalManager

from cleaning.article import Page
from cleaning.canonical import canonical_url
from crawler.items import FetchedPage
from crawler.middlewares.compression import Bomb, CompressionMiddleware, TooLarge, Undecodable
from crawler.page_facts import PageFacts
from crawler.sites import Site, load_sites, site_from_url
from storage.record import ArchivedResponse, unreadable

_UNLIMITED = 1 << 30  # bytes of a body read back where DOWNLOAD_MAXSIZE is 0, which to Scrapy is no limit


class ArchivedPages:
    """Decodes as the crawl decodes; what language a site is said to be in, `sites.toml` says by the site's name.

    Where there is no such file, as after a crawl by -a url=, no site is said to be in any; SitesError where it cannot
    be read. `most_body` is for whoever reads the archive: the bytes of a body that the crawl takes.
    """

    def __init__(self, settings: BaseSettings) -> None:
        path = Path(settings["SITES_FILE"])
        self._facts = PageFacts(settings)
        self.most_body = settings.getint("DOWNLOAD_MAXSIZE") or _UNLIMITED
        self._sites: list[Site] = load_sites(path) if path.is_file() else []
        self._languages = {site.name: site.language for site in self._sites}
        # The crawl's own component, with its limit. Of a crawler it asks for these three; a real one would set up
        # logging anew.
        crawler: Any = SimpleNamespace(settings=settings, stats=None, signals=SignalManager())
        self._decoder = CompressionMiddleware(crawler=crawler)

    def fetched_page(self, archived: ArchivedResponse) -> FetchedPage | None:
        """The item that the response makes; None where it is no text or its address none.

        Its site is the one that our archive names, else the listed one whose own host it stands on, else one named
        after its host. RecordUnreadable as of `stored_page`.
        """
        url, html = canonical_url(archived.url), self._text(archived)
        if url is None or html is None:
            return None
        site = archived.site or next((site for site in self._sites if site.owns(url)), site_from_url(url)).name
        return FetchedPage(self._page(archived, url, html, site), site, place=archived.place)

    def stored_page(self, archived: ArchivedResponse, *, url: str, site: str, fetched_at: datetime) -> Page:
        """The very page that was cleaned for a stored article with these fields.

        RecordUnreadable where the response is of another address or time, where it cannot be decoded ("unreadable"),
        or would then be larger than DOWNLOAD_MAXSIZE ("too-large").
        """
        if (canonical_url(archived.url), archived.fetched_at) != (url, fetched_at):
            raise unreadable(archived.place, f"it holds another page than the {url} of {fetched_at.isoformat()}")
        # The crawl judges what is no text, too: as an empty page.
        return self._page(archived, url, self._text(archived) or "", site)

    def _page(self, archived: ArchivedResponse, url: str, html: str, site: str) -> Page:
        facts = self._facts.of(archived.headers, archived.rights)
        return Page(url, html, archived.status, archived.fetched_at, self._languages.get(site), **facts)

    def _text(self, archived: ArchivedResponse) -> str | None:
        try:
            # warcio has read them as UTF-8 where they are that, as Scrapy would.
            headers = Headers([(name.encode(), value.encode()) for name, value in archived.headers])
            kind = responsetypes.from_args(headers=headers, url=archived.url, body=archived.body)
            response = kind(archived.url, status=archived.status, headers=headers, body=archived.body)
            decoded = self._decoder.decoded(Request(archived.url), response)
            return decoded.text if isinstance(decoded, TextResponse) else None
        except (TooLarge, Bomb) as error:
            raise unreadable(archived.place, str(error), "too-large") from error
        except Undecodable as error:
            raise unreadable(archived.place, str(error)) from error
        except Exception as error:  # of a header that is none
            what = f"{archived.url} cannot be decoded ({type(error).__name__}: {error})"
            raise unreadable(archived.place, what) from error
