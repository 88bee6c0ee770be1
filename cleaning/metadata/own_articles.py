"""Tell which articles in a page's JSON-LD are the page's own: pages state those that they lead to or show, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cleaning.metadata.linked_data import is_article, read_addresses, read_strings
from cleaning.page.addresses import identify_page, resolve_link
from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

ADDRESSES = ("url", "mainEntityOfPage", "@id")


def select_own_articles(
    objects: Sequence[dict[str, Any]], own: Sequence[str], titles: Sequence[str] = ()
) -> tuple[dict[str, Any], ...]:
    """Return the objects that are an article; if one is surely of the page, without those that are of others.

    `own` are the page's addresses, `titles` the titles in its head: an article is of the page if it states such an
    address, or where none does, if its headline is in such a title. An article that states nothing stays.
    """
    articles = tuple(item for item in objects if is_article(item))
    if len(articles) < 2:
        return articles
    base = next(filter(None, own), "")
    pages = {_identify(address, base) for address in own} - {""}
    stated = [{_identify(address, base) for address in _list_addresses(item)} - {""} for item in articles]
    if any(pages & addresses for addresses in stated):
        return tuple(item for item, found in zip(articles, stated, strict=True) if not found or pages & found)
    keys = [f" {normalize_headline(title)} " for title in titles]
    headlines = [normalize_headline(next(iter(read_strings(item.get("headline"))), "")) for item in articles]
    shown = [bool(headline) and any(f" {headline} " in key for key in keys) for headline in headlines]
    if not any(shown):
        return articles
    return tuple(
        item for item, headline, is_own in zip(articles, headlines, shown, strict=True) if is_own or not headline
    )


def drop_articles(objects: Sequence[dict[str, Any]], headlines: Collection[str]) -> list[dict[str, Any]]:
    """Return the objects without the articles with one of these headlines."""
    keys = {normalize_headline(headline) for headline in headlines}
    return [
        item
        for item in objects
        if not (keys and is_article(item) and keys & set(map(normalize_headline, read_strings(item.get("headline")))))
    ]


def _list_addresses(item: dict[str, Any]) -> list[str]:
    return [address for key in ADDRESSES for address in read_addresses(item.get(key))]


def _identify(address: str, base: str) -> str:
    """Return the page of an address, without its parameters; "" for what is no address of a page."""
    if not address or address.startswith(("#", "_:")):
        return ""
    page = identify_page(resolve_link(base, address).partition("?")[0])
    return page if "/" in page else ""  # the front page stands for the site
