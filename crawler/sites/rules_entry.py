"""Read the keys of an entry of `sites.toml` that say where things stand in the pages of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.errors import BadSelector
from cleaning.records.given import SiteRules
from cleaning.site_rules.selectors import parse_selector, parse_value_rule
from crawler.sites.site import quote_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crawler.sites.entry_errors import EntryErrors
    from crawler.sites.toml_lines import KeyPath

RULE_KEYS = ("text", "remove", "title", "author", "published")
_MAX_REMOVED = 50  # selectors of `remove`


def read_site_rules(errors: EntryErrors, at: KeyPath, table: Mapping[str, object]) -> SiteRules:
    """Return the rules of the site whose entry stands at `at`. Raise a SitesError for what cannot be used."""

    def read(key: str, parse: Callable[[str], object], expected: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        return _check_rule(errors, (*at, key), value, parse, expected)

    element = "a CSS selector in quotation marks"
    value = 'a CSS selector, or a path into JSON-LD like "jsonld:author.name", in quotation marks'
    return SiteRules(
        text=read("text", parse_selector, f'{element}; several make one: "div.lead, div.body"'),
        remove=_read_removed(errors, (*at, "remove"), table.get("remove", [])),
        title=read("title", parse_value_rule, value),
        author=read("author", parse_value_rule, value),
        published=read("published", parse_value_rule, value),
    )


def _read_removed(errors: EntryErrors, at: KeyPath, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise errors.make(at, f"'remove' must be a list of CSS selectors [\"...\"], not {quote_value(value)}")
    if len(value) > _MAX_REMOVED:
        raise errors.make(at, f"'remove' must hold at most {_MAX_REMOVED} selectors, not {len(value)}")
    selectors = (
        _check_rule(errors, (*at, number), item, parse_selector, "CSS selectors in quotation marks")
        for number, item in enumerate(value)
    )
    return tuple(dict.fromkeys(selectors))


def _check_rule(errors: EntryErrors, at: KeyPath, value: object, parse: Callable[[str], object], expected: str) -> str:
    key, *_ = (part for part in reversed(at) if isinstance(part, str))
    if not isinstance(value, str):
        verb = "hold" if key == "remove" else "be"
        raise errors.make(at, f"'{key}' must {verb} {expected}, not {quote_value(value)}")
    try:
        parse(value)
    except BadSelector as error:
        raise errors.make(at, f"'{key}': {quote_value(value)} cannot be used: {error}") from error
    return value.strip()
