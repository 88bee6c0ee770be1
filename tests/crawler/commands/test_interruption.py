"""Ctrl-C and SIGTERM at a command, from the moment at which Scrapy loads our first module."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crawling import FAST, ROOT, SCRAPY, environment
from servers.paper import Answer, Paper


class Started:
    """A command whose standard input never ends. Python prints the name of each module as it has been imported."""

    def __init__(self, *arguments: str, data: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-X", "importtime", str(SCRAPY), *arguments, "-s", f"DATA_DIR={data}"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: list[str] = []

    def wait_for(self, module: str) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.append(line)
            if line.startswith("import time:") and line.rpartition("|")[2].strip() == module:
                return
        pytest.fail(f"{module} was never loaded: {self._lines[-5:]}")

    def stop(self, number: signal.Signals) -> tuple[int, list[str]]:
        """Send the signal; return the exit status and the lines on standard error."""
        self._process.send_signal(number)
        _out, rest = self._process.communicate(timeout=60)
        lines = (*self._lines, *rest.splitlines(keepends=True))
        return self._process.returncode, [line for line in lines if not line.startswith("import time:")]


@pytest.mark.parametrize("module", ["crawler.command_line.command", "storage.export.schema"])
def test_ctrl_c_while_the_commands_are_loaded_is_one_line_and_130(data: Path, module: str) -> None:
    command = Started("explain", "-", data=data)
    command.wait_for(module)
    status, lines = command.stop(signal.SIGINT)
    assert (status, len(lines)) == (130, 1)
    assert lines[0] in ("scrapy: interrupted\n", "scrapy explain: interrupted\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_command_loads_what_it_needs_is_one_line(
    data: Path, number: signal.Signals, status: int
) -> None:
    command = Started("explain", "-", data=data)
    command.wait_for("cleaning.page.charset")
    assert command.stop(number) == (status, ["scrapy explain: interrupted\n"])


def test_ctrl_c_while_a_crawl_starts_leaves_no_traceback(paper: Paper, data: Path) -> None:
    paper.routes["/robots.txt"] = Answer("", before=lambda: time.sleep(5))
    command = Started("crawl", "articles", "-a", f"url={paper.url}", *FAST, data=data)
    command.wait_for("sqlalchemy")
    status, lines = command.stop(signal.SIGINT)
    assert status == 130
    assert "Traceback" not in "".join(lines)


def test_without_the_program_scrapy_interrupts_stay_as_they_are() -> None:
    code = "import sys, crawler.settings; print(sys.unraisablehook is sys.__unraisablehook__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
