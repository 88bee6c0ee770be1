"""Crawls that a Python script starts: they come to the same end as those of the shell."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from crawling import FAST, ON_POSTGRESQL, ROOT, Store, command, environment, name_database, run_scrapy
from manners import load_rows
from prepared_scrapy import PreparedProcess
from servers.paper import Paper, prose
from two_papers import BOILERPLATE

from storage.models import Run

STORIES = 12
PAGE = (ROOT / "docs" / "scrapy.md").read_text("utf-8")
# As an operator writes them who crawls a newspaper of his own.
SETTINGS = """
from crawler.settings import *
ALLOWED_NETWORKS = ["127.0.0.0/8"]
DOWNLOAD_DELAY = AUTOTHROTTLE_START_DELAY = 0
CLEANING_PROCESSES = 1
"""


def publish(paper: Paper) -> None:
    """Publish stories of which nine repeat a line that is cut when the texts are settled."""
    paths = [f"/2025/10/{number + 1:02}/story-{number}" for number in range(STORIES)]
    for number, path in enumerate(paths):
        text = prose(path)
        if number < STORIES - 3:
            text.insert(3, BOILERPLATE)
        paper.article(path, f"Headline number {number} of many words", text=text)
    paper.front(*paths)


def run_script(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder of its own, with the settings of its project in `mine.py`."""
    (folder / "mine.py").write_text(SETTINGS)
    (folder / "script.py").write_text(code)
    return subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        env=environment(
            SCRAPY_SETTINGS_MODULE="mine",
            PYTHONPATH=os.pathsep.join([str(folder), str(ROOT)]),
            **name_database(folder / "data"),
        ),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_the_ten_lines_of_the_docs_crawl_a_site_to_its_end(paper: Paper, tmp_path: Path) -> None:
    publish(paper)
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "AsyncCrawlerProcess" in block)
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 10
    done = run_script(tmp_path, code.replace("https://www.example.org", f"{paper.url}/").replace("limit=5", "limit=11"))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[0] == "0 11 data"
    assert "Results of this crawl" in done.stdout
    data = tmp_path / "data"  # in the folder in which the script was started
    assert len(Store(data).texts()) == 11
    assert not [text for text in Store(data).texts().values() if BOILERPLATE in text]  # settled
    (run,) = load_rows(data, Run)
    assert (run.outcome, run.exit_code) == ("finished", 0)
    (counts,) = run.counts.values()
    assert any(stat.startswith("listed/") for stat in counts)  # the night was measured
    assert counts["settle/changed"] > 0


RUNNERS = """
import asyncio, json, sys
from scrapy.utils.reactor import install_reactor
install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from scrapy.crawler import AsyncCrawlerRunner, CrawlerRunner
from scrapy.utils.defer import deferred_f_from_coro_f, maybe_deferred_to_future
from scrapy.utils.project import get_project_settings
from twisted.internet.task import react
from cleaning.errors import UsageError
from crawler.finishing.report import get_report

async def crawl(make, folder, **arguments):
    settings = get_project_settings()
    settings.set("DATA_DIR", folder)
    runner = make(settings)
    crawler = runner.create_crawler("articles")
    running = runner.crawl(crawler, **arguments)
    await (running if make is AsyncCrawlerRunner else maybe_deferred_to_future(running))
    report = get_report(crawler)
    return [report.exit_status, report.finish_reason, report.count("article/stored"), str(report.data_dir)]

@deferred_f_from_coro_f
async def main(reactor):
    url = URL
    results = [await crawl(AsyncCrawlerRunner, "one", url=url), await crawl(CrawlerRunner, "two", url=url)]
    results += await asyncio.gather(
        crawl(AsyncCrawlerRunner, "three", url=url, limit=None), crawl(AsyncCrawlerRunner, "four", url=url)
    )
    for arguments in ({"url": ""}, {"url": url, "colour": "red"}, {"url": url, "limit": "none"}):
        try:
            await crawl(AsyncCrawlerRunner, "five", **arguments)
        except UsageError as error:
            results.append(str(error))
    results.append(await crawl(AsyncCrawlerRunner, "one", url=url))  # its folder is free again
    print(json.dumps(results))

react(main)
"""


@pytest.mark.skipif(ON_POSTGRESQL, reason="crawls into several SQLite files at once in one process")
def test_runners_crawl_one_after_another_and_at_once_and_raise_for_wrong_arguments(
    paper: Paper, tmp_path: Path
) -> None:
    publish(paper)
    done = run_script(tmp_path, RUNNERS.replace("URL", repr(f"{paper.url}/")))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    results: list[Any] = json.loads(done.stdout)
    folders = ["one", "two", "three", "four"]
    assert results[:4] == [[0, "finished", STORIES, folder] for folder in folders]
    for folder in folders:
        assert not [text for text in Store(tmp_path / folder).texts().values() if BOILERPLATE in text]
    empty, unknown, limit, again = results[4:]
    assert "-a url= is empty" in empty
    assert "unknown argument 'colour'" in unknown
    assert "-a limit=" in limit
    assert not (tmp_path / "five").exists()
    assert again == [0, "finished", 0, "one"]
    assert [(run.outcome, run.exit_code) for run in load_rows(tmp_path / "one", Run)] == [("finished", 0)] * 2


GUARDED = """
from scrapy.utils.reactor import install_reactor
install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.defer import deferred_f_from_coro_f
from scrapy.utils.project import get_project_settings
from twisted.internet.task import react
from crawler.finishing.report import get_report

@deferred_f_from_coro_f
async def main(reactor):
    for folder, allowed in (("wide", ["127.0.0.0/8"]), ("narrow", ["127.0.0.0/31"])):
        settings = get_project_settings()
        settings.setdict({"DATA_DIR": folder, "ALLOWED_NETWORKS": allowed})
        crawler = AsyncCrawlerRunner(settings).create_crawler("articles")
        await AsyncCrawlerRunner(settings).crawl(crawler, url=URL)
        print(get_report(crawler).exit_status)

react(main)
"""


def test_a_crawl_does_not_connect_to_what_only_an_earlier_one_of_its_process_may(paper: Paper, tmp_path: Path) -> None:
    publish(paper)
    done = run_script(tmp_path, GUARDED.replace("URL", repr(f"{paper.url}/")))
    assert done.stdout.split() == ["0", "7"], done.stderr
    asked = [path for path in paper.asked if path == "/robots.txt"]
    assert len(asked) == 1  # by the first crawl


# Settling a site takes until somebody interrupts it.
LINGERS = """
import pathlib, sys, time
if "crawl" in sys.argv:
    from crawler.recleaning.settler import Settler
    learn = Settler.learn
    def lingers(settler, site):
        pathlib.Path("settling").touch()
        while True:
            settler._cleaner.check_interrupt()
            time.sleep(0.05)
    Settler.learn = lingers
"""


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGINT]])
def test_ctrl_c_while_the_texts_are_settled_leaves_them_to_the_next_run(
    paper: Paper, data: Path, tmp_path: Path, signals: list[signal.Signals]
) -> None:
    publish(paper)
    (tmp_path / "sitecustomize.py").write_text(LINGERS)
    arguments = command("crawl", "articles", "-a", f"url={paper.url}/", "-O", "feed.jsonl", *FAST, data=data)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    own = environment(SCRAPY_SETTINGS_MODULE="crawler.settings", PYTHONPATH=path)
    crawl = PreparedProcess(arguments, tmp_path, own)
    deadline = time.monotonic() + 90
    while not (tmp_path / "settling").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for number in signals:
        crawl.send_signal(number)
    out, err = crawl.communicate(timeout=60)
    assert crawl.returncode == 130, err
    assert "Traceback" not in err
    assert "interrupted while the texts were settled; the next run of these sites goes on with it" in err
    assert "Results of this crawl" in out
    assert len((tmp_path / "feed.jsonl").read_text().splitlines()) == STORIES  # as an export would give them now
    assert [(run.outcome, run.exit_code) for run in load_rows(data, Run)] == [("finished", 130)]
    (tmp_path / "sitecustomize.py").unlink()
    again = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data)
    assert again.returncode == 0, again.stderr
    assert not [text for text in Store(data).texts().values() if BOILERPLATE in text]
