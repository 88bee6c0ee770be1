"""The records that a perfect crawl of the demo newspapers would store, one for every page with an article's address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.demo.papers import PAPERS, find_paper

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.demo.content import DemoStory
    from crawler.demo.papers import Paper


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One page as the crawl should store it.

    `path` is percent-encoded. `text` has one line per block in reading order. A standfirst is the first line. The cells
    of a table row are joined by " | ". Headline, byline, date and captions are not part of the text. Times are aware.
    `duplicate_of` is site and path of the page that this one repeats: the earlier one, or the canonical one of two
    addresses. `rejected` is the reason why the page is not an article. A list of stories ("section") has no text and no
    time, so only its address, title and reason count.
    """

    site: str
    path: str
    title: str
    authors: tuple[str, ...]
    source: str | None
    published_at: datetime
    modified_at: datetime | None
    language: str
    text: str
    duplicate_of: tuple[str, str] | None = None
    rejected: str | None = None


def list_gold_articles() -> list[GoldArticle]:
    """Return all pages with an article's address, by site, newest first, without those that robots.txt forbids."""
    records = []
    for paper in PAPERS:
        for story in paper.stories:
            if story.kind == "refused":
                continue
            path = paper.get_path(story)
            records.append(_make_record(paper, story, path, _find_original(story)))
            if story.second_address:
                records.append(_make_record(paper, story, story.second_address, (paper.name, path)))
    return records


def list_refused_pages() -> list[tuple[str, str]]:
    """Return site and path of the pages that robots.txt forbids. Section pages link to them all the same."""
    return [
        (paper.name, paper.get_path(story)) for paper in PAPERS for story in paper.stories if story.kind == "refused"
    ]


def list_dead_links() -> list[tuple[str, str]]:
    """Return site and path of the addresses in feeds that have no page: a crawl fetches them and gets a 404."""
    return [(paper.name, paper.dead_link) for paper in PAPERS if paper.dead_link]


def _find_original(story: DemoStory) -> tuple[str, str] | None:
    if story.duplicate_of is None:
        return None
    site, slug = story.duplicate_of
    paper = find_paper(site)
    return site, paper.get_path(paper.find_story(slug))


def _make_record(paper: Paper, story: DemoStory, path: str, duplicate_of: tuple[str, str] | None) -> GoldArticle:
    lines = [story.standfirst] if story.standfirst else []
    if story.kind != "section":
        lines += [line.text for line in story.blocks]
    return GoldArticle(
        site=paper.name,
        path=path,
        title=story.title,
        authors=story.authors,
        source=story.source,
        published_at=story.published,
        modified_at=story.modified,
        language=paper.language,
        text="\n".join(lines),
        duplicate_of=duplicate_of,
        rejected=None if story.kind == "article" else story.kind,
    )
