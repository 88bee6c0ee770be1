"""Front pages that fail or have moved, editions on one host, further hosts of a house, feeds at a feed service."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawling import Scrapy, Store
from servers.paper import Answer, Paper

ONE, TWO, THREE = "/2025/10/01/night-ferry-runs-again", "/2025/10/02/old-theatre-roof", "/2025/10/03/late-frost-in-may"
XML = {"Content-Type": "application/xml"}


def urlset(*urls: str) -> Answer:
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return Answer(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>', headers=XML)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_the_usual_paths_are_tried_if_the_front_page_fails(
    status: int, paper: Paper, scrapy: Scrapy, store: Store
) -> None:
    paper.publish(ONE, TWO)
    paper.routes["/"] = Answer("no", status)
    paper.feed("/feed/", (ONE, "Wed, 01 Oct 2025 08:00:00 GMT"))
    paper.routes["/sitemap.xml"] = urlset(paper.url + TWO)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 0, done.stderr
    assert set(store.texts()) == {ONE, TWO}


def test_the_usual_paths_are_tried_if_the_only_feed_is_none(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.article(ONE, "One headline")
    paper.front(head='<link rel="alternate" type="application/rss+xml" href="/gone.xml">')
    paper.feed("/feed/", (ONE, "Wed, 01 Oct 2025 08:00:00 GMT"))
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert set(store.texts()) == {ONE}
    assert paper.asked.count("/rss") == 0  # the first guess was right


def test_a_site_that_has_moved_is_told_with_the_line_for_sites_toml(paper: Paper, scrapy: Scrapy) -> None:
    with Paper() as new:
        new.publish(ONE)
        paper.routes["/"] = Answer("", 301, {"Location": f"{new.url}/"})
        done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 1
    for output in (done.stdout, done.stderr):
        assert f'url = "{new.url}/"' in output
        assert f'hosts = ["{new.url.partition("//")[2]}"]' in output
    assert ONE not in new.asked


def test_a_site_without_any_address_is_told(paper: Paper, scrapy: Scrapy) -> None:
    paper.front(more="<p>Please enable scripts.</p>")
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 1
    assert "no article was found" in done.stdout
    assert "no article was found" in done.stderr


def test_editions_on_one_host_share_a_sitemap_and_each_article_is_fetched_once(
    paper: Paper, scrapy: Scrapy, store: Store, tmp_path: Path
) -> None:
    french, english, film = "/fr" + ONE, "/en" + TWO, "/en/film" + THREE
    for path in (french, english, film):
        paper.article(path, f"Headline of {path}")
    paper.front()
    paper.routes["/fr/"] = Answer(f'<a href="{french}">a</a><a href="/en/">English</a>')
    paper.routes["/en/"] = Answer(f'<a href="/fr/">Français</a><a href="{film}">a</a>')
    paper.routes["/robots.txt"] = Answer(f"Sitemap: {paper.url}/all.xml", headers={"Content-Type": "text/plain"})
    paper.routes["/all.xml"] = urlset(*(paper.url + path for path in (french, english, film)))
    sites = tmp_path / "sites.toml"
    sites.write_text(
        f'[[site]]\nname = "fr"\nurl = "{paper.url}/fr/"\n'
        f'[[site]]\nname = "en"\nurl = "{paper.url}/en/"\nexclude = ["/en/film/"]\n'
    )
    done = scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
    assert done.returncode == 0, done.stderr
    assert {path: row.site for path, row in store.articles().items()} == {french: "fr", english: "en"}
    assert [paper.asked.count(path) for path in (french, english, film, "/all.xml")] == [1, 1, 0, 1]


def test_one_edition_alone_leaves_the_others_articles_to_them(
    paper: Paper, scrapy: Scrapy, store: Store, tmp_path: Path
) -> None:
    french, english = "/fr" + ONE, "/en" + TWO
    paper.article(french, "One headline")
    paper.article(english, "Another headline")
    paper.routes["/fr/"] = Answer(f'<a href="{french}">a</a><a href="{english}">b</a>')
    paper.routes["/en/"] = Answer(f'<a href="{english}">b</a>')
    sites = tmp_path / "sites.toml"
    sites.write_text("".join(f'[[site]]\nname = "{name}"\nurl = "{paper.url}/{name}/"\n' for name in ("fr", "en")))
    scrapy("crawl", "articles", "-a", "site=fr", "-s", f"SITES_FILE={sites}")
    assert set(store.texts()) == {french}
    assert store.addresses()[english].site == "en"
    scrapy("crawl", "articles", "-a", "site=en", "-s", f"SITES_FILE={sites}")
    assert set(store.texts()) == {french, english}
    assert paper.asked.count(english) == 1


def test_a_feed_elsewhere_is_read_if_the_page_names_it_and_only_what_leads_home_is_kept(
    paper: Paper, scrapy: Scrapy, store: Store
) -> None:
    with Paper() as service, Paper() as stranger:
        paper.article(ONE, "One headline")
        service.routes[ONE] = Answer("", 302, {"Location": paper.url + ONE})
        stranger.publish(THREE)
        service.feed("/counted", (ONE, "Wed, 01 Oct 2025 08:00:00 GMT"))
        stranger.feed("/theirs", (THREE, "Wed, 01 Oct 2025 08:00:00 GMT"))
        paper.front(
            head=f'<link rel="alternate" type="application/rss+xml" href="{service.url}/counted">'
            f'<link rel="alternate" type="application/rss+xml" href="{stranger.url}/theirs">'
        )
        done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
        assert set(store.texts()) == {ONE}
        assert f'hosts = ["{stranger.url.partition("//")[2]}"]' in done.stdout
        assert done.returncode == 0, done.stderr


def test_further_hosts_of_a_house_are_crawled(paper: Paper, scrapy: Scrapy, store: Store, tmp_path: Path) -> None:
    with Paper() as second:
        second.article(TWO, "Another headline")
        paper.article(ONE, "One headline")
        paper.front(ONE, second.url + TWO)
        sites = tmp_path / "sites.toml"
        sites.write_text(f'[[site]]\nname = "house"\nurl = "{paper.url}/"\nhosts = ["{second.url}"]\n')
        scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
    assert {path: row.site for path, row in store.articles().items()} == {ONE: "house", TWO: "house"}


def test_since_is_a_day_by_the_clock_of_the_site(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    # In a zone ahead of UTC the day begins the evening before.
    early, late, old = "/early-story-of-the-third-day", "/late-story-of-the-third-day", "/old-story-of-the-second-day"
    times = {early: "2025-10-03T00:30:00+09:00", late: "2025-10-03T22:00:00+09:00", old: "2025-10-02T23:30:00+09:00"}
    for path, when in times.items():
        paper.article(path, f"Headline of {path}", when=when)
    paper.front(head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">')
    paper.feed(
        "/feed.xml",
        (early, "Fri, 03 Oct 2025 00:30:00 +0900"),
        (late, "Fri, 03 Oct 2025 22:00:00 +0900"),
        (old, "Thu, 02 Oct 2025 23:30:00 +0900"),
    )
    scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-a", "since=2025-10-03")
    assert set(store.texts()) == {early, late}
    assert old not in paper.asked
