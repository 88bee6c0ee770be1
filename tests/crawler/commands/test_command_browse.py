"""The reading room as a command: it says where it is, ends at Ctrl-C, and refuses in one line."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from crawling import ROOT, SCRAPY, environment, run_scrapy
from night_store import make_article
from reading_room_store import NOON, export_room
from sqlalchemy import insert

from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database
from storage.models import Run


@pytest.fixture
def store(data: Path) -> Path:
    data.mkdir(exist_ok=True)
    open_database(make_database_url(data, None)).dispose()
    return data


def test_it_answers_until_ctrl_c(store: Path) -> None:
    line = [str(SCRAPY), "browse", "--port", "0", "-s", f"DATA_DIR={store}"]
    with subprocess.Popen(line, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said.startswith("scrapy browse: open http://127.0.0.1:")
        address = said.split()[3]
        with urlopen(address, timeout=30) as answer:
            assert "0 articles of 0 sites" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "scrapy browse: ended\n"
        assert process.wait(60) == 128 + signal.SIGINT


def test_a_port_that_is_taken_is_told_in_one_line(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_scrapy("browse", "--port", str(port), data=store)
    assert done.returncode == 2
    assert done.stderr == f"scrapy browse: --port {port} cannot be used: Address already in use; choose another one\n"


def test_without_a_store_it_says_so(data: Path) -> None:
    done = run_scrapy("browse", data=data)
    assert done.returncode == 2
    assert "there is no database" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_datasette_it_says_what_to_install(store: Path) -> None:
    code = (
        "import sys; sys.modules['datasette'] = None; sys.argv = ['scrapy', *sys.argv[1:]]; "
        "from scrapy.cmdline import execute; execute()"
    )
    line = [sys.executable, "-c", code, "browse", "-s", f"DATA_DIR={store}"]
    done = subprocess.run(line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the reading room needs more packages; run: " in done.stderr


def test_a_release_that_is_not_as_stated_is_shown_and_told_in_one_line(store: Path, tmp_path: Path) -> None:
    engine = open_database(make_database_url(store, None))
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        article = make_article("https://news.example/a", title="Ferry")
        save_article(connection, article, site="news", run=1, fetched_at=NOON, location=None)
    engine.dispose()
    folder = export_room(store, tmp_path / "one", "jsonl")
    (folder / "README.md").unlink()
    line = [str(SCRAPY), "browse", "--release", str(folder), "--port", "0"]
    with subprocess.Popen(line, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = f"scrapy browse: {folder} is not as its manifest states: README.md: is missing\n"
        assert process.stderr.readline() == told
        with urlopen(process.stderr.readline().split()[3], timeout=30) as answer:
            assert "README.md: is missing" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 128 + signal.SIGINT


@pytest.mark.parametrize(
    ("folder", "told"), [(".", "is not a release: it contains no manifest.json"), ("no", "no such")]
)
def test_a_folder_that_is_no_release_is_told_in_one_line(tmp_path: Path, folder: str, told: str) -> None:
    done = run_scrapy("browse", "--release", str(tmp_path / folder), data=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
