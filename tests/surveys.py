"""Runs `scrapy sites add` and `scrapy sites check` as an operator does, on newspapers of loopback."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from crawling import FAST, run_scrapy
from servers.paper import Answer, Paper

STORIES = [f"/2025/10/{day:02}/story-of-the-day-number-{day}" for day in range(1, 13)]
XML = {"Content-Type": "application/xml"}


def run_sites(*arguments: str, folder: Path, data: Path | None = None) -> CompletedProcess[str]:
    """Run `scrapy sites ARGUMENTS` with the sites.toml of a folder."""
    words = ("sites", *FAST, "-s", f"SITES_FILE={folder / 'sites.toml'}", *arguments)
    return run_scrapy(*words, data=data or folder / "data", BROADSHEET_CONTACT="desk@paper.example")


def read_tables(folder: Path) -> list[dict[str, Any]]:
    return tomllib.loads((folder / "sites.toml").read_text("utf-8")).get("site", [])


def publish(paper: Paper, stories: list[str] = STORIES, *, head: str = "", robots: str = "") -> None:
    """Serve stories, and a front page that links to them."""
    paper.publish(*stories)
    paper.front(*stories, head=head)
    paper.routes["/robots.txt"] = Answer(f"User-agent: *\n{robots}", headers={"Content-Type": "text/plain"})


def add_feed(paper: Paper, path: str, stories: list[str] = STORIES, *, zone: str = "+0000") -> None:
    first = datetime(2025, 10, 1, 8, tzinfo=UTC)
    dates = [
        (story, f"{first + timedelta(days=number):%a, %d %b %Y %H:%M:%S} {zone}")
        for number, story in enumerate(stories)
    ]
    paper.feed(path, *dates)


def add_sitemap(paper: Paper, path: str, stories: list[str] = STORIES, *, is_news: bool = False) -> None:
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    news_space = "http://www.google.com/schemas/sitemap-news/0.9"
    news = "<n:news><n:publication_date>2025-10-12</n:publication_date><n:title>A story of the day</n:title></n:news>"
    entries = "".join(f"<url><loc>{paper.url}{story}</loc>{news if is_news else ''}</url>" for story in stories)
    paper.routes[path] = Answer(f'<urlset xmlns="{space}" xmlns:n="{news_space}">{entries}</urlset>', headers=XML)
