"""docs/nightly.md, typed as it stands there, but for what only a whole machine can do: on two papers of loopback."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import FAST, ROOT, SCRAPY, environment
from prepared_scrapy import run_prepared
from servers.paper import Paper

PAGE = (ROOT / "docs" / "nightly.md").read_text("utf-8")
LINES = [
    line for block in re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]
COMMANDS = [line for line in LINES if line.startswith("scrapy ")]
OF_THE_MACHINE = ("sudo", "systemctl", "journalctl", "docker", "export")
SETTING = re.compile(r"NIGHTLY_\w+=\S+")
DAY = "/2026/11/30"

pytestmark = pytest.mark.timeout(400)  # a whole first day of an operator


@pytest.fixture
def papers() -> Iterator[tuple[Paper, Paper]]:
    with Paper() as one, Paper("127.0.0.2") as two:
        for paper in (one, two):
            paper.publish(*(f"{DAY}/{paper.name}-story-number-{number}-of-the-day" for number in range(12)))
        yield one, two


class Home:
    """The home of the user that crawls, as the page makes it."""

    def __init__(self, folder: Path, papers: tuple[Paper, Paper]) -> None:
        self.folder = folder
        self._papers = papers
        (folder / "scrapy.cfg").symlink_to(ROOT / "scrapy.cfg")
        (folder / "list.csv").write_text(f"{papers[1].url}/\n", "utf-8")

    def type(self, line: str, **env: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(line.replace("https://www.example.org", self._papers[0].url))
        given = environment(BROADSHEET_CONTACT="you@university.example", COLUMNS="200", **env)
        return run_prepared([str(SCRAPY), *words[1:], *FAST], self.folder, given, timeout=300)


@pytest.fixture
def home(tmp_path: Path, papers: tuple[Paper, Paper]) -> Home:
    return Home(tmp_path, papers)


def test_the_commands_work_in_their_order(home: Home) -> None:
    shown = {}
    for line in COMMANDS:
        done = home.type(line)
        shown[line] = done.stdout
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, line
    assert shown["scrapy sites check --quick"] == "all well\n"
    assert "crawl: 2 sites, 24 articles" in shown["scrapy nightly --pages 20"]
    assert "24" in shown["scrapy report --text"]
    assert "night 1: " in shown["scrapy nightly --status"]
    [report] = (home.folder / "data" / "reports").glob("????-??-??.html")
    assert report.stat().st_size > 1000


def test_the_options_of_the_environment_are_those_of_a_night(home: Home) -> None:
    home.type("scrapy sites add https://www.example.org/")
    options = dict(line.split("=") for line in LINES if SETTING.fullmatch(line))
    assert options
    done = home.type("scrapy nightly", NIGHTLY_UNTIL="06:00", **options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^release: 12 articles in .*/releases/\d{4}-\d\d-\d\d", done.stdout, re.MULTILINE)


def test_a_test_alert_arrives(home: Home) -> None:
    assert "scrapy nightly --test-alert" in PAGE
    done = home.type("scrapy nightly --test-alert", ALERTS="file")
    assert (done.returncode, done.stdout) == (0, "file: sent\n"), done.stderr
    assert "test alert" in (home.folder / "data" / "alerts.txt").read_text("utf-8")


def test_what_it_copies_exists() -> None:
    for name in re.findall(r"/srv/broadsheet/([\w./]+\w)", PAGE):
        assert name.startswith(".venv/") or (ROOT / name).exists(), name
    assert {line.split()[0] for line in LINES if not SETTING.fullmatch(line)} <= {"scrapy", *OF_THE_MACHINE}
