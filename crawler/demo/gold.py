"""What an excellent crawl of the demo newspapers would store: a record for every page behind an article's address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.demo.papers import PAPERS, paper_named

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.demo.content import Story
    from crawler.demo.papers import Paper


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One page as it should come out.

    `path` is percent-encoded, as requested. `text` has a line for every block in reading order; a standfirst is the
    first, a table's row is its cells joined by " | "; headline, byline, date and captions are no text. Times are aware.
    `duplicate_of` names site and path of the page that is repeated (the earlier one; the canonical one of two
    addresses), `rejected` why the page is no article. Of a list of stories ("section") only address, title and reason
    are meant: it has no text, and its page names no time.
    """

    site: str
    path: str
    title: str
    authors: tuple[str, ...]
    published_at: datetime
    modified_at: datetime | None
    language: str
    text: str
    duplicate_of: tuple[str, str] | None = None
    rejected: str | None = None


def gold() -> list[GoldArticle]:
    """Every page behind an article's address, by site, newest first; without what robots.txt forbids."""
    records = []
    for paper in PAPERS:
        for story in paper.stories:
            if story.kind == "refused":
                continue
            path = paper.path(story)
            records.append(_record(paper, story, path, _original(story)))
            if story.second_address:
                records.append(_record(paper, story, story.second_address, (paper.name, path)))
    return records


def refused() -> list[tuple[str, str]]:
    """Site and path of the pages that robots.txt forbids, though section pages link to them: never to be asked for."""
    return [(paper.name, paper.path(story)) for paper in PAPERS for story in paper.stories if story.kind == "refused"]


def dead() -> list[tuple[str, str]]:
    """Site and path of the addresses in feeds behind which nothing stands: asked for and answered with 404."""
    return [(paper.name, paper.dead_link) for paper in PAPERS if paper.dead_link]


def _original(story: Story) -> tuple[str, str] | None:
    if story.duplicate_of is None:
        return None
    site, slug = story.duplicate_of
    paper = paper_named(site)
    return site, paper.path(paper.story(slug))


def _record(paper: Paper, story: Story, path: str, duplicate_of: tuple[str, str] | None) -> GoldArticle:
    lines = [story.standfirst] if story.standfirst else []
    if story.kind != "section":
        lines += [line.text for line in story.lines]
    return GoldArticle(
        site=paper.name,
        path=path,
        title=story.title,
        authors=story.authors,
        published_at=story.published,
        modified_at=story.modified,
        language=paper.language,
        text="\n".join(lines),
        duplicate_of=duplicate_of,
        rejected=None if story.kind == "article" else story.kind,
    )
