"""A crawl whose archive is in S3: the same corpus as with a folder, whatever fails, and other machines read it."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crawling import FAST, ROOT, Store, command, environment, locate_database, needs_sqlite_file, run_scrapy
from prepared_scrapy import PreparedProcess
from servers.paper import Paper
from servers.s3 import BUCKET, FaultyS3

from crawler.demo.server import DemoServer
from storage import open_store
from storage.archive.location import ArchiveLocation
from storage.archive.open_place import open_place
from storage.archive.read_back import ArchiveReader

PATHS = [f"/2025/10/{day:02}/story-number-{day}" for day in range(1, 10)]
FETCHED_AT = "2026-12-01 02:00:00.000000"


def open_archive(s3: FaultyS3) -> Any:
    return open_place(None, s3.settings["ARCHIVE_URI"], s3.settings["ARCHIVE_OPTIONS"])


def find_unreadable(s3: FaultyS3, data: Path) -> list[str]:
    """Return the pages whose place in the archive does not hold them."""
    wrong = []
    with ArchiveReader(open_archive(s3)) as reader:
        for path, row in Store(data).articles().items():
            try:
                found = reader.read(ArchiveLocation(row.archive_file, row.archive_offset)).url
            except Exception as error:  # noqa: BLE001
                found = str(error)
            if found != row.url:
                wrong.append(f"{path}: {found}")
    return wrong


def release_id(data: Path) -> str:
    """Return the id of a release in which all pages are fetched in the same moment."""
    with closing(sqlite3.connect(data / "broadsheet.db")) as connection, connection:
        connection.execute("UPDATE article SET fetched_at = ?", (FETCHED_AT,))
    done = run_scrapy("export", str(data / "release"), "--format", "jsonl", data=data)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((data / "release" / "manifest.json").read_text("utf-8"))
    return str(manifest["release_id"])


@needs_sqlite_file
def test_the_demo_newspapers_give_the_same_release_killed_or_not(s3: FaultyS3, tmp_path: Path) -> None:
    s3.latency = 0.03
    sites, chance = tmp_path / "sites.toml", random.Random(19)
    with DemoServer((0, 0, 0, 0)) as papers:
        sites.write_text(papers.format_sites_toml())
        words = ("crawl", "articles", "-s", f"SITES_FILE={sites}")
        assert run_scrapy(*words, data=tmp_path / "folder").returncode == 0
        crawled = run_scrapy(*words, data=tmp_path / "s3", **s3.settings)
        assert crawled.returncode == 0, crawled.stderr
        assert find_unreadable(s3, tmp_path / "s3") == []
        assert not (tmp_path / "s3" / "archive").exists()
        small = len(open_archive(s3).list_files())
        pruned = run_scrapy("db", "prune", "--raw-older-than", "9d", data=tmp_path / "s3", **s3.settings)
        assert f"{small} small objects of the archive went into 1 large one\n" in pruned.stdout, pruned.stderr
        assert len(open_archive(s3).list_files()) == 1
        assert find_unreadable(s3, tmp_path / "s3") == []
        s3.prefix += "-killed"
        killed = tmp_path / "killed"
        for _ in range(5):
            process = PreparedProcess(command(*words, *FAST, data=killed), ROOT, environment(**s3.settings))
            try:
                process.wait(chance.uniform(1.0, 2.5))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
        done = run_scrapy(*words, data=killed, **s3.settings)
        assert done.returncode == 0, done.stderr
    assert find_unreadable(s3, killed) == []
    checked = run_scrapy("db", "check", "--all", data=killed, **s3.settings)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "all of them read" in checked.stdout
    wanted = release_id(tmp_path / "folder")
    assert release_id(tmp_path / "s3") == wanted
    assert release_id(killed) == wanted


@pytest.fixture
def paper() -> Any:
    with Paper() as paper:
        paper.publish(*PATHS)
        yield paper


def crawl(paper: Paper, data: Path, s3: FaultyS3, *words: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", *words, data=data, **s3.settings)


def test_a_server_that_is_away_for_a_while_costs_nothing(paper: Paper, s3: FaultyS3, data: Path, store: Store) -> None:
    for path in PATHS:
        paper.routes[path].before = lambda: time.sleep(0.15)
    words = command("crawl", "articles", "-a", f"url={paper.url}/", *FAST, data=data)
    process = PreparedProcess(words, ROOT, environment(**s3.settings))
    while len(paper.asked_articles()) < 2:
        time.sleep(0.02)
    s3.fail("away")
    while b"the archive is unreachable" not in process.errors:
        time.sleep(0.02)
    time.sleep(1)  # what was under way is over
    asked = len(paper.asked)
    time.sleep(3)
    assert len(paper.asked) == asked  # no request for pages that could not be stored
    s3.recover()
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert set(store.texts()) == set(PATHS)
    assert len(paper.asked_articles()) == len(PATHS)
    assert find_unreadable(s3, data) == []
    assert "Traceback" not in err
    assert "the archive works again" in err


def test_a_server_that_never_comes_back_ends_the_crawl_and_the_next_goes_on(
    paper: Paper, s3: FaultyS3, data: Path, store: Store
) -> None:
    s3.fail("slow-down", "PUT", times=-1)
    ended = crawl(paper, data, s3, "-s", "STORAGE_PATIENCE=1")
    assert ended.returncode == 4, ended.stderr  # at the start
    assert ended.stderr.splitlines()[-1].startswith("scrapy crawl: the archive is unreachable (")
    s3.recover()
    for path in PATHS[:1]:
        paper.routes[path].before = lambda: s3.fail("error", "PUT")
    ended = crawl(paper, data, s3, "-s", "STORAGE_PATIENCE=1")
    assert ended.returncode == 4, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "the archive is unreachable" in ended.stderr
    assert find_unreadable(s3, data) == []
    for path in PATHS[:1]:
        paper.routes[path].before = None
    s3.recover()
    assert crawl(paper, data, s3).returncode == 0
    assert set(store.texts()) == set(PATHS)
    assert find_unreadable(s3, data) == []


def test_who_may_not_write_is_told_in_a_line_before_anything_is_asked(paper: Paper, s3: FaultyS3, data: Path) -> None:
    s3.fail("denied", "PUT")
    refused = crawl(paper, data, s3)
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1] == (
        f"scrapy crawl: the archive s3://{BUCKET}/{s3.prefix} cannot be written: Access Denied; check ARCHIVE_URI, "
        "ARCHIVE_OPTIONS and the log-in"
    )
    assert paper.asked == []
    assert "a-secret-of-the-tests" not in refused.stderr


def test_another_machine_reads_cleans_checks_and_removes_what_this_one_crawled(
    paper: Paper, s3: FaultyS3, data: Path, store: Store, tmp_path: Path
) -> None:
    assert crawl(paper, data, s3).returncode == 0
    texts, url = store.texts(), paper.url + PATHS[0]
    url_of_store = locate_database(data).render_as_string(hide_password=False)
    words = ("-s", f"DATABASE_URL={url_of_store}")
    other, env = tmp_path / "other", s3.settings  # its data folder is empty
    raw = run_scrapy("show", url, "--raw", *words, data=other, **env)
    assert raw.returncode == 0, raw.stderr
    assert raw.stdout == str(paper.routes[PATHS[0]].body)
    options = json.loads(env["ARCHIVE_OPTIONS"])
    with open_store(url_of_store, archive=env["ARCHIVE_URI"], archive_options=options) as opened:
        assert opened.raw(url).html == raw.stdout
    recleaned = run_scrapy("reclean", "--force", *words, data=other, **env)
    assert recleaned.returncode == 0, recleaned.stderr
    assert store.texts() == texts
    place = store.articles()[PATHS[0]]
    explained = run_scrapy("explain", f"{place.archive_file}:{place.archive_offset}", *words, data=other, **env)
    assert explained.returncode == 0, explained.stderr
    checked = run_scrapy("db", "check", "--all", *words, data=other, **env)
    assert "no problem found" in checked.stdout, checked.stdout + checked.stderr
    sizes = json.loads(run_scrapy("db", "size", "--json", *words, data=other, **env).stdout)
    assert sizes["parts"]["archive"] == sum(file.size for file in open_archive(s3).list_files()) > 0
    removed = run_scrapy("remove", url, "--yes", *words, data=other, **env)
    assert removed.stdout.endswith("Removed 1 page from the store, and 1 record from the archive.\n"), removed.stderr
    with ArchiveReader(open_archive(s3)) as reader, pytest.raises(Exception, match="no HTTP response"):
        reader.read(ArchiveLocation(place.archive_file, place.archive_offset))
    assert find_unreadable(s3, data) == []
    replayed = run_scrapy("crawl", "archive", "-a", f"path={env['ARCHIVE_URI']}/", data=tmp_path / "again", **env)
    assert replayed.returncode == 0, replayed.stderr
    assert Store(tmp_path / "again").texts() == store.texts()
    assert find_unreadable(s3, tmp_path / "again") == []
    assert all("/" not in row.archive_file for row in Store(tmp_path / "again").articles().values())


def test_a_command_that_the_archive_refuses_says_so_in_a_line(paper: Paper, s3: FaultyS3, data: Path) -> None:
    assert crawl(paper, data, s3).returncode == 0
    where, url = f"s3://{BUCKET}/{s3.prefix}", paper.url + PATHS[0]
    s3.fail("denied", "GET", "HEAD")
    for words, problem in {
        ("show", url, "--raw"): f"scrapy show: {where}/",
        ("db", "size"): f"scrapy db: the archive {where} cannot be listed: Access Denied",
        ("db", "check"): f"scrapy db: the archive {where} cannot be listed: Access Denied",
        ("remove", url, "--yes"): f"scrapy remove: the archive {where} cannot be listed: Access Denied",
    }.items():
        refused = run_scrapy(*words, data=data, **s3.settings)
        assert refused.returncode == 2, refused.stderr
        assert refused.stderr.splitlines()[-1].startswith(problem)
        assert "Traceback" not in refused.stderr
    s3.fail("denied", "PUT")
    refused = run_scrapy("remove", url, "--yes", data=data, **s3.settings)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        "scrapy remove: the archive still holds it: Access Denied; scrapy remove goes on with it"
    )
    s3.fail("away")
    waited = run_scrapy("show", paper.url + PATHS[1], "--raw", "-s", "STORAGE_PATIENCE=1", data=data, **s3.settings)
    assert waited.returncode == 4
    assert "scrapy show: the archive is unreachable (" in waited.stderr
    s3.recover()
    finished = run_scrapy("remove", url, "--yes", data=data, **s3.settings)
    assert "1 record from the archive" in finished.stdout, finished.stderr


def test_no_command_shows_what_is_secret(s3: FaultyS3, data: Path) -> None:
    secret = {**s3.settings, "ARCHIVE_OPTIONS": '{"secret": "hunter2"}'}
    shown = run_scrapy("settings", "--get", "ARCHIVE_OPTIONS", data=data, **secret)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr == "scrapy settings: ARCHIVE_OPTIONS may hold a password, so it is not shown; it is set\n"
    for name, scheme in (("ARCHIVE_URI", "s3"), ("DATABASE_URL", "postgresql")):
        shown = run_scrapy("settings", "--get", name, "-s", f"{name}={scheme}://reader:hunter2@host/pages", data=data)
        assert (shown.returncode, shown.stdout) == (0, f"{scheme}://reader:***@host/pages\n"), shown.stderr
