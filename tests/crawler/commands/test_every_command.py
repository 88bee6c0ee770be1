"""Every command that `scrapy -h` lists in the project, in a process of its own: it does what its help promises.

A new command without an entry in COMMANDS fails the first test.
"""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from crawling import ROOT, SCRAPY, environment
from prepared_scrapy import run_prepared
from servers.paper import Answer, Paper

PATH = "/2025/10/01/night-ferry-runs-again"
QUICK = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_START_DELAY=0", "CLEANING_PROCESSES=1")
SPIDER = """
import scrapy
from crawler.items import page_item

class Harbour(scrapy.Spider):
    name = "harbour"
    start_urls = ["{page}"]

    def parse(self, response):
        yield page_item(response, site="harbour")
"""


class Line(NamedTuple):
    """A command line, its exit status, and a pattern in its output: in that for errors where the status is not 0.

    {page} is the address of an article, which the store has; {page.html}, {spider.py} and {tmp} are places.
    """

    arguments: str
    pattern: str
    status: int = 0


COMMANDS = {
    "addresses": (Line("", ""), Line("--no-such-option", "there is no option --no-such-option", 2)),
    "bench": (Line("-s CLOSESPIDER_TIMEOUT=1", ""), Line("fast", "takes only options, got 'fast'", 2)),
    "browse": (
        Line("more", "takes no arguments", 2),
        Line("--port 99999", "--port must be a whole number", 2),
        Line("--against no", "cannot read the folder", 2),
    ),
    "bulk": (
        Line("{tmp}/data/archive --out {tmp}/bulk --tasks 1", "release"),
        Line("", "takes WARC files", 2),
        Line("nowhere --out {tmp}/none", "there is no WARC file at nowhere", 2),
    ),
    "check": (Line("", ""), Line("--list", r"articles\n  \* parse_article"), Line("nobody", "no spider 'nobody'", 2)),
    "crawl": (
        Line("articles -a article={page}", r"127\.0\.0\.1-\d+ +1 "),
        Line("", "name one", 2),
    ),
    "db": (
        Line("", "has the newest schema"),
        Line("size", r"archive +\d.* [KM]B"),
        Line("size --json", r"\"archive\": \d+"),
        Line("check --all", "no problem found"),
        Line("prune --raw-older-than 180d --rejected-older-than 0d --dry-run", "0 raw pages"),
        Line("prune --reports-older-than 0d", r"\d reports? went: "),
        Line("prune --raw-older-than 180", "such as 180d", 2),
        Line("prune", "needs --raw-older-than, --rejected-older-than or --reports-older-than", 2),
        Line("check --vacuum", "--vacuum belongs to: scrapy db prune", 2),
        Line("copy {tmp}/data {tmp}/moved", "each of the same digest"),
        Line("copy {tmp}/data {tmp}/data", "are the same database", 2),
        Line("downgrade", "one of: upgrade", 2),
    ),
    "edit": (Line("articles", "class ArticlesSpider"), Line("nobody", "choose from: archive, articles", 2)),
    "explain": (Line("{page}", "Night ferry runs again"), Line("", "takes one page", 2)),
    "export": (Line("{tmp}/out", r"\d+ articles? in "), Line("", "takes one folder", 2)),
    "fetch": (
        Line("{page}", "<h1>Night ferry runs again</h1>"),
        Line("--headers {page}", "(?m)^< Content-Type: text/html"),
        Line("{page}-no", ""),
        Line("{page} --spider articles", "leave out --spider", 2),
        Line("example.org", "did you mean https://example.org", 2),
        Line("http://127.0.0.1:9/ -s ALLOWED_NETWORKS=", "loopback", 1),
    ),
    "fleet": (Line("", "name one of: worker, schedule", 2), Line("status", "shares one PostgreSQL", 2)),
    "genspider": (Line("--dump article", "page_item"), Line("-t nothing a b.example", "no template 'nothing'", 2)),
    "holds": (Line("", ""), Line("--no-such-option", "there is no option --no-such-option", 2)),
    "list": (Line("", "archive\narticles\n"),),
    "nightly": (
        Line("--dry-run -s SITES_FILE=sites.example.toml", "lists no site", 2),
        Line("--status", "no night of scrapy nightly yet"),
        Line("--until 25:00", "must be a time as 06:00", 2),
        Line("--until 06:00 -s SITES_FILE={tmp}/none.toml", "none.toml", 2),
    ),
    "parse": (
        Line("{page} --nocolour", "'title': 'Night ferry runs again'"),
        Line("--spider articles --noitems --nocolour {front}", r"<GET http://127\.0\.0\.1:\d+/2025/10/01/night-ferry"),
        Line("--spider archive {page}", "asks no site", 2),
        Line("--pipelines {page}", "shows one page", 2),
        Line("nowhere", "is not an", 2),
    ),
    "reclean": (Line("--dry-run", "pages cleaned again"), Line("all", "takes only options", 2)),
    "remove": (Line("--list", ""), Line("nowhere", "", 2)),
    "report": (
        Line("", r"data/reports/\d{4}-\d\d-\d\d\.html\n$"),
        Line("--text", "^Night of "),
        Line("--json", '"findings": {'),
        Line("--night noon", "a day as YYYY-MM-DD", 2),
        Line("yesterday", "takes only options", 2),
    ),
    "runs": (Line("", ""), Line("--no-such-option", "there is no option --no-such-option", 2)),
    "runspider": (
        Line("{spider.py} -s DATA_DIR={tmp}/own", "(?m)^harbour +1 "),
        Line("{page.html}", "Not a Python source file", 2),
        Line("nowhere.py", "there is no file nowhere.py", 2),
    ),
    "search": (Line("ferry", "Night ferry runs again"), Line("", "", 2)),
    "settings": (Line("--get BOT_NAME", "^broadsheet\n$"), Line("--get BOT_NAM", "did you mean BOT_NAME", 2)),
    "shell": (
        Line("{page} -c clean(response).title", "^Night ferry runs again\n$"),
        Line("{page.html} -c clean(response).title", "^Night ferry runs again\n$"),
        Line("file://{tmp}/page%2Ehtml -c clean(response).title", "^Night ferry runs again\n$"),
        Line("{page.html} -c shelp()", r"clean\(response\)   The article"),
        Line("{tmp}/nothing.html -c 1", "cannot read the file", 2),
        Line("http://127.0.0.1:9/ -s ALLOWED_NETWORKS= -c 1", "we fetch nothing from there", 1),
    ),
    "show": (Line("{page}", r"\w+ \w+"), Line("", "", 2)),
    "sites": (Line("", "learnt from"), Line("show", "takes nothing, or one of", 2)),
    "startproject": (Line("weather {tmp}/weather", "New Scrapy project 'weather'"), Line("", "", 2)),
    "stories": (Line("", ""), Line("--least 1", "--least", 2)),
    "version": (Line("", "^Scrapy "),),
    "view": (Line("", "takes one address", 2),),  # and the last test
}


def list_commands() -> list[str]:
    """Return the commands that `scrapy -h` lists in the project."""
    shown = subprocess.run([SCRAPY, "-h"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return re.findall(r"(?m)^  (\w+) +\S", shown.partition("Available commands:")[2].partition("Use ")[0])


def test_every_command_has_an_entry_here() -> None:
    assert set(list_commands()) - COMMANDS.keys() == set()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the names in braces stand for, while a newspaper serves one article. The store has it."""
    folder = tmp_path_factory.mktemp("commands")
    with Paper() as paper:
        paper.article(PATH, "Night ferry runs again")
        paper.routes["/"] = Answer(f'<html><body><h2><a href="{PATH}">Night ferry runs again</a></h2></body></html>')
        paper.routes["/long"] = Answer(f"<html><body>{'<p>A line of a long page.</p>' * 10_000}</body></html>")
        page = f"{paper.url}{PATH}"
        (folder / "spider.py").write_text(SPIDER.replace("{page}", page))
        (folder / "page.html").write_text(str(paper.routes[PATH].body))
        (folder / "browser").write_text(f'#!/bin/sh\ncp "${{1#file://}}" {folder}/viewed.html\n')
        (folder / "browser").chmod(0o755)
        places = {"{page}": page, "{front}": f"{paper.url}/", "{tmp}": str(folder)}
        places |= {f"{{{name}}}": str(folder / name) for name in ("spider.py", "page.html", "browser")}
        done = run("crawl", "articles -a article={page}", places)
        assert done.returncode == 0, done.stderr
        yield places


@pytest.mark.parametrize(
    ("command", "line"), [(command, line) for command in list_commands() for line in COMMANDS.get(command, ())]
)
def test_a_command_does_what_its_help_promises(command: str, line: Line, places: dict[str, str]) -> None:
    done = run(command, line.arguments, places)
    assert done.returncode == line.status, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert re.search(line.pattern, done.stdout if line.status == 0 else done.stderr), (done.stdout, done.stderr)
    if line.status == 2:
        assert (done.stdout, done.stderr.count("\n")) == ("", 1)
        assert done.stderr.startswith(f"scrapy {command}: ")


@pytest.mark.parametrize("command", ["sites", "list", "shell"])
def test_an_unknown_option_is_one_line(command: str, places: dict[str, str]) -> None:
    done = run(command, "--no-such-option-here", places)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"scrapy {command}: there is no option --no-such-option-here; ")
    assert done.stderr.count("\n") == 1


def test_view_opens_the_page_as_it_came(places: dict[str, str]) -> None:
    assert run("view", "{page}", places).returncode == 0
    assert "<h1>Night ferry runs again</h1>" in Path(places["{tmp}"], "viewed.html").read_text()


def test_fetch_ends_quietly_when_its_reader_has_seen_enough(places: dict[str, str]) -> None:
    arguments = ["fetch", f"{places['{front}']}long", "-s", f"DATA_DIR={places['{tmp}']}/data"]
    allowed = ["-s", "ALLOWED_NETWORKS=127.0.0.0/8", "-s", "DOWNLOAD_DELAY=0"]
    with subprocess.Popen(
        [str(SCRAPY), *arguments, *allowed],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(100) == 128 + signal.SIGPIPE


def run(command: str, arguments: str, places: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = arguments.split()
    for name, place in places.items():
        words = [word.replace(name, place) for word in words]
    data = [] if any("DATA_DIR" in word for word in words) else ["-s", f"DATA_DIR={places['{tmp}']}/data"]
    allowed = [] if any("ALLOWED" in word for word in words) else ["-s", "ALLOWED_NETWORKS=127.0.0.0/8"]
    quick = [part for setting in QUICK for part in ("-s", setting)]
    line = [str(SCRAPY), command, *words, *data, *allowed, *quick]
    return run_prepared(line, ROOT, environment(EDITOR="cat", BROWSER=f"{places['{browser}']} %s"), timeout=100)
