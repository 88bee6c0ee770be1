"""Collect what a page says about its article beside the text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cleaning.metadata.authors.find_authors import find_authors
from cleaning.metadata.dates.choose_date import find_modification_time, find_publication_time
from cleaning.metadata.dates.day_month_order import detect_date_order
from cleaning.metadata.dates.near_headline import LinesAround
from cleaning.metadata.language.statements import list_language_statements
from cleaning.metadata.licence import find_free_access, find_licence
from cleaning.metadata.linked_data import read_addresses, read_strings, read_types
from cleaning.metadata.live_updates import LiveUpdate, read_live_updates
from cleaning.metadata.page_kind import find_page_kind
from cleaning.metadata.rights import add_rights
from cleaning.metadata.rule_values import RuleValues, read_rule_values
from cleaning.metadata.structured import Statement, StructuredData, read_structured
from cleaning.metadata.title import find_title_candidates, find_visible_title
from cleaning.metadata.title_parts import make_name_keys, split_title
from cleaning.page.addresses import get_host, resolve_link
from cleaning.page.canonical import to_canonical_url
from cleaning.page.headline_key import make_headline_key
from cleaning.records.article import Article
from cleaning.records.given import NO_RULES, NOTHING_KNOWN
from cleaning.version import CLEANER_VERSION

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lxml.html import HtmlElement

    from cleaning.records.given import Page

MAX_TAGS, MAX_TAG_CHARACTERS = 50, 100
MAX_SECTION_CHARACTERS = 100
SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:android:app_name")
DESCRIPTIONS = ("og:description", "description", "twitter:description")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
SECTIONS = ("article:section", "og:article:section", "articlesection", "parsely-section")
TAGS = ("article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
NOTHING = Statement("", "")
SITES, PUBLISHERS = ("WebSite",), ("Organization", "Corporation")  # ends of JSON-LD types: NewsMediaOrganization


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page states: `draft` is the article without blocks, language and verdict, which depend on its text.

    `titles` are all titles of the page's head, which are variants of the headline. `headline` is the element that shows
    it, None where the page does not; `structured` is what the page states for machines; `languages` are the page's
    language tags, the nearest to the article first; `live_updates` are the entries of a live blog
    that the page's data list. `asked_names` are the keys of all texts that were taken for the site's name if its memory
    said so (`cleaning.metadata.title_parts.SiteNames`); `alike_names` are sets of them that give the same headline.
    """

    draft: Article
    titles: tuple[str, ...] = ()
    headline: HtmlElement | None = None
    structured: StructuredData = field(default_factory=StructuredData)
    languages: tuple[Statement, ...] = ()
    live_updates: tuple[LiveUpdate, ...] = ()
    asked_names: frozenset[str] = frozenset()
    alike_names: frozenset[frozenset[str]] = frozenset()


def read_metadata(
    tree: HtmlElement | None, page: Page, names: Sequence[str] = (), others: Collection[str] = ()
) -> Metadata:
    """Read the metadata of a page. The draft is empty where the page has no tree.

    The tree must be unchanged since parsing. `names` are the names that titles of the site carry beside the headline,
    as far as they are known. `others` are the headlines of other articles on the page: what JSON-LD states of these is
    left out.
    """
    if tree is None:
        draft = Article(page.url, "", cleaner_version=CLEANER_VERSION, fetched_at=page.fetched_at)
        return Metadata(add_rights(draft, StructuredData(), page))
    structured = read_structured(tree, page.url, others)
    site_name = _find_site_name(structured)
    order = detect_date_order(tree, structured, page)
    has_rules = page.rules != NO_RULES or page.known != NOTHING_KNOWN
    ruled = read_rule_values(tree, structured, page, order) if has_rules else RuleValues()
    asked: set[str] = set()
    site_names = _list_site_names(structured, site_name.text)
    title = ruled.title or find_visible_title(tree, structured, site_names, page.url, names, asked)
    lines = LinesAround(title.element)
    publication = ruled.publication or find_publication_time(tree, structured, lines, page, order)
    modification = find_modification_time(structured, page, order)
    names_of_site = (site_name.text, *(statement.text for statement in structured.find_linked("publisher")))
    found = find_authors(tree, structured, title.element, lines, names_of_site, page.url)
    authors, authors_source = found.persons, found.persons_place
    if ruled.authors:
        authors, authors_source = ruled.authors, ruled.authors_source
    canonical, canonical_source = _find_canonical(page.url, structured)
    description = structured.find_statement(*DESCRIPTIONS) or NOTHING
    tags, tags_source = _find_tags(structured)
    image = _find_image(page.url, structured)
    licence = find_licence(structured, page.url) or NOTHING
    is_free, free_source = find_free_access(structured) or (None, "")
    kind = find_page_kind(structured) or NOTHING
    section = _find_section(structured)
    sources = {
        "title": title.source,
        "authors": authors_source,
        "source": found.sources_place,
        "published_at": publication.source,
        "modified_at": modification.source,
        "description": description.source,
        "tags": tags_source,
        "image": image.source,
        "canonical_url": canonical_source,
        "site_name": site_name.source,
        "licence": licence.source,
        "free": free_source,
        "page_kind": kind.source,
        "section": section.source,
    }
    draft = Article(
        url=page.url,
        title=title.text,
        canonical_url=canonical,
        site_name=site_name.text or None,
        authors=authors,
        source=", ".join(found.sources) or None,
        published_at=publication.moment,
        published_raw=publication.implausible,
        modified_at=modification.moment,
        description=description.text or None,
        tags=tags,
        image=image.text or None,
        licence=licence.text or None,
        free=is_free,
        page_kind=kind.text or None,
        section=section.text or None,
        cleaner_version=CLEANER_VERSION,
        fetched_at=page.fetched_at,
        headline_key=make_headline_key(title.text, site_name.text),
        sources={name: source for name, source in sources.items() if source},
        site_rules=ruled.outcomes,
    )
    titles = tuple(statement.text for statement in find_title_candidates(structured))
    languages = list_language_statements(tree, structured, title.element)
    updates = read_live_updates(structured)
    draft = add_rights(draft, structured, page)
    return Metadata(draft, titles, title.element, structured, languages, updates, frozenset(asked))


def add_alike_names(tree: HtmlElement, metadata: Metadata, names: Collection[str]) -> Metadata:
    """Return the metadata with sets of names that would give the page the same headline.

    They are those that a memory of its site may know: none, and the parts at the ends of its titles. The tree must be
    unchanged since parsing. `names` are those that the metadata were read with.
    """
    if not metadata.asked_names:
        return metadata
    draft, asked = metadata.draft, set(metadata.asked_names)
    found = draft.title, draft.sources.get("title", ""), metadata.headline
    own, headline = asked & make_name_keys(names), make_name_keys([draft.title])
    ends = [split_title(title) for title in metadata.titles]
    chosen = [(), *((parts[0],) for parts in ends), *((parts[-1],) for parts in ends)]
    site_names = _list_site_names(metadata.structured, draft.site_name or "")
    alike = set()
    for some in dict.fromkeys(metadata.asked_names & make_name_keys(parts) for parts in chosen):
        is_other = some != own and some.isdisjoint(headline)
        if is_other and find_visible_title(tree, metadata.structured, site_names, draft.url, some, asked) == found:
            alike.add(some)
    return replace(metadata, asked_names=frozenset(asked), alike_names=frozenset(alike))


def _list_site_names(structured: StructuredData, site_name: str) -> tuple[str, ...]:
    """Return the names of its site that a page states, this one first."""
    stated = (statement.text for statement in _list_stated_names(structured, (*SITES, *PUBLISHERS)))
    return (site_name, *stated, *(statement.text for statement in structured.find_linked("publisher")))


def _find_canonical(url: str, structured: StructuredData) -> tuple[str | None, str]:
    stated = structured.find_statement("og:url")
    if structured.canonical:
        stated = Statement(structured.canonical, "<link rel=canonical>")
    address = to_canonical_url(stated.text, url) if stated else None
    return (address, stated.source) if stated and address else (None, "")


def _find_site_name(structured: StructuredData) -> Statement:
    publishers = structured.find_linked("publisher")
    if publishers:
        return structured.find_statement("og:site_name") or publishers[0]
    return structured.find_statement(*SITE_NAMES) or next(iter(_list_stated_names(structured, SITES)), NOTHING)


def _list_stated_names(structured: StructuredData, kinds: tuple[str, ...]) -> list[Statement]:
    """Return the names of the JSON-LD objects whose type ends so."""
    return [
        Statement(name, f"JSON-LD {kind}")
        for item in structured.objects
        for kind in read_types(item)
        if kind.endswith(kinds)
        for name in read_strings(item.get("name"))
    ]


def _find_section(structured: StructuredData) -> Statement:
    statements = (*structured.find_linked("articleSection"), *structured.find_statements(*SECTIONS))
    return next((statement for statement in statements if len(statement.text) <= MAX_SECTION_CHARACTERS), NOTHING)


def _find_tags(structured: StructuredData) -> tuple[tuple[str, ...], str]:
    for statements in (*(structured.find_statements(name) for name in TAGS), structured.find_linked("keywords")):
        found = [tag.strip() for statement in statements for tag in statement.text.split(",")]
        if tags := tuple(dict.fromkeys(tag for tag in found if 0 < len(tag) <= MAX_TAG_CHARACTERS))[:MAX_TAGS]:
            return tags, statements[0].source
    return (), ""


def _find_image(url: str, structured: StructuredData) -> Statement:
    linked = [
        Statement(address, "JSON-LD image")
        for item in structured.articles
        for address in read_addresses(item.get("image"))
    ]
    for statement in (*structured.find_statements(*IMAGES), *linked):
        address = resolve_link(url, statement.text)
        if get_host(address):
            return Statement(address, statement.source)
    return NOTHING
