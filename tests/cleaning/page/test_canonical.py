from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from cleaning.page.canonical import MAX_CHARACTERS, to_canonical_url

URL_LIKE = st.text(alphabet=st.sampled_from("abXY019-._~/%2eEfF&=?#;:@+ \\\t[]()!$,'*|^`{}\"<>üß中\u00ad\ud800\x00"))


@given(st.one_of(st.text(), URL_LIKE, URL_LIKE.map("http://example.org/{}".format), URL_LIKE.map("https://{}".format)))
def test_the_canonical_form_of_a_canonical_form_is_itself(url: str) -> None:
    canonical = to_canonical_url(url, "https://example.org/a/b?c")
    if canonical is not None:
        assert to_canonical_url(canonical) == canonical
        assert to_canonical_url(canonical, "https://other.example/") == canonical


@given(URL_LIKE)
def test_the_canonical_form_is_what_scrapy_sends(rest: str) -> None:
    canonical = to_canonical_url(f"https://example.org/{rest}")
    if canonical is not None:
        assert safe_url_string(canonical) == canonical
        assert canonical.isascii()
        assert len(canonical) <= MAX_CHARACTERS
        assert urlsplit(canonical).fragment == ""


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:443/a", "http://example.org:443/a"),
        ("http://127.0.1.1:8900/a", "http://127.0.1.1:8900/a"),
        ("http://[0:0::1]:8080/", "http://[::1]:8080/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://müller.example/ä", "https://xn--mller-kva.example/%C3%A4"),
        ("https://example.org/a#comments", "https://example.org/a"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/a/%2e%2E/b/..", "https://example.org/"),
        ("https://example.org/%7euser/%c3%a4%2f", "https://example.org/~user/%C3%A4%2F"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/?b=2&a=1&b=1", "https://example.org/?a=1&b=1&b=2"),
        ("https://example.org/a?b=1&amp;a=2", "https://example.org/a?a=2&b=1"),
        ("https://example.org/a?", "https://example.org/a"),
        (" \n https://example.org/a\t", "https://example.org/a"),
        ("https:\\\\example.org\\a", "https://example.org/a"),
    ],
)
def test_an_address_has_one_form(url: str, canonical: str) -> None:
    assert to_canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/News/Index.html",
        "https://example.org/index.html",
        "https://example.org/politics/",
        "https://example.org/politics",
        "https://example.org/story?lite",
        "https://example.org/article.php?sid=4711",
        "https://example.org/article.php?ref=1234",
        "https://example.org/!5928990/",
        "https://example.org/kat,39002,title,Nowe-auto,wid,1,wiadomosc.html",
        "https://example.org/?p=123",
        "https://example.org/a//b",
        "https://example.org/web/2013/http://other.example/story",
        "https://under_score.example.org/a",
        "https://example.org/topics/word/%E5%9B%BD.html",
    ],
)
def test_parts_that_may_mean_another_page_are_kept(url: str) -> None:
    assert to_canonical_url(url) == url


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=rss&utm_medium=feed&UTM_CAMPAIGN=x",
        "fbclid=a&gclid=b&msclkid=c",
        "pk_campaign=x&mtm_kwd=y",
        "PHPSESSID=0123456789abcdef",
        "sid=58428beaa14598c2e02d93ad5c773e4d",
        "ref=rss",
        "jsessionid=A1.node2",
    ],
)
def test_tracking_and_sessions_are_removed_and_the_rest_is_kept(query: str) -> None:
    assert to_canonical_url(f"https://example.org/a?{query}&id=7") == "https://example.org/a?id=7"


def test_a_session_in_the_path_is_removed() -> None:
    assert to_canonical_url("https://example.org/a.html;jsessionid=B01B.2_x?x=1") == "https://example.org/a.html?x=1"
    assert to_canonical_url("https://example.org/(S(abcdefghijklmnopqrstuvwx))/a") == "https://example.org/a"
    assert to_canonical_url("https://example.org/a;v=1") == "https://example.org/a;v=1"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("b", "https://example.org/a/b"),
        ("/b?x", "https://example.org/b?x"),
        ("//other.example/b", "https://other.example/b"),
        ("\\\\other.example\\b", "https://other.example/b"),
        ("?page=2", "https://example.org/a/c?page=2"),
        ("", "https://example.org/a/c"),
        ("http://example.org/b", "http://example.org/b"),
    ],
)
def test_a_relative_address_is_resolved(link: str, absolute: str) -> None:
    assert to_canonical_url(link, "https://example.org/a/c") == absolute


@pytest.mark.parametrize(
    "url",
    [
        "",
        "1e400",
        "/a",
        "//example.org/a",
        "example.org",
        "javascript:void(0)",
        "mailto:desk@example.org",
        "tel:+4930123",
        "data:text/html,x",
        "ftp://example.org/",
        "file:///etc/hosts",
        "http://",
        "http:///a",
        "https://?x",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://exa<mple.org/",
        "https://example..org/",
        "https://.example.org/",
        "https://[::1/",
        "https://[nonsense]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://1.2.3.999/",
        "https://" + "a" * 64 + ".org/",
        "https://" + "a." * 130 + "org/",
        "https://example.org/" + "a" * MAX_CHARACTERS,
        "https://example.org/" + "ü" * 400,
    ],
)
def test_other_addresses_have_no_canonical_form(url: str) -> None:
    assert to_canonical_url(url) is None


def test_an_invalid_link_has_no_canonical_form_on_any_page() -> None:
    for link in ("javascript:void(0)", "mailto:a@example.org", "https://user@example.org/", "https:///a"):
        assert to_canonical_url(link, "http://example.org/a") is None, link


def test_a_host_that_only_looks_like_ours_is_read_as_a_browser_reads_it() -> None:
    assert to_canonical_url("https://evil.example\\@example.org/") == "https://evil.example/@example.org/"
