"""The stories of the demo newspapers as they were written: a head of keys, an empty line, then one block a line.

    title: Council approves late buses           # the keys: see `_KEYS`
    published: 2025-09-22T07:10:00+01:00

    A paragraph, with a [link](slug-of-another-story) or [one](https://www.example.org/) to another host.
    ## A sub-heading
    - an item
    > a quotation
    | a cell | another cell of the same row

The text is the gold: the chaff in it comes from the head ("see also: 3 p some-slug" puts a line after the third block)
and from the templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from cleaning.article import BlockKind
from cleaning.errors import BroadsheetError

CONTENT = Path(__file__).parent / "content"

_MARKS = {
    "## ": BlockKind.HEADING,
    "- ": BlockKind.ITEM,
    "> ": BlockKind.QUOTE,
    "| ": BlockKind.ROW,
}
_KEYS = frozenset(
    {
        "title",
        "authors",  # separated by ";"
        "published",
        "modified",
        "section",
        "tags",  # separated by ","
        "standfirst",  # an element of its own above the text; counts as text
        "caption",  # of the picture; does not count as text
        "found",  # by which of feed, section, sitemap the story can be found; all three where not said
        "headline again",  # "p" or "h2": the headline stands once more at the top of the text
        "see also",  # "3 p slug; 5 strong slug": after which block, in which dress, to which story
        "duplicate of",  # "site/slug" of the story that this one repeats
        "number",  # of the page, where the site's addresses carry one
        "address",  # the last part of the address, where it is not the file's name
        "kind",  # "paywall", "section" or "refused": no article of the corpus
        "second address",  # where the same text stands once more, in another dress, with rel=canonical
    }
)
_NEEDED = frozenset({"title", "published", "section"})
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a block; `target` is a slug of the same site, a full address, or None where it is no link."""

    text: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One block of a story: the cells of a row, one cell for everything else."""

    kind: BlockKind
    cells: tuple[tuple[Run, ...], ...]

    @property
    def text(self) -> str:
        return " | ".join("".join(run.text for run in cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class SeeAlso:
    """A line of chaff: stands after block number `after` (from 1), dressed as `dress`, and leads to `slug`."""

    after: int
    dress: str
    slug: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story of one site. Times are aware, in the zone in which the paper prints them."""

    site: str
    slug: str
    title: str
    section: str
    published: datetime
    modified: datetime | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    standfirst: str
    caption: str
    found: frozenset[str]
    headline_again: str
    see_also: tuple[SeeAlso, ...]
    duplicate_of: tuple[str, str] | None
    number: str
    address: str
    kind: str
    second_address: str
    lines: tuple[Line, ...]


@cache
def stories(site: str) -> tuple[Story, ...]:
    """The stories of one site, newest first."""
    written = [_read(path) for path in sorted((CONTENT / site).glob("*.txt"))]
    return tuple(sorted(written, key=lambda story: story.published, reverse=True))


def _read(path: Path) -> Story:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    keys = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    if wrong := (keys.keys() - _KEYS) | (_NEEDED - keys.keys()):
        raise BroadsheetError(f"{path.parent.name}/{path.name}: unknown or missing: {', '.join(sorted(wrong))}")
    again = keys.get("duplicate of", "").partition("/")
    return Story(
        site=path.parent.name,
        slug=path.stem,
        title=keys["title"],
        section=keys["section"],
        published=datetime.fromisoformat(keys["published"]),
        modified=datetime.fromisoformat(keys["modified"]) if "modified" in keys else None,
        authors=_parts(keys.get("authors", ""), ";"),
        tags=_parts(keys.get("tags", ""), ","),
        standfirst=keys.get("standfirst", ""),
        caption=keys.get("caption", ""),
        found=frozenset(keys.get("found", "feed section sitemap").split()),
        headline_again=keys.get("headline again", ""),
        see_also=tuple(_see_also(part) for part in _parts(keys.get("see also", ""), ";")),
        duplicate_of=(again[0], again[2]) if again[2] else None,
        number=keys.get("number", ""),
        address=keys.get("address", path.stem),
        kind=keys.get("kind", "article"),
        second_address=keys.get("second address", ""),
        lines=tuple(_line(line) for line in body.splitlines() if line.strip()),
    )


def _parts(value: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(separator) if part.strip())


def _see_also(value: str) -> SeeAlso:
    after, dress, slug = value.split()
    return SeeAlso(int(after), dress, slug)


def _line(line: str) -> Line:
    for mark, kind in _MARKS.items():
        if line.startswith(mark):
            rest = line.removeprefix(mark)
            cells = rest.split(" | ") if kind is BlockKind.ROW else [rest]
            return Line(kind, tuple(_runs(cell) for cell in cells))
    return Line(BlockKind.PARAGRAPH, (_runs(line),))


def _runs(text: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    end = 0
    for link in _LINK.finditer(text):
        if link.start() > end:
            runs.append(Run(text[end : link.start()]))
        runs.append(Run(link[1], link[2]))
        end = link.end()
    if end < len(text):
        runs.append(Run(text[end:].rstrip()))
    return tuple(runs)
