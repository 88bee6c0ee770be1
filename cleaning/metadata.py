"""What a page says about its article beside the text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cleaning.addresses import absolute, host
from cleaning.article import Article
from cleaning.authors import authors
from cleaning.canonical import canonical_url
from cleaning.dates.choice import modified, published
from cleaning.dates.order import read_order
from cleaning.headlines import index_key
from cleaning.licence import free, licence
from cleaning.linked_data import addresses
from cleaning.page_kind import page_kind
from cleaning.rights import read_rights
from cleaning.structured import Said, Structured, read_structured
from cleaning.title import title_candidates, visible_title
from cleaning.version import CLEANER_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.article import Page

MOST_TAGS, LONGEST_TAG = 50, 100
LONGEST_SECTION = 100
SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:android:app_name")
DESCRIPTIONS = ("og:description", "description", "twitter:description")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
SECTIONS = ("article:section", "og:article:section", "articlesection", "parsely-section")
TAGS = ("article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
NOTHING = Said("", "")


@dataclass(frozen=True, slots=True)
class Metadata:
    """`draft` is the article without what its text will tell: blocks, language, verdict.

    `titles` are all titles of the page's head: copies of the headline, more or less.
    """

    draft: Article
    titles: tuple[str, ...] = ()


def read_metadata(tree: HtmlElement | None, page: Page, names: Sequence[str] = ()) -> Metadata:
    """An empty draft where the page has no tree. The tree must be as the page has it: nothing in it changed yet.

    `names` are what the site's titles carry beside the headline, as far as that is known.
    """
    if tree is None:
        return Metadata(_with_rights(Article(page.url, "", fetched_at=page.fetched_at), Structured(), page))
    structured = read_structured(tree)
    site_name = _site_name(structured)
    title = visible_title(tree, structured, (site_name.text, *names), page.url)
    order = read_order(tree, structured, page)
    publication = published(tree, structured, title.element, page, order)
    modification = modified(structured, page, order)
    names, authors_source = authors(structured, site_name.text)
    canonical, canonical_source = _canonical(page.url, structured)
    description = structured.said(*DESCRIPTIONS) or NOTHING
    tags, tags_source = _tags(structured)
    image = _image(page.url, structured)
    rights = licence(structured, page.url) or NOTHING
    is_free, free_source = free(structured) or (None, "")
    kind = page_kind(structured) or NOTHING
    section = _section(structured)
    sources = {
        "title": title.source,
        "authors": authors_source,
        "published_at": publication.source,
        "modified_at": modification.source,
        "description": description.source,
        "tags": tags_source,
        "image": image.source,
        "canonical_url": canonical_source,
        "site_name": site_name.source,
        "licence": rights.source,
        "free": free_source,
        "page_kind": kind.source,
        "section": section.source,
    }
    draft = Article(
        url=page.url,
        title=title.text,
        canonical_url=canonical,
        site_name=site_name.text or None,
        authors=names,
        published_at=publication.moment,
        published_raw=publication.refused,
        modified_at=modification.moment,
        description=description.text or None,
        tags=tags,
        image=image.text or None,
        licence=rights.text or None,
        free=is_free,
        page_kind=kind.text or None,
        section=section.text or None,
        fetched_at=page.fetched_at,
        headline_key=index_key(title.text, site_name.text),
        sources={name: source for name, source in sources.items() if source},
    )
    return Metadata(_with_rights(draft, structured, page), tuple(said.text for said in title_candidates(structured)))


def _with_rights(draft: Article, structured: Structured, page: Page) -> Article:
    rights = read_rights(structured, page)
    return replace(
        draft,
        tdm_reserved=rights.tdm_reserved,
        tdm_policy=rights.tdm_policy,
        ai_refused=rights.ai_refused,
        usage=rights.usage,
        cleaner_version=CLEANER_VERSION,
        sources={**draft.sources, **{name: source for name, source in rights.sources.items() if source}},
    )


def _canonical(url: str, structured: Structured) -> tuple[str | None, str]:
    stated = structured.said("og:url")
    if structured.canonical:
        stated = Said(structured.canonical, "<link rel=canonical>")
    address = canonical_url(stated.text, url) if stated else None
    return (address, stated.source) if stated and address else (None, "")


def _site_name(structured: Structured) -> Said:
    publishers = structured.linked("publisher")
    if publishers:
        return structured.said("og:site_name") or publishers[0]
    return structured.said(*SITE_NAMES) or NOTHING


def _section(structured: Structured) -> Said:
    stated = (*structured.linked("articleSection"), *structured.every(*SECTIONS))
    return next((said for said in stated if len(said.text) <= LONGEST_SECTION), NOTHING)


def _tags(structured: Structured) -> tuple[tuple[str, ...], str]:
    for stated in (*(structured.every(name) for name in TAGS), structured.linked("keywords")):
        found = [tag.strip() for said in stated for tag in said.text.split(",")]
        if tags := tuple(dict.fromkeys(tag for tag in found if 0 < len(tag) <= LONGEST_TAG))[:MOST_TAGS]:
            return tags, stated[0].source
    return (), ""


def _image(url: str, structured: Structured) -> Said:
    linked = [
        Said(address, "JSON-LD image") for item in structured.articles for address in addresses(item.get("image"))
    ]
    for said in (*structured.every(*IMAGES), *linked):
        address = absolute(url, said.text)
        if host(address):
            return Said(address, said.source)
    return NOTHING
