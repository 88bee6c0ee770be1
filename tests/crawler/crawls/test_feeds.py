"""Scrapy's feeds: `-o`, `-O` and FEEDS give the articles of a run as `scrapy export` gives them."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow.parquet
import pytest
from crawling import run_scrapy
from servers.paper import Paper, prose
from two_papers import BOILERPLATE, query

STORIES = 12
REPEATED_ON = 9
FORMATS = ("jsonl", "json", "csv", "xml", "parquet")
Records = list[dict[str, Any]]


def publish(paper: Paper, *, stories: int = STORIES) -> None:
    """Publish stories of which nine repeat a line that settling cuts, one that repeats another, and a page without."""
    paths = [f"/2025/10/{number + 1:02}/story-{number}" for number in range(stories)]
    for number, path in enumerate(paths):
        text = prose(paper.name + path)
        if number < REPEATED_ON:
            text.insert(3, BOILERPLATE)
        paper.article(path, f"Headline number {number} of many words", text=text)
    again, empty = "/2025/11/01/story-again", "/2025/11/02/story-empty"
    paper.article(again, "Headline number 11 of many words", text=prose(paper.name + paths[-1]))
    paper.article(empty, "A headline and nothing below it", text=["Nothing."])
    paper.front(*paths, again, empty)


def crawl(paper: Paper, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", *arguments, data=data)


def export(data: Path, folder: Path, *arguments: str) -> Path:
    done = run_scrapy("export", str(folder), *arguments, data=data)
    assert done.returncode == 0, done.stderr
    return folder


def read_lines(path: Path) -> Records:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a crawl with a feed in each format, and of an export of the same run."""
    folder = tmp_path_factory.mktemp("fed")
    with Paper() as paper:
        publish(paper)
        feeds = [part for name in FORMATS for part in ("-O", str(folder / f"feed.{name}"))]
        done = crawl(paper, folder / "data", *feeds)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert query(folder / "data", "SELECT count(*) FROM article WHERE duplicate_of IS NOT NULL") == [(1,)]
    assert query(folder / "data", "SELECT count(*) FROM article WHERE rejected IS NOT NULL") == [(1,)]
    export(folder / "data", folder / "corpus", "--format", "jsonl", "--format", "csv", "--format", "parquet")
    return folder


def test_a_feed_holds_what_an_export_of_the_run_holds_field_by_field(fed: Path) -> None:
    exported = read_lines(fed / "corpus" / "data" / "articles.jsonl")
    found = read_lines(fed / "feed.jsonl")
    assert len(found) == STORIES
    assert not [record for record in found if BOILERPLATE in record["text"]]  # cut when the texts were settled
    assert [list(record) for record in found] == [list(record) for record in exported]
    assert found == exported
    assert json.loads((fed / "feed.json").read_text("utf-8")) == exported


def test_a_feed_in_csv_has_the_cells_of_an_export(fed: Path) -> None:
    def read(path: Path) -> list[list[str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    assert read(fed / "feed.csv") == read(fed / "corpus" / "data" / "articles.csv")


def test_a_feed_in_parquet_has_the_columns_of_an_export(fed: Path) -> None:
    found, exported = (
        pyarrow.parquet.read_table(path) for path in (fed / "feed.parquet", fed / "corpus/data/articles.parquet")
    )
    assert found.schema.equals(exported.schema)
    assert found.to_pylist() == exported.to_pylist()


def test_a_feed_in_xml_leaves_out_what_is_null(fed: Path) -> None:
    items = ET.parse(fed / "feed.xml").findall("item")
    for item, record in zip(items, read_lines(fed / "feed.jsonl"), strict=True):
        values = {name: value for name, value in record.items() if value is not None}
        assert [field.tag for field in item] == list(values)
        for field in item:
            value = values[field.tag]
            texts = [one.text or "" for one in field] if isinstance(value, list) else field.text or ""
            assert texts == (value if isinstance(value, list) else str(value).lower() if value is True else str(value))
