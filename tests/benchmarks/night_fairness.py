"""Crawl many slow sites in too little time, beside one of 10,000 articles and one of 400 lists: who gets a turn?

    python tests/benchmarks/night_fairness.py
    python tests/benchmarks/night_fairness.py --sites 500 --seconds 600

Every site answers after a third of a second. Targets: of every site articles of its newest day are stored; no site has
more than three times the articles of the median; the crawl ends within ten seconds of its time. The exit status is 1 if
a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from crawling import FAST, ROOT, command, environment
from manners import load_rows
from prepared_scrapy import run_prepared
from servers.paper import Answer, Paper
from servers.press import publish, story_paths

from storage.models import DeskNight, StoredArticle

LATENCY = 1 / 3  # seconds
STORIES, MANY, LISTS = 40, 10_000, 400
MOST_OVER = 10.0  # seconds
PATIENCE = 600  # seconds more than the time of the crawl, for what follows it


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=100, metavar="N")
    parser.add_argument("--seconds", type=float, default=120.0, metavar="N", help="the time of the crawl")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="broadsheet-fairness-") as folder, ExitStack() as stack:
        papers = [
            stack.enter_context(Paper(f"127.1.{number // 250}.{number % 250 + 1}")) for number in range(options.sites)
        ]
        for number, paper in enumerate(papers):
            publish(paper, MANY if number == 1 else STORIES)
        _add_lists(papers[0])
        for paper in papers:
            _slow_down(paper)
        over = _crawl(Path(folder), papers, options.seconds)
        return _judge(Path(folder, "data"), papers, over)


def _add_lists(paper: Paper) -> None:
    """Serve a sitemap that names many others, each with one article."""
    for number in range(LISTS):
        paper.routes[f"/map-{number}.xml"] = _make_sitemap("urlset", "url", [f"{paper.url}{story_paths(STORIES)[0]}"])
    maps = [f"{paper.url}/map-{number}.xml" for number in range(LISTS)]
    paper.routes["/sitemap.xml"] = _make_sitemap("sitemapindex", "sitemap", maps)


def _make_sitemap(root: str, entry: str, urls: list[str]) -> Answer:
    entries = "".join(f"<{entry}><loc>{url}</loc></{entry}>" for url in urls)
    body = f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{root}>'
    return Answer(body, headers={"Content-Type": "application/xml"})


def _slow_down(paper: Paper) -> None:
    for path, route in paper.routes.items():

        def answer(route: object = route) -> Answer:
            time.sleep(LATENCY)
            made = route() if callable(route) else route
            assert isinstance(made, Answer)
            return made

        paper.routes[path] = answer


def _crawl(folder: Path, papers: list[Paper], seconds: float) -> float:
    """Crawl as a night does; return by how many seconds the last answer was later than planned."""
    sites, data = folder / "sites.toml", folder / "data"
    sites.write_text("".join(f'[[site]]\nname = "{paper.name}"\nurl = "{paper.url}/"\n' for paper in papers))
    words = command("nightly", *FAST, "-s", f"SITES_FILE={sites}", "--skip", "report", data=data)
    words += ["--hours", f"{seconds / 3600:.4f}", "-s", "CLEANING_PROCESSES=2", "--logfile", str(folder / "log")]
    done = run_prepared(words, ROOT, environment(), timeout=2 * seconds + PATIENCE)
    print(done.stdout or done.stderr, end="")
    (night,) = load_rows(data, DeskNight)
    crawl = night.steps["crawl"]
    planned = seconds - min(0.1 * seconds, 600)  # the rest is for what follows, where no night has been measured
    return float(crawl["seconds"]) - float(crawl["finishing"]) - planned


def _judge(data: Path, papers: list[Paper], over: float) -> int:
    rows = load_rows(data, StoredArticle)
    stored = Counter(row.site for row in rows)
    # Twenty stories have one day in their address; those of the last day are the newest.
    days = {
        paper.name: f"{paper.url}{story_paths(MANY if number == 1 else STORIES)[-1][:12]}"
        for number, paper in enumerate(papers)
    }
    newest = Counter(row.site for row in rows if row.url.startswith(days[row.site]))
    without = sum(not newest[paper.name] for paper in papers)
    numbers = sorted(stored[paper.name] for paper in papers)
    median = statistics.median(numbers)
    print(
        f"{len(papers)} sites, {without} without an article of the newest day; articles of a site: at least "
        f"{numbers[0]}, median {median:g}, at most {numbers[-1]}; the last answer {over:+.1f} s after its time"
    )
    return 1 if without or numbers[-1] > 3 * median or over > MOST_OVER else 0


if __name__ == "__main__":
    sys.exit(main())
