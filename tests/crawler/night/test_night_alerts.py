"""A night tells what is new and what has healed, once each, by the channels of ALERTS; else it tells nothing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from crawling import FAST, run_scrapy
from nights import let_a_night_pass
from prometheus_client.parser import text_string_to_metric_families
from servers.paper import Answer, Paper
from servers.receivers import Mailbox

DAY = "/2025/10/01"
STORIES = [f"{DAY}/story-number-{number}-of-the-day" for number in range(4)]

pytestmark = pytest.mark.timeout(400)  # several nights, one after the other


@pytest.fixture
def sites(tmp_path: Path, paper: Paper) -> Path:
    paper.publish(*STORIES)
    path = tmp_path / "sites.toml"
    path.write_text(f'[[site]]\nname = "herald"\nurl = "{paper.url}/"\n', encoding="utf-8")
    return path


def run_nightly(data: Path, sites: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = run_scrapy("nightly", *FAST, *words, "-s", f"SITES_FILE={sites}", data=data, **env)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def find_line(done: subprocess.CompletedProcess[str], step: str) -> str:
    return next(line for line in done.stdout.splitlines() if line.startswith(f"{step}: "))


def test_a_finding_is_told_once_and_once_more_when_it_heals(
    sites: Path, data: Path, paper: Paper, tmp_path: Path
) -> None:
    metrics = tmp_path / "broadsheet.prom"
    with Mailbox() as box:
        env = {
            "ALERTS": "mail,file",
            "METRICS_FILE": str(metrics),
            "SPIDERMON_SMTP_HOST": "127.0.0.1",
            "SPIDERMON_SMTP_PORT": str(box.port),
            "SPIDERMON_EMAIL_TO": "desk@example.org",
        }
        first = run_nightly(data, sites, **env)
        assert first.returncode == 0, first.stdout
        assert find_line(first, "alerts") == "alerts: none, because nothing is new"
        front = paper.routes["/"]
        paper.routes["/"] = Answer("<!doctype html><p>The house has moved into the next street.")
        let_a_night_pass(data)
        second = run_nightly(data, sites, **env)
        assert second.returncode == 1
        assert find_line(second, "alerts") == "alerts: sent by mail, file"
        let_a_night_pass(data)
        third = run_nightly(data, sites, **env)
        assert find_line(third, "alerts") == "alerts: none, because nothing is new"
        paper.routes["/"] = front
        let_a_night_pass(data)
        fourth = run_nightly(data, sites, **env)
        assert find_line(fourth, "alerts") == "alerts: sent by mail, file"
        new, healed = [mail for _, mail in box.mails]
    assert "1 new: herald no-address" in new["Subject"]
    assert "1 healed: herald no-address" in healed["Subject"]
    text = new.get_body(("plain",)).get_content()
    assert "NEW herald: no-address" in text
    assert re.search(r"^herald ", text, re.MULTILINE)  # of the report's text
    [attached] = new.iter_attachments()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.html", attached.get_filename())
    told = (data / "alerts.txt").read_text("utf-8")
    assert told.count("NEW herald: no-address") == told.count("HEALED herald: no-address") == 1
    samples = {
        sample.name: sample.value
        for family in text_string_to_metric_families(metrics.read_text("utf-8"))
        for sample in family.samples
    }
    assert samples["broadsheet_nightly_exit_status"] == fourth.returncode
    assert "broadsheet_finding_open" not in samples


def test_a_channel_that_fails_is_told_without_its_secret(sites: Path, data: Path, paper: Paper) -> None:
    paper.routes["/"] = Answer("<!doctype html><p>The house has moved into the next street.")
    url = f"{paper.url}/hook/SECRET"
    done = run_nightly(data, sites, "-L", "DEBUG", ALERTS="webhook,file", ALERT_WEBHOOK_URL=url)
    assert done.returncode == 1
    assert find_line(done, "alerts") == "alerts: sent by file; not sent by webhook; the log has the reason"
    assert "the alert by webhook was not sent: OSError: the answer was 5" in done.stderr
    assert "SECRET" not in done.stdout + done.stderr


def test_metrics_that_cannot_be_written_are_refused_before_the_night(sites: Path, data: Path, paper: Paper) -> None:
    done = run_nightly(data, sites, METRICS_FILE=str(data / "missing" / "broadsheet.prom"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert paper.asked == []
