"""Titles of a page's head taken apart: headline, section and site's name stand between separators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cleaning.addresses import domain, host
from cleaning.headings import UNSPACED
from cleaning.headlines import headline_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Of titles with single spaces. Between Chinese or Japanese characters a hyphen needs none.
SEPARATOR = re.compile(
    rf" [|\-–—·•:»›/~ㅣ∙]{{1,3}} | ?[|»›ㅣ_] ?|--|(?<={UNSPACED.pattern})[-–—](?={UNSPACED.pattern})"
)
WORDS = re.compile(r"[^\W_]+")
FEWEST_WORDS = 4  # of an address that repeats a headline
MOST_PARTS = 7
SHORTEST_LABEL = 4  # letters of a domain's name that tell a site's name


class SiteNames:
    """The names under which a page's site and section may stand in its titles."""

    def __init__(self, url: str, names: Iterable[str]) -> None:
        own = host(url).removeprefix("www.")
        self._label = domain(url).partition(".")[0]
        stated = {own, own.partition(".")[0], self._label, *names}
        self._keys = {_pressed(name) for name in stated} - {""}

    def __contains__(self, text: str) -> bool:
        """Whether the text is such a name and nothing else."""
        return _pressed(text) in self._keys

    def begins(self, text: str) -> bool:
        """Whether the text begins with the name of the domain: "Mercury News Online" on mercury.example."""
        return len(self._label) >= SHORTEST_LABEL and _pressed(text).startswith(_pressed(self._label))


def without_names(title: str, names: SiteNames) -> str:
    """The title without leading or trailing parts that are the site's or section's name."""
    parts = list(_parts(title))
    first, last = 0, len(parts) - 1
    while last > first and (title[slice(*parts[last])] in names or names.begins(title[slice(*parts[last])])):
        last -= 1
    while first < last and title[slice(*parts[first])] in names:
        first += 1
    return title[parts[first][0] : parts[last][1]].strip()


def runs_of_parts(title: str) -> list[str]:
    """Every sequence of neighbouring parts of a title, but the whole; none where it has but one part."""
    parts = list(_parts(title))[:MOST_PARTS]
    count = len(parts)
    return [
        run
        for first in range(count)
        for last in range(first, count)
        if last - first < count - 1 and (run := title[parts[first][0] : parts[last][1]].strip())
    ]


def parts_of(title: str) -> list[str]:
    """What stands between the separators of a title."""
    return [title[start:end] for start, end in _parts(title)]


def slug(url: str) -> str:
    """The words of the address's last part that has some, as a headline key; "" where none has."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    for part in reversed(unquote(path).split("/")):
        words = [word for word in WORDS.findall(part.rpartition(".")[0] or part) if not any(map(str.isdigit, word))]
        if len(words) >= FEWEST_WORDS:
            return headline_key(" ".join(words))
    return ""


def _parts(title: str) -> Iterator[tuple[int, int]]:
    """Where each part of the title begins and ends."""
    start = 0
    for place in SEPARATOR.finditer(title):
        yield start, place.start()
        start = place.end()
    yield start, len(title)


def _pressed(text: str) -> str:
    return headline_key(text).replace(" ", "")
