"""What a host and a page reserved when it was fetched is stored with the article, and kept when it is cleaned again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from crawling import Store, run_scrapy
from manners import link_bare_lists, load_counts
from servers.paper import Answer, Paper
from two_papers import make_outdated

from crawler.rights.agents import AGENTS

FILE = "/.well-known/tdmrep.json"
DAY = "/2025/10/01"
PLAIN, FREE, PAGE, CLOSED, MOVED = (
    f"{DAY}/{name}"
    for name in ("night-ferry-runs", "free-for-all-to-mine", "page-says-otherwise", "closed-to-agents", "moved-away")
)
ROBOTS = f"""\
User-agent: GPTBot
User-agent: CCBot
Disallow: /

User-agent: *
Disallow: {DAY}/moved-
Content-Usage: / train-ai=n
Content-Signal: search=yes
User-agent: Broadsheet
Content-Usage: / train-ai=n
Content-Signal: search=yes

User-agent: ClaudeBot
Disallow: {CLOSED}
"""
POLICY = "https://paper.example/policy.json"
RULES = [
    {"location": FREE, "tdm-reservation": 0},
    {"location": "/", "tdm-reservation": 1, "tdm-policy": POLICY},
]
USAGE = ["train-ai=n", "search=yes"]
BOTH = ["ccbot", "gptbot"]
# By path: tdm_reserved, tdm_policy, ai_refused, usage, section.
EXPECTED: dict[str, tuple[Any, ...]] = {
    PLAIN: (True, POLICY, BOTH, USAGE, "Harbour"),
    FREE: (False, None, BOTH, ["search=y", *USAGE], None),
    PAGE: (False, None, BOTH, USAGE, None),
    CLOSED: (True, None, ["ccbot", "claudebot", "gptbot"], USAGE, None),
}
JSON = {"Content-Type": "application/json"}
# Other responses of tdmrep.json, by the word that each is counted by. The page is fetched all the same.
OTHERS: dict[str, Answer] = {
    "http-404": Answer("", 404),
    "http-503": Answer("", 503),
    "malformed": Answer("<h1>Welcome</h1>"),
    "too-large": Answer("[" + " " * 600_000 + "]", headers=JSON),
    "off-site": Answer("", 302, {"Location": f"http://127.0.8.99{FILE}"}),
    "redirects": Answer("", 302, {"Location": FILE}),
    "robots": Answer(json.dumps(RULES), headers=JSON),
}


def columns(data: Path, *paths: str) -> dict[str, tuple[Any, ...]]:
    articles = Store(data).articles()
    return {
        path: (row.tdm_reserved, row.tdm_policy, row.ai_refused, row.usage, row.section)
        for path, row in articles.items()
        if path in (paths or EXPECTED)
    }


def with_headers(paper: Paper, path: str, **headers: str) -> None:
    answer = paper.routes[path]
    assert isinstance(answer, Answer)
    answer.headers |= {name.replace("_", "-"): value for name, value in headers.items()}


class Night:
    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.data = folder / "data"
        self.paper = stack.enter_context(Paper("127.0.8.1"))
        self.others = {name: stack.enter_context(Paper(f"127.0.8.{n}")) for n, name in enumerate(OTHERS, 2)}
        section = '<meta property="article:section" content="Harbour">'
        for path in EXPECTED:
            self.paper.article(path, f"Headline of {path}", head=section if path == PLAIN else "")
        self.paper.article(PAGE, "Headline of all", head='<meta name="tdm-reservation" content="0">')
        with_headers(self.paper, FREE, Content_Usage="search=y")
        with_headers(self.paper, PAGE, TDM_Reservation="1", TDM_Policy=POLICY)
        with_headers(self.paper, CLOSED, TDM_Reservation="1")
        self.paper.routes[MOVED] = Answer("", 301, {"Location": CLOSED})  # the rules of the target apply
        self.paper.front(PLAIN, FREE, PAGE, MOVED)
        self.paper.routes["/robots.txt"] = Answer(ROBOTS, headers={"Content-Type": "text/plain"})
        self.paper.routes[FILE] = Answer(json.dumps(RULES), headers=JSON)
        link_bare_lists(self.paper)
        for name, paper in self.others.items():
            paper.article(f"{DAY}/story-of-{name}", f"Headline of {name}")
            paper.front(f"{DAY}/story-of-{name}")
            paper.routes[FILE] = OTHERS[name]
            link_bare_lists(paper)
        self.others["robots"].routes["/robots.txt"] = Answer(f"User-agent: *\nDisallow: {FILE}\n")
        urls = " ".join(paper.url for paper in (self.paper, *self.others.values()))
        done = run_scrapy("crawl", "articles", "-a", f"url={urls}", data=self.data)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with ExitStack() as stack:
        yield Night(stack, tmp_path_factory.mktemp("rights"))


def test_the_columns_say_what_page_header_and_host_said(night: Night) -> None:
    assert columns(night.data) == EXPECTED
    assert set(BOTH) < AGENTS.keys()


def test_the_file_is_fetched_once_before_the_first_article(night: Night) -> None:
    asked = night.paper.asked
    assert asked.count(FILE) == 1
    lists = {"/robots.txt", "/", "/feed", "/map.xml"}
    assert lists == set(asked[: asked.index(FILE)])
    assert load_counts(night.data)[night.paper.name]["rights/tdmrep/rules"] == 1


@pytest.mark.parametrize("name", OTHERS)
def test_without_a_valid_file_the_page_is_fetched_and_nothing_is_reserved(night: Night, name: str) -> None:
    paper = night.others[name]
    path = f"{DAY}/story-of-{name}"
    assert paper.asked.count(FILE) == (0 if name == "robots" else 2 if name == "redirects" else 1)
    assert columns(night.data, path) == {path: (None, None, [], [], None)}
    assert load_counts(night.data)[paper.name][f"rights/tdmrep/{name}"] == 1


def test_a_replay_and_another_cleaning_give_the_same_without_a_request(night: Night, tmp_path: Path) -> None:
    papers = [night.paper, *night.others.values()]
    asked = [len(paper.asked) for paper in papers]
    replayed = tmp_path / "replayed"
    done = run_scrapy("crawl", "archive", "-a", f"path={night.data / 'archive'}", data=replayed)
    assert done.returncode == 0, done.stderr
    every = tuple(Store(night.data).articles())
    assert columns(replayed, *every) == columns(night.data, *every)
    make_outdated(night.data)
    done = run_scrapy("reclean", data=night.data)
    assert done.returncode == 0, done.stderr
    assert columns(night.data) == EXPECTED
    assert [len(paper.asked) for paper in papers] == asked


def test_the_file_is_not_fetched_if_the_setting_is_off(night: Night, tmp_path: Path) -> None:
    before = night.paper.asked.count(FILE)
    words = ("-a", f"url={night.paper.url}", "-s", "TDMREP_ASKED=False")
    done = run_scrapy("crawl", "articles", *words, data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert night.paper.asked.count(FILE) == before
    assert columns(tmp_path / "data", PLAIN) == {PLAIN: (None, None, BOTH, USAGE, "Harbour")}
