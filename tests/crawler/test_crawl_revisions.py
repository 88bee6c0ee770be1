"""A page that its paper changed is a revision; what was learnt to be chaff is none. Three crawls, once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest
from crawling import run_scrapy
from servers.paper import Paper, prose
from two_papers import CHAFF, rows

from storage.articles import article_id
from storage.database import database_url, open_database, reading
from storage.edits import Edit
from storage.revisions import Version, histories

CHANGED, SAME = "/2025/10/01/story-1", "/2025/10/02/story-2"
PATHS = [f"/2025/10/{number:02}/story-{number}" for number in range(1, 9)]
FIRST_NIGHT = PATHS[:4]  # too few to learn from: what they repeat is taken for text
ADDED = "The council of Bardun has denied since that a ferry was ever promised to anybody in the old harbour."


@dataclass
class Nights:
    data: Path  # of two nights' crawls
    replayed: Path  # of the archives of both, the later read first
    url: str

    def versions(self, path: str, *, replayed: bool = False) -> list[Version]:
        engine = open_database(database_url(self.replayed if replayed else self.data, None), create=False)
        with reading(engine) as connection:
            found = histories(connection, [article_id(self.url + path)])
        engine.dispose()
        (versions,) = found.values()
        return versions


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    data, replayed = (tmp_path_factory.mktemp(name) / "data" for name in ("nights", "replayed"))

    def crawl(*arguments: str, into: Path = data) -> set[Path]:
        before = set(data.glob("archive/*.warc.gz"))
        done = run_scrapy("crawl", *arguments, data=into)
        assert done.returncode == 0, done.stderr
        return set(data.glob("archive/*.warc.gz")) - before

    with Paper() as paper:
        texts = {path: [*prose(path)[:3], CHAFF, *prose(path)[3:]] for path in PATHS}
        for path in PATHS:
            paper.article(path, f"Headline of {path[-7:]} and of many words", text=texts[path])
        paper.front(*FIRST_NIGHT)
        first = crawl("articles", "-a", f"url={paper.url}/")
        for table in ("article", "observation", "address"):  # two days pass
            rows(data, f"UPDATE {table} SET fetched_at = datetime(fetched_at, '-2 days') || '.000000'")
        changed = texts[CHANGED]
        changed[1] = changed[1].replace(" Monday", " Tuesday").replace(" Friday", " Thursday")
        paper.article(CHANGED, "Headline that is another one", text=[*changed, ADDED])
        paper.front(*PATHS, head=f'<link rel="alternate" type="application/rss+xml" href="{paper.url}/feed.xml">')
        paper.feed("/feed.xml", *((path, formatdate(usegmt=True)) for path in FIRST_NIGHT))
        paper.asked.clear()
        second = crawl("articles", "-a", f"url={paper.url}/")
        assert set(paper.asked_articles()) == set(PATHS)
        url = paper.url
    swapped = tmp_path_factory.mktemp("swapped")
    for number, archive in enumerate((*second, *first)):
        shutil.copy(archive, swapped / f"{number}.warc.gz")
    crawl("archive", "-a", f"path={swapped}", into=replayed)
    return Nights(data, replayed, url)


def test_a_page_that_was_changed_has_a_version_more_and_says_what_was_changed(nights: Nights) -> None:
    before, now = nights.versions(CHANGED)
    headline, changed, *others = [change for change in now.changes if change.is_edit]
    assert (headline.kind, headline.before, headline.after) == (
        Edit.HEADLINE,
        "Headline of story-1 and of many words",
        "Headline that is another one",
    )
    assert (changed.kind, changed.before, changed.after) == (Edit.CHANGED, prose(CHANGED)[1], now.text.split("\n")[1])
    assert [(change.kind, change.after) for change in others] == [(Edit.ADDED, ADDED)]
    assert ADDED not in before.text


def test_chaff_that_was_learnt_in_between_is_told_apart_from_edits(nights: Nights) -> None:
    before, now = nights.versions(CHANGED)
    assert CHAFF in before.text  # as it was cleaned then
    assert CHAFF not in now.text
    assert [(change.kind, change.before) for change in now.changes if not change.is_edit] == [(Edit.RECUT, CHAFF)]


def test_a_page_that_only_lost_its_chaff_has_one_version_of_two_fetches(nights: Nights) -> None:
    (only,) = nights.versions(SAME)
    assert CHAFF not in only.text
    assert (only.until - only.since).days >= 1
    assert rows(nights.data, "SELECT count(*), count(blocks) FROM revision") == [(len(FIRST_NIGHT), 1)]


def test_the_archives_read_in_the_other_order_give_the_same_versions(nights: Nights) -> None:
    for path in (CHANGED, SAME):
        found, there = nights.versions(path, replayed=True), nights.versions(path)
        edits = [
            [[change for change in version.changes if change.is_edit] for version in some] for some in (found, there)
        ]
        assert edits[0] == edits[1]
        assert [version.last.title for version in found] == [version.last.title for version in there]
