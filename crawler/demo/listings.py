"""Make the files of a demo newspaper that crawlers read: feed, sitemaps and robots.txt."""

from __future__ import annotations

import gzip
import json
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jinja2 import Environment

    from crawler.demo.content import DemoStory
    from crawler.demo.papers import Paper

_XML = "application/xml; charset=utf-8"


class Listing(NamedTuple):
    """One file for crawlers."""

    content_type: str
    body: bytes


def make_entry(paper: Paper, story: DemoStory, base: str) -> dict[str, Any]:
    """Return the data of a story for a list. Addresses begin with `base`, which is empty on the site's own pages."""
    text = story.standfirst or (story.blocks[0].text if story.blocks else "")
    sentence, full_stop, _ = text.partition(". ")
    return {
        "title": story.title,
        "target": base + paper.get_path(story),
        "other": base + story.second_address if story.second_address else "",
        "teaser": sentence + full_stop.strip(),
        "day": paper.format_day(story.published),
        "authors": story.byline,
        "published": story.published.isoformat(),
        "changed": (story.modified or story.published).isoformat(),
        "rfc822": format_datetime(story.published),
    }


def make_listings(paper: Paper, base: str, environment: Environment) -> dict[str, Listing]:
    """Return the files of one newspaper at one base address, by path."""

    def xml(template: str, **fields: Any) -> bytes:
        return environment.get_template(template).render(paper=paper, base=base, **fields).encode()

    in_feed = [make_entry(paper, story, base) for story in paper.select_stories("feed")]
    if paper.dead_link:
        dead = {**in_feed[-1], "title": "", "target": base + paper.dead_link, "teaser": ""}
        in_feed.append(dead)
    in_sitemap = [make_entry(paper, story, base) for story in paper.select_stories("sitemap")]
    in_news = [make_entry(paper, story, base) for story in paper.select_stories("news")]

    files = {"/robots.txt": Listing("text/plain; charset=utf-8", _make_robots(paper, base, bool(in_news)).encode())}
    match paper.feed:
        case "/atom.xml":
            files[paper.feed] = Listing("application/atom+xml; charset=utf-8", xml("atom.xml", entries=in_feed))
        case "/feed.json":
            files[paper.feed] = Listing("application/feed+json", _make_json_feed(paper, base, in_feed).encode())
        case _:
            files[paper.feed] = Listing("application/rss+xml; charset=utf-8", xml("rss.xml", entries=in_feed))
    match paper.sitemap:
        case "/sitemap.txt":
            lines = "".join(f"{each['target']}\n" for each in in_sitemap)
            files[paper.sitemap] = Listing("text/plain; charset=utf-8", lines.encode())
        case "/sitemap_index.xml":
            half = len(in_sitemap) // 2
            children = ["/post-sitemap.xml", "/post-sitemap2.xml.gz"]
            files[paper.sitemap] = Listing(
                _XML, xml("sitemap_index.xml", children=[base + child for child in children])
            )
            files[children[0]] = Listing(_XML, xml("sitemap.xml", entries=in_sitemap[:half]))
            older = gzip.compress(xml("sitemap.xml", entries=in_sitemap[half:]), mtime=0)
            files[children[1]] = Listing("application/gzip", older)
        case _:
            files[paper.sitemap] = Listing(_XML, xml("sitemap.xml", entries=in_sitemap))
    if in_news:
        files["/news-sitemap.xml"] = Listing(_XML, xml("news_sitemap.xml", entries=in_news))
    return files


def _make_robots(paper: Paper, base: str, has_news: bool) -> str:
    lines = ["User-agent: *", f"Disallow: {paper.forbidden_folder}"]
    if paper.is_in_robots:
        lines += ["", f"Sitemap: {base}{paper.sitemap}"]
    if has_news:
        lines.append(f"Sitemap: {base}/news-sitemap.xml")
    return "\n".join(lines) + "\n"


def _make_json_feed(paper: Paper, base: str, entries: list[dict[str, Any]]) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.title,
        "home_page_url": base + "/",
        "feed_url": base + paper.feed,
        "language": paper.language,
        "items": [
            {
                "id": each["target"],
                "url": each["target"],
                "title": each["title"],
                "summary": each["teaser"],
                "date_published": each["published"],
                "date_modified": each["changed"],
                "authors": [{"name": author} for author in each["authors"]],
            }
            for each in entries
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)
