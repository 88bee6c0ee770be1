"""Know the names of months in 65 languages (months.txt), as they are compared: without case and accents."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def parse_month(name: str, language: str = "") -> int | None:
    """Return the number of the month with this name or abbreviation, in the language or in any language."""
    by_language, in_any = _load_months()
    key = normalize_month_name(name)
    return by_language.get((language, key)) or in_any.get(key)


def normalize_month_name(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold()).replace("ı", "i")
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).rstrip("'’׳॰")


def list_month_names() -> Iterator[str]:
    """Return every name and abbreviation of a month, in any language."""
    return iter(_load_months()[1])


def iter_month_names() -> Iterator[tuple[str, str, int]]:
    """Yield every name and abbreviation of a month, normalized, with its language and its number."""
    return ((language, name, number) for (language, name), number in _load_months()[0].items())


@cache
def _load_months() -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    by_language: dict[tuple[str, str], int] = {}
    in_any: dict[str, int] = {}
    for line in (files("cleaning.metadata.dates") / "months.txt").read_text("utf-8").splitlines():
        language, colon, rest = line.partition(":")
        if line.startswith("#") or not colon:
            continue
        for number, names in enumerate(rest.split("|"), 1):
            for name in names.split():
                by_language[language, name] = number
                in_any.setdefault(name, number)
    return by_language, in_any
