"""Whole newspapers on loopback of any size: each page is made when it is requested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from servers.paper import Answer, Paper, prose

# On every second story; only the site memory knows that it is boilerplate.
REPEATED = (
    "This newspaper was founded by a bookbinder and her two brothers, and has been printed on the hill since 1904."
)
LISTED = 500  # stories to which the front page links


def story_paths(stories: int) -> list[str]:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    return [
        f"/{first + timedelta(days=number // 20):%Y/%m/%d}/a-story-of-many-words-number-{number}"
        for number in range(stories)
    ]


def publish(paper: Paper, stories: int, teasers: int = 0) -> list[str]:
    """Serve this many stories, all of them in the sitemap, with so many teasers beside each; return their paths."""
    paths = story_paths(stories)
    for number, path in enumerate(paths):
        paper.routes[path] = partial(_story, paper, path, number, teasers)
    paper.front(*paths[-LISTED:])
    entries = "".join(f"<url><loc>{paper.url}{path}</loc></url>" for path in paths)
    paper.routes["/sitemap.xml"] = Answer(
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>',
        headers={"Content-Type": "application/xml"},
    )
    return paths


def _story(paper: Paper, path: str, number: int, teasers: int) -> Answer:
    text = prose(paper.name + path)
    if number % 2:
        text.insert(3, REPEATED)
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    headline = f"Story number {number} tells what the {text[0].split()[1]} people did"
    return Answer(
        f"<!doctype html><html lang=en><head><title>{headline}</title></head><body><nav><a href='/'>Front</a></nav>"
        f"<article><h1>{headline}</h1>{paragraphs}</article>{_make_teasers(teasers)}</body></html>"
    )


@cache
def _make_teasers(number: int) -> str:
    """Return what a page of a real newspaper has beside its story: most of its elements."""
    return "".join(
        f'<div class="card"><div class="card-body"><a href="https://www.elsewhere.example/{one}"><span>'
        f"{prose(one, paragraphs=1, sentences=1)[0]}</span></a><time>12:{one % 60:02}</time></div></div>"
        for one in range(number)
    )


@contextmanager
def press(papers: int, stories: int) -> Iterator[list[Paper]]:
    """Run this many papers, each at its own address, because Scrapy takes one address for one host."""
    with ExitStack() as stack:
        opened = [stack.enter_context(Paper(f"127.0.1.{number}")) for number in range(1, papers + 1)]
        for paper in opened:
            publish(paper, stories)
        yield opened
