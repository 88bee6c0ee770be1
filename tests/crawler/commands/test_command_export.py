"""`scrapy export` as a user calls it: a release written, checked and compared."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prepared_scrapy import run_prepared
from scrapy.cmdline import execute
from sqlalchemy import URL, insert, text

from storage.database.engine import open_database
from storage.export.formats import FORMAT_NAMES
from storage.export.schema import FIELDS
from storage.models import Run, StoredArticle

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs/export.md").read_text(encoding="utf-8")
Ran = subprocess.CompletedProcess[str]


def command(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "scrapy", "export", "-s", f"DATA_DIR={data}", *words]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SCRAPY_SETTINGS_MODULE"}}


def scrapy_export(data: Path, *words: str) -> Ran:
    return run_prepared(["scrapy", *command(data, *words)[3:]], ROOT, environment(), timeout=100)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a store of three articles, one of them from a site with a name of line ends and escapes."""
    folder = tmp_path_factory.mktemp("data")
    moment = datetime(2026, 11, 20, 8, tzinfo=UTC)
    engine = open_database(URL.create("sqlite", database=str(folder / "broadsheet.db")))
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=moment, counts={}))
        for number, site in enumerate(("courier", "courier", "bad\r\n\u2028name")):
            connection.execute(
                insert(StoredArticle).values(
                    id=str(number),
                    url=f"https://news.example/{number}",
                    site=site,
                    title="Headline",
                    headline_key="headline",
                    authors=[],
                    fetched_at=moment,
                    language="en",
                    language_probability=1.0,
                    tags=[],
                    text="The text. " * 10_000,
                    words=20_000,
                    cleaner_version="1",
                    run_id=1,
                )
            )
    engine.dispose()
    return folder


@pytest.fixture
def in_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)


def test_a_release_is_written_and_summed_up_with_nothing_on_standard_error(data: Path, tmp_path: Path) -> None:
    ran = scrapy_export(data, str(tmp_path / "out"), "--format", "jsonl", "--format", "parquet", "--site", "courier")
    assert (ran.returncode, ran.stderr) == (0, "")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["by_site"] == {"courier": 2}
    assert f"2 articles in {tmp_path / 'out'}\n" in ran.stdout
    for file in manifest["files"]:
        assert re.search(rf"{re.escape(file['path'])} +{file['bytes']:,} bytes", ran.stdout)


def test_a_reader_that_has_seen_enough_is_no_error(data: Path, tmp_path: Path) -> None:
    ran = subprocess.Popen(
        command(data, str(tmp_path / "out")),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ran.stdout is not None
    ran.stdout.close()
    assert (ran.communicate()[1], ran.returncode) == ("", 141)
    assert (tmp_path / "out/manifest.json").is_file()


def test_a_release_is_verified_and_compared_with_status_3_where_they_differ(
    in_project: None, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ran(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "export", *words, "-s", f"DATA_DIR={data}"])
        return int(ended.value.code or 0), capsys.readouterr().out

    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    splits = ("--splits", "train=0.5,test=0.5", "--split-by", "site", "--name", "v1")
    assert ran(old, "--format", "jsonl", "--format", "parquet", *splits)[0] == 0
    assert ran(new, "--site", "courier", "--format", "urls")[0] == 0
    manifest = json.loads((tmp_path / "old/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["counts"]["by_split"]) in [
        ("v1", {"train": 1, "test": 2}),
        ("v1", {"train": 2, "test": 1}),
    ]
    status, said = ran("--verify", old)
    assert (status, said.count("\n")) == (0, 1)
    assert said.endswith(f"release {manifest['release_id']}\n")
    assert ran("--verify", old, "--format", "csv")[0] == ran("--compare", old, new, "--splits", "a=1")[0] == 2
    assert ran("--compare", old, old) == (0, "0 added, 0 removed, 0 changed, 3 the same articles\n")
    status, said = ran("--compare", old, new)
    assert status == 3
    assert said.startswith("removed  2 https://news.example/2\n0 added, 1 removed, 0 changed, 2 the same articles\n")
    status, said = ran("--compare", old, new, "--json")
    assert (status, json.loads(said)["what"]) == (3, "removed")
    (tmp_path / "new/data/articles.urls.jsonl").write_text("")
    status, said = ran("--verify", new)
    assert status == 3
    assert "data/articles.urls.jsonl: has another SHA-256\n" in said


def test_jsonl_is_the_format_where_none_is_named(data: Path, tmp_path: Path) -> None:
    assert scrapy_export(data, str(tmp_path / "out")).returncode == 0
    assert [path.name for path in (tmp_path / "out/data").iterdir()] == ["articles.jsonl"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--site", "herald"], "--site: the store has no article of 'herald'; choose from: bad   name, courier"),
        (["--format", "xml"], "unknown format 'xml'; choose from: jsonl, jsonl.zst, parquet, sqlite, csv, "),
        (["--section", "sport"], "--section: the store has no article of 'sport'; no article of the store has one"),
        (["--until", "2020-01-01"], "nothing to export: no article of the store matches the filters"),
        (["-s", "DATA_DIR=/nowhere"], "there is no database at /nowhere/broadsheet.db"),
    ],
)
def test_what_cannot_be_exported_is_one_line_and_status_2(
    data: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    ran = scrapy_export(data, str(tmp_path / "out"), *words)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith(f"scrapy export: {message}")
    assert len(ran.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_in_the_way_is_one_line_and_status_2(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = scrapy_export(data, str(tmp_path))
    expected = f"scrapy export: the folder {tmp_path} is not empty; name a new one, or empty it first\n"
    assert (ran.returncode, ran.stderr) == (2, expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "takes one folder, got none: scrapy export FOLDER"),
        ([""], "takes one folder"),
        (["one", "two"], "takes one folder, got 2 (one two): scrapy export FOLDER"),
        (["out", "--bogus"], "there is no option --bogus; scrapy export --help lists them"),
        (["out", "--since", "yesterday"], "--since must be a day as YYYY-MM-DD, got 'yesterday'"),
        (["out", "--since", "2026-02-30"], "--since must be a day as YYYY-MM-DD, got '2026-02-30'"),
        (["out", "--until", "20261101"], "--until must be a day as YYYY-MM-DD, got '20261101'"),
        (
            ["out", "--where", "wrods > 5"],
            "--where: unknown field (did you mean words?): 'wrods', at character 1; the section --where",
        ),
        (["out", "--min-words", "many"], "--min-words must be a whole number of at least 0, got 'many'"),
        (["out", "--shard-size", "0"], "--shard-size must be a whole number of at least 1, got '0'"),
        (["out", "--splits", "train=0.9"], "--splits: the shares must sum to 1, got 0.9"),
        (["out", "--seed", "1"], "--seed goes with --splits, which is not given"),
        (["out", "--split-by", "site"], "--split-by goes with --splits, which is not given"),
        (
            ["out", "--splits", "a=1", "--split-by", "x"],
            "--split-by: unknown value 'x'; choose from: story, site, date",
        ),
        (["out", "--name", "../v1"], "--name must be up to 64 of a-z A-Z 0-9 . _ -"),
        (["out", "--rights", "mine"], "--rights: unknown value 'mine'; choose from: "),
        (
            ["out", "--one-per-story", "--include-duplicates"],
            "--one-per-story and --include-duplicates contradict",
        ),
        (["out", "--json"], "--json goes with --compare"),
        (["--verify"], "takes one folder, got none: scrapy export --verify FOLDER"),
        (["--compare", "one"], "takes two folders, got 1 (one): scrapy export --compare OLD NEW"),
        (["--compare", "--verify", "one"], "--verify and --compare exclude each other"),
        (["--verify", "/nowhere"], "cannot read the folder /nowhere: no such file or directory"),
        (["out", "--since", "2026-11-02", "--until", "2026-11-01"], "--until 2026-11-01 is before --since 2026-11-02"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_status_2(
    in_project: None, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", "export", *words])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert said.err.startswith(f"scrapy export: {message}")
    assert said.err.count("\n") == 1


def test_a_full_disk_is_one_line_and_status_1(data: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        ["bash", "-c", 'ulimit -f 50; exec "$@"', "bash", *command(data, str(tmp_path / "out"))],  # 50 kB a file
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert re.fullmatch(r"scrapy export: stopped, and nothing was kept: .*: file too large\n", ran.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """A data folder whose export takes long enough to be stopped in the middle."""
    large = tmp_path_factory.mktemp("large")
    (large / "broadsheet.db").write_bytes((data / "broadsheet.db").read_bytes())
    engine = open_database(URL.create("sqlite", database=str(large / "broadsheet.db")))
    columns = [column.name for column in StoredArticle.__table__.c if column.name != "id"]
    with engine.begin() as connection:  # 90 MB
        connection.execute(
            text(
                "WITH RECURSIVE many(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM many WHERE n < 45000) "
                f"INSERT INTO article (id, {', '.join(columns)}) SELECT n, "
                + ", ".join("hex(randomblob(1000))" if name == "text" else name for name in columns)
                + " FROM many CROSS JOIN article WHERE article.id = '0'"
            )
        )
    engine.dispose()
    return large


def stopped(large: Path, tmp_path: Path, number: signal.Signals) -> tuple[int, str]:
    """Exit status and standard error of an export that got a signal when its first file was begun."""
    process = subprocess.Popen(
        command(large, str(tmp_path / "out"), "--format", "parquet"),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        while process.poll() is None and not list(tmp_path.glob(".out.partial-*/data/*")):
            time.sleep(0.005)
        process.send_signal(number)
        _out, error = process.communicate(timeout=30)
    return process.returncode, error


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_neither_a_folder_nor_half_of_one(
    large: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    assert stopped(large, tmp_path, number) == (status, "scrapy export: interrupted; nothing was kept\n")
    assert list(tmp_path.iterdir()) == []


def test_killed_an_export_leaves_no_folder_under_its_name_and_the_next_touches_nothing_of_it(
    large: Path, data: Path, tmp_path: Path
) -> None:
    assert stopped(large, tmp_path, signal.SIGKILL)[0] == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".out.partial-")
    begun = {path: path.stat().st_size for path in left.rglob("*")}
    assert begun
    assert not any(
        path.name in {"manifest.json", "articles.parquet"} for path in begun
    )  # no final name, nor half of it
    assert scrapy_export(data, str(tmp_path / "out")).returncode == 0
    assert (tmp_path / "out/manifest.json").is_file()
    assert {path: path.stat().st_size for path in left.rglob("*")} == begun


def test_help_lists_every_option_with_examples_and_the_docs_know_them_all(
    in_project: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        execute(["scrapy", "export", "--help"])
    said = capsys.readouterr().out
    assert "\n  scrapy export corpus --format jsonl --format parquet\n" in said
    options = set(re.findall(r"--[a-z-]+", said.partition("Global Options")[0].partition("--help")[2]))
    assert {"--format", "--site", "--include-duplicates"} <= options
    for option in options:
        assert f"`{option}" in DOCS


def test_the_docs_name_every_format_and_field() -> None:
    for name in FORMAT_NAMES:
        assert f"`{name}`" in DOCS
    for field in FIELDS:
        assert re.search(rf"^\| `{field.name}` \| {re.escape(field.kind)} \|", DOCS, flags=re.MULTILINE), field.name
