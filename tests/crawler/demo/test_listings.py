"""The lists that lead to the stories of the demo newspapers: section pages, feeds, sitemaps, robots.txt."""

from __future__ import annotations

import gzip
import json
from datetime import datetime

import feedparser
from lxml import etree, html
from protego import Protego

from crawler.demo.gold import list_dead_links, list_gold_articles, list_refused_pages
from crawler.demo.pages import DemoSite
from crawler.demo.papers import PAPERS

SITES = {paper.name: DemoSite(paper, f"http://127.0.0.1:{28731 + index}") for index, paper in enumerate(PAPERS)}
STORIES = [story for paper in PAPERS for story in paper.stories]
GOLD = list_gold_articles()
NAMESPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def page(site: str, path: str) -> str:
    reply = SITES[site].get_reply(path)
    assert reply.status == 200, path
    return reply.body.decode(SITES[site].paper.charset)


def test_a_section_is_followed_by_rel_next_over_three_pages() -> None:
    paths, path = [], "/city/"
    while path:
        paths.append(path)
        section = html.fromstring(page("courier", path))
        assert section.xpath("//link[@rel='next']/@href") == section.xpath("//a[@rel='next']/@href")
        path = next(iter(section.xpath("//link[@rel='next']/@href")), "")
    assert paths == ["/city/", "/city/page/2/", "/city/page/3/"]


def test_every_feed_parses_and_lists_its_stories() -> None:
    for name, site in SITES.items():
        reply = site.get_reply(site.paper.feed)
        if site.paper.feed.endswith(".json"):
            items = json.loads(reply.body)["items"]
            links = [item["url"] for item in items]
            assert all(datetime.fromisoformat(item["date_published"]).tzinfo for item in items)
        else:
            feed = feedparser.parse(reply.body, response_headers={"content-type": reply.content_type})
            assert not feed.bozo, feed.get("bozo_exception")
            assert feed.version == {"courier": "rss20", "gazette": "atom10", "faros": "rss20"}[name]
            assert all(each.published_parsed for each in feed.entries)
            links = [each.link for each in feed.entries]
        live = [link for link in links if site.get_reply(link.removeprefix(site.base)).status == 200]
        assert live == [site.base + site.paper.get_path(story) for story in site.paper.select_stories("feed")]
        assert [(name, link.removeprefix(site.base)) for link in links if link not in live] == [
            each for each in list_dead_links() if each[0] == name
        ]
        assert f'{site.paper.feed}"' in page(name, "/")


def locations(document: bytes) -> list[str]:
    return [str(found) for found in etree.fromstring(document).xpath("//s:loc/text()", namespaces=NAMESPACES)]


def test_every_kind_of_sitemap_lists_its_stories() -> None:
    kinds = set()
    for site in SITES.values():
        reply = site.get_reply(site.paper.sitemap)
        if reply.content_type.startswith("text/plain"):
            kinds.add("text")
            found = reply.body.decode().splitlines()
        elif b"<sitemapindex" in reply.body:
            kinds.add("index")
            found = []
            for child in locations(reply.body):
                body = site.get_reply(child.removeprefix(site.base)).body
                kinds.add("gzip" if child.endswith(".gz") else "plain")
                found += locations(gzip.decompress(body) if child.endswith(".gz") else body)
        else:
            found = locations(reply.body)
        assert found == [site.base + site.paper.get_path(story) for story in site.paper.select_stories("sitemap")]
    assert kinds == {"text", "index", "gzip", "plain"}
    for name in ("courier", "anzeiger"):
        news = SITES[name].get_reply("/news-sitemap.xml")
        assert len(locations(news.body)) == 2
        assert b"<news:publication_date>" in news.body


def test_every_story_can_be_found_and_some_in_one_way_only() -> None:
    assert all(story.found_in and story.found_in <= {"feed", "sitemap", "section", "news"} for story in STORIES)
    assert {way for story in STORIES if len(story.found_in) == 1 for way in story.found_in} == {
        "feed",
        "sitemap",
        "section",
    }


def test_robots_txt_forbids_a_folder_to_which_a_section_page_links() -> None:
    for name, path in list_refused_pages():
        site = SITES[name]
        robots = Protego.parse(site.get_reply("/robots.txt").body.decode())
        assert not robots.can_fetch(site.base + path, "Broadsheet")
        assert site.get_reply(path).status == 200
        assert sum(f'href="{path}"'.encode() in each.body for each in site.replies.values()) >= 2
        assert all(robots.can_fetch(site.base + record.path, "Broadsheet") for record in GOLD if record.site == name)
    assert {name for name, _ in list_refused_pages()} == {"courier", "anzeiger"}


def test_robots_txt_names_the_sitemaps_but_for_the_one_that_must_be_guessed() -> None:
    named_sitemaps = {
        name: list(Protego.parse(site.get_reply("/robots.txt").body.decode()).sitemaps) for name, site in SITES.items()
    }
    assert named_sitemaps.pop("faros") == []
    for name, sitemaps in named_sitemaps.items():
        assert sitemaps[0] == SITES[name].base + SITES[name].paper.sitemap
        assert all(SITES[name].get_reply(each.removeprefix(SITES[name].base)).status == 200 for each in sitemaps)
