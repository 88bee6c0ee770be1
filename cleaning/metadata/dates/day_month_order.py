"""Detect whether 3/4/2024 on a page is in March or in April."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.addresses import get_host

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.metadata.structured import StructuredData
    from cleaning.records.given import Page

# Countries where the month comes first in numeric dates; elsewhere the day or the year does.
MONTH_FIRST = frozenset(("us", "ph", "fm", "mh", "pw", "gu", "pr", "ca"))
# Top-level domains that are used all over the world and tell no country.
WORLDWIDE = frozenset(("co", "io", "ai", "tv", "me", "fm", "ly", "gg", "to", "cc", "ws", "eu"))


class DateOrder(NamedTuple):
    """The page's language (ISO 639-1) and country (ISO 3166, or "uk"); whether its numeric dates begin with the month.

    Language and country are in lower case, and "" where they are unknown.
    """

    language: str = ""
    month_first: bool | None = None  # None: unknown; a date with two meanings is then left out
    country: str = ""


def detect_date_order(tree: HtmlElement, structured: StructuredData, page: Page) -> DateOrder:
    """Detect the order by the site's configured language, the page's own language tags, and its top-level domain.

    Only English is written in both orders. The country of the address decides, else the region in the tag, else the
    month comes first as in the United States, where most English pages without either come from.
    """
    locale = structured.find_text("og:locale", "content-language", "dc.language")
    tags = (page.language, tree.get("lang"), tree.get("xml:lang"), locale)
    parts = [tag.lower().replace("_", "-").split("-") for tag in tags if tag]
    language = next((part[0] for part in parts if part[0].isalpha()), "")
    country = get_host(page.url).rpartition(".")[2]
    country = country if len(country) == 2 and country not in WORLDWIDE else ""
    # The country of the address before the region of the tag: "en-US" is what many programs say by default.
    country = country or next((part[-1] for part in parts if len(part) > 1 and len(part[-1]) == 2), "")
    if language not in ("en", ""):
        return DateOrder(language, month_first=False, country=country)
    if country:
        return DateOrder(language, month_first=country in MONTH_FIRST, country=country)
    return DateOrder(language, month_first=True if language else None)
