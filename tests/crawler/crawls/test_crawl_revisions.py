"""A page that the paper changed has a new revision; boilerplate that was learnt makes none. Three crawls, run once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest
from crawling import ON_POSTGRESQL, locate_database, run_scrapy
from servers.paper import Paper, prose
from two_papers import BOILERPLATE, query

from storage.articles.diff import EditKind
from storage.articles.revisions import Version, load_histories
from storage.articles.saving import make_article_id
from storage.database.engine import open_database, open_for_reading

CHANGED, SAME = "/2025/10/01/story-1", "/2025/10/02/story-2"
PATHS = [f"/2025/10/{number:02}/story-{number}" for number in range(1, 9)]
FIRST_NIGHT = PATHS[:4]  # too few to learn from: their boilerplate is taken for text
ADDED = "The council of Bardun has denied since that a ferry was ever promised to anybody in the old harbour."


@dataclass
class Nights:
    data: Path  # of the crawls of two nights
    replayed: Path  # of a replay of both archives, the later one first
    url: str

    def versions(self, path: str, *, replayed: bool = False) -> list[Version]:
        engine = open_database(locate_database(self.replayed if replayed else self.data), create=False)
        with open_for_reading(engine) as connection:
            found = load_histories(connection, [make_article_id(self.url + path)])
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
        texts = {path: [*prose(path)[:3], BOILERPLATE, *prose(path)[3:]] for path in PATHS}
        for path in PATHS:
            paper.article(path, f"Headline of {path[-7:]} and of many words", text=texts[path])
        paper.front(*FIRST_NIGHT)
        first = crawl("articles", "-a", f"url={paper.url}/")
        for table in ("article", "observation", "address"):  # two days pass
            earlier = (
                "fetched_at - interval '2 days'" if ON_POSTGRESQL else "datetime(fetched_at, '-2 days') || '.000000'"
            )
            query(data, f"UPDATE {table} SET fetched_at = {earlier}")
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


def test_a_changed_page_has_one_more_version_that_says_what_was_changed(nights: Nights) -> None:
    before, now = nights.versions(CHANGED)
    headline, changed, *others = [change for change in now.changes if change.is_edit]
    assert (headline.kind, headline.before, headline.after) == (
        EditKind.HEADLINE,
        "Headline of story-1 and of many words",
        "Headline that is another one",
    )
    assert (changed.kind, changed.before, changed.after) == (
        EditKind.CHANGED,
        prose(CHANGED)[1],
        now.text.split("\n")[1],
    )
    assert [(change.kind, change.after) for change in others] == [(EditKind.ADDED, ADDED)]
    assert ADDED not in before.text


def test_chaff_that_was_learnt_in_between_is_told_apart_from_edits(nights: Nights) -> None:
    before, now = nights.versions(CHANGED)
    assert BOILERPLATE in before.text  # as it was cleaned in the first night
    assert BOILERPLATE not in now.text
    assert [(change.kind, change.before) for change in now.changes if not change.is_edit] == [
        (EditKind.RECUT, BOILERPLATE)
    ]


def test_a_page_that_only_lost_its_chaff_has_one_version_of_two_fetches(nights: Nights) -> None:
    (only,) = nights.versions(SAME)
    assert BOILERPLATE not in only.text
    assert (only.until - only.since).days >= 1
    assert query(nights.data, "SELECT count(*), count(blocks) FROM revision") == [(len(FIRST_NIGHT), 1)]


def test_the_archives_in_the_other_order_give_the_same_versions(nights: Nights) -> None:
    for path in (CHANGED, SAME):
        found, there = nights.versions(path, replayed=True), nights.versions(path)
        edits = [
            [[change for change in version.changes if change.is_edit] for version in some] for some in (found, there)
        ]
        assert edits[0] == edits[1]
        assert [version.last.title for version in found] == [version.last.title for version in there]
