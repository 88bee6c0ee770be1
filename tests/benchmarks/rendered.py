"""Crawl papers whose pages only scripts fill, and measure pages a second, memory, and what is left behind.

    python tests/benchmarks/rendered.py --pages 1000

Papers on loopback send a shell and answer its API; each article goes through the browser. To reach, on two cores: one
page a second, memory of the last quarter of the run at most a tenth above that of the second, no process left, every
article with exactly its text. The exit status is 1 if that is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from uuid import uuid4

import beside  # noqa: F401 (imported for its change of the path)
import psutil
from browsing import MARK, list_marked
from crawling import FAST, Store, command, environment
from servers.paper import Answer, Paper
from servers.script_press import JSON, ScriptPaper, make_stories, publish_react

PAGES_A_PAPER = 25
INTERVAL = 2.0  # seconds between two looks at the memory
LEAST_PACE, MOST_GROWTH = 1.0, 1.1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    options = parser.parse_args(arguments)
    papers = max(1, options.pages // PAGES_A_PAPER)
    with tempfile.TemporaryDirectory(prefix="broadsheet-rendered-") as folder, ExitStack() as stack:
        press = [
            (paper := stack.enter_context(Paper(f"127.0.1.{number + 1}")), _publish(paper, number))
            for number in range(papers)
        ]
        sites = Path(folder, "sites.toml")
        sites.write_text(
            "".join(
                f'[[site]]\nname = "paper-{number}"\nurl = "{paper.url}/"\n{made.entry}\n'
                for number, (paper, made) in enumerate(press)
            )
        )
        data = Path(folder, "data")
        began, mark = time.monotonic(), str(uuid4())
        line = command("crawl", "articles", *FAST, "-s", f"SITES_FILE={sites}", data=data)
        crawl = subprocess.Popen(
            line, env=environment(**{MARK: mark}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        sizes: list[float] = []
        watch = threading.Thread(target=_watch, args=(crawl, sizes))
        watch.start()
        status = crawl.wait()
        seconds = time.monotonic() - began
        watch.join()
        left = list_marked(mark)
        texts = {row.url: row.text for row in Store(data).articles().values() if row.rejected is None}
        wanted = {paper.url + path: "\n".join(text) for paper, made in press for path, text in made.texts.items()}
    return _report(
        status, seconds, sizes, left, sum(texts.get(url) == text for url, text in wanted.items()), len(wanted)
    )


def _publish(paper: Paper, number: int) -> ScriptPaper:
    """Publish a paper whose shell asks an API, with texts that no other paper has."""
    made = publish_react(paper)
    stories = make_stories(f"paper{number}", PAGES_A_PAPER)
    shell = next(answer for path, answer in paper.routes.items() if path in made.texts)
    listed = [{"path": path, "title": title} for path, title in stories.titles.items()]
    paper.routes["/api/stories"] = Answer(json.dumps(listed), headers=JSON)
    for path, text in stories.texts.items():
        paper.routes[path] = shell
        story = {"title": stories.titles[path], "text": text}
        paper.routes[f"/api/story?path={path.replace('/', '%2F')}"] = Answer(json.dumps(story), headers=JSON)
    stories.entry = made.entry
    return stories


def _watch(crawl: subprocess.Popen[bytes], sizes: list[float]) -> None:
    """Note the memory of the crawl and all its processes, in MB, until it ends. Shared memory counts once a process."""
    process = psutil.Process(crawl.pid)
    while crawl.poll() is None:
        try:
            tree = [process, *process.children(recursive=True)]
            sizes.append(sum(_measure(one) for one in tree) / (1 << 20))
        except psutil.Error:
            pass
        time.sleep(INTERVAL)


def _measure(process: psutil.Process) -> int:
    try:
        memory = process.memory_info()
    except psutil.Error:
        return 0
    return int(memory.rss - memory.shared)


def _report(status: int, seconds: float, sizes: list[float], left: Sequence[str], right: int, pages: int) -> int:
    quarter = max(1, len(sizes) // 4)
    second, last = fmean(sizes[quarter : 2 * quarter] or sizes), fmean(sizes[-quarter:])
    pace = pages / seconds
    print(f"{pages:,} pages in {seconds:.0f} s: {pace:.2f} a second (to reach: {LEAST_PACE})")
    print(f"memory of all processes: second quarter {second:.0f} MB, last {last:.0f} MB, most {max(sizes):.0f} MB")
    print(f"exactly the text of the paper: {right:,} of {pages:,}; processes left: {len(left)}; exit status {status}")
    is_reached = pace >= LEAST_PACE and last <= MOST_GROWTH * second and not left and right == pages and status == 0
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
