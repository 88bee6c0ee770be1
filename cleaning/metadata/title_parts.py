"""Split the titles of a page's head: headline, section and site's name are parts between separators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cleaning.page.addresses import get_domain, get_host
from cleaning.page.headings import UNSPACED
from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Separators in titles with single spaces. Between Chinese or Japanese characters a hyphen needs no space.
SEPARATOR = re.compile(
    rf" [|\-–—·•:»›/~ㅣ∙]{{1,3}} | ?[|»›ㅣ_] ?|--|(?<={UNSPACED.pattern})[-–—](?={UNSPACED.pattern})"
)
WORDS = re.compile(r"[^\W_]+")
MIN_SLUG_WORDS = 4  # of an address that repeats a headline
MAX_PARTS = 7
MIN_LABEL_LETTERS = 4  # of a domain's name, to recognise a site's name by it


class SiteNames:
    """The names that a page's site and section may have in its titles."""

    def __init__(self, url: str, names: Iterable[str]) -> None:
        host = get_host(url).removeprefix("www.")
        self._label = get_domain(url).partition(".")[0]
        every = {host, host.partition(".")[0], self._label, *names}
        self._keys = {_make_name_key(name) for name in every} - {""}

    def __contains__(self, text: str) -> bool:
        """Return whether the text is such a name and nothing else."""
        return _make_name_key(text) in self._keys

    def match_domain(self, text: str) -> bool:
        """Return whether the text begins with the name of the domain: "Mercury News Online" on mercury.example."""
        return len(self._label) >= MIN_LABEL_LETTERS and _make_name_key(text).startswith(_make_name_key(self._label))


def strip_names(title: str, names: SiteNames) -> str:
    """Return the title without leading or trailing parts that are the site's or section's name."""
    parts = list(_find_part_spans(title))
    first, last = 0, len(parts) - 1
    while last > first and (title[slice(*parts[last])] in names or names.match_domain(title[slice(*parts[last])])):
        last -= 1
    while first < last and title[slice(*parts[first])] in names:
        first += 1
    return title[parts[first][0] : parts[last][1]].strip()


def list_part_sequences(title: str) -> list[str]:
    """Return every sequence of neighbouring parts of a title except the whole; none where it has one part only."""
    parts = list(_find_part_spans(title))[:MAX_PARTS]
    count = len(parts)
    return [
        run
        for first in range(count)
        for last in range(first, count)
        if last - first < count - 1 and (run := title[parts[first][0] : parts[last][1]].strip())
    ]


def split_title(title: str) -> list[str]:
    """Return the texts between the separators of a title."""
    return [title[start:end] for start, end in _find_part_spans(title)]


def read_slug(url: str) -> str:
    """Return the words of the last part of the address that has enough, as a headline key; "" where none has."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    for part in reversed(unquote(path).split("/")):
        words = [word for word in WORDS.findall(part.rpartition(".")[0] or part) if not any(map(str.isdigit, word))]
        if len(words) >= MIN_SLUG_WORDS:
            return normalize_headline(" ".join(words))
    return ""


def _find_part_spans(title: str) -> Iterator[tuple[int, int]]:
    """Yield the beginning and end of each part of the title."""
    start = 0
    for separator in SEPARATOR.finditer(title):
        yield start, separator.start()
        start = separator.end()
    yield start, len(title)


def _make_name_key(text: str) -> str:
    return normalize_headline(text).replace(" ", "")
