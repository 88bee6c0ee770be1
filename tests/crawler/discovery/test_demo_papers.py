"""Discovery of the demo newspapers, starting from their entries, without the spider."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import deque
from typing import TYPE_CHECKING

import pytest
from protego import Protego

from cleaning.page.canonical import to_canonical_url
from cleaning.page.headline_key import normalize_headline
from crawler.demo.papers import PAPERS
from crawler.demo.server import DemoServer
from crawler.discovery.discover import discover
from crawler.discovery.seeds import make_robots_sitemap_offers, make_seed_offers, make_usual_path_offers
from crawler.sites.site import make_site
from storage.frontier.addresses import AddressKind, Offer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.demo.papers import Paper


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer((0,) * len(PAPERS)) as running:
        yield running


def fetch(url: str) -> tuple[bytes, str] | None:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.read(), response.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        error.close()
        return None


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_story_of_the_demo_newspaper_is_found_and_its_notices_are_not(server: DemoServer, paper: Paper) -> None:
    site = make_site(dict(server.sites)[paper.name])
    robots = fetch(site.url + "robots.txt")
    waiting = deque(
        make_seed_offers(site)
        + (make_robots_sitemap_offers(site, Protego.parse(robots[0].decode()).sitemaps)[0] if robots else [])
    )
    waiting.extend(make_usual_path_offers(site, feed=True, sitemap=True))
    known: dict[str, Offer] = {}
    while waiting:
        offer = waiting.popleft()
        if offer.url in known:
            continue
        known[offer.url] = offer
        if offer.kind is not AddressKind.ARTICLE and (answer := fetch(offer.url)) is not None:
            body, content_type = answer
            waiting += discover(site, offer.kind, offer.depth, offer.url, body, content_type=content_type).offers
    articles = {url for url, offer in known.items() if offer.kind is AddressKind.ARTICLE}
    stories = {to_canonical_url(paper.get_path(story), site.url) for story in paper.stories if story.found_in}
    assert stories <= articles
    assert not articles & {to_canonical_url(path, site.url) for path in paper.notices}
    titles = {to_canonical_url(paper.get_path(story), site.url): story.title for story in paper.stories}
    keys = {url: normalize_headline(title) for url, title in titles.items()}
    found_keys = {url: offer.headline.key for url, offer in known.items() if offer.headline and url in keys}
    assert found_keys
    assert found_keys == {url: keys[url] for url in found_keys}
    assert {offer.source for offer in known.values()} >= {"entry", "section", "feed", "sitemap"}
