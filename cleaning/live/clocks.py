"""Read the time of day that a line begins with or consists of, in the world's ways of writing it."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# In normalized text, see `_normalize`. Marks of the half of the day stand before the hour (Chinese, Japanese, Korean)
# or behind it (English, Arabic, Persian, Greek).
_BEFORE_NOON = r"[ap]\.?\s?m\b\.?|午前|上午|早上|凌晨|清晨|오전|ص|ق\.?\s?ظ|π\.?\s?μ\.?"
_AFTER_NOON = r"午後|下午|晚上|中午|傍晚|오후|م\b|ب\.?\s?ظ|μ\.?\s?μ\.?"
_LEAD = r"(?:午前|午後|上午|下午|早上|晚上|中午|傍晚|凌晨|清晨|오전|오후)?\s?"
_HALF = rf"(?:\s?(?P<half>{_BEFORE_NOON}|{_AFTER_NOON}))?"
CLOCK = re.compile(
    rf"(?<![$€£¥])(?<![$€£¥]\s)(?P<lead>{_LEAD})(?<![\d.:,/$€£¥-])(?<![$€£¥]\s)"
    r"(?:(?P<hour>[01]?\d|2[0-4])\s?(?:[:h]\s?(?P<minute>[0-5]\d)(?:[:.][0-5]\d)?(?![\d])(?![.,:/-]\d)"
    r"|\.(?P<dotted>[0-5]\d)(?<=\d\d\.\d\d)(?!\d|[.,:/-]\d|\s?[%€$£])"
    r"|\.(?P<united>[0-5]\d)(?=\s?(?:Uhr|uur|[ap]\.?m|GMT|BST))"
    r"|[時时點点시]\s?(?P<counted>[0-5]?\d)\s?[分분]?(?!\d))"
    r"|(?P<bare>1[0-2]|[1-9])(?=\s?[ap]\.?\s?m\b))"
    rf"{_HALF}",
    re.IGNORECASE,
)
# What every line has in which one of these two is found; it is looked for in a twentieth of their time.
POSSIBLE = re.compile(r"\d\s?[:：.hH時时點点시aApP]|['’′´]")
# The minute of a match: 23', 90+4', 45.+2
MATCH_MINUTE = re.compile(r"(?<!\d)\d{1,3}(?:\.?\s?\+\s?\d{1,2})?\s?['’′´](?!\w)")
EDGES = " \t+-–—:|·•,"  # signs between a time and what stands beside it
FOREIGN_DIGIT = re.compile(r"[^\D0-9]|：")
# Words that may stand in the line of a time beside it, which is else no such line.
MAX_BESIDE = 36  # characters
_AFTERNOON = re.compile(rf"p\.?\s?m|{_AFTER_NOON}", re.IGNORECASE)
_MORNING = re.compile(rf"{_BEFORE_NOON}", re.IGNORECASE)


class Clock(NamedTuple):
    """A time of day in a line: minutes since midnight, None for the minute of a match; where its words stand."""

    minutes: int | None
    start: int
    end: int


def find_clock(text: str, *, until: int = MAX_BESIDE) -> Clock | None:
    """Return the first time of day in a line that begins among its first `until` characters."""
    line = text[: until + 24]
    if not may_have_clock(line):
        return None
    line = normalize_digits(line)
    found = CLOCK.search(line)
    if found is not None and found.start() <= until:
        return Clock(_count_minutes(found), found.start(), found.end())
    match = MATCH_MINUTE.match(line.lstrip())
    if match is not None:
        lead = len(line) - len(line.lstrip())
        return Clock(None, lead, lead + match.end())
    return None


def may_have_clock(text: str) -> bool:
    """Return whether a text may have a time of day somewhere, written in any way."""
    return POSSIBLE.search(text) is not None


def normalize_digits(text: str) -> str:
    """Return the text with the digits of all scripts as ASCII digits; as long as before."""
    if text.isascii() or not FOREIGN_DIGIT.search(text):
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text).replace("：", ":")


def _count_minutes(found: re.Match[str]) -> int:
    hour = int(found["hour"] or found["bare"]) % 24
    minute = int(found["minute"] or found["dotted"] or found["united"] or found["counted"] or 0)
    half = (found["lead"] or "").strip() or found["half"] or ""
    if half and _AFTERNOON.search(half):
        hour = hour % 12 + 12
    elif half and _MORNING.search(half) and hour == 12:
        hour = 0
    return hour * 60 + minute
