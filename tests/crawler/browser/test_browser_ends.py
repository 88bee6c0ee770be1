"""However a crawl or its browser ends: the crawl ends soon, the next one goes on, and no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
from browsing import MARK, list_marked, needs_chromium
from crawling import FAST, ROOT, Store, command, environment, run_scrapy, wait_until
from servers.paper import Answer, Paper, prose

pytestmark = needs_chromium
PATHS = [f"/2025/10/0{number + 1}/story-with-a-long-name-{number}" for number in range(9)]
LONG = 40.0  # seconds


@pytest.fixture
def start(paper: Paper, data: Path, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a crawl of a paper whose pages take a second, in a process group of its own."""
    for path in PATHS:
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(path))
        script = (
            f"setTimeout(() => document.body.innerHTML = `<article><h1>Headline of {path}</h1>{text}</article>`, 1000)"
        )
        paper.routes[path] = Answer(f"<!doctype html><html lang=en><body><script>{script}</script></body></html>")
    paper.front(*PATHS)
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "paper"\nurl = "{paper.url}/"\nbrowser = "articles"\n')
    line = command("crawl", "articles", *FAST, "-s", f"SITES_FILE={sites}", data=data)
    started: list[subprocess.Popen[bytes]] = []

    def run() -> subprocess.Popen[bytes]:
        crawl = subprocess.Popen(
            line,
            cwd=ROOT,
            env=environment(**{MARK: paper.url}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(crawl)
        return crawl

    yield run
    for crawl in started:
        with suppress(ProcessLookupError):
            os.killpg(crawl.pid, signal.SIGKILL)
        crawl.communicate()


def wait_for_two_more_pages(paper: Paper) -> None:
    before = len(paper.asked)
    wait_until(lambda: sum(path in PATHS for path in paper.asked[before:]) >= 2)


def list_below(crawl: subprocess.Popen[bytes], word: str) -> list[psutil.Process]:
    found = []
    for process in psutil.Process(crawl.pid).children(recursive=True):
        with suppress(psutil.Error):
            if word in " ".join(process.cmdline()):
                found.append(process)
    return found


def test_a_crawl_that_is_ended_leaves_no_process_and_the_next_one_goes_on(
    paper: Paper, store: Store, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    for end in (
        lambda crawl: crawl.terminate(),
        lambda crawl: os.killpg(crawl.pid, signal.SIGINT),  # as a terminal does for Ctrl-C
        lambda crawl: crawl.kill(),
    ):
        crawl = start()
        wait_for_two_more_pages(paper)
        end(crawl)
        _, told = crawl.communicate(timeout=LONG)
        assert b"Traceback" not in told, told.decode()
        wait_until(lambda: not list_marked(paper.url))
    assert start().wait(timeout=LONG) == 0
    assert set(store.texts()) == set(PATHS)


def test_a_browser_or_driver_that_dies_costs_its_pages_and_is_replaced(
    paper: Paper, store: Store, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    crawl = start()
    for word in ("--user-data-dir=", "run-driver"):
        wait_for_two_more_pages(paper)
        for process in list_below(crawl, word):
            with suppress(psutil.Error):
                process.kill()
    _, told = crawl.communicate(timeout=2 * LONG)
    assert crawl.returncode == 0, told.decode()
    assert b"Traceback" not in told, told.decode()
    assert set(store.texts()) == set(PATHS)  # the pages, too: they were tried again


def run_crawl(paper: Paper, data: Path, tmp_path: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    paper.front(*PATHS)
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "paper"\nurl = "{paper.url}/"\nbrowser = "articles"\n')
    given = [part for setting in (*settings, f"SITES_FILE={sites}") for part in ("-s", setting)]
    return run_scrapy("crawl", "articles", *FAST, *given, data=data, fast=False)


def test_pages_that_wait_for_the_browser_are_not_shown_once_the_crawl_ends(
    data: Path, store: Store, tmp_path: Path
) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in prose("clock"))
    script = "setInterval(() => document.getElementById('clock').textContent = Date.now(), 20)"  # it never rests
    sites = tmp_path / "sites.toml"
    with ExitStack() as stack:
        papers = [stack.enter_context(Paper(f"127.0.0.{number}")) for number in range(11, 19)]
        for number, paper in enumerate(papers):
            paper.routes[PATHS[number]] = Answer(
                f"<!doctype html><html lang=en><body><article><h1>The clock number {number}</h1>{text}</article>"
                f"<i id=clock></i><script>{script}</script></body></html>"
            )
            paper.front(PATHS[number])
            with sites.open("a") as file:
                file.write(f'[[site]]\nname = "paper-{number}"\nurl = "{paper.url}/"\nbrowser = "articles"\n')
        limits = ("BROWSER_PAGES_AT_ONCE=1", "BROWSER_TIMEOUT=10", "CLOSESPIDER_TIMEOUT=8", f"SITES_FILE={sites}")
        given = [part for limit in limits for part in ("-s", limit)]
        done = run_scrapy("crawl", "articles", *FAST, *given, data=data, fast=False)
    assert done.returncode == 130, done.stderr
    states = [address.state for path, address in store.addresses().items() if path in PATHS]
    assert states.count("done") <= 4  # of eight that were fetched: a page takes five seconds
    assert set(states) <= {"done", "pending"}
    assert "pending" in states


def test_a_browser_that_does_not_start_is_told_and_no_page_is_asked_for_in_vain(
    paper: Paper, data: Path, store: Store, tmp_path: Path
) -> None:
    for path in PATHS:
        paper.article(path, f"Headline of {path}")
    broken = tmp_path / "chromium"
    broken.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "Chromium 156" && exit\necho "No usable sandbox!" >&2\nexit 1\n'
    )
    broken.chmod(0o755)
    done = run_crawl(paper, data, tmp_path, f"BROWSER_PATH={broken}", "BROWSER_PAGES_AT_ONCE=1", "DOWNLOAD_DELAY=0.5")
    assert done.returncode == 1, done.stderr
    assert "Chromium does not start: No usable sandbox!" in done.stderr
    assert "Traceback" not in done.stderr
    assert f"run {broken} --headless --dump-dom about:blank by hand" in done.stdout + done.stderr
    assert len(paper.asked_articles()) < len(PATHS)
    assert {store.addresses()[path].reason for path in PATHS} == {"browser-no-start"}


def test_a_program_that_is_no_browser_is_a_wrong_setting(paper: Paper, data: Path, tmp_path: Path) -> None:
    done = run_crawl(paper, data, tmp_path, "BROWSER_PATH=/bin/false")
    assert (done.returncode, paper.asked) == (2, [])
    assert done.stderr.count("\n") == 1
    assert "/bin/false does not start" in done.stderr
