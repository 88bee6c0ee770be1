"""Page, HostRights, Block and Article: the only records that cross between the three packages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum

# The zone of a time whose page states none: counted as UTC, and not to be taken for the clock of any place.
UNSTATED = timezone(timedelta(0), "unstated")

# Of what a host says of one page.
MOST_WORDS = 50  # agents, or preferences
LONGEST_WORD = 100  # characters of one of these
LONGEST_POLICY = 2_000  # and of the address of a policy


def stated_offset(moment: datetime | None) -> int | None:
    """Minutes that the page's clock is ahead of UTC; None where there is no time, or the page states no zone."""
    if moment is None or moment.tzname() == UNSTATED.tzname(None):
        return None
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)


def iso(moment: datetime) -> str:
    """A time as ISO 8601 to the second, in its own zone: "2024-05-01T23:30:00-04:00", with "Z" for UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class BlockKind(StrEnum):
    """What a block is in its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"  # of a list
    QUOTE = "quote"
    ROW = "row"  # of a table
    CAPTION = "caption"
    CODE = "code"  # preformatted


@dataclass(frozen=True, slots=True)
class HostRights:
    """What the host of a page says of its use elsewhere than on the page: in robots.txt and /.well-known/tdmrep.json.

    As it stood for one address when its page was fetched; the empty one is that of a page of which nobody asked.
    `ai_refused` are the AI agents that robots.txt keeps from the address, in lower case and sorted; () where it keeps
    none away or there is no robots.txt, None where nobody looked. `usage` are the preferences that robots.txt states
    for it ("train-ai=n"). `tdm_reserved` and `tdm_policy` are those of the first rule of tdmrep.json for the address;
    None where there is no such file, or no rule for it.
    """

    ai_refused: tuple[str, ...] | None = None
    usage: tuple[str, ...] = ()
    tdm_reserved: bool | None = None
    tdm_policy: str | None = None  # an address

    def packed(self) -> str:
        """One line of ASCII; `HostRights.unpacked` makes the same of it again."""
        return json.dumps(asdict(self))

    @classmethod
    def unpacked(cls, line: str) -> HostRights:
        """What was packed. Whatever in the line is not of that form counts as not known: archives come from anybody."""
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(value, dict):
            return cls()
        agents, reserved, policy = value.get("ai_refused"), value.get("tdm_reserved"), value.get("tdm_policy")
        return cls(
            ai_refused=_texts(agents) if isinstance(agents, list) else None,
            usage=_texts(value.get("usage")),
            tdm_reserved=reserved if isinstance(reserved, bool) else None,
            tdm_policy=policy if isinstance(policy, str) and len(policy) <= LONGEST_POLICY else None,
        )


NOT_ASKED = HostRights()


@dataclass(frozen=True, slots=True)
class Page:
    """One fetched response, decoded."""

    url: str  # the final address, after redirects
    html: str
    status: int = 200
    fetched_at: datetime | None = None  # aware; bounds what may be believed of the page's own dates
    language: str | None = None  # tag of what its site is said to be written in; decides where the text does not
    robots_header: tuple[str, ...] = ()  # the X-Robots-Tag lines that came with it
    robot: str = ""  # our name, as robots tags may use it
    obeyed: tuple[str, ...] = ()  # words of robots tags that keep a page from being an article (cleaning.robots_tags)
    rights_headers: tuple[tuple[str, str], ...] = ()  # of cleaning.rights.HEADERS, with their values, as they came
    host: HostRights = NOT_ASKED  # what its host says of its use elsewhere


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, quote, row or caption, in reading order; kept, or cut by a rule.

    `text` is one line of normalised white space. `link_share` is the share of its characters that stand inside links
    (0 to 1), `links` are their targets as absolute addresses. `path` is where it stands: the elements from <body> down,
    outermost first, each with its id and classes ("main > article.post > div.entry-content > p").
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    link_share: float = 0.0
    links: tuple[str, ...] = ()
    path: str = ""
    rule: str | None = None  # the rule that cut it
    evidence: str | None = None  # what that rule saw, for a person; of a kept block, why it was added to what was found

    @property
    def kept(self) -> bool:
        return self.rule is None


@dataclass(frozen=True, slots=True)
class Article:
    """What cleaning makes of one page: always, also of a page that is no article (`rejected` then says why).

    Times are aware, in the zone that the page states, or UNSTATED. `published_raw` keeps what the page said where that
    could not be believed (a date in the future of the page, or before 1990). `language` is an ISO 639-1 code as
    langdetect gives it, "und" where there are no letters, `language_probability` between 0 and 1. `licence` is an
    address where the page gives one; `free` is what the page itself says of its paywall; `page_kind` is one of the
    words of `cleaning.page_kind`. Nothing is deleted: `blocks` are all of them, `text` the kept.

    `section` is the part of the paper that the page says it stands in, one short line.

    `robots` is what the page asks of robots like us, in its own words, obeyed or not (`cleaning.robots_tags`). What
    was reserved when it was fetched: `tdm_reserved` whether its rights holder reserves text and data mining, None where
    nothing was said, with `tdm_policy` the address of the conditions; `ai_refused` the AI agents that robots.txt kept
    from this address, None where nobody looked; `usage` preferences for uses by AI, as stated.

    `sources` tells for each field that came from the page where, in a reader's words ("JSON-LD datePublished").
    `limited` names the limits that the page hit, on the whole or in a field: what is beyond them is left out.
    Where that was asked for, `observation` is what the page tells of its site, `trace` what of the site's memory the
    article depends on, and `recalled` a name for what the memory said of that (see `cleaning.memory`).
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
    headline_key: str = ""  # the headline as repeated headlines are known by, see cleaning.headlines
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    observation: bytes = field(default=b"", compare=False, repr=False)
    trace: bytes = field(default=b"", compare=False, repr=False)
    recalled: str = field(default="", compare=False, repr=False)
    limited: tuple[str, ...] = field(default=(), compare=False, repr=False)

    removed: tuple[Block, ...] = field(init=False, repr=False, compare=False)
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "\n".join(block.text for block in self.blocks if block.kept))
        object.__setattr__(self, "removed", tuple(block for block in self.blocks if not block.kept))


def _texts(value: object) -> tuple[str, ...]:
    every = value[:MOST_WORDS] if isinstance(value, list) else []
    return tuple(text for text in every if isinstance(text, str) and len(text) <= LONGEST_WORD)
