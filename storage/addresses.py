"""An address, what it is offered as and what becomes of it: what discovery hands to the frontier and gets from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class AddressKind(StrEnum):
    """What is expected behind an address. Discovery (all but articles) is asked for anew in every run."""

    FEED = "feed"  # RSS, Atom, JSON Feed
    SITEMAP = "sitemap"  # index, urlset, Google News, plain text
    SECTION = "section"  # a front page or a list of articles
    ARTICLE = "article"


class AddressState(StrEnum):
    """What became of an address."""

    PENDING = "pending"  # to be asked when it is due
    LEASED = "leased"  # handed to Scrapy
    DONE = "done"  # answered, and what it said is stored
    GONE = "gone"  # 404 or 410
    FAILED = "failed"  # given up after its last try
    REFUSED = "refused"  # not ours to ask: robots.txt, another host


# The source of an address that nobody named: where feeds and sitemaps usually are.
GUESS = "usual-path"
# The source of an address that a release names, which is to be fetched again.
RELEASE = "release"
# The reason of addresses that were refused because others like them had led nowhere (crawler/traps.py).
TRAP = "trap-barren"


# Whose word on a headline counts more than that of others, which are links and show what fits their place. A news
# sitemap must give each article's title, for search engines to show; a feed may adorn or shorten it.
_SAYS_HEADLINES = {"news-sitemap": 2, "feed": 1}


class Headline(NamedTuple):
    """What an article is called by a source of its address."""

    key: str  # the headline as it is stored and compared (cleaning.headlines.index_key), never empty
    source: str  # as that of an offer


def best_headline(*told: Headline | None) -> Headline | None:
    """The one that is kept of all that an article is called: a news sitemap's word, then a feed's, then a link's.

    Of several from one kind of source it is the longest key, and of equal length the last by its code points. The
    outcome does not depend on when and in which order sources are read, and so a headline that became shorter stays.
    """
    return max(filter(None, told), key=_standing, default=None)


def _standing(headline: Headline) -> tuple[int, int, str]:
    return _SAYS_HEADLINES.get(headline.source, 0), len(headline.key), headline.key


@dataclass(frozen=True, slots=True)
class Offer:
    """An address that discovery found. `url` is in its canonical form (cleaning.canonical)."""

    url: str
    kind: AddressKind
    changed_at: datetime | None = None  # aware: when its source says that it was published or last changed
    depth: int = 0  # steps from what the site's entry names: bounds sections, pagination and nested sitemaps
    # How it was found: "entry" (of sites.toml), "feed", "news-sitemap", "sitemap", "section", "next" (page of a list),
    # "robots", "usual-path", "release".
    source: str = ""
    headline: Headline | None = None  # of an article, where its source gives one


@dataclass(frozen=True, slots=True)
class Lease:
    """An address handed out to be fetched."""

    id: int
    url: str
    site: str
    kind: AddressKind
    depth: int
    source: str
    tries: int  # how often it was asked before, since it was last fetched
