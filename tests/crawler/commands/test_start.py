"""Starting a command: it loads only what it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from crawling import FAST, ROOT, SCRAPY, environment
from servers.paper import Paper

# What takes long to load, and what loads it: libraries, and modules of ours that many others import.
STORE = {"sqlalchemy", "alembic"}
CLEANER = {"trafilatura", "pebble", "rapidfuzz", "langdetect", "courlan", "multiprocessing.pool", "cleaning.clean"}
CRAWL = {"feedparser", "warcio", "crawler.spiders.articles", "crawler.run.session"}
OUTPUT = {"rich", "jinja2", "pyarrow"}
SLOW = STORE | CLEANER | CRAWL | OUTPUT


# Runs the script that is its first argument, and in the end prints the names of all modules that were imported.
LIST_MODULES = """
import atexit, runpy, sys
atexit.register(lambda: print("modules:", *sys.modules, file=sys.stderr))
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def loaded_by(*arguments: str, folder: Path = ROOT) -> set[str]:
    """Run `scrapy ARGUMENTS` in a folder and return the names of the modules that it imports."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, str(SCRAPY), *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return set(done.stderr.rpartition("modules: ")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        *(
            [name, "--help"]
            for name in ("crawl", "explain", "export", "reclean", "report", "search", "sites", "stories")
        ),
    ],
)
def test_help_loads_neither_the_cleaner_nor_the_store(arguments: list[str]) -> None:
    loaded = loaded_by(*arguments)
    assert {"scrapy.cmdline", "crawler.settings", "crawler.commands.corpus.stories"} <= loaded
    assert loaded & SLOW == set()


def test_help_loads_in_the_project_little_more_than_outside(tmp_path: Path) -> None:
    ours = ("crawler", "cleaning", "storage")
    more = loaded_by("--help") - loaded_by("--help", folder=tmp_path)
    assert {name for name in more if name.partition(".")[0] not in ours} <= {"fractions", "secrets"}


@pytest.mark.parametrize(
    ("arguments", "needed", "spared"),
    [
        (["stories"], {"sqlalchemy"}, CLEANER | {"pyarrow", "feedparser", "crawler.run.session"}),
        (["sites"], {"sqlalchemy"}, CLEANER | {"pyarrow", "feedparser", "crawler.run.session"}),
        (["report", "--text"], {"sqlalchemy"}, CLEANER | {"pyarrow", "feedparser", "altair", "crawler.run.session"}),
        (["export", "out"], {"sqlalchemy"}, CLEANER | {"pyarrow", "feedparser", "crawler.run.session"}),
        (["export", "--verify", "nowhere"], set(), CLEANER | CRAWL | {"pyarrow", "rich", "jinja2"}),
        (["explain", "nowhere.html"], {"crawler.explain.local"}, STORE | CRAWL | {"trafilatura", "pyarrow"}),
        (["stories", "--least", "many"], set(), SLOW),
    ],
)
def test_a_command_loads_what_it_needs(
    arguments: list[str], needed: set[str], spared: set[str], tmp_path: Path
) -> None:
    loaded = loaded_by(*arguments, "-s", f"DATA_DIR={tmp_path}")
    assert needed <= loaded
    assert loaded & spared == set()


def test_a_crawl_of_plain_sites_loads_nothing_of_the_browser(tmp_path: Path) -> None:
    with Paper() as paper:
        loaded = loaded_by("crawl", "articles", *FAST, "-a", f"url={paper.url}/", "-s", f"DATA_DIR={tmp_path}")
        assert paper.asked
    assert "crawler.middlewares.rendering" in loaded
    assert loaded & {"playwright", "scrapy_playwright", "psutil", "h11", "crawler.browser.render"} == set()
