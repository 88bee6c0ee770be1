"""The item that passes through the pipelines: a fetched page, and the article made from it.

Your own spider yields `page_item(response)`; the first pipeline makes a `FetchedPage` of it.

Through itemadapter it shows the fields of the article, and nothing else: own pipelines, item processors and validators
see what they would see after it is stored (crawler/article_item.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, NoReturn

from itemadapter import ItemAdapter
from itemadapter.adapter import AdapterInterface
from scrapy.http import JsonResponse, Response, TextResponse

from cleaning.errors import BadSelector
from cleaning.page.canonical import to_canonical_url
from cleaning.records.article import Article
from cleaning.records.given import Known, Page
from cleaning.site_rules.selectors import parse_selector
from crawler.article_item import PageItem, make_page_item
from crawler.sites.site_entry import explain_bad_site_name
from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import ArchivedPart
from storage.archive.spider_note import MAX_AUTHORS, MAX_CHARACTERS
from storage.articles.sanitise import sanitise_article
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
    address: Lease | None = None  # of a page that a spider yields: how its address is settled, to recognise walls
    has_reached_store: bool = False  # whether the store pipeline got it, which counts what becomes of it

    @property
    def fetched_at(self) -> datetime:
        """When the page was fetched; now, where that is not known."""
        return self.page.fetched_at or datetime.now(UTC)

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
    fetched: FetchedPage | None = None  # what our first pipeline has made of it

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
    headline = (title or "").strip()[:MAX_CHARACTERS] or None
    known = Known(headline, _read_authors(authors), _read_moment(published_at), text)
    return SpiderPage(response, site, known, address, html)


def _join(response: Response, url: str) -> str:
    try:
        return response.urljoin(url.strip())
    except ValueError:  # "http://["
        return ""


def _check_selector(text: str) -> None:
    if not 0 < len(text) <= MAX_CHARACTERS:
        raise ValueError(f"page_item(): 'text' must be a CSS selector of 1 to {MAX_CHARACTERS:,} characters")
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
    return tuple(name[:MAX_CHARACTERS] for name in stripped if name)[:MAX_AUTHORS]


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


_FIELDS = {field.name: field for field in fields(PageItem)}


class FetchedPageAdapter(AdapterInterface):
    """Shows a fetched page as the `PageItem` that will be stored of it. Read-only.

    A page that is not cleaned yet has its address, its site and the time of its fetch.
    """

    item: FetchedPage

    @classmethod
    def is_item_class(cls, item_class: type) -> bool:
        return issubclass(item_class, FetchedPage)

    @classmethod
    def get_field_names_from_class(cls, item_class: type) -> list[str]:  # noqa: ARG003 (itemadapter's)
        return list(_FIELDS)

    @classmethod
    def get_field_meta_from_class(cls, item_class: type, field_name: str) -> MappingProxyType[Any, Any]:  # noqa: ARG003
        return _FIELDS[field_name].metadata

    @cached_property
    def _values(self) -> dict[str, Any]:
        page, site, article = self.item.page, self.item.site, self.item.article
        fetched_at = self.item.fetched_at
        if article is None:
            return {"url": page.url, "site": site, "fetched_at": fetched_at}
        shown = make_page_item(sanitise_article(article, fetched_at), site, fetched_at)
        return {name: getattr(shown, name) for name in _FIELDS}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __setitem__(self, name: str, value: object) -> NoReturn:
        raise TypeError(f"{name!r} cannot be changed before the page is stored; use a pipeline after StorePipeline")

    def __delitem__(self, name: str) -> NoReturn:
        self[name] = None


assert isinstance(ItemAdapter.ADAPTER_CLASSES, deque)  # noqa: S101 (as itemadapter documents it)
ItemAdapter.ADAPTER_CLASSES.appendleft(FetchedPageAdapter)  # before the one that shows every dataclass as it is
