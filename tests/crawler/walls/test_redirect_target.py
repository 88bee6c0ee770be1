"""Targets of redirects are judged by their address."""

from __future__ import annotations

import pytest

from crawler.sites.site import make_site
from crawler.walls.redirect_target import is_elsewhere, may_be_elsewhere

SITE = make_site("https://www.example.org/")
ASKED = "https://www.example.org/2025/10/07/the-baker-counts-his-loaves"
FURTHER = "https://www.example.org{}"


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/index.html",
        "/login",
        "/login?next=x",
        "/en/subscribe/offer",
        "/search?q=loaves",
        "/tag/bread",
        "/author/jane-doe",
        "/2025/10/",
        "/404.html",
        "/error-404",
        "/seite-nicht-gefunden",
        "/consent",
        "/g7?to=https%3A%2F%2Fwww.example.org%2F2025%2F10%2F07%2Fthe-baker-counts-his-loaves",
        "/g7?to=%252F2025%252F10%252F07%252Fthe-baker-counts-his-loaves",
    ],
)
def test_no_article(target: str) -> None:
    assert is_elsewhere(ASKED, FURTHER.format(target), SITE)


@pytest.mark.parametrize(
    "target",
    [
        "/2025/10/07/the-baker-counts-his-loaves/",
        "/2025/10/07/the-baker-counts-his-loaves?print=1",
        "/2025/10/08/the-baker-counts-his-loaves-again",
        "/news/article-1234567.html",
        "/2025/10/08/login-of-the-baker-fails",
        "/news/the-baker-counts-all-loaves?from=/2025/10/07/the-baker-counts-his-loaves",
    ],
)
def test_an_article(target: str) -> None:
    assert not is_elsewhere(ASKED, FURTHER.format(target), SITE)
    assert not may_be_elsewhere(ASKED, FURTHER.format(target), SITE)


@pytest.mark.parametrize("target", ["/harbour/", "/news/ferry", "/plus"])
def test_an_address_that_says_nothing_needs_a_page_that_does(target: str) -> None:
    assert not is_elsewhere(ASKED, FURTHER.format(target), SITE)
    assert may_be_elsewhere(ASKED, FURTHER.format(target), SITE)


def test_an_address_that_was_offered_so_is_not_judged_again() -> None:
    tag = "http://example.org/tag/bread"
    assert not is_elsewhere(tag, FURTHER.format("/tag/bread/"), SITE)
