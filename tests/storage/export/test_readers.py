"""Opens releases as researchers do: each reader in a child process of its own, without a network."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from give_blocks import give_blocks
from sqlalchemy import URL

from cleaning.records.block import Block
from storage.database.engine import open_database
from storage.export.formats import FORMAT_NAMES, load_format
from storage.export.formats.urls import FACTS
from storage.export.release import ReleaseOptions, export_release
from storage.export.rows.splits import parse_splits
from storage.export.selection.selection import Selection

START = datetime(2026, 10, 28, 21, 30, tzinfo=UTC)
SPLITS = "train=0.6,validation=0.2,test=0.2"
TITLES = (
    "=1+1",
    "“Äpfel”, he said",
    "'quoted'",
    "two\nlines; -3",
    "</title><b>",
    "日本語\u2028の見出し",
    "NA",
    "12345",
)

Record = dict[str, Any]


def article(number: int) -> Record:
    """Return an article; every third has all optional fields, with fractions of a second, the others have none."""
    published = START + timedelta(days=number, microseconds=number % 3)
    full: Record = {
        "canonical_url": f"https://herald.example/{number}",
        "site_name": "The Herald",
        "published_at": published,
        "published_offset": -300,
        "modified_at": published + timedelta(hours=1),
        "modified_offset": 60,
        "description": TITLES[number % 8],
        "image": "https://herald.example/image.jpg",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "free": number % 2 == 0,
        "page_kind": "news",
        "section": "Local, news",
        "tdm_reserved": number % 2 == 1,
        "tdm_policy": "https://herald.example/tdm",
        "ai_refused": ["ABot", "BBot"],
    }
    return (full if number % 3 == 0 else {}) | {
        "id": f"{number * 7919:016x}",
        "site": ("courier", "herald", "zeitung")[number % 3],
        "title": TITLES[number % 8],
        "authors": [TITLES[number % 8], 'O"Neill'] if number % 2 else [],
        "tags": [] if number % 4 else ["a", "b;=c"],
        "language": ("en", "de", "zh-cn", "und")[number % 4],
        "language_probability": number / 41,
        "text": f"First.\n{TITLES[number % 8]}\n\t- {number}",
        "words": number * 150,
        "fetched_at": START + timedelta(days=number, minutes=5),
    }


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, give_articles: Any) -> Path:
    """Releases of one store: `whole` in every format, `shards` and `lines` with splits, `table` only in CSV."""
    folder = tmp_path_factory.mktemp("releases")
    engine = open_database(URL.create("sqlite", database=str(folder / "store.db")))
    give_articles(engine, [article(number) for number in range(40)])
    with engine.begin() as connection:
        for number in range(3):
            kept = [Block(line) for line in article(number)["text"].split("\n")]
            links = ("https://herald.example/",)
            cut = Block(f"Cut {number}.", link_share=0.5, links=links, path="main > p", rule="see-also")
            give_blocks(connection, article(number)["id"], [*kept, cut])
    splits = parse_splits(SPLITS)
    with_removed = Selection(include=("removed",))
    for name, form in (
        ("whole", ReleaseOptions(formats=FORMAT_NAMES)),
        ("shards", ReleaseOptions(formats=("parquet", "jsonl", "urls"), splits=splits, shard_size=5, name="v2026.11")),
        ("lines", ReleaseOptions(formats=("jsonl", "urls"), splits=splits)),
        ("table", ReleaseOptions(formats=("csv",))),
    ):
        export_release(
            engine,
            folder / name,
            with_removed if name == "whole" else Selection(),
            form,
            progress=lambda _done, _total: None,
        )
    engine.dispose()
    return folder


def run_reader(folder: Path, program: str) -> Any:
    """Run a program in `folder` without network, and return the JSON that it prints."""
    prelude = (
        "import json, socket\n"
        "def refuse(*address): raise OSError(f'no network: {address}')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "def show(value): print(json.dumps(value, default=lambda one: one.isoformat()))\n"
    )
    home = folder.parent / "home"
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(home), "HOME": str(home)}
    ran = subprocess.run(
        [sys.executable, "-c", prelude + program],
        cwd=folder,
        env=os.environ | offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def read_lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def read_split(folder: Path, split: str, suffix: str = ".jsonl") -> list[Record]:
    shards = sorted(path for path in (folder / "data").glob(f"{split}*") if "".join(path.suffixes) == suffix)
    return [record for path in shards for record in read_lines(path)]


def moments(records: list[Record]) -> list[Record]:
    """Return the records with times parsed, because readers write one time in several ways."""
    return [
        {
            name: datetime.fromisoformat(value) if value and name.endswith(("_at", "_local")) else value
            for name, value in record.items()
        }
        for record in records
    ]


def test_the_reference_lines_are_the_records_of_the_store(releases: Path) -> None:
    found = {record["id"]: record for record in moments(read_lines(releases / "whole/data/articles.jsonl"))}
    assert len(found) == 40
    for number in range(40):
        given = article(number)
        offsets = {given.pop("published_offset", None), given.pop("modified_offset", None)}
        assert given.items() <= found[given["id"]].items()
        assert (found[given["id"]]["published_local"] is None) == (offsets == {None})


def test_datasets_loads_a_folder_as_it_is_with_types_splits_and_the_other_parts(releases: Path) -> None:
    found = run_reader(
        releases,
        """
import datasets
datasets.disable_progress_bars()
def loaded(folder, **asked):
    several = datasets.load_dataset(folder, **asked)
    return {split: several[split].to_list() for split in several}
types = datasets.load_dataset("whole")["train"].features
show({
    "types": {name: str(types[name]) for name in ("published_at", "authors", "free", "duplicate_likeness")},
    "whole": loaded("whole"), "shards": loaded("shards"), "lines": loaded("lines"), "table": loaded("table"),
    "urls": loaded("lines", name="urls"), "removed": loaded("whole", name="removed"),
})""",
    )
    assert found["types"] == {
        "published_at": "Value('timestamp[us, tz=UTC]')",
        "authors": "List(Value('string'))",
        "free": "Value('bool')",
        "duplicate_likeness": "Value('float64')",
    }
    assert moments(found["whole"]["train"]) == moments(read_lines(releases / "whole/data/articles.jsonl"))
    for folder in ("shards", "lines"):
        assert list(found[folder]) == ["train", "validation", "test"]
        for split, records in found[folder].items():
            assert records
            assert moments(records) == moments(read_split(releases / folder, split))
    assert [record["id"] for record in found["table"]["train"]] == [
        record["id"] for record in read_lines(releases / "whole/data/articles.jsonl")
    ]
    assert moments(found["removed"]["train"]) == moments(read_lines(releases / "whole/removed/removed.jsonl"))
    assert sorted(record["text"] for record in found["removed"]["train"]) == ["Cut 0.", "Cut 1.", "Cut 2."]
    for split, records in found["urls"].items():
        assert moments(records) == moments(read_split(releases / "lines", split, ".urls.jsonl"))


def test_pandas_reads_parquet_lines_and_csv(releases: Path) -> None:
    found = run_reader(
        releases / "whole",
        """
import pandas
def plain(value):
    if hasattr(value, "tolist"): return value.tolist()
    return None if not isinstance(value, list) and pandas.isna(value) else value
def rows(frame): return [{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")]
show({
    "parquet": rows(pandas.read_parquet("data/articles.parquet")),
    "jsonl": rows(pandas.read_json("data/articles.jsonl", lines=True, dtype=False, precise_float=True)),
    "csv": rows(pandas.read_csv("data/articles.csv", dtype=str, keep_default_na=False)),
})""",
    )
    expected = read_lines(releases / "whole/data/articles.jsonl")
    assert moments(found["parquet"]) == moments(expected)
    assert moments(found["jsonl"]) == moments(expected)
    with (releases / "whole/data/articles.csv").open(encoding="utf-8", newline="") as file:
        assert found["csv"] == list(csv.DictReader(file))  # which how_to_read makes the records of


def test_polars_reads_parquet_and_lines(releases: Path) -> None:
    found = run_reader(
        releases,
        """
import polars
show({
    "parquet": polars.read_parquet("shards/data/train-*.parquet").to_dicts(),
    "jsonl": polars.read_ndjson("whole/data/articles.jsonl", infer_schema_length=None).to_dicts(),
})""",
    )
    assert moments(found["parquet"]) == moments(read_split(releases / "shards", "train"))
    assert moments(found["jsonl"]) == moments(read_lines(releases / "whole/data/articles.jsonl"))


def test_duckdb_reads_parquet_and_lines_compressed_or_not(releases: Path) -> None:
    found = run_reader(
        releases,
        """
import duckdb
duckdb.sql("SET TimeZone = 'UTC'")
def rows(source): return duckdb.sql(f"SELECT * FROM {source}").to_arrow_table().to_pylist()
show({
    "parquet": rows("read_parquet('shards/data/train-*.parquet')"),
    "jsonl": rows("read_json('whole/data/articles.jsonl')"),
    "jsonl.zst": rows("read_json('whole/data/articles.jsonl.zst')"),
})""",
    )
    assert moments(found["parquet"]) == moments(read_split(releases / "shards", "train"))
    for name in ("jsonl", "jsonl.zst"):
        assert moments(found[name]) == moments(read_lines(releases / "whole/data/articles.jsonl"))


def test_mlcroissant_finds_nothing_wrong_and_every_record(releases: Path) -> None:
    found = run_reader(
        releases,
        """
import mlcroissant
def plain(value):
    if isinstance(value, bytes): return value.decode()
    if isinstance(value, list): return [plain(one) for one in value]
    return value.item() if hasattr(value, "item") else value
def told(folder):
    dataset = mlcroissant.Dataset(jsonld=f"{folder}/croissant.json")
    issues = dataset.metadata.issues
    return {
        "errors": sorted(issues.errors), "warnings": sorted(str(one) for one in issues.warnings),
        "records": [
            {name.partition("/")[2]: plain(value) for name, value in record.items()}
            for record in dataset.records("articles")
        ],
    }
removed = mlcroissant.Dataset(jsonld="whole/croissant.json").records("removed")
texts = [plain(one["removed/text"]) for one in removed]
show({"whole": told("whole"), "shards": told("shards"), "removed": texts})""",
    )
    expected = moments(read_lines(releases / "whole/data/articles.jsonl"))
    assert sorted(found["removed"]) == ["Cut 0.", "Cut 1.", "Cut 2."]
    for folder in ("whole", "shards"):
        assert found[folder]["errors"] == []
        # A release's name need not be of three numbers.
        assert all("MAJOR.MINOR.PATCH" in warning for warning in found[folder]["warnings"])
        records = moments(found[folder]["records"])
        assert sorted(records, key=lambda record: record["id"]) == sorted(expected, key=lambda record: record["id"])


def test_croissant_describes_the_files_correctly(releases: Path) -> None:
    described = json.loads((releases / "whole/croissant.json").read_text(encoding="utf-8"))
    files = json.loads((releases / "whole/manifest.json").read_text(encoding="utf-8"))["files"]
    assert {(one["contentUrl"], one["sha256"], one["contentSize"]) for one in described["distribution"]} == {
        (one["path"], one["sha256"], f"{one['bytes']} B") for one in files if one["table"]
    }


def test_the_reading_examples_of_the_card_give_the_records(releases: Path) -> None:
    card = (releases / "whole/README.md").read_text(encoding="utf-8")
    examples = [part.partition("```")[0] for part in card.partition("as a data frame")[0].split("```python\n")[1:]]
    assert len(examples) == 1 + len(FORMAT_NAMES)
    expected = read_lines(releases / "whole/data/articles.jsonl")
    shown = run_reader(
        releases / "whole",
        "shown = []\n" + "".join(f"{example}\nshown.append(list(articles))\n" for example in examples) + "show(shown)",
    )
    whole = [moments(records) for records in shown if records[0].keys() == expected[0].keys()]
    assert whole == [moments(expected)] * 5
    parts = [records for records in shown if records[0].keys() != expected[0].keys()]
    assert [sorted(records[0].keys() - {"sha256", "lines"}) for records in parts] == [
        ["id", "text", "title"],
        ["id", "text", "title"],
        ["id", "text", "title"],
        sorted({*(name for name, value in expected[0].items() if value not in (None, [])), "markdown"} - {"text"}),
        sorted(FACTS),
    ]
    for records in parts:
        for record, given in zip(records, expected, strict=True):
            for name in record.keys() & given.keys():
                same = (lambda value: " ".join(value.split())) if name == "title" else (lambda value: value)
                assert same(record[name]) == same(given[name])  # a headline is one line in a text


def test_the_data_frames_of_the_card_have_every_article(releases: Path) -> None:
    card = (releases / "whole/README.md").read_text(encoding="utf-8")
    assert "## Fields of removed\n" in card
    examples = [part.partition("```")[0] for part in card.partition("as a data frame")[2].split("```python\n")[1:]]
    formats = [load_format(name) for name in FORMAT_NAMES if load_format(name).as_frame]
    assert len(examples) == 3 * len(formats) == 15
    expected = read_lines(releases / "whole/data/articles.jsonl")
    shown = run_reader(
        releases / "whole",
        "shown = []\n"
        "def rows(frame): return frame.to_dicts() if hasattr(frame, 'to_dicts') else frame.to_dict('records')\n"
        "def told(row): return [row['id'], str(int(row['words'])), str(row['published_at'])[:4], row.get('text')]\n"
        + "".join(f"{example}\nshown.append([told(row) for row in rows(articles)])\n" for example in examples)
        + "show(shown)",
    )
    of_csv = 3 * [one.name for one in formats].index("csv")
    of_urls = 3 * [one.name for one in formats].index("urls")
    for number, found in enumerate(shown):
        assert [row[:2] for row in found] == [[one["id"], str(one["words"])] for one in expected]
        dated = [row[2] for row, one in zip(found, expected, strict=True) if one["published_at"]]
        assert set(dated) == {"2026"}
        texts = [one["text"] for one in expected]
        if number in range(of_urls, of_urls + 3):
            assert {row[3] for row in found} == {None}
        elif number not in range(of_csv, of_csv + 3):  # which has apostrophes
            assert [row[3] for row in found] == texts
