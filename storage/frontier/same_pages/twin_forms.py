"""Take addresses apart, to see which of them show the same page: twins. By their form alone; nothing is stored here."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

# The marks in which twins of one page differ, and that are believed until texts contradict.
TWIN_MARKS = frozenset({"scheme", "www", "slash", "index", "mobile", "amp", "print"})
PARAMETER = "parameter:"  # begins the name of the difference that a parameter makes
SLUG = "slug"  # the difference that the words behind an id make

_WWW = re.compile(r"www\d*\.(?=[^.]+\.)")
_SIBLING_HOSTS = {"m.": "mobile", "mobile.": "mobile", "wap.": "mobile", "amp.": "amp", "print.": "print"}
_SIBLING_SEGMENTS = {
    "amp": "amp",
    "amphtml": "amp",
    "print": "print",
    "printable": "print",
    "drucken": "print",
    "imprimir": "print",
    "mobile": "mobile",
}
_SIBLING_SUFFIX = re.compile(r"[._-](amp|print)(?=\.s?html?$|$)")
_INDEX = re.compile(r"(?:index|default)\.(?:[sx]?html?|php\d?|aspx?|jsp|cfm)", re.IGNORECASE)
_SIBLING_NAMES = {"amp": "amp", "print": "print", "printable": "print", "mobile": "mobile", "m": "mobile"}
_SIBLING_VALUES = {"amp": "amp", "print": "print", "printable": "print", "mobile": "mobile"}
_SWITCHED_ON = {"", "1", "true", "yes", "on", "y"}

# A parameter with such a value says by which way the reader came: partner=rss, mod=rss_whats_news, via=newsletter.
_TRACE_VALUE = re.compile(
    r"(?:\w{1,12}[-_.:/])?(?:rss|rdf|atom|x?feeds?|newsletters?|twitter|facebook|whatsapp|telegram|linkedin|socialflow)"
    r"(?:\d{0,2}|[-_.:/].*)",
    re.IGNORECASE,
)
# Of an article, these say the same whatever their value. In the address of a feed they may name the feed.
_TRACE_NAMES = frozenset({"rss", "feedtype", "feedname", "nl", "sh"})
# Parameters that name a page, a part of one or an edition, whatever their value looks like.
_NAMING = re.compile(
    r"(?:.*[-_])?(?:p|pg|page[ds]?|seite|pagina|start|offset|part|id|[a-z]id|story|article|artikel|art|news|item|entry|slug"
    r"|lang|language|locale|l|hl|edition|region|country|city|view|tab|section|year|month|day|date|q|s|query|search|slide"
    r"|image|img|photo|foto|pic|video|comments?|replytocom|sort|order|filter|cat|category|topic|tag|author|type|format"
    r"|feed|action|mode|do|op|option|task|file|name|title|url|doc|nr|no|num|number)",
    re.IGNORECASE,
)
_IDLE_VALUE = re.compile(r"[A-Za-z]{0,16}")  # one word without digits is no id
# What is drawn for a visit: hexadecimal digits, letters and digits in turn, or a time in (milli)seconds.
_DRAWN = re.compile(
    r"[0-9a-f]{16,}|1[5-9]\d{8}(?:\d{3})?|(?=.{6})\d*(?:[a-z]+\d+){2}[0-9a-z]*|(?=.{6})[a-z]*(?:\d+[a-z]+){2}[0-9a-z]*",
    re.IGNORECASE,
)
_SESSION_NAME = re.compile(r"(?:\w*sess\w*|sid|s|token|visit|visitor|vid|zenid)")
_SESSION_VALUE = re.compile(r"(?=\D*\d)\w{6,}")
_SESSIONS = frozenset({"sid", "sess", "session", "sessid"})
_SESSION_ID = re.compile(r"(?=\D*\d)(?=[^a-z]*[a-z])\w{8,}", re.IGNORECASE)  # a story's `sid` is a number
_MIN_PAGES = 3  # of one list with the same value
_ID = re.compile(r"(?=(?:\D*\d){4})(?=.{6})(?!(?:19|20)\d{4}(?:\d\d)?$|[\d-]*-[\d-]*$)[\w-]+")
_DATE = re.compile(r"/(?:19|20)\d\d/\d\d?(?:/\d\d?)?/")
_WORD_BREAK = re.compile(r"[-_+.]+")


class Form(NamedTuple):
    """An address without what twins differ in (`core`), the marks that it has, and its parameters but for traces."""

    core: str  # host and path
    marks: frozenset[str]
    parameters: tuple[tuple[str, str], ...]  # (name in lower case, value)

    @property
    def id_folder(self) -> str | None:
        """The folder of the last segment, if it has an id and that segment is words: the words may be free."""
        folder, _, last = self.core.rpartition("/")
        has_id = any(_ID.fullmatch(segment) for segment in folder.split("/")[1:])
        return folder if has_id and not self.parameters and _count_words(last) >= 2 else None

    @property
    def is_headline(self) -> bool:
        """Whether the path alone names one article: by a headline, or by a date and words."""
        words = max(_count_words(segment) for segment in self.core.split("/"))
        return words >= 4 or (words >= 2 and _DATE.search(self.core) is not None)


def _count_words(segment: str) -> int:
    return sum(bool(word) and not word.isdigit() for word in _WORD_BREAK.split(segment))


@lru_cache(maxsize=4096)
def take_apart(url: str) -> Form:
    """Return the form of a canonical URL."""
    parts = urlsplit(url)
    marks: set[str] = {"scheme"} if parts.scheme == "http" else set()
    host = _take_host_apart(parts.netloc, marks)
    segments = _take_path_apart(parts.path, marks)
    parameters: list[tuple[str, str]] = []
    for piece in filter(None, parts.query.split("&")):
        name, _, value = piece.partition("=")
        name, value = unquote(name).lower(), unquote(value)
        names = _SIBLING_NAMES if value.lower() in _SWITCHED_ON else {}
        if sibling := names.get(name) or _SIBLING_VALUES.get(value.lower()):
            marks.add(sibling)
        elif not _is_trace(name, value):
            parameters.append((name, value))
    return Form("/".join((host, *segments)), frozenset(marks), tuple(sorted(parameters)))


def _take_host_apart(host: str, marks: set[str]) -> str:
    if _WWW.match(host):
        host = _WWW.sub("", host, count=1)
        marks.add("www")
    for beginning, mark in _SIBLING_HOSTS.items():
        if host.startswith(beginning) and "." in host.removeprefix(beginning):
            host = host.removeprefix(beginning)
            marks.add(mark)
    return host


def _take_path_apart(path: str, marks: set[str]) -> list[str]:
    segments = [segment for segment in path.split("/") if segment]
    if segments and path.endswith("/"):
        marks.add("slash")
    if segments and _INDEX.fullmatch(segments[-1]):
        marks.add("index")
        segments.pop()
    for place in (-1, 0):
        if len(segments) > 1 and (mark := _SIBLING_SEGMENTS.get(segments[place].lower())):
            marks.add(mark)
            segments.pop(place)
    if segments and (found := _SIBLING_SUFFIX.search(segments[-1])):
        marks.add(found[1])
        segments[-1] = _SIBLING_SUFFIX.sub("", segments[-1])
    return segments


def _is_trace(name: str, value: str) -> bool:
    if name in _TRACE_NAMES or (name in _SESSIONS and _SESSION_ID.fullmatch(value)):
        return True
    if _NAMING.fullmatch(name):
        return False
    return _TRACE_VALUE.fullmatch(value) is not None or (
        _IDLE_VALUE.fullmatch(value) is not None and _is_tracker_of_courlan(name)
    )


@lru_cache(maxsize=1024)
def _is_tracker_of_courlan(name: str) -> bool:
    """Whether courlan's list has the name. It matches beginnings of words as well ("gallery"), which is too much."""
    from courlan.clean import TRACKERS_RE  # noqa: PLC0415 (it takes long to load, and few addresses have parameters)

    found = TRACKERS_RE.search(name)
    return found is not None and (name[found.end() :] or "_").startswith(("_", "-", "."))


def find_differences(one: str, other: str) -> frozenset[str] | None:
    """Return in what two addresses differ: marks and parameters. None if host or path differ otherwise."""
    first, second = take_apart(one), take_apart(other)
    if first.core != second.core:
        is_same_id = first.id_folder is not None and first.id_folder == second.id_folder
        return (first.marks ^ second.marks) | {SLUG} if is_same_id else None
    parameters = {f"{PARAMETER}{name}" for name, _ in set(first.parameters) ^ set(second.parameters)}
    return (first.marks ^ second.marks) | parameters


def find_single_difference(one: str, other: str) -> str | None:
    """Return the one thing in which two addresses differ; None if they differ in more, in none, or otherwise."""
    differences = find_differences(one, other)
    return next(iter(differences)) if differences is not None and len(differences) == 1 else None


def is_presumed_idle(one: str, other: str, difference: str) -> bool:
    """Whether a parameter that only one of two addresses has names no page of its own, before anything is learnt.

    The path must name the article already, and the parameter must neither be one that names pages nor hold an id.
    """
    first, second = take_apart(one), take_apart(other)
    name = difference.removeprefix(PARAMETER)
    values = [[value for key, value in form.parameters if key == name] for form in (first, second)]
    if not first.is_headline or all(values) or _NAMING.fullmatch(name):
        return False
    return all(_IDLE_VALUE.fullmatch(value) for value in (*values[0], *values[1]))


def compute_group(url: str, ignored: frozenset[str]) -> int:
    """Return the number under which the twins of an address are looked up: 63 bits of a hash.

    Addresses of one group may be twins. `ignored` are the differences that were learnt to make no other page.
    """
    form = take_apart(url)
    if SLUG in ignored and form.id_folder is not None:
        return _hash_address(repr((form.id_folder, SLUG)))
    if not form.parameters:
        return _hash_address(form.core)
    kept = () if form.is_headline else tuple(one for one in form.parameters if f"{PARAMETER}{one[0]}" not in ignored)
    return _hash_address(repr((form.core, kept)) if kept else form.core)


def compute_remainder(url: str, difference: str) -> int:
    """Return a number for what is left of an address without a difference: what several pieces of evidence share."""
    form = take_apart(url)
    if difference == SLUG:
        return _hash_address(repr(form.id_folder))
    return _hash_address(repr((form.core, [one for one in form.parameters if f"{PARAMETER}{one[0]}" != difference])))


def _hash_address(text: str) -> int:
    """Return 63 bits of a hash that is the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def count_oddities(url: str) -> int:
    """Return by how much an address is a twin of a plainer one: parameters, marks of siblings, http."""
    form = take_apart(url)
    traces = sum(map(bool, urlsplit(url).query.split("&"))) - len(form.parameters)
    return len(form.parameters) + traces + len(form.marks & {"mobile", "amp", "print", "scheme"})


def find_session_parameters(urls: Iterable[str]) -> dict[str, list[str]]:
    """Return the parameters that look like a session of ours: name of the difference -> addresses that have it.

    All addresses of one list that have the parameter, three pages or more, have the same value, and that looks as if it
    was drawn.
    """
    values: defaultdict[str, set[str]] = defaultdict(set)
    pages: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for url in urls:
        if "?" not in url:
            continue
        for name, value in take_apart(url).parameters:
            difference = f"{PARAMETER}{name}"
            values[difference].add(value)
            pages[difference].setdefault(compute_remainder(url, difference), url)
    return {
        difference: list(pages[difference].values())
        for difference, found in values.items()
        if len(found) == 1 and len(pages[difference]) >= _MIN_PAGES and _is_drawn(difference, next(iter(found)))
    }


def _is_drawn(difference: str, value: str) -> bool:
    is_session = _SESSION_NAME.fullmatch(difference.removeprefix(PARAMETER)) and _SESSION_VALUE.fullmatch(value)
    return bool(is_session or _DRAWN.fullmatch(value))
