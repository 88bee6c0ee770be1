"""Links and hosts are read as urllib reads them, which takes longer."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.page.addresses import get_host, resolve_link

BASES = (
    "https://ex.example/news/1", "http://h", "https://ex.example:8080/a/b?c#d", "https://ex.example?x/y",
    "http://ex.example/a;p/b;q", "HTTP://Up.Example/x", "https://user@ex.example/x", "//ex.example/x", "/path", "",
)  # fmt: skip
LINKS = (
    "/a/b.html?c=d&e=f#g", "/a/../b", "/a/./b", "/.", "/a/..", "/a//b", "//h/x", "///x", "/", "", "#x", "?x", "/a?",
    "/a#", "/a?#", "/a?b#", "/a;b", "/a b", "/ä", "/a?x=//y", "/a?b?c", "/a#b#c", "/a\n", "b", "../b", "https://h", "https://h?",
    "https://h?x=1", "https://h#x", "https://h/../x", "https://h//x", "HTTPS://h/x", "https://H.example/x", "http://h:/x",
    "http://h:80", "https://h/\tx", "https://h\t.example/x", "http://[::1]/x", "http://[", "http://h\\x", "http://a@b/x",
    "https://h:x/", "https://ü.example/x", "javascript:void(0)", "mailto:a@b.example", "/a?x[]=1", " /a ", "/1:b?x:y",
)  # fmt: skip


def resolve(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return link.strip()


def find_host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


@pytest.mark.parametrize("base", BASES)
def test_links_are_resolved_and_hosts_found_as_urllib_does(base: str) -> None:
    for link in LINKS:
        assert resolve_link(base, link) == resolve(base, link)
        for address in (link, resolve(base, link)):
            assert get_host(address) == find_host(address)


@given(
    st.sampled_from(BASES),
    st.sampled_from(("", "/", "https://h", "http://")),
    st.text("/.?#:a1;@% \t\\[]~é-", max_size=9),
)
def test_so_are_links_of_any_form(base: str, start: str, rest: str) -> None:
    assert resolve_link(base, start + rest) == resolve(base, start + rest)
    assert get_host(start + rest) == find_host(start + rest)
