"""Read sitemaps: index, urlset, Google News, plain text. Protocol: https://www.sitemaps.org/protocol.html"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cleaning.page.charset import recode_xml
from crawler.discovery.dates import latest_time, parse_time
from crawler.discovery.documents import DocumentKind, Entry, ParsedDocument, detect_kind, sort_newest_first
from crawler.discovery.entry_links import clean_address
from crawler.discovery.headlines import tidy_headline
from crawler.discovery.markup import get_child_text, get_local_name, get_whole_text, iter_elements
from crawler.discovery.sitemap_children import is_list_address, sort_children

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml import etree

MAX_ENTRIES = 50_000  # the protocol's limit for one file
_GOOGLE_NEWS = "schemas/sitemap-news/"
_MAX_ALTERNATES = 50  # editions of one page


def read_sitemap(body: bytes, *, content_type: str = "") -> ParsedDocument:
    """Return the entries and children of a sitemap, or none and the problem "bad-sitemap" if `body` is none.

    A sitemap in which nothing stands has the problem "empty-sitemap". An entry whose address is that of a sitemap is a
    child, whatever its element is called. Never raises.
    """
    kind = detect_kind(body)
    content = recode_xml(body, content_type)
    if kind is DocumentKind.TEXT_SITEMAP:
        return _read_text(content)
    if kind is not DocumentKind.SITEMAP:
        return ParsedDocument(problem="bad-sitemap")
    reading = ParsedDocument()
    children: list[Entry] = []
    listed = iter_elements(content, "url", "sitemap", "URL", "SITEMAP")
    for element in islice(listed, MAX_ENTRIES):
        address = clean_address(get_child_text(element, "loc") or "")
        if not address:
            continue
        changed_at = parse_time(get_child_text(element, "lastmod"))
        published_at, headline = _read_news(element, reading)
        if published_at is None and (get_local_name(element).lower() == "sitemap" or is_list_address(address)):
            children.append(Entry(address, changed_at))
        else:
            changed_at = latest_time(changed_at, published_at)
            reading.entries.append(Entry(address, changed_at, headline))
            if len(reading.entries) < MAX_ENTRIES:
                reading.entries += (Entry(edition, changed_at) for edition in _find_editions(element))
    reading.entries = sort_newest_first(reading.entries)
    reading.children = sort_children(children)
    reading.left_out = sum(1 for _ in listed)
    if not reading.entries and not children:
        reading.problem = "empty-sitemap"
    return reading


def _find_editions(element: etree._Element) -> Iterator[str]:
    """Yield the addresses of the same page in other languages, which <xhtml:link> elements name."""
    for child in islice(element, _MAX_ALTERNATES):
        is_edition = get_local_name(child) == "link" and child.get("hreflang") and "alternate" in child.get("rel", "")
        if is_edition and (address := clean_address(child.get("href") or "")):
            yield address


def _read_text(body: bytes) -> ParsedDocument:
    lines = (line.strip() for line in body.decode("utf-8-sig", "replace").splitlines())
    addresses = [line for line in lines if line.lower().startswith(("http://", "https://"))]
    return ParsedDocument(
        [Entry(line) for line in addresses[:MAX_ENTRIES]], left_out=max(0, len(addresses) - MAX_ENTRIES)
    )


def _read_news(element: etree._Element, reading: ParsedDocument) -> tuple[datetime | None, str | None]:
    """Return the publication date and the headline of an entry with the Google News extension."""
    for child in element:
        if get_local_name(child) == "news" and (_GOOGLE_NEWS in child.tag or child.tag == "news:news"):
            reading.is_news = True
            titles = (tidy_headline(get_whole_text(part)) for part in child if get_local_name(part) == "title")
            return parse_time(get_child_text(child, "publication_date")), next(titles, None)
    return None, None
