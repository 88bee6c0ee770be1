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
CRONTAB = re.compile(r"\d+ \d+ \* \* \* +.*\.venv/bin/(scrapy nightly .*)")
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


def told_of(home: Home, line: str) -> str:
    """Type a command that the page names for another user or in a sentence; return what it prints."""
    assert line in PAGE
    return home.type(line).stdout


def test_the_commands_work_in_their_order(home: Home) -> None:
    shown = {}
    for line in COMMANDS:
        done = home.type(line)
        shown[line] = done.stdout
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, line
    assert told_of(home, "scrapy sites check --quick") == "all well\n"
    assert "crawl: 2 sites, 24 articles" in shown["scrapy nightly --pages 20"]
    assert "24" in shown["scrapy report --text"]
    assert "night 1: " in told_of(home, "scrapy nightly --status")
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
    others = [line for line in LINES if not SETTING.fullmatch(line) and not CRONTAB.fullmatch(line)]
    assert {line.split()[0] for line in others} <= {"scrapy", *OF_THE_MACHINE}


def test_the_line_of_the_crontab_runs_a_night(home: Home) -> None:
    [line] = filter(None, map(CRONTAB.fullmatch, LINES))
    home.type("scrapy sites add https://www.example.org/")
    done = home.type(line[1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "crawl: 1 site, 12 articles" in (home.folder / "nightly.log").read_text("utf-8")
