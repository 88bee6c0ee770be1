"""What a page asks of robots: the header X-Robots-Tag and <meta name="robots">.

Neither is a standard; https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag tells what is usual,
and RFC 9309 leaves it out. Words (directives) hold for everybody, or for the robot that is named before them or by the
meta element; names and words in any case.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from cleaning.article import Page

EVERYBODY = "robots"
NOFOLLOW = "nofollow"
# Words with a value; any other word before a colon names a robot.
_VALUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
_NAMED = re.compile(r"([a-z0-9_.*-]+)\s*:\s*(.*)")
_LETTER = re.compile(r"[a-z]")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?")
_MOST = 50  # words of a page, and elements that are looked at: there is a dozen
_LONGEST = 100  # characters of a word with its value


class Asked(NamedTuple):
    """What a page asks: each word once, in lower case, the header's first; and where it stands."""

    words: tuple[str, ...] = ()
    source: str = ""


def read_robots_tags(tree: HtmlElement | None, page: Page) -> Asked:
    """What the page asks of us: of everybody, or of `page.robot`. "none" reads as "noindex", "nofollow"."""
    said = [(word, "X-Robots-Tag") for word in header_words(page.robots_header, page.robot)]
    if tree is not None:
        said += [(word, f"meta {name}") for name, word in _meta_words(tree, page.robot)]
    words = tuple(dict.fromkeys(word for word, _ in said))[:_MOST]
    return Asked(words, ", ".join(dict.fromkeys(source for _, source in said)))


def header_words(lines: Iterable[str], robot: str) -> Iterator[str]:
    """The words of these X-Robots-Tag headers that hold for `robot`.

    A robot's name holds for the words behind it, up to the next name or the end of its line.
    """
    for line in lines:
        named = EVERYBODY
        for part in _parts(line):
            match = _NAMED.match(part)
            names_robot = match is not None and match[1] not in _VALUED
            if match and names_robot:
                named = match[1]
            if named in {EVERYBODY, "*", robot.lower()}:
                yield from _words(match[2].strip() if match and names_robot else part)


def refused(words: Iterable[str], obeyed: Iterable[str], fetched_at: datetime | None) -> str | None:
    """Why a page with these words is not to be kept: the reason of its rejection, None where it may be.

    "nofollow" says nothing of the page itself. An "unavailable_after" that had passed when the page was fetched is a
    "noindex"; a date that cannot be read says nothing.
    """
    told = {"noindex" if _has_passed(word, fetched_at) else word for word in words}
    return next((f"robots-{word}" for word in obeyed if word != NOFOLLOW and word in told), None)


def _meta_words(tree: HtmlElement, robot: str) -> Iterator[tuple[str, str]]:
    for _, element in zip(range(_MOST), _metas(tree, {EVERYBODY, robot.lower()}), strict=False):
        for part in _parts(element.get("content") or ""):
            for word in _words(part):
                yield element.get("name", "").strip().lower(), word


def _metas(tree: HtmlElement, names: set[str]) -> Iterator[HtmlElement]:
    names -= {""}  # of a page that no robot of ours has asked for
    return (element for element in tree.iter("meta") if (element.get("name") or "").strip().lower() in names)


def _parts(line: str) -> Iterator[str]:
    """The parts between commas, of which one may belong to a date: "unavailable_after: Friday, 25-Jun-27 ..."."""
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
            yield text[:_LONGEST]


def _words(part: str) -> Iterator[str]:
    """ "noindex nofollow", without a comma, is two words; a word with a value is one."""
    if _NAMED.match(part):
        yield part
        return
    for word in filter(_LETTER.search, part.split()):
        yield from ("noindex", NOFOLLOW) if word == "none" else (word,)


def _has_passed(word: str, fetched_at: datetime | None) -> bool:
    name, _, value = word.partition(":")
    if name != "unavailable_after" or fetched_at is None:
        return False
    moment = _moment(value.strip())
    return moment is not None and moment < fetched_at


def _moment(text: str) -> datetime | None:
    """A date as RFC 822, RFC 850 or ISO 8601 has it; without a zone in UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.upper())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
