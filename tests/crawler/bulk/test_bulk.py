"""`scrapy bulk`: the release of the crawl path, by tasks that may be killed."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import fsspec
import pytest
from crawling import ROOT, SCRAPY, environment, run_scrapy
from demo_store import crawl_demo
from prepared_scrapy import PreparedProcess, run_prepared
from servers.s3 import BUCKET, FaultyS3
from written_warc import write_odd, write_own

from storage import open_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl the demo newspapers; return their archive, beside sites.toml, with odd files of other crawlers."""
    data = tmp_path_factory.mktemp("demo") / "data"
    crawl_demo(data)
    write_own(data / "archive" / "courier")
    write_odd(data / "archive")
    return data / "archive"


@pytest.fixture(scope="module")
def reference(demo: Path) -> str:
    """Return the release id that the crawl path gives of the archive."""
    data, out = demo.parent.with_name("replayed"), demo.parent.with_name("release")
    sites = demo.parents[1] / "sites.toml"
    replayed = run_scrapy("crawl", "archive", "-a", f"path={demo}", "-s", f"SITES_FILE={sites}", data=data)
    assert replayed.returncode == 0, replayed.stderr
    exported = run_scrapy("export", str(out), data=data)
    assert exported.returncode == 0, exported.stderr
    return read_release_id(out)


def read_release_id(release: Path) -> str:
    return str(json.loads((release / "manifest.json").read_text())["release_id"])


def bulk(demo: Path, out: Path, *more: str) -> list[str]:
    sites = demo.parents[1] / "sites.toml"
    return [str(SCRAPY), "bulk", str(demo), "--sites", str(sites), "--out", str(out), *more]


def run_bulk(demo: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run_prepared(bulk(demo, out, *more), ROOT, environment(), timeout=280)


def test_a_run_that_was_killed_gives_the_release_of_the_crawl_path(demo: Path, reference: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = PreparedProcess(bulk(demo, out, "--tasks", "2"), ROOT, environment())
    while process.poll() is None and not list((out / "work/tasks/pages/completions").glob("*")):
        time.sleep(0.05)
    process.kill()
    process.wait()
    complete = {path: path.stat().st_mtime_ns for path in out.glob("work/tasks/*/completions/*")}
    assert complete

    done = run_bulk(demo, out, "--tasks", "2")
    assert done.returncode == 0, done.stderr
    assert read_release_id(out / "release") == reference
    assert f"release {reference}" in done.stdout
    assert "tasks were complete before" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in complete} == complete  # none was done again
    assert not list(out.glob("work/*/.*"))
    with open_store(out / "store") as store:
        stories = [article for article in store.articles(include_duplicates=True) if article.duplicate_of]
        assert len(stories) == 6

    again = run_bulk(demo, out, "--tasks", "2")
    assert again.returncode == 0
    assert again.stdout == done.stdout
    made = (out / "store" / "broadsheet.db").stat()
    shutil.rmtree(out / "work")  # as docs/bulk.md says
    without_work = run_bulk(demo, out, "--tasks", "2")
    assert without_work.returncode == 0, without_work.stderr
    assert without_work.stdout.splitlines() == done.stdout.splitlines()[-3:]
    assert (out / "store" / "broadsheet.db").stat().st_mtime_ns == made.st_mtime_ns  # nothing is done again
    other = run_bulk(demo, out, "--tasks", "3")
    assert other.returncode == 2
    assert other.stderr.count("\n") == 1
    assert "--tasks 2" in other.stderr


def test_the_number_of_tasks_changes_nothing(demo: Path, reference: str, tmp_path: Path) -> None:
    done = run_bulk(demo, tmp_path / "out", "--tasks", "5", "--workers", "1", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    assert read_release_id(tmp_path / "out" / "release") == reference


def test_files_in_s3_are_read_while_its_server_fails_now_and_then(named_s3: FaultyS3, tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    path = write_own(tmp_path / "local")
    address = f"s3://{BUCKET}/{named_s3.prefix}"
    fsspec.filesystem("s3", skip_instance_cache=True).put_file(str(path), f"{address}/below/{path.name}")
    named_s3.fail("error", "GET", times=3)
    done = run_prepared(
        [str(SCRAPY), "bulk", address, "--out", str(tmp_path / "out")], ROOT, environment(), timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "2 articles in" in done.stdout  # one of them has a further part, which is read again
    assert named_s3.times == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "takes WARC files"),
        (("x.warc",), "--out FOLDER is needed"),
        (("x.warc", "--out", "o"), "there is no WARC file at x.warc"),
        (("README.md", "--out", "o"), "is not a WARC file"),
        (("README.md", "--out", "o", "--tasks", "0"), "--tasks must be a whole number"),
        (("README.md", "--out", "o", "--executor", "cloud"), "choose from: local, slurm, ray"),
        (("README.md", "--out", "o", "--executor", "slurm"), "--slurm-option partition=NAME"),
        (("README.md", "--out", "o", "--slurm-option", "partition=x"), "goes with --executor slurm"),
        (("README.md", "--out", "o", "--ray-address", "auto"), "goes with --executor ray"),
        (("README.md", "--out", "o", "--sites", "none.toml"), "there is no file none.toml"),
        (("README.md", "--out", "o", "--format", "word"), "word"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = run_prepared([str(SCRAPY), "bulk", *arguments], ROOT, environment(), timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert told in done.stderr


def test_a_folder_of_something_else_is_in_the_way(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    done = run_bulk(demo, tmp_path)
    assert done.returncode == 2
    assert "is in the way" in done.stderr
    assert done.stderr.count("\n") == 1
