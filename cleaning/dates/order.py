"""Whether 3/4/2024 is in March or in April."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaning.addresses import host

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.article import Page
    from cleaning.structured import Structured

# Countries where the month comes first in figures; elsewhere the day does, or the year.
MONTH_FIRST = frozenset(("us", "ph", "fm", "mh", "pw", "gu", "pr", "ca"))
# Ends of addresses that are used the world over and tell no country.
WORLDWIDE = frozenset(("co", "io", "ai", "tv", "me", "fm", "ly", "gg", "to", "cc", "ws", "eu"))


class Order(NamedTuple):
    """The page's language (ISO 639-1, "" where unknown) and whether its dates in figures begin with the month."""

    language: str = ""
    month_first: bool | None = None  # None: not known, a date with two meanings is then none


def read_order(tree: HtmlElement, structured: Structured, page: Page) -> Order:
    """By what the site is said to be written in, the page's own language tags, and last the end of its address.

    Only English is written in both orders: by the region in the tag, else by the country of the address, else as in the
    United States, where most English pages without either come from.
    """
    locale = structured.first("og:locale", "content-language", "dc.language")
    tags = (page.language, tree.get("lang"), tree.get("xml:lang"), locale)
    parts = [tag.lower().replace("_", "-").split("-") for tag in tags if tag]
    language = next((part[0] for part in parts if part[0].isalpha()), "")
    country = host(page.url).rpartition(".")[2]
    country = country if len(country) == 2 and country not in WORLDWIDE else ""
    if language not in ("en", ""):
        return Order(language, month_first=False)
    # The country of the address before the region of the tag: "en-US" is what many programs say by default.
    if country:
        return Order(language, month_first=country in MONTH_FIRST)
    region = next((part[-1] for part in parts if len(part) > 1 and len(part[-1]) == 2), "")
    if region:
        return Order(language, month_first=region in MONTH_FIRST)
    return Order(language, month_first=True if language else None)
