"""Scrapy's feeds: `-o`, `-O` and FEEDS give the articles of a run as `scrapy export` gives them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow.parquet
import pytest
from crawling import FAST, ROOT, Store, command, environment, run_scrapy
from prepared_scrapy import run_prepared
from servers.paper import Paper, prose
from two_papers import BOILERPLATE, query

from crawler.article_item import ArticleItem, PageItem
from crawler.feeds.parquet import ParquetItemExporter
from storage.export.schema import FIELDS, FieldKind

STORIES = 12
REPEATED_ON = 9
FORMATS = ("jsonl", "json", "csv", "xml", "parquet")
Records = list[dict[str, Any]]


def publish(paper: Paper, *, stories: int = STORIES) -> None:
    """Publish stories of which nine repeat a line that settling cuts, one that repeats another, and a page without."""
    paths = [f"/2025/10/{number + 1:02}/story-{number}" for number in range(stories)]
    for number, path in enumerate(paths):
        text = prose(path)
        if number < REPEATED_ON:
            text.insert(3, BOILERPLATE)
        paper.article(path, f"Headline number {number} of many words", text=text)
    again, empty = "/2025/11/01/story-again", "/2025/11/02/story-empty"
    paper.article(again, "Headline number 11 of many words", text=prose(paths[-1]))
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


MINE = """
import json
import os
from pathlib import Path
from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem

def as_json(item):
    return json.dumps(ItemAdapter(item).asdict(), default=str)

class Before:
    def process_item(self, item):
        if item.page.url.endswith("story-3"):
            raise DropItem("not this one", log_level="DEBUG")
        with open("before.jsonl", "a") as file:
            file.write(as_json(item) + "\\n")
        return item

class After:
    def process_item(self, item):
        with open("after.jsonl", "a") as file:
            file.write(as_json(item) + "\\n")
        assert item.title == ItemAdapter(item)["title"]
        return {"headline": item.title}
"""


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `scrapy` in another folder than the project's, as somebody does who has installed it."""
    own = environment(SCRAPY_SETTINGS_MODULE="crawler.settings", PYTHONPATH=f"{folder}{os.pathsep}{ROOT}")
    return run_prepared([*command(*arguments, data=folder / "data"), *FAST], folder, own, timeout=100)


def test_own_pipelines_see_articles_and_standard_output_has_nothing_but_data(
    paper: Paper, tmp_path: Path, data: Path, store: Store
) -> None:
    publish(paper, stories=4)
    (tmp_path / "mine.py").write_text(MINE)
    pipelines = 'ITEM_PIPELINES={"mine.Before": 600, "mine.After": 800}'
    done = run_in(tmp_path, "crawl", "articles", "-a", f"url={paper.url}/", "-O", "-:jsonl", "-s", pipelines)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Results of this crawl" in done.stderr
    found = {record["url"]: record for record in map(json.loads, done.stdout.splitlines())}
    assert sorted(url.rpartition("/")[2] for url in found) == ["story-0", "story-1", "story-2", "story-again"]
    # What is dropped is not stored, and is asked for at once no more.
    assert "/2025/10/04/story-3" not in store.articles()
    address = store.addresses()["/2025/10/04/story-3"]
    assert (address.state, address.reason, address.tries) == ("refused", "dropped", 0)
    assert paper.asked.count("/2025/10/04/story-3") == 1
    before = {record["url"]: record for record in read_lines(tmp_path / "before.jsonl")}
    after = {record["url"]: record for record in read_lines(tmp_path / "after.jsonl")}
    reasons = {url.rpartition("/")[2]: record["rejected"] for url, record in before.items() if record["rejected"]}
    assert list(reasons) == ["story-empty"]
    assert set(after) == set(found)  # no rejected page, no duplicate
    for url, record in after.items():
        assert list(record) == list(found[url])
        assert {**record, "rejected": None} == before[url]
        for name, value in record.items():  # the same values; times are typed here
            if not name.endswith("_at"):
                assert value == found[url][name]


def test_duplicates_and_rejected_pages_are_there_where_a_setting_asks(paper: Paper, tmp_path: Path, data: Path) -> None:
    publish(paper, stories=3)
    kinds = "ITEMS_INCLUDE=duplicates,rejected"
    done = crawl(paper, data, "-O", str(tmp_path / "all.jsonl"), "-s", kinds)
    assert done.returncode == 0, done.stderr
    found = {record["url"].rpartition("/")[2]: record for record in read_lines(tmp_path / "all.jsonl")}
    assert set(found) == {"story-0", "story-1", "story-2", "story-again", "story-empty"}
    assert {name: record["rejected"] for name, record in found.items() if record["rejected"]}.keys() == {"story-empty"}
    assert [name for name, record in found.items() if record["duplicate_of"]] == ["story-again"]
    exported = read_lines(export(data, tmp_path / "corpus", "--include-duplicates") / "data" / "articles.jsonl")
    shown = [record for record in found.values() if not record["rejected"]]
    assert [{name: record[name] for name in record if name != "rejected"} for record in shown] == exported


def test_a_second_run_adds_its_own_articles(paper: Paper, tmp_path: Path, data: Path) -> None:
    feed = tmp_path / "all.jsonl"
    publish(paper, stories=2)
    assert crawl(paper, data, "-o", str(feed)).returncode == 0
    first = read_lines(feed)
    publish(paper, stories=3)
    assert crawl(paper, data, "-o", str(feed)).returncode == 0
    both = read_lines(feed)
    assert both[: len(first)] == first
    assert [record["url"].rpartition("/")[2] for record in both[len(first) :]] == ["story-2"]
    refused = crawl(paper, data, "-o", str(feed.with_suffix(".json")), "-s", f"FEEDS={json.dumps({str(data): {}})}")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("-o", "out.xyz"), "Unrecognized output format 'xyz'"),
        (("-o", "there.json"), "json cannot be added to; replace it with -O"),
        (("-o", "folder:jsonl"), "is a folder"),
        (("-o", "there.json/out.jsonl"), "cannot be written"),
        (("-o", "nowhere://host/out.jsonl"), "unknown storage 'nowhere'"),
        (("-s", 'FEEDS={"out": {"format": "docx"}}'), "unknown format 'docx'"),
        (("-s", 'FEEDS={"out.csv": {"batch_item_count": 5}}'), "%(batch_id)d"),
        (("-s", "ITEMS_INCLUDE=walls"), "unknown value 'walls'"),
    ],
)
def test_a_feed_that_cannot_be_written_is_one_line_before_any_request(
    paper: Paper, tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    (tmp_path / "there.json").write_text("[]")
    (tmp_path / "folder").mkdir()
    done = run_in(tmp_path, "crawl", "articles", "-a", f"url={paper.url}/", *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert problem in done.stderr
    assert paper.asked == []


def test_a_feed_that_fails_is_one_line_and_status_1_and_the_others_are_written(
    paper: Paper, tmp_path: Path, data: Path
) -> None:
    publish(paper, stories=3)
    feeds = ("-O", "/dev/full:csv", "-O", str(tmp_path / "out.jsonl"))
    done = crawl(paper, data, *feeds)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if "No space left" in line]) == 1
    assert "Results of this crawl" in done.stdout
    assert len(read_lines(tmp_path / "out.jsonl")) == 3


def test_a_parquet_feed_loses_no_field_of_an_item_without_a_word(tmp_path: Path) -> None:
    def write(*items: dict[str, Any]) -> Records:
        with (tmp_path / "out.parquet").open("wb") as file:
            exporter = ParquetItemExporter(file)
            for item in items:
                exporter.export_item(item)
            exporter.finish_exporting()
        rows: Records = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
        return rows

    assert write({"a": 1, "b": "x"}, {"a": 2}) == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    with pytest.raises(ValueError, match="'b' is none"):
        write({"a": 1}, {"a": 2, "b": "x"})


def test_the_item_has_the_fields_of_an_export_in_their_order_and_types() -> None:
    kinds = {
        FieldKind.TEXT: "str",
        FieldKind.TEXTS: "list[str]",
        FieldKind.TIME: "datetime",
        FieldKind.COUNT: "int",
        FieldKind.SHARE: "float",
        FieldKind.BOOLEAN: "bool",
    }
    expected = [(field.name, kinds[field.kind] + (" | None" if field.nullable else "")) for field in FIELDS]
    assert [(field.name, field.type) for field in fields(ArticleItem)] == expected
    assert [field.name for field in fields(PageItem)] == [name for name, _ in expected] + ["rejected"]
