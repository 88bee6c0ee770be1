"""What cleaning is given: a page, and what its host, its site and its spider say of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

# Limits on what a host says about one page.
MAX_WORDS = 50  # AI agents, or preferences
MAX_WORD_CHARACTERS = 100  # of one agent or preference
MAX_POLICY_CHARACTERS = 2_000  # of the address of a policy


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


def _require_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        hint = "; cleaning.clean_html decodes it" if isinstance(value, bytes) and name == "html" else ""
        raise TypeError(f"the {name} of a page must be str, got {type(value).__name__}{hint}")


def _select_texts(value: object) -> tuple[str, ...]:
    every = value[:MAX_WORDS] if isinstance(value, list) else []
    return tuple(text for text in every if isinstance(text, str) and len(text) <= MAX_WORD_CHARACTERS)
