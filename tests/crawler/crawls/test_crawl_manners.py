"""How a crawl treats its sites: robots.txt, pauses, own hosts only, an honest user agent."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from crawling import Scrapy, Store
from servers.paper import Answer, Paper

ONE, TWO, THREE = "/2025/10/01/night-ferry-runs-again", "/2025/10/02/old-theatre-roof", "/2025/10/03/late-frost-in-may"


def test_every_request_names_the_operator(paper: Paper, scrapy: Scrapy) -> None:
    paper.publish(ONE)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/", BROADSHEET_CONTACT="desk@paper.example")
    (agent,) = paper.agents
    assert agent.startswith("Broadsheet/")
    assert "+desk@paper.example" in agent


def test_a_robots_txt_that_redirects_to_another_host_is_not_fetched(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE)
    with Paper() as stranger:
        paper.routes["/robots.txt"] = Answer("", 301, {"Location": f"{stranger.url}/robots.txt"})
        scrapy("crawl", "articles", "-a", f"url={paper.url}/")
        assert stranger.asked == []
    assert set(store.texts()) == {ONE}


def record_times(paper: Paper, *paths: str) -> list[float]:
    """Return a list that the crawl fills with the times of the requests for these paths."""
    times: list[float] = []
    for path in paths:
        answer = paper.routes[path]
        assert isinstance(answer, Answer)
        answer.before = lambda: times.append(monotonic())
    return times


def test_a_delay_of_the_site_is_kept(paper: Paper, scrapy: Scrapy, tmp_path: Path) -> None:
    paper.publish(ONE, TWO)
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "slow"\nurl = "{paper.url}/"\ndelay = 0.2\n')
    times = record_times(paper, ONE, TWO)
    scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
    assert times[1] - times[0] >= 0.18


def test_a_crawl_delay_is_kept(paper: Paper, scrapy: Scrapy) -> None:
    paper.publish(ONE, TWO)
    paper.routes["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 0.3\n", headers={"Content-Type": "text/plain"})
    paper.routes["/sitemap.xml"] = Answer("<urlset/>", headers={"Content-Type": "application/xml"})
    times = record_times(paper, ONE, TWO)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert times[1] - times[0] >= 0.28


def test_robots_txt_is_obeyed_and_its_sitemap_is_read(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    secret = "/2025/10/01/private/secret-story"
    paper.publish(ONE, secret)
    paper.article(TWO, "Only in the sitemap")
    paper.routes["/robots.txt"] = Answer(
        f"User-agent: *\nDisallow: /2025/10/01/private/\nSitemap: {paper.url}/map.xml\n",
        headers={"Content-Type": "text/plain"},
    )
    paper.routes["/map.xml"] = Answer(
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{paper.url}{TWO}</loc></url></urlset>',
        headers={"Content-Type": "application/xml"},
    )
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert secret not in paper.asked
    assert set(store.texts()) == {ONE, TWO}
    assert (store.addresses()[secret].state, store.addresses()[secret].reason) == ("refused", "robots")
    assert "1 robots" in done.stdout


@pytest.mark.parametrize("status", [503, 429])
def test_a_robots_txt_that_cannot_be_fetched_forbids_everything(paper: Paper, scrapy: Scrapy, status: int) -> None:
    paper.publish(ONE)
    paper.routes["/robots.txt"] = Answer("", status)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert set(paper.asked) == {"/robots.txt"}
    assert f"robots-http-{status}" in done.stdout


def test_no_other_host_gets_a_request(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    with Paper() as stranger:
        stranger.article(ONE, "A strange story")
        moved = "/2025/10/04/moved-to-another-host"
        paper.routes[moved] = Answer("", 302, {"Location": f"{stranger.url}{ONE}"})
        paper.article(TWO, "Our own story")
        paper.front(TWO, moved, more=f'<a href="{stranger.url}{ONE}">A story of others in many words</a>')
        done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
        assert stranger.asked == []
    assert set(store.texts()) == {TWO}
    assert store.addresses()[moved].reason == "off-site"
    assert "1 off-site" in done.stdout
