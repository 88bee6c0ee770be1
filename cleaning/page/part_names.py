"""Read what the parts of a page are called by their ids and classes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Parts of a page beside its article. The names are English on localised pages, too. Words that also name parts of
# articles (widget, sidebar, cta, latest, popup ...) are left out: with them four cuts in ten were false.
CHROME = frozenset(
    """
    related share sharing social newsletter subscribe subscription signup paywall reply respond disqus nav navigation
    navbar menu breadcrumb breadcrumbs footer sidebar tags tagcloud taglist topics author authorbox byline bio promo
    promotion advert advertisement ad ads sponsored sponsor recommended recommendation recommendations recirc trending
    popular outbrain taboola teaser teasers cookie cookies consent banner copyright disclaimer register pagination pager
    toolbar follow donate donation membership upsell readmore addthis sharedaddy
    """.split()  # noqa: SIM905 -- a hundred quoted words read worse
)
# Comments of readers. Here words of the page's own language are common.
COMMENTS = frozenset(
    """
    comment comments commentlist commentaire commentaires kommentar kommentare komentarz komentarze koment opinia opinie
    opinion opinions comentario comentarios commento commenti reactie reacties comentarii yorum yorumlar otzyv otzyvy
    """.split()  # noqa: SIM905
)
PAYWALL = frozenset(("paywall",))
DATELINE = frozenset(
    """
    date dates dateline time timestamp datetime pubdate published posted byline author authors meta info attributes
    reporter source credit
    """.split()  # noqa: SIM905
)

LABEL = re.compile(r"[#.]")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
BETWEEN = re.compile(r"[-_:]+")
NAME = re.compile(r"([a-z]{2,})\d{0,2}")
MAX_NAME_CHARACTERS = 40  # longer ids and classes are slugs of headlines
# Themes that write an article's tags, categories and state into the classes of its element.
POST_CLASSES = re.compile(r"\.(?:hentry|type-post|entry-type-post|post-\d+|status-publish)(?![\w-])")


@lru_cache(maxsize=8192)
def read_part_names(label: str) -> frozenset[str]:
    """Return the words of an element's id and classes: "div#sideBar.post-tags" -> side, bar, post, tags."""
    if POST_CLASSES.search(label):
        return frozenset()
    return frozenset[str]().union(
        *(_split_name(part) for part in LABEL.split(label)[1:] if len(part) <= MAX_NAME_CHARACTERS)
    )


@lru_cache(maxsize=8192)  # labels are many, the ids and classes in them are few
def _split_name(name: str) -> frozenset[str]:
    """Return the words of one id or class."""
    words = BETWEEN.split(CAMEL.sub("-", name).lower())
    return frozenset(
        match[1] for word in words if (match := NAME.fullmatch(word)) and (len(word) > 3 or word.isalpha())
    )


def has_paywall(paths: Iterable[str]) -> bool:
    """Return whether an element of one of these paths is called a paywall."""
    return any("paywall" in path and find_part_name(path, PAYWALL) for path in set(paths))


def find_part_name(path: str, wanted: frozenset[str]) -> str | None:
    """Return one of the wanted words that names an element of the path, the outermost element first; else None."""
    for label in path.split(" > "):
        if found := read_part_names(label) & wanted:
            return min(found)
    return None
