"""Read the keys of an entry of `sites.toml` that say which pages of the site need a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from cleaning.errors import BadSelector
from cleaning.site_rules.selectors import parse_selector
from crawler.sites.host_names import make_host_url
from crawler.sites.site import quote_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.sites.entry_errors import EntryErrors
    from crawler.sites.toml_lines import KeyPath

BROWSER_KEYS = ("browser", "browser_clicks", "browser_hosts")
PURPOSES = ("lists", "articles")
_MAX_CLICKS = 10  # selectors; each costs time on every page


class BrowserArguments(TypedDict):
    """Arguments of `crawler.sites.site.Site`."""

    browser: frozenset[str]
    browser_clicks: tuple[str, ...]
    browser_hosts: tuple[str, ...]


def read_browser_keys(errors: EntryErrors, at: KeyPath, table: Mapping[str, object]) -> BrowserArguments:
    """Return what the entry at `at` says of the browser. Raise a SitesError for what cannot be used."""
    return BrowserArguments(
        browser=_read_purposes(errors, (*at, "browser"), table.get("browser", False)),
        browser_clicks=_read_clicks(errors, (*at, "browser_clicks"), table.get("browser_clicks", [])),
        browser_hosts=_read_hosts(errors, (*at, "browser_hosts"), table.get("browser_hosts", [])),
    )


def _read_purposes(errors: EntryErrors, at: KeyPath, value: object) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset(PURPOSES) if value else frozenset()
    if value not in PURPOSES:
        raise errors.make(at, f'\'browser\' must be true, false, "lists" or "articles", not {quote_value(value)}')
    return frozenset((str(value),))


def _read_clicks(errors: EntryErrors, at: KeyPath, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise errors.make(at, f"'browser_clicks' must be a list of CSS selectors [\"...\"], not {quote_value(value)}")
    if len(value) > _MAX_CLICKS:
        raise errors.make(at, f"'browser_clicks' must hold at most {_MAX_CLICKS} selectors, not {len(value)}")
    for number, item in enumerate(value):
        if not isinstance(item, str):
            expected = "CSS selectors in quotation marks"
            raise errors.make((*at, number), f"'browser_clicks' must hold {expected}, not {quote_value(item)}")
        try:
            parse_selector(item)
        except BadSelector as error:
            raise errors.make(
                (*at, number), f"'browser_clicks': {quote_value(item)} cannot be used: {error}"
            ) from error
    return tuple(dict.fromkeys(value))


def _read_hosts(errors: EntryErrors, at: KeyPath, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise errors.make(at, f"'browser_hosts' must be a list of host names [\"...\"], not {quote_value(value)}")
    hosts = []
    for number, item in enumerate(value):
        url = make_host_url(item, "https") if isinstance(item, str) else None
        if url is None:
            expected = 'names of hosts like "api.example.net"'
            raise errors.make((*at, number), f"'browser_hosts' must hold {expected}, not {quote_value(item)}")
        hosts.append(url)
    return tuple(dict.fromkeys(hosts))
