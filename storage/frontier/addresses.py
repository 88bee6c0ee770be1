"""Kinds and states of addresses, and the offers and leases that discovery exchanges with the frontier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class AddressKind(StrEnum):
    """The expected content of an address. Discovery (all but articles) is fetched anew in every run."""

    FEED = "feed"  # RSS, Atom, JSON Feed
    SITEMAP = "sitemap"  # index, urlset, Google News, plain text
    SECTION = "section"  # a front page or a list of articles
    ARTICLE = "article"


DISCOVERY_KINDS = [kind for kind in AddressKind if kind is not AddressKind.ARTICLE]


class AddressState(StrEnum):
    """The progress of an address."""

    PENDING = "pending"  # to be leased when it is due
    LEASED = "leased"  # handed to Scrapy
    DONE = "done"  # fetched, and the answer is stored
    GONE = "gone"  # 404 or 410
    FAILED = "failed"  # given up after its last try
    REFUSED = "refused"  # not to be fetched: robots.txt, another host


# The source of an address that no page names: the usual paths of feeds and sitemaps.
GUESS = "usual-path"
# The source of a section that was fetched as an article: its page is a list.
LIST_PAGE = "list-page"
# The source of an address that a release names, to be fetched again.
RELEASE = "release"
# The source of an article that the operator names, and nothing else of its site.
NAMED = "named"
# Sources whose articles are fetched whatever is known of them.
UNCONDITIONAL = frozenset((RELEASE, NAMED))
# The reason of addresses that are refused because similar ones gave no article (crawler/frontier/traps.py).
TRAP = "trap-barren"
# The reason of addresses that show the page of another address (storage/frontier/same_pages/twins.py).
TWIN = "twin"


# Sources whose headlines are preferred; all others are links, whose text is fitted to the space it has. A news sitemap
# must give the title of each article, which search engines show; a feed may decorate or shorten it.
_HEADLINE_PRIORITY = {"news-sitemap": 2, "feed": 1}


class Headline(NamedTuple):
    """The headline that a source gives an article."""

    key: str  # the headline as it is stored and compared (cleaning.page.headline_key.make_headline_key), never empty
    source: str  # the source of an offer


def choose_headline(*headlines: Headline | None) -> Headline | None:
    """Return the headline to keep: that of a news sitemap, else of a feed, else of a link; None if there is none.

    Among several from one kind of source, return the longest key, and among equally long ones the last by code points.
    So the result does not depend on when and in which order sources are read; a headline that became shorter stays.
    """
    return max(filter(None, headlines), key=_rank_headline, default=None)


def _rank_headline(headline: Headline) -> tuple[int, int, str]:
    return _HEADLINE_PRIORITY.get(headline.source, 0), len(headline.key), headline.key


@dataclass(frozen=True, slots=True)
class Offer:
    """An address that discovery found. `url` is in its canonical form (cleaning.page.canonical)."""

    url: str
    kind: AddressKind
    changed_at: datetime | None = None  # aware; published or last changed, according to its source
    depth: int = 0  # steps from the addresses in sites.toml; bounds sections, pagination and nested sitemaps
    # How it was found: "entry" (of sites.toml), "feed", "news-sitemap", "sitemap", "section", "next" (page of a list),
    # "robots", "usual-path", "list-page", "release", "named".
    source: str = ""
    headline: Headline | None = None  # of an article, if its source gives one


@dataclass(frozen=True, slots=True)
class Lease:
    """An address that is leased, to be fetched."""

    id: int
    url: str
    site: str
    kind: AddressKind
    depth: int
    source: str
    tries: int  # failed tries since it was last fetched
    vain: int = 0  # nights in a row that brought nothing new of it
    was_fetched: bool = True  # in an earlier night, or before in this one: something may be known of it
    is_recheck: bool = False  # no source asks for it: it is looked at again because of its age
    first_fetched_at: datetime | None = None  # when its page was first stored as an article
    recheck_at: datetime | None = None  # when it is to be looked at again
    missing_at: datetime | None = None  # when it first answered with 404 or 410, since its page was last there
    changes: int = 0  # how often it was fetched again and had changed

    @property
    def is_front_page(self) -> bool:
        return self.kind is AddressKind.SECTION and self.depth == 0
