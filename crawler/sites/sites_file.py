"""Read `sites.toml`: which sites to crawl, and the settings of each. A mistake is reported with its key and line."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

from cleaning.errors import SitesError, UsageError
from crawler.sites.entry_errors import EntryErrors
from crawler.sites.site_entry import EntryReader
from crawler.sites.toml_lines import find_key_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crawler.sites.site import Site

_TOML_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load_sites(path: Path) -> list[Site]:
    """Return the sites of the file in its order.

    Raise a UsageError if there is no such file, and a SitesError with key and line for a mistake in it. What has not
    changed since the last call is not read again: a worker crawls hundreds of groups by one list.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(
            f"{path} does not exist; scrapy sites add URL writes it, or copy sites.example.toml to {path}"
        ) from error
    except OSError as error:
        raise SitesError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SitesError("is not UTF-8", path=str(path), line=line) from error
    return list(_parse_sites(text, str(path)))


@lru_cache(maxsize=1)
def _parse_sites(text: str, path: str) -> tuple[Site, ...]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _TOML_POSITION.search(message)
        line = int(position[1]) if position and position[1] else text.rstrip().count("\n") + 1
        raise SitesError(f"is not valid TOML: {_TOML_POSITION.sub('', message)}", path=path, line=line) from error
    except ValueError as error:  # a number of thousands of digits
        raise SitesError(f"is not valid TOML: {error}", path=path) from error
    except RecursionError as error:
        raise SitesError("is nested too deeply", path=path) from error
    return tuple(_read_sites(document, EntryErrors(path, find_key_lines(text))))


def _read_sites(document: Mapping[str, object], errors: EntryErrors) -> list[Site]:
    errors.check_keys((), document, ("site",))
    tables = document.get("site", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise errors.make(("site",), "a site must be a table [[site]], with double brackets")
    entries = EntryReader(errors)
    by_name: dict[str, Site] = {}
    by_url: dict[str, Site] = {}
    for number, table in enumerate(tables):
        site = entries.read_site(("site", number), table)
        if site.name in by_name:
            raise errors.make(("site", number, "name"), f"'name': another site is already called \"{site.name}\"")
        if twin := by_url.get(site.url):
            raise errors.make(("site", number, "url"), f"'url': the site \"{twin.name}\" already has it")
        by_name[site.name] = by_url[site.url] = site
    return list(by_name.values())
