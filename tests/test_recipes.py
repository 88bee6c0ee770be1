"""The recipes of docs/recipes.md, typed as they stand there: each of at most five lines, on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import ROOT, SCRAPY, Store
from prepared_scrapy import run_prepared
from servers.own_sites import PASSWORD, USER, OwnSites
from servers.paper import Paper, prose

PAGE = (ROOT / "docs" / "recipes.md").read_text("utf-8")
RECIPE = re.compile(r"^## (.*?)\n\n```(python)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
RECIPES = {title: (kind, code) for title, kind, code in RECIPE.findall(PAGE)}
FERRY, ROOF = "/2026/11/03/night-ferry", "/2026/11/04/old-theatre-roof"
EDITED = "The ferry will not stop at the old pier before the summer, the council said on Monday."
SETTINGS = """
from crawler.settings import *
SPIDER_MODULES = ["crawler.spiders", "mine"]
NEWSPIDER_MODULE = "mine"
DOWNLOAD_DELAY = AUTOTHROTTLE_START_DELAY = 0
CLEANING_PROCESSES = 1
RETRY_PAUSES = [0.2, 0.4]
ALLOWED_NETWORKS = ["127.0.0.0/8"]
"""

pytestmark = pytest.mark.timeout(300)  # most type several commands, three tests at once


@pytest.fixture
def paper() -> Iterator[Paper]:
    """A paper of two articles and a broken link. Its site and its articles have what the recipes ask for."""
    with Paper() as paper:
        for path, title in ((FERRY, "Night ferry runs again"), (ROOF, "Old theatre gets a new roof")):
            body = "".join(f"<p>{paragraph}</p>" for paragraph in prose(path))
            beside = "".join(f"<p>{paragraph}</p>" for paragraph in prose(f"beside {path}", paragraphs=2))
            paper.article(path, title, when=f"{path[1:11].replace('/', '-')}T08:00:00Z")
            answer = paper.routes[path]
            assert not callable(answer)
            answer.body = str(answer.body).replace(
                body, f'<div class="story">{body}</div><p>See also: <a href="{ROOF}">Old theatre</a></p>{beside}'
            )
        paper.front(FERRY, ROOF, "/2026/11/05/lost-page")
        yield paper


class Desk:
    """A folder in which a person types."""

    def __init__(self, folder: Path, paper: Paper, own: OwnSites) -> None:
        self.folder = folder
        self.store = Store(folder / "data")
        self._paper = paper
        self._own = own
        (folder / "mine").mkdir()
        (folder / "mine" / "__init__.py").touch()
        (folder / "on_loopback.py").write_text(SETTINGS, encoding="utf-8")

    def type(self, title: str, before: str = "", status: int = 0) -> str:
        """Type a recipe, and return what it printed. `before` is Python that gives it its values."""
        kind, code = RECIPES[title]
        assert 1 <= sum(bool(line.strip()) for line in code.splitlines()) <= 5
        code = code.replace("www.example.org/login", f"{self._own.url}/login")
        code = code.replace("https://www.example.org", self._paper.url)
        return self.run([sys.executable, "-c", before + code] if kind else ["bash", "-ec", code], status)

    def run(self, command: list[str], status: int = 0) -> str:
        """Run a program in the folder, and return what it printed on standard output."""
        paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"PATH": paths, "PYTHONPATH": str(self.folder), "SCRAPY_SETTINGS_MODULE": "on_loopback", "COLUMNS": "200"}
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if command[0] == "scrapy":
            done = run_prepared([str(SCRAPY), *command[1:]], self.folder, inherited | own, timeout=280)
        else:
            done = subprocess.run(
                command, cwd=self.folder, env=inherited | own, capture_output=True, text=True, timeout=280, check=False
            )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def crawl(self) -> None:
        self.run(["scrapy", "crawl", "articles", "-a", f"url={self._paper.url}"])


@pytest.fixture
def desk(tmp_path: Path, paper: Paper) -> Iterator[Desk]:
    with OwnSites() as own:
        yield Desk(tmp_path, paper, own)


def test_there_is_a_test_of_every_recipe() -> None:
    tested = set(re.findall(r'desk\.type\("(.*?)"', Path(__file__).read_text("utf-8")))
    assert len(RECIPES) == 12
    assert set(RECIPES) == tested
    assert PAGE.count("\n## ") == 12


def test_crawl_one_article(desk: Desk, paper: Paper) -> None:
    desk.type("Crawl one article")
    assert set(desk.store.articles()) == {FERRY}
    assert ROOF not in paper.asked


def test_write_a_crawl_to_json_lines(desk: Desk) -> None:
    desk.type("Write a crawl to JSON Lines")
    lines = (desk.folder / "articles.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["title"] for line in lines} == {"Night ferry runs again", "Old theatre gets a new roof"}


def test_crawl_behind_a_log_in(desk: Desk) -> None:
    assert RECIPES["Crawl behind a log-in"][1].count(f"MEMBERS_USER={USER} MEMBERS_PASSWORD='{PASSWORD}'") == 1
    desk.type("Crawl behind a log-in")
    assert {"/members/1", "/members/2"} <= set(desk.store.texts())


def test_say_where_the_text_of_a_site_stands(desk: Desk) -> None:
    desk.type("Say where a site's text stands")
    assert desk.store.texts()[FERRY] == "\n".join(prose(FERRY))


def test_clean_one_string(desk: Desk, paper: Paper) -> None:
    answer = paper.routes[FERRY]
    assert not callable(answer)
    printed = desk.type("Clean one string", before=f"html = {answer.body!r}\n")
    assert prose(FERRY)[0] in printed
    assert "See also" not in printed


def test_clean_many_files(desk: Desk, paper: Paper) -> None:
    answer = paper.routes[FERRY]
    assert not callable(answer)
    (desk.folder / "pages").mkdir()
    for number in range(40):  # a thousand would take a minute and show no more
        page = str(answer.body).replace("Night ferry runs again", f"Night ferry runs again {number}")
        (desk.folder / "pages" / f"{number:02}.html").write_text(page, encoding="utf-8")
    printed = desk.type("Clean a thousand files with two processes").splitlines()
    assert [f"again {number} " in line for number, line in enumerate(printed)] == [True] * 40


def test_last_months_articles_as_a_data_frame(desk: Desk) -> None:
    desk.crawl()
    printed = desk.type("Last month's articles as a DataFrame")
    assert "Night ferry runs again" in printed
    assert "[2 rows x 3 columns]" in printed or printed.count("\n") == 3


def test_what_the_site_said_before_its_edit(desk: Desk, paper: Paper) -> None:
    desk.crawl()
    answer = paper.routes[FERRY]
    assert not callable(answer)
    answer.body = str(answer.body).replace(prose(FERRY)[2], EDITED)
    desk.type("Crawl one article")
    printed = " ".join(desk.type("What did the site say before its edit").split())
    assert EDITED in printed
    assert prose(FERRY)[2] in printed


def test_why_a_paragraph_was_cut(desk: Desk) -> None:
    desk.crawl()
    lines = desk.type("Why was this paragraph cut last night").splitlines()
    (number,) = [at for at, line in enumerate(lines) if line.startswith("-") and "See also" in line]
    assert "see_also" in lines[number + 1]


def test_every_address_that_failed(desk: Desk) -> None:
    desk.crawl()
    printed = desk.type("Every address that failed last night")
    assert "/2026/11/05/lost-page" in printed
    assert "http-404" in printed
    assert FERRY not in printed


def test_search_a_phrase(desk: Desk) -> None:
    desk.crawl()
    printed = desk.type("Search a phrase")
    assert "Night ferry runs again" in printed
    assert ROOF not in printed


def test_take_an_article_down_and_rebuild_the_release(desk: Desk) -> None:
    desk.crawl()
    desk.run(["scrapy", "export", "corpus", "--format", "jsonl"])
    printed = desk.type("Take an article down, and rebuild the release", status=3)  # of --compare: they differ
    assert "1 removed" in printed
    assert FERRY in printed
    left = (desk.folder / "corpus-2" / "data" / "articles.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["title"] for line in left] == ["Old theatre gets a new roof"]
