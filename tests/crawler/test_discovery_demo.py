"""The demo newspaper, discovered from its entries alone, as the spider does it but without the spider."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import deque
from typing import TYPE_CHECKING

import pytest
from protego import Protego

from cleaning.canonical import canonical_url
from cleaning.headlines import headline_key
from crawler.demo.papers import PAPERS
from crawler.demo.server import DemoPress
from crawler.discovery import discover, robots_sitemaps, seeds, usual_paths
from crawler.sites import site_from_url
from storage.addresses import AddressKind, Offer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.demo.papers import Paper


@pytest.fixture(scope="module")
def press() -> Iterator[DemoPress]:
    with DemoPress((0,) * len(PAPERS)) as running:
        yield running


def fetched(url: str) -> tuple[bytes, str] | None:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.read(), response.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        error.close()
        return None


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_story_of_the_demo_newspaper_is_found_and_its_notices_are_not(press: DemoPress, paper: Paper) -> None:
    site = site_from_url(dict(press.sites)[paper.name])
    robots = fetched(site.url + "robots.txt")
    waiting = deque(seeds(site) + (robots_sitemaps(site, Protego.parse(robots[0].decode()).sitemaps) if robots else []))
    waiting.extend(usual_paths(site, feed=True, sitemap=True))
    known: dict[str, Offer] = {}
    while waiting:
        offer = waiting.popleft()
        if offer.url in known:
            continue
        known[offer.url] = offer
        if offer.kind is not AddressKind.ARTICLE and (answer := fetched(offer.url)) is not None:
            body, content_type = answer
            waiting += discover(site, offer.kind, offer.depth, offer.url, body, content_type=content_type).offers
    articles = {url for url, offer in known.items() if offer.kind is AddressKind.ARTICLE}
    stories = {canonical_url(paper.path(story), site.url) for story in paper.stories if story.found}
    assert stories <= articles
    assert not articles & {canonical_url(path, site.url) for path in paper.notices}
    keys = {canonical_url(paper.path(story), site.url): headline_key(story.title) for story in paper.stories}
    named = {url: offer.headline.key for url, offer in known.items() if offer.headline and url in keys}
    assert named
    assert named == {url: keys[url] for url in named}
    assert {offer.source for offer in known.values()} >= {"entry", "section", "feed", "sitemap"}
