"""Find the line of each key in a TOML text, which tomllib does not report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The path to a value: names of tables and keys, and indexes in arrays ("site", 0, "delay").
KeyPath = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t]|\r?\n|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'  # the text of a multi-line string may end in two quotation marks
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_SCALAR = re.compile(r"[^,\]}#\n\r]+")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\]))')


def find_key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line (from 1) of every key, table header and array element in `text`, which must be valid TOML.

    The tables of an array are numbered: ("site", 1) is the line of the second [[site]], ("site", 1, "url") the line of
    a key in it, whether that is written on its own line, as a dotted key or in an inline table.
    """
    scanner = _Scanner(text)
    scanner.scan_document()
    return scanner.lines


class _Scanner:
    """Walks over valid TOML and fills `lines`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}  # tables seen so far in each array of tables
        self._last_line = (0, 1)  # a position in the text and its line

    def scan_document(self) -> None:
        table: KeyPath = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.scan_header()
            else:
                self.scan_pair(table)
            self.skip(_SPACE)

    def scan_header(self) -> KeyPath:
        line = self.count_line()
        repeated = self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        names = self.scan_key()
        self.at += 2 if repeated else 1
        path: KeyPath = ()
        for name in names[:-1]:
            path = self.resolve_newest((*path, name))
        path = (*path, names[-1])
        self.lines.setdefault(path, line)
        if repeated:
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
            self.lines[path] = line
        return path

    def resolve_newest(self, path: KeyPath) -> KeyPath:
        """Return the path with the index of its newest table, if it is an array of tables: a header means that one."""
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def scan_pair(self, table: KeyPath) -> None:
        line = self.count_line()
        path = table
        for name in self.scan_key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # "="
        self.skip(_BLANK)
        self.scan_value(path)

    def scan_key(self) -> list[str]:
        names = []
        while True:
            self.skip(_BLANK)
            bare = _BARE_KEY.match(self.text, self.at)
            names.append(self.skip(_BARE_KEY) if bare else _unquote_key(self.skip(_STRING)))
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def scan_value(self, path: KeyPath) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self.skip(_STRING)
        elif opening == "[":
            self.scan_array(path)
        elif opening == "{":
            self.scan_inline_table(path)
        else:
            self.skip(_SCALAR)

    def scan_array(self, path: KeyPath) -> None:
        self.at += 1
        self.skip(_SPACE)
        number = 0
        while not self.text.startswith("]", self.at):
            self.lines[(*path, number)] = self.count_line()
            self.scan_value((*path, number))
            self.skip_comma()
            number += 1
        self.at += 1

    def scan_inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self.skip(_SPACE)
        while not self.text.startswith("}", self.at):
            self.scan_pair(path)
            self.skip_comma()
        self.at += 1

    def skip_comma(self) -> None:
        self.skip(_SPACE)
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip(_SPACE)

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"not valid TOML at line {self.count_line()}")
        self.at = found.end()
        return found[0]

    def count_line(self) -> int:
        start, line = self._last_line
        line += self.text.count("\n", start, self.at)
        self._last_line = (self.at, line)
        return line


def _unquote_key(quoted: str) -> str:
    """Return the name that a quoted key means. Escapes like \\n and \\t stay: no key of a site has them."""
    if quoted.startswith("'"):
        return quoted[1:-1]
    return _ESCAPE.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), quoted[1:-1])
