"""Read what a page asks of robots: the header X-Robots-Tag and <meta name="robots">.

Neither is a standard: RFC 9309 leaves them out, and
https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag describes what is usual. Words (directives)
apply to every robot, or to the robot that is named before them or by the meta element. Names and words are
case-insensitive.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from cleaning.records.given import Page

EVERYBODY = "robots"
NOFOLLOW = "nofollow"
# Words with a value; any other word before a colon names a robot.
_VALUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
_NAMED = re.compile(r"([a-z0-9_.*-]+)\s*:\s*(.*)")
_LETTER = re.compile(r"[a-z]")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?")
_MAX_WORDS = 50  # of a page, and elements that are read; a dozen words exist
_MAX_WORD_CHARACTERS = 100  # of a word with its value


class RobotsTags(NamedTuple):
    """What a page asks: each word once, in lower case, the header's first; and where the words were found."""

    words: tuple[str, ...] = ()
    source: str = ""


def read_robots_tags(tree: HtmlElement | None, page: Page) -> RobotsTags:
    """Read what the page asks of every robot, or of `page.robot_name`. "none" reads as "noindex", "nofollow"."""
    found = [(word, "X-Robots-Tag") for word in parse_header_words(page.robots_header, page.robot_name)]
    if tree is not None:
        found += [(word, f"meta {name}") for name, word in _read_meta_words(tree, page.robot_name)]
    words = tuple(dict.fromkeys(word for word, _ in found))[:_MAX_WORDS]
    return RobotsTags(words, ", ".join(dict.fromkeys(source for _, source in found)))


def parse_header_words(lines: Iterable[str], robot: str) -> Iterator[str]:
    """Yield the words of these X-Robots-Tag headers that apply to `robot`.

    A robot's name applies to the words behind it, up to the next name or the end of its line.
    """
    for line in lines:
        named = EVERYBODY
        for part in _split_line(line):
            match = _NAMED.match(part)
            names_robot = match is not None and match[1] not in _VALUED
            if match and names_robot:
                named = match[1]
            if named in {EVERYBODY, "*", robot.lower()}:
                yield from _split_words(match[2].strip() if match and names_robot else part)


def find_robots_rejection(words: Iterable[str], obeyed: Iterable[str], fetched_at: datetime | None) -> str | None:
    """Return the reason for which a page with these words must be rejected, None where it may be kept.

    "nofollow" does not concern the page itself. An "unavailable_after" that had passed when the page was fetched counts
    as "noindex"; one whose date cannot be read is ignored.
    """
    effective = {"noindex" if _has_passed(word, fetched_at) else word for word in words}
    return next((f"robots-{word}" for word in obeyed if word != NOFOLLOW and word in effective), None)


def _read_meta_words(tree: HtmlElement, robot: str) -> Iterator[tuple[str, str]]:
    for _, element in zip(range(_MAX_WORDS), _select_meta_elements(tree, {EVERYBODY, robot.lower()}), strict=False):
        for part in _split_line(element.get("content") or ""):
            for word in _split_words(part):
                yield element.get("name", "").strip().lower(), word


def _select_meta_elements(tree: HtmlElement, names: set[str]) -> Iterator[HtmlElement]:
    names -= {""}  # the robot's name is empty for a page that no crawler fetched
    return (element for element in tree.iter("meta") if (element.get("name") or "").strip().lower() in names)


def _split_line(line: str) -> Iterator[str]:
    """Yield the parts between commas. A comma may belong to a date: "unavailable_after: Friday, 25-Jun-27 ..."."""
    weekday = ""
    for part in re.split(r"[,;]", line.lower()):
        text = " ".join(part.split())
        if weekday:
            text, weekday = f"{weekday}, {text}", ""
        match = _NAMED.match(text)
        value = match[2].rpartition(":")[2].strip() if match else ""
        if "unavailable_after" in text and _WEEKDAY.fullmatch(value):
            weekday = text
        elif text:
            yield text[:_MAX_WORD_CHARACTERS]


def _split_words(part: str) -> Iterator[str]:
    """Yield the words of a part: "noindex nofollow", without a comma, is two words; a word with a value is one."""
    if _NAMED.match(part):
        yield part
        return
    for word in filter(_LETTER.search, part.split()):
        yield from ("noindex", NOFOLLOW) if word == "none" else (word,)


def _has_passed(word: str, fetched_at: datetime | None) -> bool:
    name, _, value = word.partition(":")
    if name != "unavailable_after" or fetched_at is None:
        return False
    moment = _parse_moment(value.strip())
    return moment is not None and moment < fetched_at


def _parse_moment(text: str) -> datetime | None:
    """Parse a date of RFC 822, RFC 850 or ISO 8601; without a zone it is in UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.upper())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
