"""The item that passes through the pipelines: a fetched page, and the article made from it.

Your own spider yields `page_item(response)`; the first pipeline makes a `FetchedPage` of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scrapy.http import JsonResponse, Response, TextResponse

from cleaning.article import Article, Known, Page
from cleaning.errors import BadSelector
from cleaning.page.canonical import to_canonical_url
from cleaning.site_rules.selectors import parse_selector
from crawler.sites.site_entry import explain_bad_site_name
from storage.archive.part_locations import ArchivedPart
from storage.archive.write import ArchiveLocation
from storage.frontier.addresses import Lease, Offer
from storage.frontier.validators import Validators


@dataclass(frozen=True, slots=True)
class ListedPage:
    """What a page lists that was fetched as an article."""

    offers: tuple[Offer, ...]
    has_section_address: bool  # whether nothing in its address speaks for an article


@dataclass(slots=True, repr=False)
class FetchedPage:
    """A page on its way to the store. A page that is replayed from an archive has no `lease`."""

    page: Page
    site: str
    lease: Lease | None = None
    location: ArchiveLocation | None = None  # of its WARC record
    article: Article | None = None  # set by the clean pipeline
    listed: ListedPage | None = None  # what the page lists, if it is no article but a list; set by the lists pipeline
    validators: Validators | None = None  # of the response
    parts: tuple[ArchivedPart, ...] = ()  # the further pages of its article; set by the clean pipeline

    def __repr__(self) -> str:
        return f"<page {self.page.url}>"  # Scrapy logs items; the log shall not get the whole HTML


@dataclass(slots=True, repr=False)
class SpiderPage:
    """A page that a spider yields, before it is archived. `page_item` makes and checks it."""

    response: Response
    site: str | None  # None: of the request
    known: Known
    url: str | None  # canonical address of the article, where it is not that of the response
    html: str | None  # what the spider made, in place of the body of the response

    def __repr__(self) -> str:
        return f"<page {self.url or self.response.url}>"


def page_item(
    response: Response,
    *,
    site: str | None = None,
    title: str | None = None,
    authors: str | Iterable[str] = (),
    published_at: datetime | str | None = None,
    text: str | None = None,
    html: str | None = None,
    url: str | None = None,
) -> SpiderPage:
    """Return the item for a page that shows an article: it is archived, cleaned, judged and stored.

    `site` is the site it counts for, by default that of the request. The others are what you know better than the page:
    `title`, `authors`, `published_at` (a datetime with a zone, or ISO 8601 with one) and `text`, a CSS selector of the
    elements that hold the article. `html` stands in place of the response's body, where you made it yourself, of an
    API's answer for example. `url` is the address of the article where it is not that of the response.

    Raise TypeError or ValueError, in one line, for an argument that cannot be used.
    """
    if not isinstance(response, Response):
        raise TypeError(f"page_item() takes a response, not {type(response).__name__}")
    for name, value in {"site": site, "title": title, "text": text, "html": html, "url": url}.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"page_item(): '{name}' must be a string, not {type(value).__name__}")
    if not 200 <= response.status <= 299:
        raise ValueError(f"page_item(): {response.url} was answered with {response.status}; that is no article")
    if html is None and (isinstance(response, JsonResponse) or not isinstance(response, TextResponse)):
        raise ValueError(f"page_item(): {response.url} is no HTML; give html=, made of what it says")
    if site is not None and (problem := explain_bad_site_name(site)) is not None:
        raise ValueError(f"page_item(): 'site' {problem}")
    address = None if url is None else to_canonical_url(_join(response, url))
    if url is not None and address is None:
        raise ValueError(f"page_item(): 'url' must be an http(s) address, not {url[:80]!r}")
    if text is not None:
        _check_selector(text)
    known = Known((title or "").strip() or None, _read_authors(authors), _read_moment(published_at), text)
    return SpiderPage(response, site, known, address, html)


def _join(response: Response, url: str) -> str:
    try:
        return response.urljoin(url.strip())
    except ValueError:  # "http://["
        return ""


def _check_selector(text: str) -> None:
    try:
        parse_selector(text)
    except BadSelector as error:
        raise ValueError(f"page_item(): 'text' is no CSS selector: {text[:80]!r} ({error})") from error


def _read_authors(authors: str | Iterable[str]) -> tuple[str, ...]:
    given: object = authors  # whatever a spider gives
    names = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    stripped = [name.strip() for name in names if isinstance(name, str)]
    if len(stripped) < len(names):
        raise TypeError("page_item(): 'authors' must be a string, or several in a list")
    return tuple(filter(None, stripped))


def _read_moment(value: datetime | str | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"page_item(): 'published_at' is no ISO 8601 time: {value[:80]!r}") from None
    else:
        raise TypeError(f"page_item(): 'published_at' must be a datetime or a string, not {type(value).__name__}")
    if moment is not None and moment.utcoffset() is None:
        raise ValueError(f"page_item(): 'published_at' has no time zone: {value}")
    return moment
