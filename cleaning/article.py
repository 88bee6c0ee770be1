"""The records that cleaning takes and gives: Page, HostRights, SiteRules, Known, Pager, Block, LiveEntry, Article ...

They are the only records that cross between the three packages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from cleaning.markdown.head import format_head
from cleaning.markdown.layout import Piece
from cleaning.markdown.render import render_markdown
from cleaning.version import CLEANER_VERSION

# The zone of a time whose page states no zone. It counts as UTC and is not the clock of any place.
UNSTATED = timezone(timedelta(0), "unstated")

# Limits on what a host says about one page.
MAX_WORDS = 50  # AI agents, or preferences
MAX_WORD_CHARACTERS = 100  # of one agent or preference
MAX_POLICY_CHARACTERS = 2_000  # of the address of a policy

_WORD = re.compile(r"\w+")


def count_text_words(text: str) -> int:
    """Return the words of a text, as the store and releases count them."""
    return len(_WORD.findall(text))


def get_stated_offset(moment: datetime | None) -> int | None:
    """Return the minutes by which the page's clock is ahead of UTC; None without a time, or where no zone is stated."""
    if moment is None or moment.tzname() == UNSTATED.tzname(None):
        return None
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)


def set_offset(moment: datetime | None, offset: int | None) -> datetime | None:
    """Return a time by the clock of its page, which is `offset` minutes ahead of UTC; None: it stated no zone."""
    if moment is None:
        return None
    return moment.astimezone(UNSTATED if offset is None else timezone(timedelta(minutes=offset)))


def format_iso(moment: datetime) -> str:
    """Format a time as ISO 8601 to the second, in its own zone: "2024-05-01T23:30:00-04:00", with "Z" for UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def format_utc(moment: datetime | None) -> str | None:
    """Format a time as ISO 8601 in UTC, as releases do: "2024-05-02T03:30:00Z", with a fraction if there is one."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:  # the first or last day that Python knows
        return None


def format_local(moment: datetime | None) -> str | None:
    """Format a time by the page's own clock, as releases do; None where the page states no zone."""
    return None if moment is None or get_stated_offset(moment) is None else moment.isoformat(timespec="microseconds")


# The rule of a block that was in the page, and in no text that was extracted from it (cleaning.left_out).
LEFT_OUT = "left_out"


class BlockKind(StrEnum):
    """What a block is in its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"  # of a list
    QUOTE = "quote"
    ROW = "row"  # of a table
    CAPTION = "caption"
    CODE = "code"  # preformatted
    CORRECTION = "correction"  # what the article says of its own mistakes; a note of the editors


@dataclass(frozen=True, slots=True)
class HostRights:
    """What the host of a page states about uses of it elsewhere, in robots.txt and /.well-known/tdmrep.json.

    The statements are those for one address at the time of its fetch. Without arguments nothing is known.

    `ai_refused`: the AI agents that robots.txt keeps from the address, in lower case and sorted. () where it keeps none
    away or there is no robots.txt; None where robots.txt was not read.
    `usage`: the preferences that robots.txt states for the address ("train-ai=n").
    `tdm_reserved`, `tdm_policy`: from the first rule of tdmrep.json for the address; None where there is no such file,
    or no rule for it. The policy is an address.
    """

    ai_refused: tuple[str, ...] | None = None
    usage: tuple[str, ...] = ()
    tdm_reserved: bool | None = None
    tdm_policy: str | None = None

    def to_json(self) -> str:
        """Return one line of ASCII; `HostRights.from_json` reads it back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> HostRights:
        """Read a line of `to_json`. Parts of another form count as unknown: an archive may come from any program."""
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(value, dict):
            return cls()
        agents, reserved, policy = value.get("ai_refused"), value.get("tdm_reserved"), value.get("tdm_policy")
        return cls(
            ai_refused=_select_texts(agents) if isinstance(agents, list) else None,
            usage=_select_texts(value.get("usage")),
            tdm_reserved=reserved if isinstance(reserved, bool) else None,
            tdm_policy=policy if isinstance(policy, str) and len(policy) <= MAX_POLICY_CHARACTERS else None,
        )


UNKNOWN_HOST_RIGHTS = HostRights()


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Where things stand in the pages of a site, as its operator says in `sites.toml`. Empty where nothing is said.

    `text` and `remove` are CSS selectors: of the elements that hold the article, and of those that are none of it.
    `title`, `author` and `published` are CSS selectors or paths into the page's JSON-LD.
    """

    text: str | None = None
    remove: tuple[str, ...] = ()
    title: str | None = None
    author: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the spider that fetched a page knows better than the page. None and () where it knows nothing.

    `text` is a CSS selector of the elements that hold the article.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  # aware
    text: str | None = None


NO_RULES = SiteRules()
NOTHING_KNOWN = Known()


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
class Page:
    """One fetched response, decoded."""

    url: str  # the final address, after redirects
    html: str
    status: int = 200
    fetched_at: datetime | None = None  # aware; bounds which of the page's own dates are plausible
    language: str | None = None  # language tag that is configured for the site; decides where the text is ambiguous
    robots_header: tuple[str, ...] = ()  # the X-Robots-Tag lines of the response
    robot_name: str = ""  # the crawler's name, as robots tags may use it
    obeyed_tags: tuple[str, ...] = ()  # robots tags that reject a page (cleaning.metadata.robots_tags)
    rights_headers: tuple[tuple[str, str], ...] = ()  # name and value of each of cleaning.metadata.rights.HEADERS
    host_rights: HostRights = UNKNOWN_HOST_RIGHTS
    rules: SiteRules = NO_RULES
    known: Known = NOTHING_KNOWN
    first_page: str | None = None  # address of the first page of the article that this page is a further part of
    parts: tuple[Page, ...] = ()  # the further parts of its article, in order; each with `first_page`

    def __post_init__(self) -> None:
        """Raise TypeError for an address or HTML that is no str."""
        _require_text("url", self.url)
        _require_text("html", self.html)


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
class Block:
    """One paragraph, heading, list item, quote, row, caption or correction, kept or cut by a rule.

    Blocks are in reading order.

    `text` is one line with single spaces. `link_share` is the share of its characters inside links (0 to 1); `links`
    are their targets as absolute addresses. `path` names the elements from <body> down, outermost first, each with its
    id and classes ("main > article.post > div.entry-content > p").
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    link_share: float = 0.0
    links: tuple[str, ...] = ()
    path: str = ""
    rule: str | None = None  # the rule that cut it
    evidence: str | None = None  # what the rule saw, for a person; of a kept block, why it was added to the extraction
    layout: str = ""  # the lists, quotes, tables and code that it stands in, see cleaning.markdown.layout
    entry: int | None = None  # the entry of a live blog that it belongs to, as an index of Article.entries

    def __reduce__(self) -> tuple[type[Block], tuple[object, ...]]:
        """Pickle it by its values: a page has forty, and the way of dataclasses takes three times as long."""
        return Block, (
            self.text,
            self.kind,
            self.link_share,
            self.links,
            self.path,
            self.rule,
            self.evidence,
            self.layout,
            self.entry,
        )

    @property
    def is_kept(self) -> bool:
        return self.rule is None


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """One entry of a live blog. Its texts are the blocks of the article that name it (`Block.entry`).

    `clock` is the time as the page shows it ("18:20"), `time` the moment, aware, None where its day is not known.
    `heading` is "" where it has none. `anchor` is the id of its element in the page. An article of a store has every
    entry that its page ever showed: `first_fetched_at` and `last_fetched_at` are the first and the last fetch that had
    this one; None without a store.
    """

    time: datetime | None = None
    clock: str = ""
    heading: str = ""
    authors: tuple[str, ...] = ()
    anchor: str = ""
    first_fetched_at: datetime | None = None
    last_fetched_at: datetime | None = None

    @property
    def line(self) -> str:
        """The words of its line in the text: time and heading, "18:20 Debate begins"; "" if it has neither.

        Where the page writes them as one text, that text is the line: "18:20: Debate begins".
        """
        return " ".join(part for part in (self.clock, self.heading) if part)

    def join_text(self, blocks: Iterable[tuple[str, str]]) -> str:
        """Return the text of the entry, of the kind and text of each of its kept blocks; without its line."""
        pieces = list(blocks)
        if pieces and pieces[0][0] == BlockKind.HEADING and _WORD.findall(pieces[0][1]) == _WORD.findall(self.line):
            del pieces[0]
        return "\n".join(text for _, text in pieces)


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


def _require_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        hint = "; cleaning.clean_html decodes it" if isinstance(value, bytes) and name == "html" else ""
        raise TypeError(f"the {name} of a page must be str, got {type(value).__name__}{hint}")


def _select_texts(value: object) -> tuple[str, ...]:
    every = value[:MAX_WORDS] if isinstance(value, list) else []
    return tuple(text for text in every if isinstance(text, str) and len(text) <= MAX_WORD_CHARACTERS)


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
