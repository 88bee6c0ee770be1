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

from storage.database.engine import make_database_url, open_database


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
