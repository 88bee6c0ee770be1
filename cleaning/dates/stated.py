"""What a page says for machines about its publication and its changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.dates.near import machine_time
from cleaning.lines import tidy
from cleaning.linked_data import strings
from cleaning.structured import Said, Structured

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHED = tuple(
    """
    article:published_time og:published_time og:article:published_time article:published datepublished publishdate
    publish-date publish_date published_date published-date pubdate pub_date date.published parsely-pub-date
    sailthru.date dc.date.issued dcterms.issued article_date_original article.published originalpublicationdate
    cxenseparse:recs:publishtime cxense:article:published citation_publication_date article:post_date
    rnews:datepublished
    """.split()  # noqa: SIM905 -- thirty quoted words read worse
)
# Names that do not tell which of its dates they mean: that of print, of the last change, of the import.
UNCLEAR = (
    "date",
    "dc.date",
    "dcterms.date",
    "dcterms.created",
    "dc.date.created",
    "citation_date",
    "displaydate",
    "pagedate",
    "ptime",
)
MODIFIED = tuple(
    """
    article:modified_time og:updated_time og:modified_time datemodified dcterms.modified dc.modified dc.date.modified
    lastmod last-modified revision_date article:modified updated_time
    """.split()  # noqa: SIM905
)
YEAR_FIRST = re.compile(r"/((?:19|20)\d\d)(?:[/-]([01]?\d)[/-]([0-3]?\d)|([01]\d)([0-3]\d))(?=[/._-]|$)")
DAY_FIRST = re.compile(r"/([0-3]\d)-([01]\d)-((?:19|20)\d\d)(?=[/._-]|$)")
MOST_STORIES = 3  # more different times than these are those of other stories, listed on the page


def publication(structured: Structured, url: str) -> Iterator[Said]:
    """What it says about its publication, most trustworthy first; read as far as it is asked for."""
    yield from structured.linked("datePublished")
    yield from structured.every(*PUBLISHED)
    yield from _microdata(structured)
    for item in structured.objects:  # the page itself, where no object is an article
        yield from (Said(text, "JSON-LD datePublished") for text in strings(item.get("datePublished")))
    yield from structured.linked("dateCreated")
    if day := day_in_address(url):
        yield Said(day, "the address")


def modification(structured: Structured) -> Iterator[Said]:
    yield from structured.linked("dateModified")
    yield from structured.every(*MODIFIED)


def day_in_address(url: str) -> str | None:
    """The day that stands in an address, as ISO 8601."""
    if match := YEAR_FIRST.search(url):
        return "-".join(part.zfill(2) for part in match.groups() if part)
    if match := DAY_FIRST.search(url):
        return "-".join(reversed(match.groups()))
    return None


def _microdata(structured: Structured) -> list[Said]:
    found = [
        machine_time(element) or element.get("content") or tidy(element.text_content())
        for element in structured.marked
        if "datePublished" in element.get("itemprop", "") and element.tag != "meta"
    ]
    if len(set(found)) > MOST_STORIES:
        return []
    return [Said(text, "itemprop datePublished") for text in found if text]
