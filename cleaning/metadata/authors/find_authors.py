"""Find who wrote an article, and which papers and agencies it is from."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.authors.linked import Claim, read_linked
from cleaning.metadata.authors.marked import read_end, read_marked
from cleaning.metadata.authors.names import MAX_AUTHORS, read_byline
from cleaning.metadata.authors.surroundings import Surroundings
from cleaning.page.addresses import get_site
from cleaning.page.headline_key import normalize_headline
from cleaning.phrases import find_opening_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from cleaning.metadata.dates.near_headline import LinesAround
    from cleaning.metadata.structured import StructuredData

META = (
    "author",
    "article:author",
    "dc.creator",
    "dc:creator",
    "dcterms.creator",
    "dc.creator.aut",
    "dcterms.creator.aut",
    "parsely-author",
    "sailthru.author",
    "byl",
    "authors",
    "citation_author",
    "article_author",
    "articleauthor",
    "og:author",
    "og:article:author",
    "lp.article:author",
    "cxenseparse:author",
    "dable:author",
    "rbauthors",
    "shareaholic:article_author_name",
    "atc-metaauthor",
    "dcsext.author",
    "author_name",
    "creator",
    "vr:author",
    "twitter:creator:name",
    "bt:author",
)
SINGLE = frozenset(("citation_author", "dc.creator", "dcterms.creator"))  # one name each
MAX_BYLINE = 160  # characters of a byline in plain words


class Authors(NamedTuple):
    """The persons who wrote an article, and the papers, desks and agencies it is from, each with its place."""

    persons: tuple[str, ...] = ()
    persons_place: str = ""
    sources: tuple[str, ...] = ()
    sources_place: str = ""


def find_authors(
    tree: HtmlElement,
    structured: StructuredData,
    headline: HtmlElement | None,
    lines: LinesAround,
    site_names: Iterable[str],
    url: str,
) -> Authors:
    """Return the persons that the page names as its authors, in its order, and the sources beside them."""
    own_names = frozenset(key for name in (*site_names, get_site(url) or "") if (key := normalize_headline(name)))
    around = Surroundings(headline)
    # What JSON-LD, marked bylines, meta elements and a line near the headline say.
    claims = (
        read_linked(structured, own_names),
        read_marked(tree, headline, around, own_names),
        _read_meta(structured, own_names),
        _read_plain(lines, own_names),
    )
    chosen = _choose(*claims)
    if not chosen.persons:
        chosen = read_end(tree, around, own_names)
    keys = set(map(normalize_headline, chosen.persons))
    by_trust = (chosen, *claims)
    source = next((claim for claim in by_trust if claim.sources), Claim())
    sources = tuple(name for name in source.sources if normalize_headline(name) not in keys)
    return Authors(
        chosen.persons[:MAX_AUTHORS],
        chosen.place if chosen.persons else "",
        sources[:MAX_AUTHORS],
        source.place if sources else "",
    )


def _choose(linked: Claim, marked: Claim, meta: Claim, plain: Claim) -> Claim:
    """Return the claim that names the authors: what the page says for machines, if what it shows does not say more."""
    seen = [claim for claim in (marked, meta, plain) if claim.persons]
    if linked.persons:
        for at, claim in enumerate(seen):
            if _is_fuller(claim, linked):
                return claim
            agreeing = any(_key(claim) == _key(other) for other in seen[at + 1 :])
            if agreeing and _key(claim) > _key(linked):
                return claim
        shown = next((claim for claim in (plain, marked) if claim.persons and claim.is_near), Claim())
        return shown if shown.persons and not _list_words(shown) & _list_words(linked) else linked
    if meta.persons and marked.persons and " " not in "".join(marked.persons) and " " in "".join(meta.persons):
        return meta  # first names alone
    if marked.persons and meta.persons and _key(meta) < _key(marked) and _key(plain) != _key(marked):
        return meta
    return next(iter(seen), linked)


def _key(claim: Claim) -> frozenset[str]:
    return frozenset(map(normalize_headline, claim.persons))


def _list_words(claim: Claim) -> frozenset[str]:
    return frozenset(word for key in _key(claim) for word in key.split())


def _is_fuller(claim: Claim, other: Claim) -> bool:
    """Return whether a claim has the names of the other written out: "Todd Bates" for "Todd" or "toddbates"."""
    mine, others = (sorted(map(normalize_headline, one.persons)) for one in (claim, other))
    return (
        len(mine) == len(others)
        and all(
            name.replace(" ", "") == short or (" " not in short and name.split()[0] == short)
            for name, short in zip(mine, others, strict=True)
        )
        and mine != others
    )


def _read_meta(structured: StructuredData, own_names: frozenset[str]) -> Claim:
    sources: tuple[str, ...] = ()
    place = ""
    for name in META:
        persons: dict[str, None] = {}
        for statement in structured.find_statements(name):
            found = read_byline(statement.text, own_names=own_names)
            persons.update(dict.fromkeys(found.persons))
            if not sources and found.sources:
                sources, place = found.sources, statement.source
        if persons:
            return Claim(tuple(persons), sources, f"meta {name}")
    for number in "12":
        label = structured.find_text(f"twitter:label{number}")
        value = structured.find_text(f"twitter:data{number}")
        if label and value and find_opening_phrase("by", normalize_headline(label)):
            found = read_byline(value, own_names=own_names)
            if found.persons:
                return Claim(found.persons, sources, f"meta twitter:data{number}")
    return Claim((), sources, place)


def _read_plain(lines: LinesAround, own_names: frozenset[str]) -> Claim:
    for line in chain(lines.below(), lines.above()):
        if len(line) <= MAX_BYLINE and find_opening_phrase("by", normalize_headline(line)):
            found = read_byline(line, is_marked=False, own_names=own_names)
            if found.persons:
                return Claim(found.persons, found.sources, "a byline near the headline", is_near=True)
    return Claim()
