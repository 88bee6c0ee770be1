"""When an article was published and changed, as its page says: structured statements first, htmldate for the rest."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from htmldate import find_date

from cleaning.structured import Structured, strings, tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PUBLISHED = tuple(
    """
    article:published_time og:published_time og:article:published_time article:published datepublished publishdate
    publish-date publish_date published_date published-date pubdate pub_date date.published parsely-pub-date
    sailthru.date dc.date.issued dcterms.created dc.date.created dcterms.date dcterms.issued dc.date
    article_date_original article.published originalpublicationdate cxenseparse:recs:publishtime
    cxense:article:published citation_publication_date citation_date displaydate pagedate article:post_date
    rnews:datepublished date ptime
    """.split()  # noqa: SIM905 -- thirty quoted words read worse
)
MODIFIED = tuple(
    """
    article:modified_time og:updated_time og:modified_time datemodified dcterms.modified dc.modified dc.date.modified
    lastmod last-modified revision_date article:modified updated_time
    """.split()  # noqa: SIM905
)

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before it there was no page
LATE = timedelta(hours=48)  # a page's clock may be ahead of ours, and its zone unknown

NEARLY_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2}))?")
IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/-]|$)")
COMPACT_ZONE = re.compile(r"([+-]\d{2})(\d{2})$")

logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def published(
    tree: HtmlElement, structured: Structured, url: str, fetched_at: datetime | None
) -> tuple[datetime | None, str | None]:
    """The time of publication in UTC, and what the page said where that could not be believed.

    A day without a time is its midnight in UTC, a time without zone is taken as UTC. What lies more than 48 hours after
    `fetched_at`, or before 1990, is not believed.
    """
    refused: str | None = None
    for raw in _statements(tree, structured, url):
        moment = parse_time(raw)
        if moment is None:
            continue
        if believable(moment, fetched_at):
            return moment, None
        refused = refused or raw
    if refused is None and (day := _searched(tree, fetched_at)):
        return day, None
    return None, refused


def modified(structured: Structured, fetched_at: datetime | None) -> datetime | None:
    for raw in [*(text for item in structured.articles for text in strings(item.get("dateModified"))),
                *structured.every(*MODIFIED)]:  # fmt: skip
        moment = parse_time(raw)
        if moment is not None and believable(moment, fetched_at):
            return moment
    return None


def believable(moment: datetime, fetched_at: datetime | None) -> bool:
    return moment >= EARLIEST and (fetched_at is None or moment <= fetched_at + LATE)


def parse_time(raw: str) -> datetime | None:
    """A time as pages write it; None where it cannot be read for sure ("3/4/2011" has two meanings)."""
    text = raw.strip()[:60]
    if not any(map(str.isdigit, text)):
        return None
    moment = _iso(text) or _mail(text)
    if moment is None:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the year 1 or 9999, in a zone that leaves it
        return None


def _iso(text: str) -> datetime | None:
    """ISO 8601, and what is nearly it: 2011-12-01T07:05:00.000+0200, 2011/12/1, 2011-12-01 7:05."""
    try:
        return datetime.fromisoformat(COMPACT_ZONE.sub(r"\1:\2", text))
    except ValueError:
        pass
    match = NEARLY_ISO.match(text)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    """The form of e-mails and feeds: Thu, 01 Dec 2011 07:05:00 GMT."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _statements(tree: HtmlElement, structured: Structured, url: str) -> list[str]:
    """What the page says about its publication, most trustworthy first."""
    found = [text for item in structured.articles for text in strings(item.get("datePublished"))]
    found += structured.every(*PUBLISHED)
    for item in structured.articles:
        found += strings(item.get("dateCreated"))
    for element in tree.iterfind(".//*[@itemprop='datePublished']"):
        found.append(element.get("datetime") or element.get("content") or tidy(element.text_content()))
    if match := IN_ADDRESS.search(url):
        found.append("-".join((match[1], match[2].zfill(2), match[3].zfill(2))))
    for element in tree.iterfind(".//time[@datetime]"):
        if "pubdate" in element.attrib or "published" in (element.get("class") or ""):
            found.append(element.get("datetime") or "")
    return [text for text in found if text]


def _searched(tree: HtmlElement, fetched_at: datetime | None) -> datetime | None:
    """The day that htmldate finds in the rest of the page."""
    latest = fetched_at + LATE if fetched_at else None
    try:
        day = find_date(tree, original_date=True, extensive_search=True, max_date=latest)
    except (ValueError, TypeError, AttributeError, OverflowError):  # hostile pages reach the parsers that it uses
        return None
    return parse_time(day) if day else None
