"""Writes tables into sites.toml: the comments and the order of the file stay, and it is there whole or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import Array

from cleaning.errors import SitesError
from crawler.sites.sites_file import load_sites
from crawler.sites.toml_lines import find_key_lines
from crawler.survey.edition_folder import is_same_front_page
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crawler.sites.site import Site
    from crawler.sites.toml_lines import KeyPath
    from crawler.survey.draft_entry import EntryDraft

_BOM = "\ufeff"
_HEAD = "# The sites that `scrapy crawl articles` crawls; sites.example.toml explains the keys.\n\n"


class SitesFile:
    """sites.toml as it is now. Raise SitesError if it cannot be read; a file that does not exist lists no site."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sites: list[Site] = load_sites(path) if path.exists() else []
        self._text = path.read_bytes().decode("utf-8") if path.exists() else _HEAD
        self._tables: list[dict[str, Any]] = tomllib.loads(self._text.removeprefix(_BOM)).get("site", [])
        self._lines: Mapping[KeyPath, int] = find_key_lines(self._text.removeprefix(_BOM).replace("\r\n", "\n"))

    def find_line(self, name: str, key: str | None = None, index: int | None = None) -> int | None:
        """Return the line of a key of a site, or of its table; None if it is not there."""
        place = next((number for number, site in enumerate(self.sites) if site.name == name), None)
        if place is None:
            return None
        at: KeyPath = ("site", place, *(() if key is None else (key,)), *(() if index is None else (index,)))
        while len(at) > 2 and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at) if key is None or len(at) > 2 else None

    def replace_value(self, name: str, key: str, index: int, value: str | None) -> str | None:
        """Return the line of a list with another value at an index, or with none there; None if there is no list."""
        table = next((table for table in self._tables if table.get("name") == name), {})
        values = table.get(key)
        if not isinstance(values, list) or index >= len(values):
            return None
        changed = [*values[:index], *([] if value is None else [value]), *values[index + 1 :]]
        return format_line(key, list(dict.fromkeys(changed)))

    def find_conflict(self, name: str | None, url: str) -> str | None:
        """Return in one line which site has this name or this front page already, and where; None if none has."""
        for site in self.sites:
            if is_same_front_page(site.url, url):
                return f'{self._place(site.name, "url")}: the site "{site.name}" already has {site.url}'
            if any(is_same_front_page(own, url) for own in site.other_hosts):
                return f'{self._place(site.name, "hosts")}: the site "{site.name}" already has the host of {url}'
            if site.name == name:
                return f'{self._place(site.name, "name")}: another site is already called "{name}"; give a --name'
        return None

    def add(self, drafts: Iterable[EntryDraft]) -> str:
        """Write the tables of these drafts below those that are there; return the whole text.

        Raise SitesError if the crawl could not read the result: then nothing is written.
        """
        text = self.render(drafts)
        if (refusal := self._explain_refusal(text)) is not None:
            raise SitesError(refusal, path=str(self.path))
        write_file(text, self.path)
        return text

    def find_refusal(self, drafts: Iterable[EntryDraft]) -> str | None:
        """Return why the crawl could not read the file with the tables of these drafts; None if it could."""
        return self._explain_refusal(self.render(drafts))

    def _explain_refusal(self, text: str) -> str | None:
        with TemporaryDirectory(prefix="broadsheet-sites-") as folder:
            draft = Path(folder) / self.path.name
            draft.write_bytes(text.encode())
            try:
                load_sites(draft)
            except SitesError as error:
                # Of a file that nobody else sees: its path and line say nothing.
                return str(error).removeprefix(f"{draft}").partition(": ")[2]
        return None

    def render(self, drafts: Iterable[EntryDraft]) -> str:
        """Return the text of the file with the tables of these drafts."""
        bom = _BOM if self._text.startswith(_BOM) else ""
        line_end = "\r\n" if "\r\n" in self._text else "\n"
        text = self._text.removeprefix(_BOM).replace("\r\n", "\n")
        listed = tomlkit.parse(text).get("site")
        if isinstance(listed, Array):  # site = [{ ... }, { ... }]
            text = _extend_array(text, drafts)
        else:
            # A table begins wherever its header stands: below all that is there, not a letter of which is touched.
            above = [text.rstrip()] if text.strip() else []
            text = "\n\n".join([*above, *(render_entry(draft).rstrip() for draft in drafts)]) + "\n"
        return bom + text.replace("\n", line_end)

    def _place(self, name: str, key: str) -> str:
        line = self.find_line(name, key)
        return f"{self.path}, line {line}" if line else str(self.path)


def format_line(key: str, value: str | bool | list[str]) -> str:
    """Return a line of an entry."""
    return f"{key} = {tomlkit.item(value).as_string()}"


def render_entry(draft: EntryDraft) -> str:
    """Return the table of a draft as it stands in the file."""
    table = tomlkit.table()
    for comment in draft.comments:
        table.add(tomlkit.comment(escape_for_terminal(comment)))  # one line, whatever a site says of itself
    for key, value in draft.values.items():
        table.add(key, value)
    tables = tomlkit.aot()
    tables.append(table)
    document = tomlkit.document()
    document.append("site", tables)
    return document.as_string().strip() + "\n"


def _extend_array(text: str, drafts: Iterable[EntryDraft]) -> str:
    document = tomlkit.parse(text)
    for draft in drafts:
        table = tomlkit.inline_table()
        for key, value in draft.values.items():
            table.append(key, value)
        for comment in draft.comments:
            document["site"].add_line(comment=escape_for_terminal(comment))
        document["site"].append(table)
    return document.as_string()
