from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.errors import BadAddress, SitesError, UnknownSite
from crawler.sites import Site, find_site, load_sites, site_from_url
from storage.addresses import AddressKind

if TYPE_CHECKING:
    from pathlib import Path

PAPER = '[[site]]\nname = "paper"\nurl = "https://www.example.org/"\n'


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "sites.toml"


def complaint(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SitesError) as caught:
        load_sites(path)
    assert caught.value.exit_status == 2
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_a_site_with_every_key_is_read(written: Path) -> None:
    written.write_text(
        PAPER.replace("paper", "Paper")
        + 'feeds = ["/feed/", "https://feeds.example.net/paper", "/feed/"]\n'
        + 'sitemaps = ["news.xml"]\nsections = ["/sport?utm_source=x"]\n'
        + 'language = "pt-BR"\ndelay = 1.5\nlimit = 20\n'
        + '\n[[site]]\nname = "bare"\nurl = "http://127.0.1.1:8900"\n'
    )
    assert load_sites(written) == [
        Site(
            name="paper",
            url="https://www.example.org/",
            feeds=("https://www.example.org/feed/", "https://feeds.example.net/paper"),
            sitemaps=("https://www.example.org/news.xml",),
            sections=("https://www.example.org/sport",),
            language="pt-br",
            delay=1.5,
            limit=20,
        ),
        Site(name="bare", url="http://127.0.1.1:8900/"),
    ]


def test_sites_may_be_written_as_inline_tables_with_a_byte_order_mark(written: Path) -> None:
    written.write_bytes(
        b'\xef\xbb\xbfsite = [\r\n  {name = "a", url = "https://a.example/"},\r\n  {name="b", url="https://b.example"}]'
    )
    assert [site.name for site in load_sites(written)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PAPER + 'delay = "fast"\n', ", line 4: 'delay' must be a number of seconds >= 0, not \"fast\""),
        (PAPER + "\n# delay = 1\ndelay = -1\n", ", line 6: 'delay' must be a number of seconds >= 0, not -1"),
        (PAPER + "delay = nan\n", ", line 4: 'delay' must be a number of seconds >= 0, not nan"),
        (PAPER + "delay = true\n", ", line 4: 'delay' must be a number of seconds >= 0, not true"),
        (PAPER + "delay = 1e400\n", ", line 4: 'delay' must be at most a day (86400 seconds), not inf"),
        (PAPER + "limit = 0\n", ", line 4: 'limit' must be a whole number of articles >= 1, not 0"),
        (PAPER + "limit = 2.0\n", ", line 4: 'limit' must be a whole number of articles >= 1, not 2.0"),
        (PAPER + "limit = true\n", ", line 4: 'limit' must be a whole number of articles >= 1, not true"),
        (PAPER + 'feed = ["/feed"]\n', ", line 4: unknown key 'feed'; did you mean 'feeds'?"),
        (PAPER + 'feeds = "/feed"\n', ', line 4: \'feeds\' must be a list of addresses ["..."], not "/feed"'),
        (PAPER + 'feeds = [\n  "/a",\n\n  "mailto:x"]\n', ", line 7: 'feeds': \"mailto:x\" is no http(s) address"),
        (PAPER + "sections = [3]\n", ", line 4: 'sections' must be an address in quotation marks, not 3"),
        (PAPER + 'sitemaps = [""]\n', ", line 4: 'sitemaps': \"\" is no http(s) address"),
        (PAPER + 'language = "english"\n', ', line 4: \'language\' must be a code like "en" or "pt-BR", not "english"'),
        (PAPER + 'delay = 1\n"del\\u0061y" = 2\n', ", line 5: is no valid TOML: Cannot overwrite a value"),
        (PAPER + PAPER, ", line 5: 'name': another site is called \"paper\" already"),
        ('[[site]]\nurl = "https://example.org"\n', ", line 1: this site has no 'name'"),
        ('\n\n[[site]]\nname = "a"\n', ", line 3: this site has no 'url'"),
        (
            '[[site]]\nname = "a b"\nurl = "https://example.org"',
            ", line 2: 'name' must be 1 to 64 letters a-z, digits, dots, hyphens or underscores, not \"a b\"",
        ),
        (
            '[[site]]\nname = ".."\nurl = "https://example.org"',
            ", line 2: 'name' must be 1 to 64 letters a-z, digits, dots, hyphens or underscores, not \"..\"",
        ),
        (
            '[[site]]\nname = "a"\nurl = "example.org"',
            ", line 3: 'url': \"example.org\" is no address; did you mean https://example.org?",
        ),
        ('[[site]]\nname = "a"\nurl = ["x"]', ", line 3: 'url' must be an address in quotation marks, not ['x']"),
        ('[[sites]]\nname = "a"\n', ", line 1: unknown key 'sites'; did you mean 'site'?"),
        ('[site]\nname = "a"\n', ", line 1: a site is written as a table [[site]], with double brackets"),
        ("site = 3", ", line 1: a site is written as a table [[site]], with double brackets"),
        ('[[site]]\nname = "a\n', ", line 2: is no valid TOML: Illegal character '\\n'"),
        ('[[site]]\nname = """a\n\n', ", line 2: is no valid TOML: Unterminated string"),
        (b"[[site]]\nname = '\xff'", ", line 2: is not written in UTF-8"),
        (PAPER + "limit = " + "9" * 5000, ": is no valid TOML: "),
        ("a = " + "[" * 5000, ": is nested too deep"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_line(written: Path, text: str | bytes, message: str) -> None:
    assert complaint(written, text).startswith(message)


def test_a_file_that_is_not_there_is_said_to_be_so(written: Path) -> None:
    with pytest.raises(SitesError, match=r"sites\.toml: cannot be read: No such file"):
        load_sites(written)


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ('feeds = [ # ]"\n  "/a", # and "more\n  "/b", ]\n', 7),
        ('language = """\\\n   en"""\n', 6),
        ("language = 'en' # '''\n", 5),
        ("language = '''en'''\n\"limit\" = 1\n", 6),
        ("feeds = [\n\n[[\n", None),
        ("feeds = [{a = [1,\n2], b.c = '}'}]\n", 4),
    ],
)
def test_the_line_is_right_after_strings_comments_and_arrays(written: Path, before: str, line: int | None) -> None:
    message = complaint(written, PAPER + before + "delay = -1\n")
    assert line is None or message.startswith(f", line {line}: ")


@given(st.text(alphabet="a'\"#[]{}=,.\n \\1", max_size=30).map(lambda text: f"{PAPER}{text}\ndelay = -1\n"))
def test_no_text_makes_the_reader_fall_over(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any-sites.toml"
    path.write_text(text)
    with pytest.raises(SitesError):
        load_sites(path)


@pytest.mark.parametrize(
    ("url", "name", "address"),
    [
        ("https://www.example.org", "example.org", "https://www.example.org/"),
        ("HTTP://Example.org:8080/news/", "example.org-8080", "http://example.org:8080/news/"),
        ("http://127.0.1.1:8900/", "127.0.1.1-8900", "http://127.0.1.1:8900/"),
        ("http://[::1]:80/", "-1", "http://[::1]/"),
        ("https://müller.example/", "xn--mller-kva.example", "https://xn--mller-kva.example/"),
    ],
)
def test_a_site_can_be_made_of_its_address_alone(url: str, name: str, address: str) -> None:
    assert site_from_url(url) == Site(name=name, url=address)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.org", '"example.org" is no address; did you mean https://example.org?'),
        ("example.org:8080/a", '"example.org:8080/a" is no address; did you mean https://example.org:8080/a?'),
        ("ftp://example.org/", '"ftp://example.org/" is no http(s) address'),
        ("https://user@example.org/", '"https://user@example.org/" is no http(s) address'),
        ("not a site\x1b[31m\n", '"not a site [31m " is no http(s) address'),
        ("", '"" is no http(s) address'),
    ],
)
def test_what_is_no_address_gets_one_clear_line(url: str, message: str) -> None:
    with pytest.raises(BadAddress) as caught:
        site_from_url(url)
    assert str(caught.value) == message


def test_a_site_is_found_by_its_name_in_any_case_and_near_names_are_told() -> None:
    sites = [Site("courier", "https://a.example/"), Site("gazette", "https://b.example/")]
    assert find_site(sites, " Courier ") is sites[0]
    with pytest.raises(UnknownSite, match=r'no site "couriers" in the list of sites; there are: courier$'):
        find_site(sites, "couriers")
    with pytest.raises(UnknownSite, match=r"there are: courier, gazette$"):
        find_site(sites, "xyz")


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("https://www.example.org/", "http://example.org/a"),
        ("https://www.example.org/", "https://sport.example.org/a"),
        ("https://example.org/", "https://www.example.org/a"),
        ("https://example.org/", "https://EXAMPLE.org:443/a"),
        ("https://example.org/de/", "https://a.b.example.org/"),
        ("https://www.gov.uk/", "https://www.gov.uk/a"),
        ("http://127.0.0.1:8900/", "http://127.0.0.1:8900/a"),
        ("http://localhost/", "https://localhost/a"),
        ("http://example.org:8080/", "https://www.example.org:8080/a"),
    ],
)
def test_a_site_owns_its_hosts(site: str, url: str) -> None:
    assert site_from_url(site).owns(url)


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("https://www.example.org/", "https://example.net/"),
        ("https://www.example.org/", "https://notexample.org/"),
        ("https://www.example.org/", "https://example.org.evil.example/"),
        ("https://www.example.org/", "https://evil.example\\@www.example.org/"),
        ("https://www.example.org/", "https://www.example.org@evil.example/"),
        ("https://www.example.org/", "https://www.example.org:8443/"),
        ("https://news.example.org/", "https://example.org/"),
        ("https://www.gov.uk/", "https://cabinet.gov.uk/"),
        ("https://www.gov.uk/", "https://gov.uk/"),
        ("https://paper.blogspot.com/", "https://other.blogspot.com/"),
        ("http://127.0.0.1:8900/", "http://127.0.0.1:8901/"),
        ("http://127.0.0.1:8900/", "http://127.0.0.1/"),
        ("http://127.0.0.1/", "http://1.127.0.0.1/"),
        ("http://127.0.0.1/", "http://127.0.0.2/"),
        ("http://localhost/", "http://www.localhost/"),
        ("http://localhost/", "http://a.localhost/"),
        ("https://www.example.org/", "ftp://www.example.org/"),
        ("https://www.example.org/", "/a"),
    ],
)
def test_a_site_owns_nothing_else(site: str, url: str) -> None:
    assert not site_from_url(site).owns(url)


def test_feeds_and_sitemaps_named_outright_are_allowed_on_other_hosts_as_what_they_are_and_as_nothing_else() -> None:
    feed, sitemap = "https://feeds.example.net/paper", "https://cdn.example.net/sitemap.xml"
    site = Site("paper", "https://example.org/", feeds=(feed,), sitemaps=(sitemap,))
    assert site.allows(feed, AddressKind.FEED)
    assert site.allows(sitemap, AddressKind.SITEMAP)
    assert not site.allows(feed, AddressKind.SITEMAP)
    assert not site.allows(sitemap, AddressKind.ARTICLE)
    assert not site.allows("https://feeds.example.net/other", AddressKind.FEED)
    assert site.allows("https://example.org/feed", AddressKind.FEED)
    assert site.allows("https://example.org/a", AddressKind.ARTICLE)
