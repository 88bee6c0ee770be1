"""Which processes are ended with a browser: its own, and not those of another crawl in the same process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest
from crawling import wait_until

from crawler.browser.memory_watch import MemoryWatch

# Stands for a driver that has started a browser: a process with a child, in whose command line the mark stands.
DRIVER = """
import subprocess, sys
child = "import sys, time; kept = b'x' * int(sys.argv[1]); time.sleep(100)"
subprocess.run([sys.executable, "-c", child, sys.argv[3], sys.argv[2]])
"""

Start = Callable[..., psutil.Process]


@pytest.fixture
def start() -> Iterator[Start]:
    drivers = []

    def run(mark: str, size: int = 0) -> psutil.Process:
        line = [sys.executable, "-c", DRIVER, "run-driver", mark, str(size)]
        drivers.append(driver := subprocess.Popen(line))
        process = psutil.Process(driver.pid)
        wait_until(lambda: any(mark in child.cmdline() for child in process.children()))
        return process

    yield run
    for driver in drivers:
        if driver.poll() is None:
            for child in psutil.Process(driver.pid).children():
                child.kill()
        driver.kill()
        driver.wait()


def is_over(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_only_the_own_browser_is_ended(start: Start) -> None:
    own, other = start("--broadsheet=one"), start("--broadsheet=two")
    browser = own.children()[0]
    MemoryWatch("--broadsheet=one", 0, lambda: None).kill_all()
    wait_until(lambda: is_over(own) and is_over(browser))
    assert not is_over(other)
    assert other.children()


def test_a_driver_is_known_still_when_its_browser_has_died(start: Start) -> None:
    own = start("--broadsheet=one")
    watch = MemoryWatch("--broadsheet=one", 0, lambda: None)
    assert watch.list_own()
    own.suspend()  # it does not notice
    own.children()[0].kill()
    watch.kill_all()
    wait_until(lambda: is_over(own))


def test_what_uses_too_much_memory_is_ended_and_told(start: Start) -> None:
    small, large = start("--broadsheet=small"), start("--broadsheet=large", 300_000_000)
    browser = large.children()[0]
    wait_until(lambda: browser.memory_info().rss > 300_000_000)
    assert MemoryWatch("--broadsheet=small", 200_000_000, lambda: None).kill_large() == []
    ((name, size),) = MemoryWatch("--broadsheet=large", 200_000_000, lambda: None).kill_large()
    assert size > 300_000_000
    assert name
    wait_until(lambda: is_over(browser))
    assert not is_over(small)
