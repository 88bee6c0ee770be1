"""Crawl young articles on a paper of loopback, then the night after: what does it cost to look at each again?

    python tests/benchmarks/recheck_night.py
    python tests/benchmarks/recheck_night.py --articles 500 --edited 18

On the second night the front page lists one of them; some were edited. Targets: each is asked for once, an unchanged
one without a body and in fewer than 600 bytes. The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
from crawling import FAST, ROOT, command, environment
from gold import parse_count
from nights import let_a_night_pass
from prepared_scrapy import run_prepared
from servers.paper import Answer, Paper, prose

PATIENCE = 3600  # seconds for a night
MOST_BYTES = 600  # of head and body, for an unchanged article
_HEAD = 160  # bytes that the server adds to the head of an answer: its name, the date, type and length


class Cost(NamedTuple):
    """What one night asked of the articles, and was sent."""

    requests: int
    not_modified: int
    size: int  # bytes, of answers 304 and of bodies
    unchanged_size: int  # of these, bytes of answers 304


class YoungPaper(Paper):
    """A paper with articles of this morning, each with an ETag."""

    def __init__(self, articles: int) -> None:
        super().__init__()
        self.paths = [f"/news/the-story-of-today-{50_000 + number}.html" for number in range(articles)]
        self.sent: list[tuple[int, int]] = []  # status and size of each answer for an article
        for path in self.paths:
            self.write(path)
        self.front(*self.paths)

    def write(self, path: str, *, edition: int = 0) -> None:
        when = datetime.now(UTC) - timedelta(hours=5)
        self.article(path, f"Story {path}", text=prose(f"{path}{edition}", 10), when=when.isoformat())
        page = self.routes[path]
        assert isinstance(page, Answer)
        self.routes[path] = partial(self._answer, path, page)

    def _answer(self, path: str, page: Answer) -> Answer:
        body = page.body.encode() if isinstance(page.body, str) else page.body
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        is_same = self.headers[path].get("if-none-match") == tag
        answer = Answer(b"" if is_same else body, 304 if is_same else 200, {"ETag": tag})
        self.sent.append((answer.status, _HEAD + len(tag) + len(answer.body)))
        return answer


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=parse_count, default=100, metavar="N")
    parser.add_argument("--edited", type=int, default=15, metavar="PERCENT", help="by the second night")
    options = parser.parse_args(arguments)
    edited = options.articles * options.edited // 100
    with tempfile.TemporaryDirectory(prefix="broadsheet-rechecks-") as folder, YoungPaper(options.articles) as paper:
        data = Path(folder, "data")
        costs = [_crawl(paper, data)]
        for path in paper.paths[:edited]:
            paper.write(path, edition=1)
        paper.front(paper.paths[0])
        let_a_night_pass(data)
        costs.append(_crawl(paper, data))
    print(f"{'night':>6}{'requests':>10}{'304':>7}{'bytes':>12}{'an article':>12}")
    for number, cost in enumerate(costs, 1):
        share = cost.size // options.articles
        print(f"{number:>6}{cost.requests:>10}{cost.not_modified:>7}{cost.size:>12,}{share:>12,}")
    unchanged = options.articles - edited
    each = costs[1].unchanged_size / max(1, costs[1].not_modified)
    print(f"an unchanged article takes {each:,.0f} bytes (target: fewer than {MOST_BYTES})")
    is_whole = costs[1].requests == options.articles and costs[1].not_modified == unchanged
    return 0 if is_whole and each < MOST_BYTES else 1


def _crawl(paper: YoungPaper, data: Path) -> Cost:
    paper.sent.clear()
    line = command("crawl", "articles", "-a", f"url={paper.url}/", "-s", "RECHECK_SHARE=1", data=data)
    run_prepared([*line, *FAST], ROOT, environment(), timeout=PATIENCE).check_returncode()
    unchanged = [size for status, size in paper.sent if status == 304]
    return Cost(len(paper.sent), len(unchanged), sum(size for _, size in paper.sent), sum(unchanged))


if __name__ == "__main__":
    sys.exit(main())
