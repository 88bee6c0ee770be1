"""`scrapy nightly` as an operator runs it: the real command, on newspapers of loopback."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from crawling import FAST, ROOT, Scrapy, command, environment, run_scrapy
from nights import let_a_night_pass
from prepared_scrapy import PreparedProcess
from servers.paper import Answer, Paper
from servers.receivers import Mailbox
from sqlalchemy import create_engine, text

from storage.database.server_claim import DATABASE_KEY

DAY = "/2025/10/01"
STORIES = [f"{DAY}/story-number-{number}-of-the-day" for number in range(4)]


@pytest.fixture
def sites(tmp_path: Path, paper: Paper) -> Path:
    """A sites.toml with one paper of four stories."""
    paper.publish(*STORIES)
    path = tmp_path / "sites.toml"
    path.write_text(f'[[site]]\nname = "herald"\nurl = "{paper.url}/"\n', encoding="utf-8")
    return path


def run_nightly(data: Path, sites: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = run_scrapy("nightly", *FAST, *words, "-s", f"SITES_FILE={sites}", data=data, **env)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def load_nights(data: Path, *words: str) -> list[dict[str, object]]:
    shown = run_scrapy("nightly", "--status", "--json", *words, data=data)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_a_night_tells_a_line_for_each_step(sites: Path, data: Path, tmp_path: Path) -> None:
    log = tmp_path / "nightly.log"
    done = run_nightly(data, sites, "--hours", "1", "--release", str(tmp_path / "releases"), "--logfile", str(log))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("crawl: 1 site, 4 articles in ")
    assert lines[1].startswith("settle: ")
    assert lines[2] == "health: nothing odd"
    assert re.fullmatch(r"report: .*/reports/\d{4}-\d\d-\d\d\.html in \d+ s", lines[3])
    release = next(line for line in lines if line.startswith("release: 4 articles in "))
    folder = next((tmp_path / "releases").iterdir())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", folder.name)
    assert str(folder) in release
    assert (folder / "manifest.json").is_file()
    assert re.fullmatch(r"night 1: done in \d+ s, exit status 0", lines[-1])
    logged = log.read_text("utf-8")
    assert all(f"INFO: {line}" in logged for line in lines)
    (night,) = load_nights(data)
    assert (night["exit_status"], night["run"], night["step"]) == (0, 1, None)
    shown = run_scrapy("nightly", "--status", data=data).stdout
    assert "night 1: " in shown
    assert f"  {release}\n" in shown


def test_a_second_night_of_a_day_gets_a_release_of_its_own(sites: Path, data: Path, tmp_path: Path) -> None:
    for _ in range(2):
        done = run_nightly(data, sites, "--release", str(tmp_path / "releases"))
        assert done.returncode == 0, done.stdout
    names = sorted(path.name for path in (tmp_path / "releases").iterdir())
    assert names[1] == f"{names[0]}-2"


def test_a_step_that_fails_is_told_and_the_night_goes_on(sites: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run_nightly(data, sites, "--release", str(tmp_path / "file"))
    assert done.returncode == 1
    assert re.search(r"^release: failed: cannot write the folder ", done.stdout, re.MULTILINE)
    assert re.search(r"^night 1: done in \d+ s, exit status 1$", done.stdout, re.MULTILINE)


def test_no_more_pages_of_a_site_than_asked_and_the_rest_waits_for_the_next_night(sites: Path, data: Path) -> None:
    first = run_nightly(data, sites, "--pages", "3")
    assert "crawl: 1 site, 3 articles in " in first.stdout
    let_a_night_pass(data)
    second = run_nightly(data, sites, "-s", "NIGHTLY_PAGES=3")
    assert "crawl: 1 site, 1 article in " in second.stdout


def test_the_time_ends_the_crawl_whatever_does_not_answer_and_what_waits_is_told(
    sites: Path, paper: Paper, data: Path
) -> None:
    assert (
        "3 wait beyond the limit"
        in run_scrapy("crawl", "articles", "-a", "limit=1", "-s", f"SITES_FILE={sites}", data=data).stdout
    )
    has_ended = threading.Event()
    left = [path for path in STORIES if path not in paper.asked]
    for path in left:
        paper.routes[path].before = lambda: has_ended.wait(90) and None  # type: ignore[union-attr]
    try:
        with Mailbox() as box:
            done = run_nightly(data, sites, "--hours", "0.002", ALERTS="mail", **box.settings)
    finally:
        has_ended.set()
    assert done.returncode == 0, done.stdout
    ((_, mail),) = box.mails
    assert mail["Subject"].endswith(": the time was over")
    sentence = "The time of the night was over before all was crawled: 3 wait for the next night (herald 3)."
    assert mail.get_body(("plain",)).get_content().startswith(sentence)
    told = r"^crawl: 1 site, 0 articles in \d+ s; the time was over; 3 wait for the next night \(herald 3\)$"
    assert re.search(told, done.stdout, re.MULTILINE), done.stdout
    shown = run_scrapy("runs", data=data).stdout
    assert "time over (0)" in shown
    assert "address/unexplained" not in run_scrapy("runs", "last", "--json", data=data).stdout
    again = run_nightly(data, sites)
    assert "crawl: 1 site, 3 articles in " in again.stdout


def test_a_second_night_or_crawl_is_refused_while_one_runs(sites: Path, paper: Paper, data: Path) -> None:
    seen: list[subprocess.CompletedProcess[str]] = []

    def try_others() -> None:
        if not seen:
            seen.append(run_nightly(data, sites))
            seen.append(run_scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}", data=data))

    paper.routes[STORIES[0]].before = try_others  # type: ignore[union-attr]
    done = run_nightly(data, sites)
    assert done.returncode == 0, done.stderr
    for refused in seen:
        assert refused.returncode == 2
        assert refused.stdout == ""
        assert len(refused.stderr.splitlines()) == 1
        assert "another crawl is using the data folder" in refused.stderr


def test_a_night_that_is_interrupted_goes_on_with_its_own_options(
    sites: Path, paper: Paper, data: Path, tmp_path: Path
) -> None:
    started: list[PreparedProcess] = []
    story = paper.routes[STORIES[1]]
    assert isinstance(story, Answer)
    story.before = lambda: started[0].send_signal(signal.SIGTERM)
    words = ["nightly", "--release", str(tmp_path / "releases"), *FAST, "-s", f"SITES_FILE={sites}"]
    started.append(PreparedProcess(command(*words, data=data), ROOT, environment()))
    out, err = started[0].communicate(timeout=60)
    assert started[0].returncode == 130, err
    assert "crawl: interrupted, after 1 site, " in out
    assert not (tmp_path / "releases").exists()
    story.before = None
    done = run_nightly(data, sites)
    assert done.returncode == 0, done.stdout
    assert "night 1 of " in done.stderr
    assert "it goes on at step crawl" in done.stderr
    assert "release: 4 articles in " in done.stdout
    assert [night["night"] for night in load_nights(data)] == [1]


def test_a_night_that_was_left_long_ago_is_closed_and_a_new_one_begins(sites: Path, paper: Paper, data: Path) -> None:
    started: list[PreparedProcess] = []
    story = paper.routes[STORIES[1]]
    assert isinstance(story, Answer)
    story.before = lambda: started[0].send_signal(signal.SIGTERM)
    words = ["nightly", "--hours", "1", *FAST, "-s", f"SITES_FILE={sites}"]
    started.append(PreparedProcess(command(*words, data=data), ROOT, environment()))
    started[0].communicate(timeout=60)
    story.before = None
    let_a_night_pass(data)
    done = run_nightly(data, sites)
    assert done.returncode == 0, done.stdout
    assert re.search(r"night 1 of .* was not finished at step crawl, and is over", done.stderr)
    newest, oldest = load_nights(data)
    assert (newest["night"], newest["exit_status"], oldest["exit_status"]) == (2, 0, None)
    assert oldest["ended_at"] is not None


def test_every_site_on_hold_is_told(sites: Path, paper: Paper, data: Path) -> None:
    for path in ["/", *STORIES]:
        paper.routes[path] = Answer("", 503, {"Retry-After": "7200"})
    run_nightly(data, sites)
    done = run_nightly(data, sites)
    assert done.returncode == 6
    assert "crawl: nothing was asked, every site is on hold (scrapy holds lists them)" in done.stdout
    assert "night 2: done in " in done.stdout


def test_a_dry_run_tells_the_steps_and_asks_nothing(sites: Path, paper: Paper, data: Path) -> None:
    done = run_nightly(data, sites, "--dry-run", "--hours", "2", "--release", "releases", BROADSHEET_CONTACT="")
    assert done.returncode == 0
    assert re.search(r"^crawl: 1 site \(herald\), until \d\d:\d\d; 10 min before \d\d:\d\d for the other steps$",
                     done.stdout, re.MULTILINE), done.stdout  # fmt: skip
    assert "\nreport: a web page of the night\n" in done.stdout
    assert "\nrelease: into releases, named after the day\n" in done.stdout
    assert "\ncontact: none; set BROADSHEET_CONTACT, in a crontab above its lines\n" in done.stdout
    assert paper.asked == []
    assert not data.exists()


@pytest.mark.parametrize("content", ["", "# no site yet\n"])
def test_a_list_without_a_site_is_told_in_one_line(scrapy: Scrapy, data: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "empty.toml").write_text(content)
    done = scrapy("nightly", "-s", f"SITES_FILE={tmp_path / 'empty.toml'}")
    assert done.returncode == 2
    assert re.fullmatch(r"scrapy nightly: .*empty.toml: lists no site; .*\n", done.stderr), done.stderr
    assert not data.exists()


def test_what_is_new_is_told_once_and_what_lasts_is_no_failure(sites: Path, paper: Paper, data: Path) -> None:
    paper.routes["/"] = Answer("", 301, {"Location": "https://moved.example/"})
    first = run_nightly(data, sites, ALERTS="file")
    assert first.returncode == 1, first.stdout
    assert "\nhealth: 1 finding new (herald moved)\n  new: herald: moved: its front page redirects to " in first.stdout
    assert "\nalerts: sent by file\n" in first.stdout
    sent = (data / "alerts.txt").read_text("utf-8")
    assert "herald: moved" in sent
    let_a_night_pass(data)
    second = run_nightly(data, sites, ALERTS="file")
    assert second.returncode == 0, second.stdout
    assert "\nhealth: 1 finding lasts (herald moved)\n" in second.stdout
    assert "\nalerts: none, because nothing is new\n" in second.stdout
    assert (data / "alerts.txt").read_text("utf-8") == sent
    paper.publish(*STORIES)
    let_a_night_pass(data)
    third = run_nightly(data, sites, ALERTS="file")
    assert third.returncode == 0, third.stdout
    assert "\nhealth: 1 finding healed (herald moved)\n  healed: herald: moved: " in third.stdout
    assert "\nalerts: sent by file\n" in third.stdout


def test_an_alert_that_cannot_be_sent_is_told_and_the_night_is_done(sites: Path, paper: Paper, data: Path) -> None:
    paper.routes["/"] = Answer("", 301, {"Location": "https://moved.example/"})
    mail = {"SPIDERMON_SMTP_HOST": "127.0.0.1", "SPIDERMON_SMTP_PORT": "9", "SPIDERMON_EMAIL_TO": "me@desk.example"}
    done = run_nightly(data, sites, ALERTS="mail,file", **mail)
    assert done.returncode == 1
    assert "\nalerts: sent by file; not sent by mail; the log has the reason\n" in done.stdout
    where = r"127\.0\.0\.1:9 \(SPIDERMON_SMTP_HOST, SPIDERMON_SMTP_PORT\)"
    assert re.search(rf"WARNING: the alert by mail was not sent: .*{where}", done.stderr)
    assert re.search(r"^night 1: done in \d+ s, exit status 1$", done.stdout, re.MULTILINE)


def test_a_test_alert_asks_no_site(sites: Path, paper: Paper, data: Path) -> None:
    done = run_nightly(data, sites, "--test-alert", ALERTS="file", ALERT_FILE=str(sites.parent / "alerts.txt"))
    assert (done.returncode, done.stdout) == (0, "file: sent\n")
    assert "This is a test of scrapy nightly --test-alert" in (sites.parent / "alerts.txt").read_text("utf-8")
    assert paper.asked == []
    refused = run_nightly(data, sites, "--test-alert")
    assert refused.returncode == 2
    assert "ALERTS names no channel" in refused.stderr


def test_a_channel_that_is_not_configured_is_refused_before_the_night(sites: Path, paper: Paper, data: Path) -> None:
    done = run_nightly(data, sites, ALERTS="mail")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert paper.asked == []


def test_a_night_of_another_folder_on_the_same_database_is_refused_and_changes_nothing(
    sites: Path, paper: Paper, data: Path, tmp_path: Path
) -> None:
    url = {"DATABASE_URL": f"sqlite:///{tmp_path}/shared.db"}
    seen: list[subprocess.CompletedProcess[str]] = []
    story = paper.routes[STORIES[0]]
    assert isinstance(story, Answer)
    story.before = lambda: seen.append(run_nightly(tmp_path / "other", sites, **url)) if not seen else None
    done = run_nightly(data, sites, **url)
    assert done.returncode == 0, done.stderr
    assert (seen[0].returncode, seen[0].stdout) == (2, "")
    assert "another crawl is using this database" in seen[0].stderr
    nights = run_scrapy("nightly", "--status", "--json", data=data, **url).stdout.splitlines()
    assert [json.loads(line)["exit_status"] for line in nights] == [0]


def test_a_full_disk_ends_the_night_at_its_crawl(sites: Path, paper: Paper, data: Path) -> None:
    done = run_nightly(data, sites, "-s", f"DISK_LEAST={1 << 60}")
    assert done.returncode == 5
    assert re.match(r"crawl: the disk is full, after .*; make space, then start scrapy nightly again", done.stdout)
    assert paper.asked == []
    again = run_nightly(data, sites)
    assert again.returncode == 0
    assert "it goes on at step crawl" in again.stderr


@pytest.mark.parametrize("moment", ["tomorrow", "2026-12-02T06:00:00"])
def test_the_end_of_a_crawl_is_a_moment_with_its_offset(scrapy: Scrapy, paper: Paper, moment: str) -> None:
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", f"CRAWL_ENDS_AT={moment}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "CRAWL_ENDS_AT must be a moment with its offset" in done.stderr


def test_what_is_older_than_it_is_kept_goes_at_the_end_of_a_night(sites: Path, data: Path) -> None:
    old = data / "reports" / "2020-01-01.html"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    done = run_nightly(data, sites, "--keep-raw", "180d", "--keep-rejected", "30d", NIGHTLY_KEEP_REPORTS="400d")
    assert done.returncode == 0, done.stdout
    assert "\n  1 report went: 3 B\n" in done.stdout
    assert len(list(old.parent.glob("*.html"))) == 1  # of this night
    assert re.search(r"^retention: 0 raw pages .*, in \d+ s\n  0 rejected pages went ", done.stdout, re.MULTILINE)
    assert (
        "\nretention: removes raw pages after 4w\n" in run_nightly(data, sites, "--dry-run", "--keep-raw", "4w").stdout
    )


def test_networks_of_the_environment_count_for_the_crawl_of_a_night(sites: Path, paper: Paper, data: Path) -> None:
    settings = [word for word in FAST[1::2] if not word.startswith("ALLOWED_NETWORKS")]
    words = ("nightly", *(f"--set={word}" for word in settings), f"--set=SITES_FILE={sites}")
    refused = run_scrapy(*words, data=data)
    assert refused.returncode == 1, refused.stderr
    assert paper.asked == []
    let_a_night_pass(data)
    done = run_scrapy(*words, data=data, ALLOWED_NETWORKS="127.0.0.0/8")
    assert "crawl: 1 site, 4 articles in " in done.stdout


def test_a_claim_lost_after_the_crawl_ends_the_night_which_goes_on_later(
    sites: Path, paper: Paper, data: Path, postgres_database: str
) -> None:
    env = {"DATABASE_URL": postgres_database}
    other = create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with other.connect() as taker, other.connect() as observer:
        taken = threading.Thread(
            target=taker.execute, args=(text("SELECT pg_advisory_lock(:n)"), {"n": DATABASE_KEY}), daemon=True
        )

        def queue_up() -> None:
            """Have another program wait for the claim: the server gives it to the first that waits."""
            if taken.ident is None:
                taken.start()
                while not observer.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
                    pass

        story = paper.routes[STORIES[0]]
        assert isinstance(story, Answer)
        story.before = queue_up
        done = run_nightly(data, sites, **env)
        assert done.returncode == 4, done.stdout
        assert "another crawl has taken the database after the crawl of this night; start scrapy nightly again" in (
            done.stdout
        )
        assert "health:" not in done.stdout
        taken.join(60)
        asked = len(paper.asked)
    other.dispose()
    done = run_nightly(data, sites, **env)
    assert done.returncode == 0, done.stdout
    assert "crawl: 1 site, 4 articles in " in done.stdout
    assert len(paper.asked) == asked
