"""Read one entry [[site]] of `sites.toml`: the settings of a site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaning.page.canonical import to_canonical_url
from crawler.sites.browser_entry import BROWSER_KEYS, read_browser_keys
from crawler.sites.host_names import make_host_url
from crawler.sites.path_patterns import is_path_pattern
from crawler.sites.rules_entry import RULE_KEYS, read_site_rules
from crawler.sites.site import Site, explain_bad_address, quote_value
from crawler.sites.time_zones import find_time_zone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cleaning.errors import SitesError
    from crawler.sites.entry_errors import EntryErrors
    from crawler.sites.toml_lines import KeyPath

SITE_NAME = re.compile(r"(?=.*[a-z0-9])[a-z0-9._-]{1,64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_KEYS = (
    "name",
    "url",
    "hosts",
    "feeds",
    "sitemaps",
    "sections",
    "include",
    "exclude",
    "language",
    "timezone",
    "delay",
    "limit",
    "cookies",
    *BROWSER_KEYS,
    *RULE_KEYS,
)
_COOKIE_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")  # RFC 6265, 4.1.1
_COOKIE_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]{0,4000}")  # what browsers send, more than the RFC allows
_SECONDS_A_DAY = 86_400  # seconds
_LISTS = ("feeds", "sitemaps", "sections")


class EntryReader:
    """Turns the tables of `sites.toml` into sites. Raises a SitesError that names key and line."""

    def __init__(self, errors: EntryErrors) -> None:
        self._errors = errors

    def read_site(self, at: KeyPath, table: Mapping[str, object]) -> Site:
        self._errors.check_keys(at, table, _KEYS)
        for key in ("name", "url"):
            if key not in table:
                raise self.make_error(at, f"this site has no '{key}'")
        name, url = self.read_name(at, table["name"]), self.read_address((*at, "url"), table["url"], None)
        lists = {key: self.read_addresses((*at, key), table.get(key, []), url) for key in _LISTS}
        return Site(
            name,
            url,
            **lists,
            other_hosts=self.read_hosts((*at, "hosts"), table.get("hosts", []), url),
            include=self.read_patterns((*at, "include"), table.get("include", [])),
            exclude=self.read_patterns((*at, "exclude"), table.get("exclude", [])),
            language=self.read_language(at, table),
            timezone=self.read_timezone(at, table),
            delay=self.read_delay(at, table),
            limit=self.read_limit(at, table),
            cookies=self.read_cookies((*at, "cookies"), table.get("cookies", {})),
            **read_browser_keys(self._errors, at, table),
            rules=read_site_rules(self._errors, at, table),
        )

    def read_name(self, at: KeyPath, value: object) -> str:
        name = value.lower() if isinstance(value, str) else ""
        if not SITE_NAME.fullmatch(name):
            raise self.make_error((*at, "name"), f"'name' {explain_bad_site_name(value)}")
        return name

    def read_addresses(self, at: KeyPath, value: object, url: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.make_error(at, f"'{at[-1]}' must be a list of addresses [\"...\"], not {quote_value(value)}")
        found = (self.read_address((*at, number), item, url) for number, item in enumerate(value))
        return tuple(dict.fromkeys(found))

    def read_address(self, at: KeyPath, value: object, base: str | None) -> str:
        key = at[-1] if isinstance(at[-1], str) else at[-2]
        if not isinstance(value, str):
            raise self.make_error(at, f"'{key}' must be an address in quotation marks, not {quote_value(value)}")
        address = to_canonical_url(value, base) if value.strip() else None
        if address is None:
            raise self.make_error(at, f"'{key}': {explain_bad_address(value)}")
        return address

    def read_hosts(self, at: KeyPath, value: object, url: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.make_error(at, f"'hosts' must be a list of host names [\"...\"], not {quote_value(value)}")
        hosts = []
        for number, item in enumerate(value):
            host = make_host_url(item, urlsplit(url).scheme) if isinstance(item, str) else None
            if host is None:
                expected = 'the name of a host like "example.co.uk"'
                raise self.make_error((*at, number), f"'hosts' must hold {expected}, not {quote_value(item)}")
            hosts.append(host)
        return tuple(dict.fromkeys(hosts))

    def read_patterns(self, at: KeyPath, value: object) -> tuple[str, ...]:
        key = at[-1]
        if not isinstance(value, list):
            raise self.make_error(at, f"'{key}' must be a list of path patterns [\"/...\"], not {quote_value(value)}")
        for number, item in enumerate(value):
            if not (isinstance(item, str) and is_path_pattern(item)):
                expected = 'a path pattern as in robots.txt, like "/fr/" or "*/video/"'
                raise self.make_error((*at, number), f"'{key}' must hold {expected}, not {quote_value(item)}")
        return tuple(dict.fromkeys(value))

    def read_timezone(self, at: KeyPath, table: Mapping[str, object]) -> str | None:
        value = table.get("timezone")
        if value is not None and not (isinstance(value, str) and find_time_zone(value)):
            raise self.make_error(
                (*at, "timezone"), f"'timezone' must be a name like \"Europe/Berlin\", not {quote_value(value)}"
            )
        return None if value is None else str(value)

    def read_language(self, at: KeyPath, table: Mapping[str, object]) -> str | None:
        value = table.get("language")
        if value is None:
            return None
        if (problem := explain_bad_language(value)) is not None:
            raise self.make_error((*at, "language"), f"'language' {problem}")
        return str(value).lower()

    def read_delay(self, at: KeyPath, table: Mapping[str, object]) -> float | None:
        value = table.get("delay")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise self.make_error((*at, "delay"), f"'delay' must be a number of seconds >= 0, not {quote_value(value)}")
        if value > _SECONDS_A_DAY:
            raise self.make_error(
                (*at, "delay"), f"'delay' must be at most a day ({_SECONDS_A_DAY} seconds), not {quote_value(value)}"
            )
        return float(value)

    def read_limit(self, at: KeyPath, table: Mapping[str, object]) -> int | None:
        value = table.get("limit")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.make_error(
                (*at, "limit"), f"'limit' must be a whole number of articles >= 1, not {quote_value(value)}"
            )
        return value

    def read_cookies(self, at: KeyPath, value: object) -> tuple[tuple[str, str], ...]:
        """Return the cookies of a site. No message quotes a value: it may be a subscriber's."""
        if not isinstance(value, dict):
            raise self.make_error(at, "'cookies' must be a table of names and values, like { consent = \"yes\" }")
        for name, text in value.items():
            if not _COOKIE_NAME.fullmatch(name):
                raise self.make_error((*at, name), f"'cookies': {quote_value(name)} cannot be the name of a cookie")
            if not (isinstance(text, str) and _COOKIE_VALUE.fullmatch(text)):
                expected = "text in quotation marks, of ASCII characters without a semicolon"
                raise self.make_error((*at, name), f"'cookies': the value of {quote_value(name)} must be {expected}")
        return tuple(value.items())

    def make_error(self, at: KeyPath, message: str) -> SitesError:
        return self._errors.make(at, message)


def explain_bad_site_name(name: object) -> str | None:
    """Return what is wrong with the name of a site, to stand behind the word for it; None if nothing is."""
    if isinstance(name, str) and SITE_NAME.fullmatch(name):
        return None
    return f"must be 1 to 64 letters a-z, digits, dots, hyphens or underscores, not {quote_value(name)}"


def explain_bad_language(language: object) -> str | None:
    """Return what is wrong with the language of a site, to stand behind the word for it; None if nothing is."""
    if isinstance(language, str) and _LANGUAGE.fullmatch(language.lower()):
        return None
    return f'must be a code like "en" or "pt-BR", not {quote_value(language)}'
