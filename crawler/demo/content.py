"""Read the stories of the demo newspapers. A file has a head of keys, an empty line, then one block per line.

    title: Council approves late buses           # the keys: see `_KEYS`
    published: 2025-09-22T07:10:00+01:00

    A paragraph, with a [link](slug-of-another-story) or [one](https://www.example.org/) to another host.
    ## A sub-heading
    - an item
    > a quotation
    | a cell | another cell of the same row

The text is the gold. The boilerplate of a page comes from the head ("see also: 3 p some-slug" puts a line after the
third block) and from the templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from cleaning.errors import BroadsheetError
from cleaning.records.block import BlockKind

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
        "source",  # the agency that the byline names in place of a person
        "published",
        "modified",
        "section",
        "tags",  # separated by ","
        "standfirst",  # an element of its own above the text; counts as text
        "caption",  # of the picture; does not count as text
        "found",  # which of feed, section, sitemap (and news) list the story; default: the first three
        "headline again",  # "p" or "h2": repeats the headline at the top of the text in this element
        "see also",  # "3 p slug; 5 strong slug": after which block, in which markup, to which story
        "duplicate of",  # "site/slug" of the story that this one repeats
        "number",  # of the page, if the addresses of the site contain one
        "address",  # the last part of the address, if it is not the name of the file
        "kind",  # "paywall", "section" or "refused": not an article of the corpus
        "second address",  # another page with the same text in another template, with rel=canonical
    }
)
_REQUIRED = frozenset({"title", "published", "section"})
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class InlineText:
    """A text or link within a block; `target` is a slug of the same site, a full address, or None for plain text."""

    text: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class StoryBlock:
    """One block of a story. A table row has several cells, every other block one."""

    kind: BlockKind
    cells: tuple[tuple[InlineText, ...], ...]

    @property
    def text(self) -> str:
        return " | ".join("".join(run.text for run in cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class SeeAlso:
    """A line of boilerplate after block number `after` (from 1), in the given markup, linking to the story `slug`."""

    after: int
    markup: str
    slug: str


@dataclass(frozen=True, slots=True)
class DemoStory:
    """One story of one site. Times are aware, in the time zone of the newspaper."""

    site: str
    slug: str
    title: str
    section: str
    published: datetime
    modified: datetime | None
    authors: tuple[str, ...]
    source: str | None
    tags: tuple[str, ...]
    standfirst: str
    caption: str
    found_in: frozenset[str]
    headline_again: str
    see_also: tuple[SeeAlso, ...]
    duplicate_of: tuple[str, str] | None
    number: str
    address: str
    kind: str
    second_address: str
    blocks: tuple[StoryBlock, ...]

    @property
    def byline(self) -> tuple[str, ...]:
        """Who is named in the page's byline: its authors, or the agency in their place."""
        return self.authors or ((self.source,) if self.source else ())


@cache
def load_stories(site: str) -> tuple[DemoStory, ...]:
    """Return the stories of one site, newest first."""
    loaded = [_read_story(path) for path in sorted((CONTENT / site).glob("*.txt"))]
    return tuple(sorted(loaded, key=lambda story: story.published, reverse=True))


def _read_story(path: Path) -> DemoStory:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    keys = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    if wrong := (keys.keys() - _KEYS) | (_REQUIRED - keys.keys()):
        raise BroadsheetError(f"{path.parent.name}/{path.name}: unknown or missing keys: {', '.join(sorted(wrong))}")
    original = keys.get("duplicate of", "").partition("/")
    return DemoStory(
        site=path.parent.name,
        slug=path.stem,
        title=keys["title"],
        section=keys["section"],
        published=datetime.fromisoformat(keys["published"]),
        modified=datetime.fromisoformat(keys["modified"]) if "modified" in keys else None,
        authors=_split_parts(keys.get("authors", ""), ";"),
        source=keys.get("source"),
        tags=_split_parts(keys.get("tags", ""), ","),
        standfirst=keys.get("standfirst", ""),
        caption=keys.get("caption", ""),
        found_in=frozenset(keys.get("found", "feed section sitemap").split()),
        headline_again=keys.get("headline again", ""),
        see_also=tuple(_parse_see_also(part) for part in _split_parts(keys.get("see also", ""), ";")),
        duplicate_of=(original[0], original[2]) if original[2] else None,
        number=keys.get("number", ""),
        address=keys.get("address", path.stem),
        kind=keys.get("kind", "article"),
        second_address=keys.get("second address", ""),
        blocks=tuple(_parse_block(line) for line in body.splitlines() if line.strip()),
    )


def _split_parts(value: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(separator) if part.strip())


def _parse_see_also(value: str) -> SeeAlso:
    after, markup, slug = value.split()
    return SeeAlso(int(after), markup, slug)


def _parse_block(line: str) -> StoryBlock:
    for mark, kind in _MARKS.items():
        if line.startswith(mark):
            rest = line.removeprefix(mark)
            cells = rest.split(" | ") if kind is BlockKind.ROW else [rest]
            return StoryBlock(kind, tuple(_parse_inline(cell) for cell in cells))
    return StoryBlock(BlockKind.PARAGRAPH, (_parse_inline(line),))


def _parse_inline(text: str) -> tuple[InlineText, ...]:
    runs: list[InlineText] = []
    end = 0
    for link in _LINK.finditer(text):
        if link.start() > end:
            runs.append(InlineText(text[end : link.start()]))
        runs.append(InlineText(link[1], link[2]))
        end = link.end()
    if end < len(text):
        runs.append(InlineText(text[end:].rstrip()))
    return tuple(runs)
