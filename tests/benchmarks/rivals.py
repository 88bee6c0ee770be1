"""What a user would write instead of Broadsheet, each to be run in a process of its own by `throughput.py`.

    python tests/benchmarks/rivals.py bare URLS       Scrapy fetches the pages and drops them
    python tests/benchmarks/rivals.py inline URLS     Scrapy with trafilatura in its callback, to JSON Lines
    python tests/benchmarks/rivals.py newspaper URLS  newspaper4k's fetch_news with eight threads
    python tests/benchmarks/rivals.py please URLS     news-please's from_urls

URLS is a file of addresses, one a line. The results stand in URLS.jsonl.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

THREADS = 8


def crawl(addresses: list[str], out: Path, *, extract: bool) -> None:
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.http import Response
    from trafilatura import bare_extraction

    class Plain(scrapy.Spider):
        name = "plain"
        start_urls = addresses

        def parse(self, response: Response) -> Iterator[dict[str, Any]]:
            if extract:
                document = bare_extraction(response.text, url=response.url, with_metadata=True, include_comments=False)
                if document is not None:
                    yield {"url": response.url, "title": document.title, "date": document.date, "text": document.text}

    feeds = {str(out): {"format": "jsonlines"}} if extract else {}
    process = CrawlerProcess({"LOG_LEVEL": "WARNING", "FEEDS": feeds, "TELNETCONSOLE_ENABLED": False})
    process.crawl(Plain)
    process.start()


def read_newspaper(addresses: list[str], out: Path) -> None:
    from newspaper import Article
    from newspaper.mthreading import fetch_news

    articles = fetch_news([Article(address, fetch_images=False) for address in addresses], threads=THREADS)
    with out.open("w", encoding="utf-8") as file:
        for article in articles:
            article.parse()
            file.write(json.dumps({"url": article.url, "title": article.title, "text": article.text}) + "\n")


def read_please(addresses: list[str], out: Path) -> None:
    from newsplease import NewsPlease

    found = NewsPlease.from_urls(addresses)
    with out.open("w", encoding="utf-8") as file:
        for address, article in found.items():
            text = getattr(article, "maintext", None)
            file.write(json.dumps({"url": address, "text": text}) + "\n")


def main(name: str, urls: str) -> int:
    addresses = Path(urls).read_text("ascii").split()
    out = Path(urls + ".jsonl")
    match name:
        case "bare" | "inline":
            crawl(addresses, out, extract=name == "inline")
        case "newspaper":
            read_newspaper(addresses, out)
        case "please":
            read_please(addresses, out)
        case _:
            print(f"no rival is called {name!r}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
