"""Find what a page states for machines about its publication and its changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cleaning.metadata.dates.attributes import read_machine_time
from cleaning.metadata.dates.month_names import parse_month
from cleaning.metadata.linked_data import read_strings
from cleaning.metadata.structured import Statement, StructuredData
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PUBLISHED = tuple(
    """
    article:published_time og:published_time og:article:published_time article:published datepublished publishdate
    publish-date publish_date published_date published-date pubdate pub_date date.published parsely-pub-date
    sailthru.date dc.date.issued dcterms.issued article_date_original article.published originalpublicationdate
    cxenseparse:recs:publishtime cxense:article:published citation_publication_date article:post_date
    rnews:datepublished published_on publishedon publish_time publishtime publication_date publication-date
    publicationdate date_published date-published article:publish_date article:published_date article_publish_date
    first_published firstpublished og:pubdate og:publish_date bt:pubdate dc.date.published dcterms.published
    """.split()  # noqa: SIM905 -- fifty quoted words read worse
)
# Names that do not tell which date they mean: that of print, of the last change, or of the import.
UNCLEAR = (
    "date",
    "dc.date",
    "dcterms.date",
    "dcterms.created",
    "dc.date.created",
    "citation_date",
    "displaydate",
    "date_created",
    "creation_date",
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
NAMED = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9})/([0-3]?\d)(?=/|$)", re.IGNORECASE)  # /2024/may/14/
DAY_FIRST = re.compile(r"/([0-3]\d)-([01]\d)-((?:19|20)\d\d)(?=[/._-]|$)")
MAX_STORIES = 3  # more different times belong to other stories, listed on the page


def find_publication_statements(structured: StructuredData, url: str) -> Iterator[Statement]:
    """Yield the statements about the publication, most trustworthy first; each is read when it is asked for."""
    yield from _read_linked(structured.articles, "datePublished")
    yield from structured.find_statements(*PUBLISHED)
    yield from _read_microdata(structured)
    yield from _read_linked(structured.objects, "datePublished")  # the page itself, where no object is an article
    yield from _read_linked(structured.articles, "dateCreated")
    if day := find_day_in_address(url):
        yield Statement(day, "the address")


def find_modification_statements(structured: StructuredData) -> Iterator[Statement]:
    yield from _read_linked(structured.articles, "dateModified")
    yield from structured.find_statements(*MODIFIED)


def find_day_in_address(url: str) -> str | None:
    """Return the day that an address contains, as ISO 8601."""
    if match := YEAR_FIRST.search(url):
        return "-".join(part.zfill(2) for part in match.groups() if part)
    if match := DAY_FIRST.search(url):
        return "-".join(reversed(match.groups()))
    if (match := NAMED.search(url)) and (month := parse_month(match[2], "en")):
        return f"{match[1]}-{month:02}-{match[3].zfill(2)}"
    return None


def _read_linked(items: Iterable[dict[str, Any]], key: str) -> Iterator[Statement]:
    for item in items:
        value = item.get(key)
        if isinstance(value, dict):
            value = value.get("@value")
        if isinstance(value, (int, float)):  # a Unix time
            value = str(value)
        yield from (Statement(text, f"JSON-LD {key}") for text in read_strings(value))


def _read_microdata(structured: StructuredData) -> list[Statement]:
    found = [
        read_machine_time(element) or element.get("content") or normalize_line(element.text_content())
        for element in structured.marked_elements
        if "datePublished" in element.get("itemprop", "") and element.tag != "meta"
    ]
    if len(set(found)) > MAX_STORIES:
        return []
    return [Statement(text, "itemprop datePublished") for text in found if text]
