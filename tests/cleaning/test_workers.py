from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import psutil
import pytest

from cleaning import workers
from cleaning.clean import clean
from cleaning.phrases import find_phrase
from cleaning.records.article import Article
from cleaning.records.given import Page
from cleaning.workers import Cleaners

ROOT = Path(__file__).parents[2]


def list_children() -> list[psutil.Process]:
    """Return the processes that clean pages: they are children of the fork server."""
    return [one for one in psutil.Process().children(recursive=True) if one.ppid() != os.getpid()]


@pytest.fixture(scope="module")
def cleaners() -> Iterator[Cleaners]:
    pool = Cleaners(count=1, deadline=5.0)
    pool.start()
    yield pool
    pool.stop()


def test_a_child_gives_the_same_article(cleaners: Cleaners) -> None:
    page = Page("https://a.example/b", "<html><body><h1>A title</h1><p>A paragraph of words.</p></body></html>")
    assert cleaners.submit(page).result(30) == clean(page)


def test_a_child_gives_the_same_articles_from_readings_and_none_for_what_is_no_reading(cleaners: Cleaners) -> None:
    story = "".join(
        f"<p>Paragraph {at} of a story that is long enough to be one, with a full stop.</p>" for at in range(9)
    )
    page = Page(
        "https://a.example/b", f"<html><body><article><h1>A title of some words</h1>{story}</article></body></html>"
    )
    article = clean(page, observe=True)
    torn = article.reading[:-5]
    found = cleaners.submit_readings([article.reading, torn, b"", article.reading]).result(30)
    assert found == [article, None, None, article]
    assert found[0] is not None
    assert (found[0].observation, found[0].sketch) == (article.observation, article.sketch)


def test_readings_of_a_child_that_is_ended_or_stopped_are_answered_with_none() -> None:
    article = clean(Page("https://a.example/b", "<p>words of a page</p>"), observe=True)
    pool = Cleaners(count=1, deadline=0.2)
    pool.start()
    try:
        assert pool.submit_readings([article.reading] * 20_000).result(60) == [None] * 20_000  # takes too long
        assert pool.submit_readings([article.reading]).result(60) == [article]
    finally:
        pool.stop()
    assert pool.submit_readings([article.reading] * 2).result(30) == [None, None]


def test_answers_are_futures_that_nobody_can_cancel(cleaners: Cleaners) -> None:
    answer = cleaners.submit(Page("https://a.example/b", "<p>words</p>"))
    assert isinstance(answer, Future)
    assert not answer.cancel()
    assert isinstance(answer.result(30), Article)


def test_caches_of_texts_are_emptied_after_so_many_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page("https://a.example/b", "<html><body><h1>A title</h1><p>A paragraph of words.</p></body></html>")
    workers.clean_in_child(page)
    find_phrase("act", "a text of an earlier page")
    for limit, is_kept in ((10_000_000, True), (0, False)):
        monkeypatch.setattr(workers, "MAX_CHARACTERS_PER_CACHE", limit)
        workers.clean_in_child(page)
        before = find_phrase.cache_info().hits
        find_phrase("act", "a text of an earlier page")
        assert find_phrase.cache_info().hits - before == is_kept


MISBEHAVING = """
import itertools, os, signal, sys, time
from cleaning.records.article import Article

def work(page):
    if "hang" in page.url:
        time.sleep(60)
    if "spin" in page.url:
        sum(itertools.repeat(0))  # never returns to the interpreter
    if "busy" in page.url:
        ends = time.process_time() + 0.4
        while time.process_time() < ends:
            pass
    if "crash" in page.url:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "raise" in page.url:
        raise RuntimeError("no")
    if "slow" in page.url:
        time.sleep(1.5)
    if "hog" in page.url:
        return Article(url=page.url, title="x" * 500_000_000)
    if "swallow" in page.url:
        kept = ["x" * 10_000_000 for _ in range(30)]
        try:
            kept.append("x" * 500_000_000)
        except MemoryError:
            pass
    return Article(url=page.url, title=f"{os.getpid()} {'scrapy' in sys.modules}")
"""

PARENT = """
import os, signal, sys, time
from cleaning.records.given import Page
from cleaning.workers import Cleaners
from misbehaving import work

if __name__ == "__main__":
    import scrapy
    pool = Cleaners(count=1, deadline=float(sys.argv[1]), max_memory=450 << 20, work=work)
    pool.start()
    answers = [pool.submit(Page("http://a.example/" + name, "")) for name in sys.argv[2:]]
    print("ready", flush=True)
    for answer in answers:
        print(answer.result(100).rejected, answer.result().title, flush=True)
    pool.stop()
"""


@pytest.fixture
def parent(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts a program like Scrapy's script, whose child behaves as each page's name says."""
    (tmp_path / "misbehaving.py").write_text(MISBEHAVING)
    (tmp_path / "parent.py").write_text(PARENT)

    def start(deadline: float, *names: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(tmp_path / "parent.py"), str(deadline), *names],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


def test_a_page_that_hangs_or_kills_its_child_costs_only_that_page(
    parent: Callable[..., subprocess.Popen[str]],
) -> None:
    with parent(1.0, "one", "spin", "two", "crash", "three", "raise", "four") as program:
        out, _ = program.communicate(timeout=60)
    reasons = [line.split()[0] for line in out.splitlines()[1:]]
    assert reasons == ["None", "cleaner-timeout", "None", "cleaner-crash", "None", "cleaner-error", "None"]


def test_a_child_that_sleeps_is_ended_long_after_the_deadline(parent: Callable[..., subprocess.Popen[str]]) -> None:
    began = time.monotonic()
    with parent(0.5, "one", "hang", "two") as program:
        out, _ = program.communicate(timeout=60)
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["None", "cleaner-timeout", "None"]
    assert time.monotonic() - began > 0.5 * workers.CLOCK_FACTOR


def test_the_deadline_counts_what_the_processor_works(parent: Callable[..., subprocess.Popen[str]]) -> None:
    with parent(1.0, "slow", "slower") as program:  # each waits longer than its deadline, and works for no time
        out, _ = program.communicate(timeout=60)
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["None", "None"]


def test_a_busy_machine_changes_no_result(parent: Callable[..., subprocess.Popen[str]]) -> None:
    """Each page works for two fifths of its deadline, while others take most of the processors."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4 * (os.cpu_count() or 1))]
    try:
        with parent(1.0, "busy", "spin", "busier") as program:
            out, _ = program.communicate(timeout=120)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["None", "cleaner-timeout", "None"]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel counts a child's memory on Linux only")
def test_a_page_that_takes_too_much_memory_costs_only_that_page(parent: Callable[..., subprocess.Popen[str]]) -> None:
    with parent(5.0, "one", "hog", "two", "swallow", "three") as program:
        out, _ = program.communicate(timeout=60)
    reasons = [line.split()[0] for line in out.splitlines()[1:]]
    assert reasons == ["None", "cleaner-memory", "None", "cleaner-memory", "None"]


def test_children_that_die_between_pages_are_replaced(cleaners: Cleaners, caplog: pytest.LogCaptureFixture) -> None:
    page = Page("https://a.example/b", "<p>words</p>")
    for _ in range(2):
        (child,) = list_children()
        child.kill()
        time.sleep(0.5)  # until the pool notices that the child is gone
        assert cleaners.submit(page).result(60) == clean(page)
    assert "restarting the cleaning processes" in caplog.text


def test_the_process_that_starts_the_children_is_replaced_when_it_dies(cleaners: Cleaners) -> None:
    page = Page("https://a.example/b", "<p>words</p>")
    for _ in range(2):
        (server,) = {one.parent() for one in list_children()}
        assert server is not None
        server.kill()
        server.wait(10)
        assert cleaners.submit(page).result(60) == clean(page)


def test_nothing_of_the_parent_is_open_in_a_child(cleaners: Cleaners, tmp_path: Path) -> None:
    with (tmp_path / "ours").open("w") as file, socket.socket() as ours:
        os.set_inheritable(file.fileno(), True)
        os.set_inheritable(ours.fileno(), True)
        pool = Cleaners(count=1)
        pool.start()
        for one in list_children():
            assert not one.open_files()
            assert not one.net_connections()
        pool.stop()


def test_children_that_are_killed_while_they_start_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START_TIMEOUT", 10.0)
    pool = Cleaners(count=1, deadline=5.0)
    before = set(list_children())
    starting = Thread(target=pool.start)
    starting.start()
    while not (children := set(list_children()) - before):
        time.sleep(0.01)
    for child in children:
        child.kill()
    starting.join(60)
    assert not starting.is_alive()
    page = Page("https://a.example/b", "<p>words</p>")
    assert pool.submit(page).result(60) == clean(page)
    pool.stop()


def test_a_pool_that_answers_nothing_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START_TIMEOUT", 1.0)
    pool = Cleaners(count=1, deadline=1.0)
    monkeypatch.setattr(workers, "START_TIMEOUT", 60.0)
    pool.start()
    monkeypatch.setattr(workers, "START_TIMEOUT", 1.0)
    (child,) = list_children()[-1:]
    child.suspend()  # before it takes a page, so that no deadline runs
    page = Page("https://a.example/b", "<p>words</p>")
    assert pool.submit(page).result(60) == clean(page)
    pool.stop()


def test_pages_that_are_left_when_the_children_are_stopped_are_rejected_for_that() -> None:
    pool = Cleaners(count=1)
    pool.start()
    answers = [pool.submit(Page("https://a.example/b", "<p>words</p>" * 10_000)) for _ in range(4)]
    pool.stop()
    assert [answer.result(1).rejected for answer in answers][1:] == ["cleaner-stopped"] * 3


def test_a_child_does_not_import_what_its_parent_runs(parent: Callable[..., subprocess.Popen[str]]) -> None:
    with parent(5.0, "one") as program:
        out, _ = program.communicate(timeout=60)
    assert out.split()[-1] == "False"


def test_ctrl_c_does_not_end_the_page_in_flight(parent: Callable[..., subprocess.Popen[str]]) -> None:
    with parent(20.0, "one", "slow") as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        child = int(program.stdout.readline().split()[1])
        os.kill(child, signal.SIGINT)  # as the terminal does to the whole group
        out, _ = program.communicate(timeout=60)
    assert out.split()[:2] == ["None", str(child)]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children with their parent on Linux only")
def test_no_child_outlives_a_parent_that_was_killed(parent: Callable[..., subprocess.Popen[str]]) -> None:
    with parent(50.0, "one", "hang") as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        child = int(program.stdout.readline().split()[1])
        time.sleep(0.3)  # until the child cleans its second page
        program.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
