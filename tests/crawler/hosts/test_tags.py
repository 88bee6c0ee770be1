"""The robots tags of a page are obeyed, whether it is crawled, replayed or cleaned again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import Store, run_scrapy
from manners import link_bare_lists, load_counts
from servers.paper import Answer, Paper
from two_papers import make_outdated

DAY = "/2025/10/01"
KEPT, HEADER, META, OTHER, AI = (
    f"{DAY}/{name}"
    for name in (
        "night-ferry-runs-again",
        "header-says-noindex-here",
        "meta-says-none-of-it",
        "another-robot-is-meant",
        "no-machine-may-learn-it",
    )
)
BEHIND = "/2025/10/02/behind-a-list-of-stories"
IN_FEED = "/2025/10/03/named-by-the-feed-alone"
VERDICTS = {
    KEPT: (None, []),
    HEADER: ("robots-noindex", ["noindex", "noai"]),
    META: ("robots-noindex", ["noindex", "nofollow"]),
    OTHER: (None, []),
    AI: (None, ["noai"]),
    IN_FEED: (None, []),
}


def verdicts(data: Path) -> dict[str, tuple[str | None, list[str]]]:
    return {path: (row.rejected, row.robots) for path, row in Store(data).articles().items()}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Paper, Path]]:
    """A paper with robots tags, and the data folder of its crawl."""
    with Paper("127.0.4.1") as paper:
        for path in (KEPT, HEADER, META, OTHER, AI, BEHIND, IN_FEED):
            paper.article(path, f"Headline of {path}")
        for path, tags in {
            HEADER: "noindex, broadsheet: noai, googlebot: noarchive",
            OTHER: "googlebot: noindex",
            AI: "noai",
        }.items():
            answer = paper.routes[path]
            assert isinstance(answer, Answer)
            answer.headers["X-Robots-Tag"] = tags
        paper.article(META, "Headline of all", head='<meta name="Robots" content="NONE">')
        paper.front(KEPT, HEADER, META, OTHER, AI, more='<a href="/culture/">Culture and the arts of the county</a>')
        link_bare_lists(paper)
        paper.feed("/feed")
        paper.routes["/culture/"] = Answer(
            '<html><head><meta name="robots" content="nofollow">'
            '<link rel="alternate" type="application/rss+xml" href="/culture/feed"></head>'
            f'<body><a href="{BEHIND}">A story that stands behind a list of stories</a></body></html>'
        )
        paper.feed("/culture/feed", (IN_FEED, "Wed, 01 Oct 2025 08:00:00 GMT"))
        data = tmp_path_factory.mktemp("tags") / "data"
        done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data)
        assert done.returncode == 0, done.stderr
        yield paper, data


def test_a_page_that_asks_not_to_be_kept_is_fetched_archived_and_rejected(crawled: tuple[Paper, Path]) -> None:
    paper, data = crawled
    assert verdicts(data) == VERDICTS
    counted = load_counts(data)[paper.name]
    assert counted["article/rejected/robots-noindex"] == 2
    assert counted["archive/written"] == len(VERDICTS)


def test_the_links_of_a_list_that_asks_for_it_are_not_followed_but_its_feed_is_read(
    crawled: tuple[Paper, Path],
) -> None:
    paper, data = crawled
    assert BEHIND not in paper.asked
    assert "/culture/feed" in paper.asked
    assert load_counts(data)[paper.name]["link/refused/nofollow"] == 1


def test_a_replay_and_another_cleaning_come_to_the_same_verdicts(crawled: tuple[Paper, Path], tmp_path: Path) -> None:
    paper, data = crawled
    asked = len(paper.asked)
    replayed = tmp_path / "replayed"
    done = run_scrapy("crawl", "archive", "-a", f"path={data / 'archive'}", data=replayed)
    assert done.returncode == 0, done.stderr
    assert verdicts(replayed) == VERDICTS
    make_outdated(data)
    done = run_scrapy("reclean", data=data)
    assert done.returncode == 0, done.stderr
    assert f"{len(VERDICTS)} pages cleaned again" in done.stdout
    assert verdicts(data) == VERDICTS
    assert len(paper.asked) == asked


def test_other_tags_are_obeyed_if_the_setting_names_them(crawled: tuple[Paper, Path], tmp_path: Path) -> None:
    _, data = crawled
    replayed = tmp_path / "replayed"
    words = ("-s", "ROBOTS_TAGS_OBEYED=noai")
    done = run_scrapy("crawl", "archive", "-a", f"path={data / 'archive'}", *words, data=replayed)
    assert done.returncode == 0, done.stderr
    found = {path: rejected for path, (rejected, _) in verdicts(replayed).items() if rejected}
    assert found == {HEADER: "robots-noai", AI: "robots-noai"}
