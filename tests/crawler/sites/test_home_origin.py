"""Addresses written with the scheme and host that the front page of a site redirects to."""

from __future__ import annotations

import pytest

from crawler.sites.home_origin import HomeOrigins


@pytest.mark.parametrize(
    ("front_page", "answered_by", "written", "home"),
    [
        ("http://a.example/", "https://www.a.example/", "http://a.example/x?y=1", "https://www.a.example/x?y=1"),
        ("http://a.example/", "https://www.a.example/fr/", "http://a.example/x", "https://www.a.example/x"),
        ("https://www.a.example/", "https://a.example/", "https://www.a.example/x", "https://a.example/x"),
        # Another host, and what was not redirected, stay.
        ("http://a.example/", "https://www.a.example/", "http://sport.a.example/x", "http://sport.a.example/x"),
        ("http://a.example/", "https://www.a.example/", "https://a.example/x", "https://a.example/x"),
        ("http://a.example/", "http://a.example/fr/", "http://a.example/x", "http://a.example/x"),
        # A sub-domain may have other pages at the same paths; a redirect back to http is a mistake.
        ("http://news.a.example/", "http://a.example/news/", "http://news.a.example/x", "http://news.a.example/x"),
        ("https://a.example/", "http://a.example/", "https://a.example/x", "https://a.example/x"),
        ("http://a.example:81/", "http://a.example/", "http://a.example:81/x", "http://a.example:81/x"),
    ],
)
def test_an_address_is_written_as_the_front_page_redirects(
    front_page: str, answered_by: str, written: str, home: str
) -> None:
    origins = HomeOrigins()
    origins.learn(front_page, answered_by)
    assert origins.rewrite(written) == home
