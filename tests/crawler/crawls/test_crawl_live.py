"""A live blog over two nights: its entries are added, shown, exported, and kept when it is cleaned again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crawling import locate_database, run_scrapy
from live_pages import POSTS, Post, make_articles
from nights import let_a_night_pass
from servers.paper import Answer, Paper
from two_papers import make_outdated, query, run_reclean

from storage import open_store

PATH = "/2026/11/30/council-debate-live"
NEWER = Post("19:40", "The vote", ("Nine hands are raised for the bridge, and eight against it.",), "p5")
HEADINGS = ["The vote", *(post.heading for post in POSTS)]


@dataclass
class Nights:
    data: Path
    url: str

    def run(self, *arguments: str) -> str:
        done = run_scrapy(*arguments, data=self.data)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    data = tmp_path_factory.mktemp("live") / "data"
    with Paper() as paper:
        found = Nights(data, paper.url + PATH)
        shown: Sequence[Sequence[Post]] = (POSTS[1:], (NEWER, *POSTS[:3]))
        for night, posts in enumerate(shown):
            if night:  # not after the last one: the archive has its time
                let_a_night_pass(data)
            paper.routes[PATH] = Answer(make_articles(posts))
            found.run("crawl", "articles", "-a", f"article={found.url}")
    return found


def test_the_article_has_the_entries_of_both_nights_in_page_order(nights: Nights) -> None:
    shown = json.loads(nights.run("show", nights.url, "--json"))
    assert [entry["heading"] for entry in shown["entries"]] == HEADINGS
    assert [entry["on_page"] for entry in shown["entries"]] == [True] * 4 + [False]
    assert shown["entry_order"] == "newest first"
    assert shown["metadata"]["page_kind"]["value"] == "live"
    assert len(shown["versions"]) == 1
    assert {block["entry"] for block in shown["blocks"] if block["kept"]} >= set(range(5))
    assert "5 entries, newest first, 1 no longer on the page" in nights.run("show", nights.url)


def test_python_has_the_entries_with_their_texts(nights: Nights) -> None:
    with open_store(locate_database(nights.data), data_dir=nights.data) as store:
        entries = store.entries(nights.url)
        assert [entry.heading for entry in entries] == HEADINGS
        assert entries[0].text == NEWER.paragraphs[0]
        assert "### 19:40 The vote" in store.article(nights.url).to_markdown()


def test_a_release_has_one_row_an_entry(nights: Nights, tmp_path: Path) -> None:
    out = tmp_path / "release"
    nights.run(
        "export", str(out), "--include", "entries", "--format", "jsonl", "--format", "csv", "--format", "parquet"
    )
    (file,) = out.glob("entries/*.jsonl")
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [row["heading"] for row in rows] == HEADINGS
    assert [row["position"] for row in rows] == list(range(5))
    assert [row["on_page"] for row in rows] == [True] * 4 + [False]
    assert rows[1]["time"] == "2026-11-30T18:20:00Z"
    assert rows[1]["authors"] == ["Ann Lee"]
    assert rows[1]["text"] == "\n".join(POSTS[0].paragraphs)
    assert "## Fields of entries" in (out / "README.md").read_text("utf-8")
    nights.run("export", "--verify", str(out))


def test_cleaning_again_loses_no_entry(nights: Nights) -> None:
    before = query(nights.data, "SELECT text FROM article")
    make_outdated(nights.data)
    done = run_reclean(nights.data)
    assert done.returncode == 0, done.stderr
    assert query(nights.data, "SELECT text FROM article") == before
    assert query(nights.data, "SELECT count(*) FROM entry") == [(5,)]
