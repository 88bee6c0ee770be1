"""What a page says about its article beside the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleaning import dates
from cleaning.addresses import absolute, host
from cleaning.authors import authors
from cleaning.canonical import canonical_url
from cleaning.structured import Structured, read_structured, strings, tidy
from cleaning.title import title_candidates, visible_title

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.html import HtmlElement

    from cleaning.article import Page

MOST_TAGS, LONGEST_TAG = 50, 100
SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:android:app_name")
TAGS = ("article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")


@dataclass(frozen=True, slots=True)
class Metadata:
    """See `cleaning.article.Article`. `titles` are all titles of the page's head: copies of the headline, more or less.

    `free` is what the page itself says of its paywall (schema.org isAccessibleForFree), None where it says nothing.
    """

    title: str = ""
    titles: tuple[str, ...] = ()
    canonical_url: str | None = None
    site_name: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_raw: str | None = None
    modified_at: datetime | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    free: bool | None = None
    page_type: str | None = None


def read_metadata(tree: HtmlElement, page: Page) -> Metadata:
    structured = read_structured(tree)
    site_name = _site_name(structured)
    published_at, published_raw = dates.published(tree, structured, page.url, page.fetched_at)
    return Metadata(
        title=visible_title(tree, structured, site_name, page.url),
        titles=tuple(title_candidates(structured)),
        canonical_url=_canonical(page.url, structured),
        site_name=site_name,
        authors=authors(tree, structured, site_name),
        published_at=published_at,
        published_raw=published_raw,
        modified_at=dates.modified(structured, page.fetched_at),
        description=structured.first("og:description", "description", "twitter:description"),
        tags=_tags(structured),
        image=_address(page.url, _image(structured)),
        free=_free(structured),
        page_type=structured.first("og:type"),
    )


def _canonical(url: str, structured: Structured) -> str | None:
    stated = structured.canonical or structured.first("og:url")
    return canonical_url(stated, url) if stated else None


def _site_name(structured: Structured) -> str | None:
    for item in structured.articles:
        for name in strings(item.get("publisher")):
            return structured.first("og:site_name") or name
    return structured.first(*SITE_NAMES)


def _tags(structured: Structured) -> tuple[str, ...]:
    for name in TAGS:
        found = [tag.strip() for value in structured.every(name) for tag in value.split(",")]
        if found:
            return tuple(dict.fromkeys(tag for tag in found if 0 < len(tag) <= LONGEST_TAG))[:MOST_TAGS]
    for item in structured.articles:
        if found := [tag.strip() for value in strings(item.get("keywords")) for tag in value.split(",")]:
            return tuple(dict.fromkeys(tag for tag in found if 0 < len(tag) <= LONGEST_TAG))[:MOST_TAGS]
    return ()


def _image(structured: Structured) -> str | None:
    if image := structured.first("og:image", "og:image:url", "twitter:image", "twitter:image:src"):
        return image
    for item in structured.articles:
        value = item.get("image")
        for image in value if isinstance(value, list) else [value]:
            address = image.get("url") if isinstance(image, dict) else image
            if isinstance(address, str):
                return tidy(address)
    return None


def _free(structured: Structured) -> bool | None:
    for item in structured.articles:
        value = item.get("isAccessibleForFree")
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
    return None


def _address(base: str, address: str | None) -> str | None:
    """The absolute http(s) address, None where it is none."""
    found = absolute(base, address) if address else ""
    return found if host(found) else None
