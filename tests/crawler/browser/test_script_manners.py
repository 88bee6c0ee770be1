"""What the scripts of a page ask for is asked under the manners of the crawl: robots.txt, and the pauses of a host."""

from __future__ import annotations

from pathlib import Path

from browsing import needs_chromium
from crawling import FAST, Store, run_scrapy
from manners import load_counts
from servers.paper import Answer, Paper, prose

pytestmark = needs_chromium
PATHS = [f"/2025/10/0{number + 1}/the-story-that-asks-{number}" for number in range(4)]
SCRIPT = """
fetch("/private/counter").catch(() => 0);
fetch("/api/limited").then(answer => document.body.append(answer.status));
"""


def test_robots_txt_and_a_pause_that_the_api_asks_for_are_obeyed(
    paper: Paper, data: Path, store: Store, tmp_path: Path
) -> None:
    for path in PATHS:
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(path))
        paper.routes[path] = Answer(
            f"<!doctype html><html lang=en><title>The story {path}</title><body><article><h1>The story {path}</h1>"
            f"{text}</article><script>{SCRIPT}</script></body></html>"
        )
    paper.routes["/robots.txt"] = Answer("User-agent: *\nDisallow: /private/\n")
    paper.routes["/api/limited"] = Answer("slower", 429, {"Retry-After": "86400"})
    paper.front(*PATHS)
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "paper"\nurl = "{paper.url}/"\nbrowser = "articles"\n')
    once = ("BROWSER_PAGES_AT_ONCE=1", f"SITES_FILE={sites}")
    settings = [part for setting in once for part in ("-s", setting)]
    done = run_scrapy("crawl", "articles", *FAST, *settings, data=data, fast=False)
    assert done.returncode == 0, done.stderr
    assert "/private/counter" not in paper.asked
    assert paper.asked.count("/api/limited") == 1
    counts = load_counts(data)["paper"]
    assert counts["browser/refused/robots"] == 1
    assert counts["host/held/retry-after"] == 1
    # The page whose script was told so is stored; the others wait for another night.
    assert len(store.texts()) == len(paper.asked_articles()) == 1
    assert counts["address/waiting/on-hold"] == len(PATHS) - 1
