"""Articles are looked at again a day and a week after their first fetch: edited, deleted, back, or closed."""

from __future__ import annotations

import hashlib
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from crawling import FAST, ROOT, Scrapy, Store, command, environment, locate_database
from nights import NIGHT, let_a_night_pass
from servers.paper import Answer, Paper, prose
from sqlalchemy import select

from storage.completeness.change_rates import ChangeRate, load_change_rates
from storage.database.engine import open_database, open_for_reading
from storage.models import Revision, Run

PATH = "/news/the-bridge-opens-48023.html"  # no date: nights pass in the store, and not in an address
_NAMES = ("orchard", "ferry", "theatre", "school", "market", "harbour")
OTHERS = [f"/news/the-{name}-{50_000 + place}.html" for place, name in enumerate(_NAMES)]
OPENED = datetime.now(UTC) - timedelta(hours=5)  # neither so young nor so short that it has a second look
EARLY = datetime(2000, 1, 1, tzinfo=UTC)


def publish(paper: Paper, path: str = PATH, *, seed: object = "", tagged: bool = True, when: datetime = OPENED) -> None:
    """Serve an article, with an ETag by which it is asked for conditionally."""
    title = f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}"
    paper.article(path, title, text=prose(f"{path}{seed}", 8), when=when.isoformat())
    if tagged:
        answer = paper.routes[path]
        assert isinstance(answer, Answer)
        paper.routes[path] = partial(answer_conditionally, paper, path, answer)


def answer_conditionally(paper: Paper, path: str, answer: Answer) -> Answer:
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    tag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
    if paper.headers[path].get("if-none-match") == tag:
        return Answer(status=304, headers={"ETag": tag})
    return Answer(body, headers={"ETag": tag})


def crawl(scrapy: Scrapy, paper: Paper, *more: str) -> str:
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", "TDMREP_ASKED=False", *more)
    assert done.returncode in (0, 1), done.stderr
    assert "address/unexplained" not in done.stderr
    return done.stdout


def load_counts(data: Path) -> dict[str, int]:
    """Return the counts of re-checks of the last run, by the rest of their names."""
    engine = open_database(locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        counts: dict[str, Any] = connection.execute(select(Run.counts).order_by(Run.id.desc()).limit(1)).scalar_one()
    engine.dispose()
    (stats,) = (stats for site, stats in counts.items() if site)
    return {name.removeprefix("recheck/"): number for name, number in stats.items() if name.startswith("recheck/")}


def load_rates(data: Path) -> list[ChangeRate]:
    engine = open_database(locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        rates = load_change_rates(connection, since=EARLY)
    engine.dispose()
    return rates


def count_revisions(data: Path) -> int:
    engine = open_database(locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        found = len(connection.execute(select(Revision.article_id)).all())
    engine.dispose()
    return found


def test_an_article_that_no_source_lists_is_looked_at_after_a_day_and_a_week(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    publish(paper)
    paper.front(PATH)
    asked = []
    for nights in (0, 1, 1, 5, 4):
        let_a_night_pass(data, nights * NIGHT) if nights else None
        before = paper.asked.count(PATH)
        out = crawl(scrapy, paper)
        asked.append(paper.asked.count(PATH) - before)
        paper.front("/about/us")
        if nights == 1 and asked[-1]:
            assert "if-none-match" in paper.headers[PATH]
            assert load_counts(data) == {"asked": 1, "unchanged": 1, "not-modified": 1}
            assert "1 looked at again because of its age: 1 unchanged" in out
    assert asked == [1, 1, 0, 1, 0]
    assert list(store.texts()) == [PATH]
    assert [(rate.after, rate.checked, rate.changed, rate.gone) for rate in load_rates(data)] == [
        (timedelta(days=1), 1, 0, 0),
        (timedelta(days=7), 1, 0, 0),
    ]


def test_an_edited_text_becomes_a_revision_and_counts_for_the_rates_of_its_site(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    publish(paper)
    publish(paper, OTHERS[0])
    paper.front(PATH, OTHERS[0])
    crawl(scrapy, paper)
    let_a_night_pass(data)
    publish(paper, seed="edited")
    out = crawl(scrapy, paper, "-s", "RECHECK_SHARE=0.5")
    assert load_counts(data) == {"asked": 2, "changed": 1, "unchanged": 1, "not-modified": 1}
    assert "2 looked at again because of their age: 1 changed, 1 unchanged" in out
    assert prose(f"{PATH}edited", 8)[0] in store.texts()[PATH]
    assert count_revisions(data) == 1
    paper.front("/about/us")
    let_a_night_pass(data, 6 * NIGHT)
    crawl(scrapy, paper, "-s", "RECHECK_SHARE=0.5")
    assert load_counts(data) == {"asked": 2, "unchanged": 2, "not-modified": 2}
    assert [(rate.after.days, rate.checked, rate.changed) for rate in load_rates(data)] == [(1, 2, 1), (7, 2, 1)]


def test_what_is_gone_twice_is_marked_and_kept_and_the_mark_is_taken_away_when_it_is_back(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    publish(paper)
    paper.front(PATH)
    crawl(scrapy, paper)
    page, text = paper.routes[PATH], store.texts()[PATH]
    paper.routes[PATH] = Answer("<h1>Gone</h1>", 410)
    paper.front("/about/us")
    let_a_night_pass(data)
    missed_at = datetime.now(UTC)
    crawl(scrapy, paper)
    assert load_counts(data) == {"asked": 1, "missing": 1}
    assert store.articles()[PATH].gone_at is None
    let_a_night_pass(data)
    out = crawl(scrapy, paper)
    assert load_counts(data) == {"asked": 1, "missing": 1, "gone": 1}
    assert "1 looked at again because of its age: 1 missing (1 article is marked as gone)" in out
    row = store.articles()[PATH]
    assert abs(row.gone_at - (missed_at - NIGHT)) < timedelta(minutes=2)
    assert (row.rejected, row.text) == (None, text)
    assert [(rate.after.days, rate.checked, rate.gone) for rate in load_rates(data)] == [(1, 1, 1)]
    paper.routes[PATH] = page
    let_a_night_pass(data, 5 * NIGHT)
    crawl(scrapy, paper)
    assert load_counts(data) == {"asked": 1, "unchanged": 1, "not-modified": 1, "back": 1}
    row = store.articles()[PATH]
    assert (row.gone_at, row.text, store.addresses()[PATH].missing_at) == (None, text, None)


def test_a_site_all_of_whose_pages_are_missing_has_failed_and_none_of_its_articles_is_marked(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    for path in (PATH, *OTHERS):
        publish(paper, path)
    paper.front(PATH, *OTHERS)
    crawl(scrapy, paper)
    pages = dict(paper.routes)
    paper.front("/about/us")
    for path in (PATH, *OTHERS):
        paper.routes[path] = Answer("<h1>Not found</h1>", 404)
    for _ in range(3):
        let_a_night_pass(data)
        crawl(scrapy, paper, "-s", "RECHECK_SHARE=1")
        assert {row.gone_at for row in store.articles().values()} == {None}
    assert load_rates(data) == []
    for path in OTHERS:
        paper.routes[path] = pages[path]
    let_a_night_pass(data, 4 * NIGHT)
    crawl(scrapy, paper, "-s", "RECHECK_SHARE=1")
    articles = store.articles()
    assert [path for path in (PATH, *OTHERS) if articles[path].gone_at is not None] == [PATH]
    assert {store.addresses()[path].missing_at for path in OTHERS} == {None}
    assert load_counts(data) == {"asked": 7, "missing": 1, "gone": 1, "unchanged": 6, "not-modified": 6}


def test_what_a_killed_run_found_missing_is_marked_by_the_next_one(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    settings = ("-s", "RECHECK_SHARE=1", "-s", "RECHECK_AFTER=24h,48h")
    publish(paper)
    publish(paper, OTHERS[0])
    paper.front(PATH, OTHERS[0])
    crawl(scrapy, paper, *settings)
    paper.routes[PATH] = Answer("<h1>Gone</h1>", 410)
    paper.front("/about/us")
    let_a_night_pass(data)
    crawl(scrapy, paper, *settings)
    let_a_night_pass(data)
    page, last_ended_at = paper.routes[OTHERS[0]], store.addresses()[PATH].ended_at
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> Answer:
        while store.addresses()[PATH].ended_at <= last_ended_at:
            sleep(0.05)  # until the answer before this one is stored
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        return Answer("")

    paper.routes[OTHERS[0]] = kill  # what was missing is asked for first
    line = command("crawl", "articles", "-a", f"url={paper.url}/", *settings, *FAST, data=data)
    running.append(subprocess.Popen(line, cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL))
    running[0].wait(timeout=100)
    assert store.articles()[PATH].gone_at is None
    paper.routes[OTHERS[0]] = page
    asked = paper.asked.count(PATH)
    crawl(scrapy, paper, *settings)
    assert paper.asked.count(PATH) == asked
    articles = store.articles()
    assert articles[PATH].gone_at is not None
    assert articles[OTHERS[0]].gone_at is None


def test_what_is_missing_for_one_night_is_not_marked(scrapy: Scrapy, store: Store, data: Path, paper: Paper) -> None:
    publish(paper)
    paper.front(PATH)
    crawl(scrapy, paper)
    page = paper.routes[PATH]
    paper.routes[PATH] = Answer("<h1>Not found</h1>", 404)
    paper.front("/about/us")
    let_a_night_pass(data)
    crawl(scrapy, paper)
    paper.routes[PATH] = page
    let_a_night_pass(data)
    crawl(scrapy, paper)
    assert load_counts(data) == {"asked": 1, "unchanged": 1, "not-modified": 1}
    assert (store.articles()[PATH].gone_at, store.addresses()[PATH].missing_at) == (None, None)


@pytest.mark.parametrize("cause", ["front-page", "short", "paywall", "http-401", "http-403", "http-451", "robots"])
def test_a_page_that_is_closed_or_worse_leaves_the_article_as_it_is(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper, cause: str
) -> None:
    publish(paper)
    paper.front(PATH, *OTHERS)
    for path in OTHERS:
        publish(paper, path)
    crawl(scrapy, paper)
    before = store.articles()[PATH]
    stub = "<html><head><title>The Paper</title></head><body><h1>Sign in</h1><p>Please sign in to read on.</p></body>"
    free = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
    paper.routes[PATH] = {
        "front-page": Answer(status=302, headers={"Location": "/"}),
        "short": Answer(stub),
        "paywall": Answer(stub.replace("</head>", f"{free}</head>")),
        "robots": before and paper.routes[PATH],
    }.get(cause) or Answer("<h1>No</h1>", int(cause.removeprefix("http-")))
    if cause == "robots":
        paper.routes["/robots.txt"] = Answer(f"User-agent: *\nDisallow: {PATH}\n")
    for _ in range(3):
        let_a_night_pass(data)
        crawl(scrapy, paper, "-s", "RECHECK_SHARE=1")
    after = store.articles()[PATH]
    assert (after.text, after.rejected, after.gone_at) == (before.text, None, None)
    assert (after.title, after.archive_offset) == (before.title, before.archive_offset)


def test_news_comes_first_and_no_more_is_looked_at_than_a_share_of_the_pages(
    scrapy: Scrapy, data: Path, paper: Paper
) -> None:
    for path in OTHERS:
        publish(paper, path, tagged=False)
    paper.front(*OTHERS)
    crawl(scrapy, paper)
    let_a_night_pass(data)
    publish(paper)
    paper.front(PATH)
    begin = len(paper.asked)
    crawl(scrapy, paper)
    counts = load_counts(data)
    assert counts == {"asked": 1, "unchanged": 1, "waiting": 5}
    articles = [path for path in paper.asked[begin:] if path in (PATH, *OTHERS)]
    assert articles[0] == PATH
    assert len(articles) == 2
    begin = len(paper.asked)
    crawl(scrapy, paper, "-s", "RECHECK_SHARE=1")
    assert sorted(path for path in paper.asked[begin:] if path in OTHERS) == sorted(set(OTHERS) - set(articles))


def test_a_run_that_asks_for_less_than_all_looks_at_nothing_again(scrapy: Scrapy, data: Path, paper: Paper) -> None:
    publish(paper)
    paper.front(PATH)
    crawl(scrapy, paper)
    let_a_night_pass(data)
    for more in (("-a", "limit=5"), ("-a", "since=2026-01-01"), ("-s", "RECHECK_AFTER="), ("-s", "RECHECK_SHARE=0")):
        crawl(scrapy, paper, *more)
        assert paper.asked.count(PATH) == 1
    crawl(scrapy, paper)
    assert paper.asked.count(PATH) == 2


def test_an_article_that_was_old_when_it_was_first_fetched_is_not_looked_at_again(
    scrapy: Scrapy, data: Path, paper: Paper
) -> None:
    publish(paper, when=OPENED - 8 * NIGHT)
    paper.front(PATH)
    crawl(scrapy, paper)
    let_a_night_pass(data)
    crawl(scrapy, paper)
    assert paper.asked.count(PATH) == 1


def test_after_a_kill_each_article_is_looked_at_once_more_and_no_more(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    for path in OTHERS:
        publish(paper, path)
    paper.front(*OTHERS)
    crawl(scrapy, paper)
    let_a_night_pass(data)
    for path in OTHERS:
        publish(paper, path, seed="edited", tagged=False)
    running: list[subprocess.Popen[bytes]] = []
    asked: list[str] = []

    def kill_at_the_third(path: str, page: Answer) -> Answer:
        asked.append(path)
        if len(asked) == 3:
            running[0].send_signal(signal.SIGKILL)
            running[0].wait()
        return page

    for path in OTHERS:
        page = paper.routes[path]
        assert isinstance(page, Answer)
        paper.routes[path] = partial(kill_at_the_third, path, page)
    line = command("crawl", "articles", "-a", f"url={paper.url}/", "-s", "RECHECK_SHARE=1", *FAST, data=data)
    running.append(subprocess.Popen(line, cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL))
    running[0].wait(timeout=100)
    assert len(asked) == 3
    crawl(scrapy, paper, "-s", "RECHECK_SHARE=1")
    assert set(asked) == set(OTHERS)
    assert len(asked) <= len(OTHERS) + 2  # what was under way, or not stored yet, at the kill
    assert all(prose(f"{path}edited", 8)[0] in store.texts()[path] for path in OTHERS)
    assert count_revisions(data) == len(OTHERS)
    assert [(rate.after.days, rate.checked, rate.changed) for rate in load_rates(data)] == [(1, 6, 6)]
    crawl(scrapy, paper, "-s", "RECHECK_SHARE=1")
    assert len(asked) <= len(OTHERS) + 2
