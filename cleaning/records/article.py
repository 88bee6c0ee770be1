"""What cleaning gives: the article of a page, kept or rejected, and all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cleaning.markdown.head import format_head
from cleaning.markdown.layout import Piece
from cleaning.markdown.render import render_markdown
from cleaning.records.block import Block, LiveEntry
from cleaning.records.given import Page
from cleaning.records.times import format_iso, format_local, format_utc
from cleaning.records.words import count_text_words
from cleaning.version import CLEANER_VERSION


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule of `SiteRules`, or the selector of `Known`, found in a page.

    `key` is its key in sites.toml, `rule` the selector or path as it was written, `origin` who wrote it ("sites.toml",
    "the spider"). `found` counts the elements or values. Where it is 0 or `problem` says why they cannot be used, the
    page was cleaned as if the rule were not there.
    """

    key: str
    rule: str
    found: int
    origin: str = "sites.toml"
    problem: str = ""

    @property
    def is_matched(self) -> bool:
        return self.found > 0 and not self.problem


@dataclass(frozen=True, slots=True)
class Pager:
    """The links of a page to the other pages of its article (`cleaning.parts.pager`); addresses are canonical.

    `number` is that of the page itself, `pages` has the others with their numbers, in order. `whole` is the address of
    the article on one page, `first` that of its first page, None where it is not known.
    """

    number: int
    pages: tuple[tuple[int, str], ...] = ()
    whole: str | None = None
    first: str | None = None

    @property
    def last(self) -> int:
        """The highest number that is known."""
        return max(self.number, *(number for number, _ in self.pages), 1)


@dataclass(frozen=True, slots=True)
class Article:
    """The result of cleaning one page. A page that is no article has one, too; `rejected` then gives the reason.

    Times are aware, in the zone that the page states, or UNSTATED. `published_raw` keeps a publication time that is not
    plausible (long after the fetch, or before 1990) as the page writes it. `language` is an ISO 639 code as langdetect
    writes it, "und" where it is unknown; `language_probability` is what the text says for it, 0 to 1. `licence` is an
    address where the page gives one. `free` is what the page states about its paywall. `page_kind` is one of the words
    of `cleaning.metadata.page_kind`. `section` is the part of the paper that the page names, one short line. `authors`
    are persons; `source` names the agencies, desks and papers of the byline, with commas between them. `blocks` holds
    kept and cut blocks, `text` the text of the kept ones, `removed` the cut ones.

    `robots` is what the page asks of robots like ours, in its own words, obeyed or not
    (`cleaning.metadata.robots_tags`). Reservations at the time of the fetch: `tdm_reserved` is whether the rights
    holder reserves text and data mining, None where nothing is stated; `tdm_policy` is the address of the conditions;
    `ai_refused` are the AI agents that robots.txt kept from this address, None where it was not read; `usage` are
    preferences for uses by AI, as stated.

    `sources` names, for each field that was found in the page, where it was found, in a reader's words
    ("JSON-LD datePublished"). `limits_hit` names the limits that the page or a field exceeded; what is beyond a limit
    is left out. With `observe`, `observation` is what the page tells of its site, `memory_dependency` the part of the
    site's memory that the article depends on, and `memory_fingerprint` a digest of what the memory says about that part
    (see `cleaning.memory`); `sketch` is the sealed sketch of its text (`cleaning.duplicates.article_sketch`); `reading`
    is what the page says whatever the site's memory says, packed for deciding again without the page
    (`cleaning.clean.decide_again`), b"" where that may need the page. `pager`
    has the links to the other pages of the article, if it has several. `site_rules` says what each rule for the page's
    site found. `entries` are those of a live blog, in page order.
    """

    url: str
    title: str
    blocks: tuple[Block, ...] = ()
    canonical_url: str | None = None
    site_name: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_raw: str | None = None
    modified_at: datetime | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    licence: str | None = None
    free: bool | None = None
    page_kind: str | None = None
    section: str | None = None
    source: str | None = None
    tdm_reserved: bool | None = None
    tdm_policy: str | None = None
    ai_refused: tuple[str, ...] | None = None
    usage: tuple[str, ...] = ()
    robots: tuple[str, ...] = ()
    language: str = "und"
    language_probability: float = 0.0
    rejected: str | None = None
    cleaner_version: str = ""
    fetched_at: datetime | None = None
    headline_key: str = ""  # the headline as it is compared with other headlines, see cleaning.page.headline_key
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    observation: bytes = field(default=b"", compare=False, repr=False)
    memory_dependency: bytes = field(default=b"", compare=False, repr=False)
    memory_fingerprint: str = field(default="", compare=False, repr=False)
    sketch: bytes = field(default=b"", compare=False, repr=False)
    reading: bytes = field(default=b"", compare=False, repr=False)
    limits_hit: tuple[str, ...] = field(default=(), compare=False, repr=False)
    pager: Pager | None = field(default=None, compare=False, repr=False)
    site_rules: tuple[RuleOutcome, ...] = field(default=(), compare=False, repr=False)
    entries: tuple[LiveEntry, ...] = ()  # of a live blog, in page order

    removed: tuple[Block, ...] = field(init=False, repr=False, compare=False)
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "\n".join(block.text for block in self.blocks if block.is_kept))
        object.__setattr__(self, "removed", tuple(block for block in self.blocks if not block.is_kept))

    @property
    def entry_order(self) -> str | None:
        """Return "newest first" or "oldest first", the order of the entries; None if their times do not tell."""
        times = [entry.time for entry in self.entries if entry.time is not None]
        if len(times) < 2 or times[0] == times[-1]:
            return None
        return "newest first" if times[0] > times[-1] else "oldest first"

    def to_markdown(self, *, head: bool = False) -> str:
        """Return the kept blocks as Markdown below the title, their texts as in `text`; "" without title and text.

        Headings, lists, quotes, tables and code are as in the page; links are text. With `head` the metadata stands
        before it as YAML.
        """
        pieces = (Piece(block.text, block.kind, block.path, block.layout) for block in self.blocks if block.is_kept)
        document = render_markdown(self.title, pieces)
        if not head:
            return document
        record = self.to_dict()
        del record["text"]
        return f"{format_head(record)}\n{document}"

    def entries_to_list(self) -> list[dict[str, Any]]:
        """Return the entries of a live blog for JSON, in page order: times as ISO 8601, and the texts of each.

        `on_page` is false for an entry of a store that its page did not show at the last fetch.
        """
        return [
            {
                "time": None if entry.time is None else format_iso(entry.time),
                "clock": entry.clock,
                "heading": entry.heading,
                "authors": list(entry.authors),
                "anchor": entry.anchor,
                "text": self.get_entry_text(number),
                "on_page": entry.last_fetched_at in (None, self.fetched_at),
            }
            for number, entry in enumerate(self.entries)
        ]

    def get_entry_text(self, number: int) -> str:
        """Return the kept blocks of the entry with this index, one a line, without the line of its time and heading."""
        blocks = (block for block in self.blocks if block.entry == number and block.is_kept)
        return self.entries[number].join_text((block.kind, block.text) for block in blocks)

    def to_dict(self) -> dict[str, Any]:
        """Return the article as a flat record for JSON, its fields named and formatted as in a JSON Lines release.

        What only a store knows is left out (id, site, story, duplicates); `rejected` is added.
        """
        return {
            "url": self.url,
            "canonical_url": self.canonical_url or self.url,
            "site_name": self.site_name,
            "title": self.title,
            "authors": list(self.authors),
            "source": self.source,
            "published_at": format_utc(self.published_at),
            "published_local": format_local(self.published_at),
            "modified_at": format_utc(self.modified_at),
            "modified_local": format_local(self.modified_at),
            "fetched_at": format_utc(self.fetched_at),
            "language": self.language,
            "language_probability": self.language_probability,
            "description": self.description,
            "tags": list(self.tags),
            "image": self.image,
            "licence": self.licence,
            "free": self.free,
            "page_kind": self.page_kind,
            "section": self.section,
            "robots": list(self.robots),
            "tdm_reserved": self.tdm_reserved,
            "tdm_policy": self.tdm_policy,
            "ai_refused": None if self.ai_refused is None else list(self.ai_refused),
            "usage": list(self.usage),
            "text": self.text,
            "words": count_text_words(self.text),
            "cleaner_version": self.cleaner_version,
            "rejected": self.rejected,
        }


def make_failed_article(page: Page, reason: str, limits_hit: tuple[str, ...] = ()) -> Article:
    """Return an empty article, rejected for this reason; the page can be cleaned again from the archive."""
    return Article(
        url=page.url,
        title="",
        rejected=reason,
        cleaner_version=CLEANER_VERSION,
        fetched_at=page.fetched_at,
        limits_hit=limits_hit,
    )
