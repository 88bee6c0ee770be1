"""Add replayed sites by `scrapy sites add`, and crawl them by the tables that it wrote: how many are taken as they are?

    python tests/benchmarks/sites_add.py DATA
    python tests/benchmarks/sites_add.py DATA --sites 5 --pages 10

DATA is a folder of data sets (see gold.py). The sites that have most pages are replayed on loopback, in four layouts in
turn: what a site names itself, and where that stands which it does not name. A site passes if every feed and sitemap
was found, if those that the site does not name stand in its table and no other, and if a crawl by the table stores an
article of it and asks for every article. The exit status is 1 if more than two sites of 24 fail.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
from crawling import FAST, ROOT, Store, command, environment
from gold import Page, add_data_options, find_data_sets, load_pages, parse_count
from prepared_scrapy import run_prepared
from replayed_sites import ReplayedSite, choose_sites

PATIENCE = 3600  # seconds for a command
MOST_FAILED = 2 / 24
NEWEST = 6  # entries of a news sitemap
NEWS_SPACE = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'


class Layout(NamedTuple):
    """Where the lists of a site stand. A site names its own feed on the front page, its sitemap in robots.txt."""

    feed: str
    is_feed_named: bool
    sitemap: str
    is_sitemap_named: bool
    news: str | None  # a news sitemap that it never names


LAYOUTS = (
    Layout("/feed.xml", True, "/sitemap.xml", True, "/news-sitemap.xml"),
    Layout("/rss.xml", False, "/maps/all.xml", True, None),
    Layout("/export/news.rss", True, "/sitemap_index.xml", False, None),
    Layout("/feed/", False, "/sitemap.xml", False, "/sitemap_news.xml"),
)


class Verdict(NamedTuple):
    """What became of one site."""

    site: str
    problems: tuple[str, ...]
    articles: int  # that the crawl stored


class LaidOutSite(ReplayedSite):
    """A replayed site whose lists stand where a layout has them."""

    def __init__(self, host: str, pages: Sequence[Page], layout: Layout) -> None:
        super().__init__(host, pages)
        self.layout = layout
        answers = self._answers
        kind, front = answers["/"]
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        own_link = link.replace("/feed.xml", layout.feed) if layout.is_feed_named else ""
        answers["/"] = kind, front.replace(link.encode(), own_link.encode())
        feed, sitemap = answers.pop("/feed.xml"), answers.pop("/sitemap.xml")
        answers[layout.feed], answers[layout.sitemap] = feed, sitemap
        named = f"Sitemap: {self.url}{layout.sitemap}\n" if layout.is_sitemap_named else ""
        answers["/robots.txt"] = "text/plain", f"User-agent: *\n{named}".encode()
        if layout.news is not None:
            answers[layout.news] = sitemap[0], make_news_sitemap(sitemap[1])

    @property
    def hidden(self) -> dict[str, list[str]]:
        """Return what has to stand in the table: the lists that the site does not name."""
        layout = self.layout
        feeds = [] if layout.is_feed_named else [layout.feed]
        sitemaps = [path for path in (layout.news, None if layout.is_sitemap_named else layout.sitemap) if path]
        return {key: paths for key, paths in (("feeds", feeds), ("sitemaps", sitemaps)) if paths}

    @property
    def lists(self) -> set[str]:
        return {f"{self.url}{path}" for path in (self.layout.feed, self.layout.sitemap, self.layout.news) if path}


def make_news_sitemap(sitemap: bytes) -> bytes:
    """Return a sitemap of the newest entries, with the extension of Google News on each."""
    head, *entries = sitemap.decode().removesuffix("</urlset>").split("<url>")
    news = "<n:news><n:title>A headline of the day</n:title></n:news></url>"
    newest = "".join(f"<url>{entry}" for entry in entries[:NEWEST]).replace("</url>", news)
    return f"{head.replace('<urlset ', f'<urlset {NEWS_SPACE} ')}{newest}</urlset>".encode()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--sites", type=parse_count, default=24, metavar="N")
    parser.add_argument("--pages", type=parse_count, default=20, metavar="N", help="the most pages of a site")
    options = parser.parse_args(arguments)
    paths = find_data_sets(parser, options.data, options.sets).values()
    pages = chain.from_iterable(load_pages(path, options.sample) for path in paths)
    with tempfile.TemporaryDirectory(prefix="broadsheet-sites-") as folder, serve(pages, options) as sites:
        verdicts = [*judge_sites(sites, Path(folder))]
    for verdict in verdicts:
        print(f"{verdict.site:<28}{verdict.articles:>5} articles  {'; '.join(verdict.problems) or 'as it is'}")
    passed = sum(1 for verdict in verdicts if not verdict.problems)
    print(f"{passed} of {len(verdicts)} tables are taken as they are, with all feeds and sitemaps")
    return 0 if len(verdicts) - passed <= MOST_FAILED * len(verdicts) else 1


@contextmanager
def serve(pages: Iterator[Page], options: argparse.Namespace) -> Iterator[list[LaidOutSite]]:
    with ExitStack() as stack:
        chosen = choose_sites(pages, sites=options.sites, most=options.pages)
        yield [
            stack.enter_context(LaidOutSite(f"127.0.2.{number}", own, LAYOUTS[number % len(LAYOUTS)]))
            for number, own in enumerate(chosen, 1)
        ]


def judge_sites(sites: Sequence[LaidOutSite], folder: Path) -> Iterator[Verdict]:
    """Add the sites, crawl them by what was written, and judge each."""
    listed, file, data = folder / "list.csv", folder / "sites.toml", folder / "data"
    listed.write_text("url\n" + "".join(f"{site.url}\n" for site in sites))
    added = _run("sites", "add", "--from", str(listed), "--json", file=file, data=data)
    found = {one["url"]: one for one in json.loads(added)["sites"]}
    tables = tomllib.loads(file.read_text("utf-8"))["site"] if file.exists() else []
    for site in sites:
        site.sent.clear()
    _run("crawl", "articles", file=file, data=data)
    articles = Store(data).articles()
    for site in sites:
        table = next((one for one in tables if one["name"] == site.name), None)
        stored = sum(1 for row in articles.values() if row.site == site.name and row.rejected is None)
        yield Verdict(site.name, tuple(list_problems(site, found[f"{site.url}/"], table, stored)), stored)


def list_problems(site: LaidOutSite, found: dict[str, Any], table: dict[str, Any] | None, stored: int) -> Iterator[str]:
    if table is None:
        yield f"no table: {found['problem']}"
        return
    lists = {one["url"] for one in found["found"]["lists"]}
    if missing := site.lists - lists:
        yield f"not found: {', '.join(sorted(missing))}"
    written = {key: table[key] for key in ("feeds", "sitemaps") if key in table}
    if {key: sorted(paths) for key, paths in written.items()} != {k: sorted(p) for k, p in site.hidden.items()}:
        yield f"written: {written}, not {site.hidden}"
    asked = {sent.path for sent in site.sent}
    if unasked := site.articles.keys() - asked:
        yield f"{len(unasked)} articles were not asked for"
    if not stored:
        yield "the crawl stored no article"


def _run(*arguments: str, file: Path, data: Path) -> str:
    line = command(*arguments, *FAST, "-s", f"SITES_FILE={file}", data=data)
    done = run_prepared(line, ROOT, environment(), timeout=PATIENCE)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
