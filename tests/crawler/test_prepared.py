"""The processes that the tests fork instead of starting them (tests/prepared_scrapy.py): they end as new ones do."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from crawling import FAST, ROOT, command, environment
from prepared_scrapy import run_prepared

SPIDER = """
import os, signal, sys
import scrapy
from multiprocessing import get_context
from cleaning.fork_server import ServerProcess

sys.path.insert(0, os.path.dirname(__file__))

def work(tell, wait):
    files = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    tell.send((os.getpid(), os.getppid(), os.getcwd(), os.environ["OF_NOW"], [file for file in files if ".db" in file]))
    print("from the child", file=sys.stderr)
    sys.exit(wait.recv())

def start_child():
    context = get_context("spawn")
    ours, tell = context.Pipe()
    wait, answer = context.Pipe()
    child = ServerProcess(target=work, args=(tell, wait))
    child.start()
    assert ours.recv() == (child.pid, os.getpid(), os.getcwd(), "now", [])
    return child, answer

class OwnSpider(scrapy.Spider):
    name = "own"

    async def start(self):
        os.environ["OF_NOW"] = "now"
        ends, answer = start_child()
        answer.send(3)
        killed, never = start_child()
        killed.kill()
        for child in (ends, killed):
            child.join(20)
        print(ends.exitcode, killed.exitcode)
        left, never = start_child()
        print(left.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        yield
"""


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    file = folder / "own_spider.py"
    file.write_text(code, "utf-8")
    return run_prepared(command("runspider", str(file), *FAST, data=folder / "data"), ROOT, environment(), timeout=60)


def test_the_process_of_the_cleaner_is_a_child_of_its_crawl_and_ends_as_it_would(tmp_path: Path) -> None:
    done = run(tmp_path, SPIDER)
    statuses, left = done.stdout.splitlines()
    assert (statuses, done.returncode) == ("3 -9", -signal.SIGKILL)
    assert "from the child" in done.stderr
    assert left.isdigit()


def test_a_prepared_command_has_the_status_of_its_end(tmp_path: Path) -> None:
    failed = run(tmp_path, "raise SystemExit(7)")
    assert (failed.returncode, failed.stdout) == (7, "")
    wrong = run(tmp_path, "import no_such_module")
    assert wrong.returncode not in (0, 7)
    assert "no_such_module" in wrong.stderr
