"""Split the titles of a page's head: headline, section and site's name are parts between separators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cleaning.page.addresses import get_domain, get_host
from cleaning.page.headings import UNSPACED
from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

# Separators in titles with single spaces. Between Chinese or Japanese characters a hyphen needs no space.
SEPARATOR = re.compile(
    rf" [|\-–—·•:»›/~ㅣ∙]{{1,3}} | ?[|»›ㅣ_] ?|--|(?<={UNSPACED.pattern})[-–—](?={UNSPACED.pattern})"
)
WORDS = re.compile(r"[^\W_]+")
DAY = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}")
MIN_SLUG_WORDS = 4  # of an address that repeats a headline
MAX_PARTS = 7
ARTICLES = frozenset(
    {"the", "der", "die", "das", "de", "het", "le", "la", "les", "el", "los", "il", "lo", "o", "a", "as", "os"}
)
MAX_NAME_CHARACTERS = 60
MIN_LABEL_LETTERS, MIN_WORD_LETTERS = 4, 3  # of a domain's name that begins a site's name, and that is its first word


class SiteNames:
    """The names that a page's site and section may have in its titles, with and without an article ("The").

    `learnt` are the keys of names that only the site's memory knows (`make_name_keys`). What is no name without them is
    noted in `asked`, by its keys: with other names that have the same of these keys, the answers are the same.
    """

    def __init__(
        self, url: str, names: Iterable[str], learnt: Collection[str] = (), asked: set[str] | None = None
    ) -> None:
        host = get_host(url).removeprefix("www.")
        self._label = get_domain(url).removeprefix("www.").partition(".")[0]
        every = {host, host.partition(".")[0], self._label, *names}
        self._folders = {_make_name_key(folder) for folder in _list_path_parts(url)[:-1]} - {""}
        self._keys = make_name_keys(every)
        self._learnt = learnt
        self._asked = asked

    def __contains__(self, text: str) -> bool:
        """Return whether the text is such a name and nothing else."""
        keys = _make_name_key(text), _make_bare_key(text)
        if any(key in self._keys for key in keys):
            return True
        if self._asked is not None:
            self._asked.update(keys)
        return any(key in self._learnt for key in keys)

    def match_path(self, text: str) -> bool:
        """Return whether the text is a folder of the address: the section "Opinion" of /story/opinion/1."""
        return _make_name_key(text) in self._folders

    def match_domain(self, text: str) -> bool:
        """Return whether the text begins with the name of the domain: "Mercury News Online" on mercury.example."""
        label = _make_name_key(self._label)
        if len(label) < MIN_WORD_LETTERS or len(text) > MAX_NAME_CHARACTERS or ":" in text:
            return False
        if len(label) < MIN_LABEL_LETTERS:  # "NZZ am Sonntag", but not "Nzzing"
            rest = normalize_headline(text).removeprefix(label)
            return rest != normalize_headline(text) and not (rest[:1].isascii() and rest[:1].isalnum())
        return any(key.startswith(label) for key in (_make_name_key(text), _make_bare_key(text)))


def make_name_keys(names: Iterable[str]) -> set[str]:
    """Return the keys by which these names are recognised."""
    return {key for name in names for key in (_make_name_key(name), _make_bare_key(name))} - {""}


def strip_names(title: str, names: SiteNames) -> str:
    """Return the title without leading or trailing parts that are the site's or section's name, or a day before it."""
    parts = list(_find_part_spans(title))
    first, last = 0, len(parts) - 1
    while last > first and (
        (part := title[slice(*parts[last])]) in names or names.match_domain(part) or names.match_path(part)
    ):
        last -= 1
    while first < last and ((part := title[slice(*parts[first])]) in names or DAY.fullmatch(part.strip())):
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
    for part in reversed(_list_path_parts(url)):
        words = [word for word in WORDS.findall(part.rpartition(".")[0] or part) if not any(map(str.isdigit, word))]
        if len(words) >= MIN_SLUG_WORDS:
            return normalize_headline(" ".join(words))
    return ""


def _list_path_parts(url: str) -> list[str]:
    try:
        return unquote(urlsplit(url).path).rstrip("/").split("/")
    except ValueError:
        return []


def _find_part_spans(title: str) -> Iterator[tuple[int, int]]:
    """Yield the beginning and end of each part of the title."""
    start = 0
    for separator in SEPARATOR.finditer(title):
        yield start, separator.start()
        start = separator.end()
    yield start, len(title)


def _make_name_key(text: str) -> str:
    return normalize_headline(text).replace(" ", "")


def _make_bare_key(text: str) -> str:
    """Return the key of a name without the article before it."""
    first, _, rest = normalize_headline(text).partition(" ")
    return (rest if first in ARTICLES else f"{first}{rest}").replace(" ", "")
