"""The log of a crawl: the run's number, the address behind each count at -L DEBUG, and JSON for a log collector."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from crawling import Scrapy
from manners import load_counts
from servers.paper import Answer, Paper, prose

DAY = "/2025/10/01"
# Beginnings of the stats that count addresses by their outcome.
COUNTED = re.compile(
    r"(?:article/(stored|duplicate|unchanged|rejected/.+)|address/((?:failed|gone|refused|retried)/.+))$"
)


@pytest.fixture
def troubled_paper(paper: Paper) -> Paper:
    """A paper with two stories, a copy, a stub, a forbidden page, one that is gone and one that fails."""
    stories = [f"{DAY}/{name}-in-the-old-town" for name in ("one", "two")]
    others = [f"{DAY}/{name}-of-the-day-before" for name in ("copy", "stub", "forbidden", "gone", "broken")]
    for path in stories:
        paper.article(path, f"Headline of {path[12:]}", text=prose(path))
    paper.article(others[0], f"Headline of {stories[0][12:]}", text=prose(stories[0]))
    paper.article(others[1], "A stub of a story", text=["Two words."])
    paper.article(others[2], "Forbidden")
    rules = f"User-agent: *\nDisallow: {others[2]}\n"
    paper.routes["/robots.txt"] = Answer(rules, headers={"Content-Type": "text/plain"})
    paper.routes[others[3]] = Answer("gone", 410)
    paper.routes[others[4]] = Answer("broken", 500)
    paper.front(*stories, *others)
    return paper


def read_log(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_count_has_its_address_at_the_level_debug(
    troubled_paper: Paper, scrapy: Scrapy, data: Path, tmp_path: Path
) -> None:
    log = tmp_path / "crawl.log"
    words = ("-a", f"url={troubled_paper.url}/", "-L", "DEBUG", f"--logfile={log}", "-s", "LOG_FORMAT=json")
    done = scrapy("crawl", "articles", *words)
    assert done.returncode == 0, done.stderr
    lines = read_log(log)
    outcomes = [line for line in lines if line["level"] == "DEBUG" and "outcome" in line]
    assert all(line["site"] == troubled_paper.name and line["url"].startswith(troubled_paper.url) for line in outcomes)
    counted = Counter[str]()
    for stat, number in load_counts(data)[troubled_paper.name].items():
        if (found := COUNTED.match(stat)) is not None:
            counted[found[1] or found[2]] += number
    retried = Counter(line["outcome"] for line in outcomes if line["outcome"].startswith("retried/"))
    last = {line["url"]: line["outcome"] for line in outcomes}  # a copy that came first is a duplicate by the end
    assert counted["stored"] == 2
    assert counted["duplicate"] == 1
    assert counted["gone/http-410"] >= 1
    assert counted["failed/http-500"] == 1
    assert counted["refused/robots"] == 1
    told = retried + Counter(last.values())
    assert counted <= told
    assert set(told - counted) == {"gone/http-404"}  # feeds and sitemaps that were guessed: another stat counts them


def test_the_log_begins_with_the_number_of_the_run(troubled_paper: Paper, scrapy: Scrapy, tmp_path: Path) -> None:
    log = tmp_path / "crawl.log"
    words = ("-a", f"url={troubled_paper.url}/", f"--logfile={log}")
    assert scrapy("crawl", "articles", *words).returncode == 0
    assert "run 1 of the spider articles begins" in log.read_text("utf-8").splitlines()[0]
    assert scrapy("crawl", "articles", *words, "-s", "LOG_FORMAT=json").returncode in (0, 6)
    added = [line for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    lines = [json.loads(line) for line in added]
    assert lines[0]["message"] == "run 2 of the spider articles begins"
    assert {(line["run"], line["spider"]) for line in lines} == {(2, "articles")}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines)
    assert any(line["message"].startswith("The data is in") for line in lines)  # of the night's table
    assert all({"level", "logger"} <= line.keys() for line in lines)


def test_an_error_is_one_json_object(scrapy: Scrapy, data: Path, tmp_path: Path) -> None:
    """A spider whose code fails: its traceback is a value of the line."""
    spider = tmp_path / "broken_spider.py"
    spider.write_text(
        "import scrapy\n"
        "class Broken(scrapy.Spider):\n"
        "    name = 'broken'\n"
        "    async def start(self):\n"
        '        raise ValueError(\'hostile \\x1b[31m\\n{"level": "FATAL"}\')\n'
        "        yield\n",
        "utf-8",
    )
    done = scrapy("runspider", str(spider), "-s", "LOG_FORMAT=json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    [error] = [line for line in lines if line["level"] == "ERROR" and "exception" in line]
    assert "ValueError: hostile" in error["exception"]
    assert "\x1b" not in error["exception"]
    assert error["spider"] == "broken"
