"""A night that is killed (kill -9) at any step goes on there, and leaves what an undisturbed one leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from crawling import FAST, ROOT, Store, command, environment
from manners import load_rows
from nights import let_a_night_pass
from prepared_scrapy import PreparedProcess
from servers.paper import Answer, Paper
from servers.receivers import Mailbox

from storage.models import DeskNight, Run

pytestmark = pytest.mark.timeout(300)  # each runs many nights, one after the other

STORIES = [f"/2025/10/01/story-number-{number}-of-the-day" for number in range(4)]
FAULTY = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "faulty")])


class Nightly:
    """Runs `scrapy nightly` of one paper with a release, and lets it be killed."""

    def __init__(self, paper: Paper, folder: Path) -> None:
        paper.publish(*STORIES)
        self.data, self.releases = folder / "data", folder / "releases"
        sites = folder / "sites.toml"
        sites.write_text(f'[[site]]\nname = "herald"\nurl = "{paper.url}/"\n', encoding="utf-8")
        self._words = (*FAST, "-s", f"SITES_FILE={sites}")

    def start(self, *words: str, **env: str) -> PreparedProcess:
        line = command("nightly", *self._words, *words, data=self.data, own_database="DATABASE_URL" in env)
        return PreparedProcess(line, ROOT, environment(PYTHONPATH=FAULTY, **env))

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **env)
        out, err = process.communicate(timeout=100)
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(process.args, process.returncode or 0, out, err)

    def check_whole(self, done: subprocess.CompletedProcess[str]) -> None:
        """Assert that one night has ended, with everything that a night leaves, once."""
        assert done.returncode == 0, done.stdout + done.stderr
        (night,) = load_rows(self.data, DeskNight)
        assert (night.exit_status, night.step) == (0, None)
        assert sorted(Store(self.data).texts()) == STORIES
        (release,) = self.releases.iterdir()  # no draft beside it
        assert (release / "manifest.json").is_file()
        assert len(list((self.data / "reports").glob("*.html"))) == 1
        told = [line.partition(":")[0] for line in done.stdout.splitlines()]
        assert told == ["crawl", "settle", "health", "report", "release", f"night {night.id}"]
        assert "\nhealth: nothing odd\n" in done.stdout


@pytest.fixture
def nightly(paper: Paper, tmp_path: Path) -> Nightly:
    return Nightly(paper, tmp_path)


def test_wherever_a_night_is_killed_it_goes_on(nightly: Nightly) -> None:
    statuses = []
    for number in range(1, 40):
        done = nightly.run("--release", str(nightly.releases), KILL_NIGHT_AT=str(number))
        statuses.append(done.returncode)
        if done.returncode != -signal.SIGKILL:
            break
    assert len(statuses) > 5  # each gets further than the one before it
    nightly.check_whole(done)


def test_killed_while_it_crawls_it_goes_on_with_the_rest(nightly: Nightly, paper: Paper) -> None:
    started: list[PreparedProcess] = []
    story = paper.routes[STORIES[2]]
    assert isinstance(story, Answer)
    story.before = lambda: started[0].send_signal(signal.SIGKILL)
    started.append(nightly.start("--hours", "2", "--release", str(nightly.releases)))
    started[0].communicate(timeout=60)
    assert started[0].returncode == -signal.SIGKILL
    stored = set(Store(nightly.data).texts())
    story.before = None
    paper.asked.clear()
    nightly.check_whole(nightly.run())
    assert set(paper.asked_articles()) == set(STORIES) - stored


def test_killed_when_the_crawl_had_ended_it_asks_nothing_again(nightly: Nightly, paper: Paper) -> None:
    # INSERT of the night, UPDATE of its step, of its run; the fourth records that the crawl is done.
    done = nightly.run("--release", str(nightly.releases), KILL_NIGHT_AT="4")
    assert done.returncode == -signal.SIGKILL
    assert len(load_rows(nightly.data, Run)) == 1
    paper.asked.clear()
    done = nightly.run()
    nightly.check_whole(done)
    assert paper.asked == []
    assert "crawl: 1 site, 4 articles in " in done.stdout


def test_a_night_whose_crawl_was_killed_and_whose_time_is_over_knows_nothing_of_its_sites(
    nightly: Nightly, paper: Paper
) -> None:
    started: list[PreparedProcess] = []
    story = paper.routes[STORIES[2]]
    assert isinstance(story, Answer)
    story.before = lambda: started[0].send_signal(signal.SIGKILL)
    started.append(nightly.start("--hours", "2"))
    started[0].communicate(timeout=60)
    let_a_night_pass(nightly.data, timedelta(hours=2, minutes=30))
    with Mailbox() as box:
        done = nightly.run(ALERTS="mail", **box.settings)
        ((_, mail),) = box.mails
    assert done.returncode == 1
    assert "crawl: its time was over before it could go on" in done.stdout
    assert "\nhealth: not known, because the crawl did not end\n" in done.stdout
    assert "\nalerts: sent by mail\n" in done.stdout
    assert mail["Subject"].endswith(": the night did not end")
    sentence = (
        "The night did not end: its crawl was stopped, and the time was over before it could go on. What is left waits "
        "for the next night."
    )
    assert mail.get_body(("plain",)).get_content().startswith(sentence)


def test_a_night_that_was_killed_and_never_went_on_is_told_by_the_alert_of_the_next_one_and_no_later_one(
    nightly: Nightly,
) -> None:
    assert nightly.run().returncode == 0
    let_a_night_pass(nightly.data)
    assert nightly.run(KILL_NIGHT_AT="4").returncode == -signal.SIGKILL
    with Mailbox() as box:
        for _ in range(2):
            let_a_night_pass(nightly.data)
            done = nightly.run(ALERTS="mail", **box.settings)
            assert done.returncode == 0, done.stdout
        ((_, mail),) = box.mails
    assert "\nalerts: none, because nothing is new\n" in done.stdout
    assert mail["Subject"].endswith(": a night before did not end")
    text = mail.get_body(("plain",)).get_content()
    assert re.match(
        r"The night that began on \d+ \w+ \d{4} at \d\d:\d\d UTC did not end\. It was stopped at its step", text
    )


def test_a_site_told_in_an_earlier_night_fails_no_night_that_was_killed(nightly: Nightly, paper: Paper) -> None:
    paper.routes["/"] = Answer("", 301, {"Location": "https://moved.example/"})
    assert nightly.run().returncode == 1
    let_a_night_pass(nightly.data)
    assert nightly.run(KILL_NIGHT_AT="4").returncode == -signal.SIGKILL
    done = nightly.run()
    assert done.returncode == 0, done.stdout
    assert "\nhealth: 1 finding lasts (herald moved)\n" in done.stdout


def test_a_release_that_was_half_written_is_written_anew(nightly: Nightly) -> None:
    done = nightly.run("--release", str(nightly.releases), KILL_AT_DRAFT="1")
    assert done.returncode == -signal.SIGKILL
    (draft,) = nightly.releases.iterdir()
    assert ".partial-" in draft.name
    done = nightly.run()
    nightly.check_whole(done)
    assert re.search(r"^release: 4 articles in ", done.stdout, re.MULTILINE)


def test_a_night_killed_long_ago_is_over_and_the_next_one_begins(nightly: Nightly, paper: Paper) -> None:
    assert nightly.run("--hours", "1", KILL_NIGHT_AT="4").returncode == -signal.SIGKILL
    let_a_night_pass(nightly.data)
    done = nightly.run("--release", str(nightly.releases))
    assert done.returncode == 0, done.stdout
    old, new = load_rows(nightly.data, DeskNight)
    assert (old.exit_status, new.exit_status) == (None, 0)
    assert old.ended_at is not None
    assert f"night {old.id} of " in done.stderr
    assert "was not finished at step crawl, and is over" in done.stderr


def test_killed_between_sending_an_alert_and_noting_it_the_night_sends_it_again(nightly: Nightly, paper: Paper) -> None:
    paper.routes["/"] = Answer("", 301, {"Location": "https://moved.example/"})
    with Mailbox() as box:
        env = {
            "ALERTS": "file,mail",
            "SPIDERMON_SMTP_HOST": "127.0.0.1",
            "SPIDERMON_SMTP_PORT": str(box.port),
            "SPIDERMON_EMAIL_TO": "desk@example.org",
        }
        alerts = nightly.data / "alerts.txt"
        # INSERT of the night; UPDATE of the step, of the run; two for each of crawl, health and report, one of them
        # counted already; then the step alerts, and each channel when it has taken the alert.
        done = nightly.run(**env, KILL_NIGHT_AT="10")
        assert done.returncode == -signal.SIGKILL, done.stdout
        assert alerts.read_text("utf-8").count("NEW herald: moved") == 1
        assert box.mails == []
        done = nightly.run(**env, KILL_NIGHT_AT="4")  # UPDATE of the options, of the step; the file, the mail
        assert done.returncode == -signal.SIGKILL, done.stdout
        assert alerts.read_text("utf-8").count("NEW herald: moved") == 2
        assert len(box.mails) == 1
        done = nightly.run(**env)
        assert len(box.mails) == 2
    assert done.returncode == 1  # for the finding
    assert "\nalerts: sent by file, mail\n" in done.stdout
    assert alerts.read_text("utf-8").count("NEW herald: moved") == 2


def test_a_signal_ends_any_step_in_order_and_the_night_goes_on(nightly: Nightly) -> None:
    done = nightly.run("--release", str(nightly.releases), INTERRUPT_AT_DRAFT="1")
    assert done.returncode == 130, done.stderr
    assert done.stdout.splitlines()[-1] == "release: interrupted; start scrapy nightly again to go on"
    assert list(nightly.releases.parent.glob("releases/*")) == []
    nightly.check_whole(nightly.run())


def test_on_postgresql_a_night_that_is_killed_goes_on_as_well(nightly: Nightly, postgres_database: str) -> None:
    env = {"DATABASE_URL": postgres_database}
    done = nightly.run("--release", str(nightly.releases), KILL_NIGHT_AT="4", **env)
    assert done.returncode == -signal.SIGKILL
    done = nightly.run(**env)
    assert done.returncode == 0, done.stdout
    assert "\nrelease: 4 articles in " in done.stdout
    shown = nightly.run("--status", **env).stdout.splitlines()
    assert [line.split(":")[0].strip() for line in shown[1:]] == ["crawl", "settle", "health", "report", "release"]
