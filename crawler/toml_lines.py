"""At which line of a TOML text each key stands: what tomllib knows while it reads, and does not tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The way to a value: names of tables and keys, and numbers in arrays ("site", 0, "delay").
KeyPath = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t]|\r?\n|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'  # a multi-line string may end in two quotation marks of its own
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_SCALAR = re.compile(r"[^,\]}#\n\r]+")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\]))')


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """The line (from 1) of every key, table header and array element in `text`, which tomllib has read without error.

    An array of tables counts its tables: ("site", 1) is the line of the second [[site]], ("site", 1, "url") the line
    of a key in it, however it is written: in its own line, with a dotted key or in an inline table.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    """Walks over valid TOML; `lines` fills up on the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}  # tables seen so far in each array of tables
        self._counted = (0, 1)  # up to where lines were counted, and which line that is

    def document(self) -> None:
        table: KeyPath = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)
            self.skip(_SPACE)

    def header(self) -> KeyPath:
        line = self.line()
        repeated = self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        names = self.key()
        self.at += 2 if repeated else 1
        path: KeyPath = ()
        for name in names[:-1]:
            path = self.newest((*path, name))
        path = (*path, names[-1])
        self.lines.setdefault(path, line)
        if repeated:
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
            self.lines[path] = line
        return path

    def newest(self, path: KeyPath) -> KeyPath:
        """An array of tables is spoken of by its name, and its newest table is meant."""
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def pair(self, table: KeyPath) -> None:
        line = self.line()
        path = table
        for name in self.key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # "="
        self.skip(_BLANK)
        self.value(path)

    def key(self) -> list[str]:
        names = []
        while True:
            self.skip(_BLANK)
            bare = _BARE_KEY.match(self.text, self.at)
            names.append(self.skip(_BARE_KEY) if bare else _plain(self.skip(_STRING)))
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def value(self, path: KeyPath) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self.skip(_STRING)
        elif opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.skip(_SCALAR)

    def array(self, path: KeyPath) -> None:
        self.at += 1
        self.skip(_SPACE)
        number = 0
        while not self.text.startswith("]", self.at):
            self.lines[(*path, number)] = self.line()
            self.value((*path, number))
            self.comma()
            number += 1
        self.at += 1

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self.skip(_SPACE)
        while not self.text.startswith("}", self.at):
            self.pair(path)
            self.comma()
        self.at += 1

    def comma(self) -> None:
        self.skip(_SPACE)
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip(_SPACE)

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"no valid TOML at line {self.line()}")
        self.at = found.end()
        return found[0]

    def line(self) -> int:
        start, line = self._counted
        line += self.text.count("\n", start, self.at)
        self._counted = (self.at, line)
        return line


def _plain(quoted: str) -> str:
    """The name that a quoted key means. Its rarer escapes (\\n, \\t) are in no key that a site has."""
    if quoted.startswith("'"):
        return quoted[1:-1]
    return _ESCAPE.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), quoted[1:-1])
