"""The table at the end of a crawl adds up, whatever happened: found = fetched + failed + waiting, for every site."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import FAST, ROOT, Scrapy, command, environment, run_scrapy
from manners import load_counts, load_rows
from nights import let_a_night_pass
from prepared_scrapy import PreparedProcess
from servers.paper import Answer, Paper, prose

from storage.frontier.addresses import LIST_PAGE, AddressKind, AddressState
from storage.models import Address, Run, StoredArticle
from storage.nights.account import Account

pytestmark = pytest.mark.timeout(400)  # most tests run several crawls, one after the other

DAY = "/2025/10/01"
PATHS = [f"{DAY}/story-number-{number}-of-the-day" for number in range(6)]


def audit(data: Path, done: subprocess.CompletedProcess[str]) -> dict[str, Account]:
    """Check the equations of the last run, against each other, the frontier and the printed table; return the rows."""
    counts = load_counts(data)
    counts.pop("", None)
    rows = {site: Account.from_stats(stats) for site, stats in counts.items()}
    for site, row in rows.items():
        assert row.fetched == row.articles + row.duplicates + row.unchanged + sum(row.rejected.values()), site
        assert row.found == row.fetched + sum(row.failed.values()) + sum(row.waiting.values()), site
        numbers = (row.found, row.fetched, row.articles, row.duplicates, row.unchanged, row.known)
        reasons = (row.rejected, row.failed, row.waiting, row.lists_failed)
        assert min(*numbers, *(number for one in reasons for number in one.values())) >= 0, site
        printed = re.search(rf"^{re.escape(site)} +(\d+) +(\d+) +(\d+) +(\d+)", done.stdout, re.MULTILINE)
        assert printed is not None, done.stdout
        assert [int(number) for number in printed.groups()] == [row.found, row.fetched, row.articles, row.duplicates]
    return rows


def count_touched(data: Path, site: str | None = None) -> int:
    """Return how many articles of the frontier the last run had to fetch: all that it offered, leased or left over."""
    run = max(row.id for row in load_rows(data, Run))
    return sum(
        (row.kind == AddressKind.ARTICLE or row.source == LIST_PAGE)
        and (row.last_run == run or row.state == AddressState.PENDING)
        and site in (None, row.site)
        for row in load_rows(data, Address)
    )


def crawl(scrapy: Scrapy, paper: Paper, *words: str) -> subprocess.CompletedProcess[str]:
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", *words)
    assert done.returncode in (0, 1, 130), done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_paper_with_every_kind_of_trouble(paper: Paper, scrapy: Scrapy, data: Path) -> None:
    stories = [f"{DAY}/{name}-in-the-old-town" for name in ("one", "two", "three")]
    gone, forbidden, broken, moved, stub, listing = (
        f"{DAY}/{name}-of-the-day-before" for name in ("gone", "forbidden", "broken", "moved", "stub", "listing")
    )
    paper.publish(*stories)
    paper.article(f"{DAY}/copy-of-the-first-story", f"Headline of {stories[0][12:]}", text=prose(stories[0]))
    paper.routes["/robots.txt"] = Answer(
        f"User-agent: *\nDisallow: {forbidden}\n", headers={"Content-Type": "text/plain"}
    )
    paper.routes[broken] = Answer("", 500)
    paper.routes[moved] = Answer("", 301, {"Location": stories[1]})
    paper.routes[stub] = Answer("<html><head><title>Stub</title></head><body><p>Nothing yet.</p></body></html>")
    links = "".join(f"<li><a href='{path}'>A long headline that leads to {path}</a></li>" for path in (*stories, gone))
    paper.routes[listing] = Answer(f"<html><head><title>All stories</title></head><body><ul>{links}</ul></body></html>")
    paper.routes["/missing-feed"] = Answer("", 410)
    paper.front(
        *stories, f"{DAY}/copy-of-the-first-story", gone, forbidden, broken, moved, stub, listing,
        head='<link rel="alternate" type="application/rss+xml" href="/missing-feed">',
    )  # fmt: skip
    row = audit(data, crawl(scrapy, paper))[paper.name]
    assert row.found == count_touched(data) == 10
    assert row.failed == {"http-500": 1, "http-404": 1, "robots": 1, "twin": 1}
    assert row.lists_failed == {"http-410": 1}
    assert (row.articles, row.duplicates, row.waiting, row.known) == (3, 1, {}, 0)
    second = crawl(scrapy, paper)
    row = audit(data, second)[paper.name]
    assert row.found == count_touched(data)
    assert row.waiting == {"later": 1}  # the broken one, which is due in twelve hours
    assert row.known == 8  # each counted once, however many lists name it; the twin under the other's address
    assert "8 known: listed again, and not due" in second.stdout
    assert "1 waits for another try, which is due later" in second.stdout
    let_a_night_pass(data)
    third = audit(data, crawl(scrapy, paper))[paper.name]
    assert third.found == count_touched(data) > 0
    assert third.failed["http-500"] == 1


def test_the_table_goes_to_the_log_file_too(paper: Paper, scrapy: Scrapy, data: Path, tmp_path: Path) -> None:
    paper.publish(*PATHS[:2])
    log = tmp_path / "crawl.log"
    done = crawl(scrapy, paper, "--logfile", str(log), "-a", "limit=1", "-s", "PROGRESS_INTERVAL=0.1")
    logged = log.read_text("utf-8").splitlines()
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    assert printed[0] == "Results of this crawl"
    assert "1 waits beyond the limit: start again to go on" in printed
    assert [line for line in printed if not any(one.endswith(f"INFO: {line}") for one in logged)] == []
    assert not any("\x1b" in line for line in logged)


def test_what_is_beyond_the_limit_waits_and_the_next_run_takes_it_over(
    paper: Paper, scrapy: Scrapy, data: Path
) -> None:
    paper.publish(*PATHS)
    for left in (4, 2, 0):
        done = crawl(scrapy, paper, "-a", "limit=2")
        row = audit(data, done)[paper.name]
        assert (row.found, row.fetched, sum(row.waiting.values())) == (left + 2, 2, left)
        assert row.found == count_touched(data)
        assert (f"{left} wait beyond the limit: start again to go on" in done.stdout) == (left > 0)
    done = crawl(scrapy, paper)
    assert audit(data, done)[paper.name].found == 0
    assert "nothing new: 6 known" in done.stdout


def test_what_an_interrupted_run_left_is_found_by_the_next(paper: Paper, scrapy: Scrapy, data: Path) -> None:
    paper.publish(*PATHS)
    stopping = paper.routes[PATHS[3]]
    assert isinstance(stopping, Answer)
    started: list[PreparedProcess] = []
    stopping.before = lambda: started[0].send_signal(signal.SIGTERM)
    words = command("crawl", "articles", "-a", f"url={paper.url}/", *FAST, data=data)
    started.append(PreparedProcess(words, ROOT, environment()))
    out, err = started[0].communicate(timeout=60)
    assert started[0].returncode == 130, err
    stopping.before = None
    first = audit(data, subprocess.CompletedProcess(words, 130, out, err))[paper.name]
    assert first.found == count_touched(data) == len(PATHS)
    left = first.waiting["due"]
    assert left > 0
    assert f"{left} wait: start again to go on" in out
    second = audit(data, crawl(scrapy, paper))[paper.name]
    assert (second.found, second.fetched, second.waiting) == (left, left, {})
    assert second.known == len(PATHS) - left


def test_older_articles_wait_for_a_run_that_asks_for_them(paper: Paper, scrapy: Scrapy, data: Path) -> None:
    undated = "/night-ferry-that-nobody-dated-yet"
    dated = ["/2025/10/01/night-ferry-runs-again", "/2025/10/03/late-frost-in-may"]
    paper.publish(*dated)
    paper.article(undated, "A third headline", when="2024-02-01T08:00:00Z")
    paper.front(*dated, undated)
    row = audit(data, crawl(scrapy, paper, "-a", "since=2025-10-02"))[paper.name]
    assert row.rejected == {"before-since": 1}  # fetched, and so not among those that wait
    assert (row.found, row.fetched, row.waiting) == (3, 2, {"before-since": 1})
    row = audit(data, crawl(scrapy, paper, "-a", "since=2025-10-02"))[paper.name]
    assert (row.found, row.fetched, row.waiting) == (2, 0, {"before-since": 2})
    row = audit(data, crawl(scrapy, paper))[paper.name]
    assert (row.found, row.fetched, row.waiting) == (2, 2, {})


def test_hosts_on_hold_keep_their_addresses_waiting(paper: Paper, scrapy: Scrapy, data: Path) -> None:
    paper.publish(*PATHS)
    paper.routes[PATHS[0]] = Answer("", 503, {"Retry-After": "7200"})
    for path in PATHS[1:]:
        paper.routes[path] = Answer("", 503, {"Retry-After": "7200"})
    done = crawl(scrapy, paper)
    row = audit(data, done)[paper.name]
    assert row.found == count_touched(data) == len(PATHS)
    assert row.on_hold == {"retry-after": 1}
    assert row.fetched == 0
    assert row.waiting["on-hold"] > 0
    assert " for hosts on hold (scrapy holds lists them)" in done.stdout


@pytest.fixture
def editions(tmp_path: Path) -> Iterator[tuple[Paper, Path]]:
    with Paper() as paper:
        sites = tmp_path / "sites.toml"
        sites.write_text(
            "".join(f'[[site]]\nname = "{name}"\nurl = "{paper.url}/{name}/"\n' for name in ("north", "south"))
        )
        yield paper, sites


def test_a_page_of_another_edition_counts_there(editions: tuple[Paper, Path], scrapy: Scrapy, data: Path) -> None:
    paper, sites = editions
    here, there = "/north/2025/10/01/the-story-of-the-north", "/south/2025/10/01/the-story-of-the-south"
    moved = "/north/2025/10/02/has-moved-to-the-south"
    target = "/south/2025/10/02/where-it-is-found-now"
    for path in (here, there, target):
        paper.article(path, f"Headline of {path}", when="2025-10-02T08:00:00Z")
    paper.routes[moved] = Answer("", 301, {"Location": target})
    for edition, paths in (("/north/", (here, moved)), ("/south/", (there,))):
        paper.front(*paths)
        paper.routes[edition] = paper.routes.pop("/")
    done = scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
    assert done.returncode == 0, done.stderr
    rows = audit(data, done)
    assert sum(row.found for row in rows.values()) == 3
    assert sum(row.fetched for row in rows.values()) == sum(row.articles for row in rows.values()) == 3
    assert re.search(r"^all +3 +3 +3 +0", done.stdout, re.MULTILINE)


def test_the_demo_its_archive_its_second_night_and_its_release(tmp_path: Path, data: Path) -> None:
    first = run_scrapy("crawl", "articles", "--demo", data=data, fast=False)
    rows = audit(data, first)
    assert sum(row.found for row in rows.values()) == count_touched(data)
    for site, row in rows.items():
        assert row.found == count_touched(data, site), site
    pages = sum(row.fetched for row in rows.values())
    second = run_scrapy("crawl", "articles", "--demo", data=data, fast=False)
    again = audit(data, second)
    assert "nothing new:" in second.stdout
    assert all(row.found == 0 and not row.lists_failed for row in again.values())
    replayed = tmp_path / "replayed"
    replay = run_scrapy("crawl", "archive", "-a", f"path={data / 'archive'}", data=replayed)
    assert replay.returncode == 0, replay.stderr
    rows = audit(replayed, replay)
    assert sum(row.found for row in rows.values()) == sum(row.fetched for row in rows.values()) == pages


def test_a_release_that_is_fetched_again(paper: Paper, scrapy: Scrapy, data: Path, tmp_path: Path) -> None:
    paper.publish(*PATHS)
    crawl(scrapy, paper)
    release = tmp_path / "release"
    done = scrapy("export", str(release), "--format", "urls")
    assert done.returncode == 0, done.stderr
    del paper.routes[PATHS[0]]
    again = tmp_path / "again"
    first = run_scrapy("crawl", "articles", "-a", f"release={release}", "-a", "limit=2", data=again)
    row = audit(again, first)[paper.name]
    assert row.found == count_touched(again) == len(PATHS)
    assert row.fetched == 2
    assert row.waiting
    second = run_scrapy("crawl", "articles", "-a", f"release={release}", data=again)
    left = sum(row.waiting.values())
    row = audit(again, second)[paper.name]
    assert (row.found, row.waiting) == (left, {})


def test_the_store_holds_what_the_table_counts(two_papers: Path) -> None:
    counts = load_counts(two_papers)
    articles = [row for row in load_rows(two_papers, StoredArticle) if row.rejected is None]
    for site in ("one", "two"):
        row = Account.from_stats(counts[site])
        assert row.articles + row.duplicates == sum(one.site == site for one in articles)
