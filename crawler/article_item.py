"""The article as Scrapy's components see it: typed, flat, with the fields and names of an export.

`ArticleItem` is what leaves the pipelines and what a feed holds. `PageItem` says in addition why a page is no article.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from cleaning.records.article import Article
from cleaning.records.times import get_stated_offset
from cleaning.records.words import count_text_words
from storage.articles.revisions import is_refusal
from storage.articles.saving import make_article_id
from storage.export.formats.jsonl import format_time

_TIME = {"serializer": format_time}  # aware, in UTC; the exporters of Scrapy write it as an export does


# Whether what is passing the pipelines began as a page, which the store holds: a pipeline may hand on another record of
# it. Set for each item in the coroutine that takes it through all pipelines and sends its signals.
began_as_page: ContextVar[bool] = ContextVar("began_as_page", default=False)


@dataclass(slots=True, repr=False)
class ArticleItem:
    """An article with the fields of an export (storage/export/schema.py says what each holds), in their order."""

    id: str
    url: str
    canonical_url: str | None
    site: str
    site_name: str | None
    title: str
    authors: list[str]
    source: str | None
    published_at: datetime | None = field(metadata=_TIME)
    published_local: str | None
    modified_at: datetime | None = field(metadata=_TIME)
    modified_local: str | None
    fetched_at: datetime = field(metadata=_TIME)
    gone_at: datetime | None = field(metadata=_TIME)
    language: str
    language_probability: float
    description: str | None
    tags: list[str]
    image: str | None
    licence: str | None
    free: bool | None
    page_kind: str | None
    section: str | None
    robots: list[str]
    tdm_reserved: bool | None
    tdm_policy: str | None
    ai_refused: list[str] | None
    usage: list[str]
    text: str
    words: int
    cleaner_version: str
    story: str
    duplicate_of: str | None = None
    duplicate_rule: str | None = None
    duplicate_kind: str | None = None
    duplicate_via: str | None = None
    duplicate_likeness: float | None = None
    duplicate_share: float | None = None

    def __repr__(self) -> str:
        return f"<article {self.url}>"  # Scrapy logs items; the log shall not get the whole text


@dataclass(slots=True, repr=False)
class PageItem(ArticleItem):
    """A page that may be no article: `rejected` is the reason then. Its text is empty if the page asks not to be kept.

    Before it is stored, it has no duplicate.
    """

    rejected: str | None = None


def make_article_item(article: Article, site: str, fetched_at: datetime) -> ArticleItem:
    """Return the item of a cleaned and sanitised article, as it is stored; without a duplicate."""
    return ArticleItem(**_list_values(article, site, fetched_at))


def make_page_item(article: Article, site: str, fetched_at: datetime) -> PageItem:
    """Return the same of a page that may be no article."""
    item = PageItem(**_list_values(article, site, fetched_at), rejected=article.rejected)
    if is_refusal(item.rejected):
        item.text = ""  # the page asks not to be kept
    return item


def _list_values(article: Article, site: str, fetched_at: datetime) -> dict[str, Any]:
    name = make_article_id(article.url)
    return {
        "id": name,
        "url": article.url,
        "canonical_url": article.canonical_url or article.url,
        "site": site,
        "site_name": article.site_name,
        "title": article.title,
        "authors": list(article.authors),
        "source": article.source,
        "published_at": _to_utc(article.published_at),
        "published_local": _format_local(article.published_at),
        "modified_at": _to_utc(article.modified_at),
        "modified_local": _format_local(article.modified_at),
        "fetched_at": _to_utc(fetched_at),
        "gone_at": None,  # it was just fetched
        "language": article.language,
        "language_probability": article.language_probability,
        "description": article.description,
        "tags": list(article.tags),
        "image": article.image,
        "licence": article.licence,
        "free": article.free,
        "page_kind": article.page_kind,
        "section": article.section,
        "robots": list(article.robots),
        "tdm_reserved": article.tdm_reserved,
        "tdm_policy": article.tdm_policy,
        "ai_refused": None if article.ai_refused is None else list(article.ai_refused),
        "usage": list(article.usage),
        "text": article.text,
        "words": count_text_words(article.text),
        "cleaner_version": article.cleaner_version,
        "story": name,
    }


def _to_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _format_local(moment: datetime | None) -> str | None:
    offset = get_stated_offset(moment)
    if moment is None or offset is None:
        return None
    return moment.astimezone(timezone(timedelta(minutes=offset))).isoformat(timespec="microseconds")
