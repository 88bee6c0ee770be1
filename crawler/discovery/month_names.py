"""Translate the names of days and months in a date into English, where they have one meaning."""

from __future__ import annotations

import re
from functools import cache

from cleaning.metadata.dates.month_names import iter_month_names, normalize_month_name

ENGLISH_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"

_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORD = re.compile(r"[^\W\d_][^\s\d.,;:/|()\[\]-]*\.?")
_IS_ENGLISH_WEEKDAY = re.compile(ENGLISH_WEEKDAY, re.IGNORECASE)
_SHORTEST_PREFIX = 3  # letters of a month that stand for the whole name


def translate_date_words(text: str, language: str | None = None) -> str | None:
    """Return a date with its month in English and without a foreign weekday, or None if the month has two meanings.

    Text without foreign words is returned as it is. The weekday tells the language, else `language` does, else the
    month must be the same in every language that has the word: "listopad" is October in Croatian, November in Polish.
    """
    words = [(found, normalize_month_name(found[0].rstrip("."))) for found in _WORD.finditer(text)]
    languages: frozenset[str] = frozenset()
    begin = 0
    if len(words) > 1 and words[0][0].start() == 0:
        first = words[0][0]
        if _IS_ENGLISH_WEEKDAY.fullmatch(first[0]):
            languages, begin = frozenset(("en",)), first.end()
        elif languages := _load_weekdays().get(words[0][1], frozenset()):
            begin = first.end()
    for found, name in words:
        if found.start() < begin:
            continue
        months = _find_months(name, languages, (language or "").partition("-")[0].lower())
        if len(months) > 1:
            return None
        if months:
            before, behind = text[begin : found.start()].strip(" ,."), text[found.end() :].strip(" ,")
            return f"{before} {_ENGLISH[months.pop() - 1]} {behind}".strip()
    return text[begin:].strip(" ,") if begin else text


def _find_months(name: str, languages: frozenset[str], usual: str) -> set[int]:
    """Return the numbers of the months that are called `name` in these languages."""
    if languages - {"en"}:
        spoken = {usual} & languages or languages
        return {
            number
            for language, other, number in iter_month_names()
            if language in spoken and (other == name or (len(name) >= _SHORTEST_PREFIX and other.startswith(name)))
        }
    exact = {language: number for language, other, number in iter_month_names() if other == name}
    for known in ("en", usual) if languages else (usual, "en"):
        if known in exact:
            return {exact[known]}
    return set(exact.values())


@cache
def _load_weekdays() -> dict[str, frozenset[str]]:
    """Return the languages of each name and abbreviation of a weekday, from the Unicode CLDR."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 (few feeds need it)

    names: dict[str, set[str]] = {}
    for language in dict.fromkeys(language for language, _, _ in iter_month_names()):
        try:
            forms = Locale(language).days["format"]
        except UnknownLocaleError:
            continue
        for form in ("wide", "abbreviated", "short"):
            for name in forms[form].values():
                word = _WORD.search(name)
                if word:
                    names.setdefault(normalize_month_name(word[0].rstrip(".")), set()).add(language)
    return {name: frozenset(languages) for name, languages in names.items()}
