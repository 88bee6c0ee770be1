"""`sites.toml`: the sites it gives, the mistakes it reports, and which addresses belong to a site."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.errors import BadAddress, SitesError, UnknownSite, UsageError
from cleaning.records.given import SiteRules
from crawler.sites.site import Site, find_site, make_site
from crawler.sites.sites_file import load_sites
from storage.frontier.addresses import AddressKind

PAPER = '[[site]]\nname = "paper"\nurl = "https://www.example.org/"\n'


@pytest.fixture
def sites_file(tmp_path: Path) -> Path:
    return tmp_path / "sites.toml"


def load_error(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SitesError) as caught:
        load_sites(path)
    assert caught.value.exit_status == 2
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_a_site_with_every_key_is_read(sites_file: Path) -> None:
    sites_file.write_text(
        PAPER.replace("paper", "Paper")
        + 'feeds = ["/feed/", "https://feeds.example.net/paper", "/feed/"]\n'
        + 'sitemaps = ["news.xml"]\nsections = ["/sport?utm_source=x"]\n'
        + 'hosts = ["paper.example.net", "https://example.net/"]\ninclude = ["/news/"]\nexclude = ["*.pdf$"]\n'
        + 'language = "pt-BR"\ntimezone = "America/Bahia"\ndelay = 1.5\nlimit = 20\n'
        + 'text = "div.story, div.more"\nremove = [".ad", " aside > p ", ".ad"]\ntitle = "h1"\n'
        + 'author = "jsonld:author.name"\npublished = "time::attr(datetime)"\n'
        + 'cookies = { consent = "yes", "_sp.v1" = \'a|b="2"\' }\n'
        + '\n[[site]]\nname = "bare"\nurl = "http://127.0.1.1:8900"\n'
    )
    assert load_sites(sites_file) == [
        Site(
            name="paper",
            url="https://www.example.org/",
            feeds=("https://www.example.org/feed/", "https://feeds.example.net/paper"),
            sitemaps=("https://www.example.org/news.xml",),
            sections=("https://www.example.org/sport",),
            language="pt-br",
            delay=1.5,
            limit=20,
            other_hosts=("https://paper.example.net/", "https://example.net/"),
            include=("/news/",),
            exclude=("*.pdf$",),
            timezone="America/Bahia",
            cookies=(("consent", "yes"), ("_sp.v1", 'a|b="2"')),
            rules=SiteRules(
                text="div.story, div.more",
                remove=(".ad", "aside > p"),
                title="h1",
                author="jsonld:author.name",
                published="time::attr(datetime)",
            ),
        ),
        Site(name="bare", url="http://127.0.1.1:8900/"),
    ]


def test_sites_may_be_written_as_inline_tables_with_a_byte_order_mark(sites_file: Path) -> None:
    sites_file.write_bytes(
        b'\xef\xbb\xbfsite = [\r\n  {name = "a", url = "https://a.example/"},\r\n  {name="b", url="https://b.example"}]'
    )
    assert [site.name for site in load_sites(sites_file)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PAPER + 'hosts = "example.net"', ", line 4: 'hosts' must be a list of host names"),
        (PAPER + 'hosts = [\n"example.net/fr/"]', ", line 5: 'hosts' must hold the name of a host like"),
        (PAPER + "include = true", ", line 4: 'include' must be a list of path patterns"),
        (PAPER + 'exclude = ["fr/"]', ", line 4: 'exclude' must hold a path pattern as in robots.txt"),
        (PAPER + 'timezone = "Berlin"', ', line 4: \'timezone\' must be a name like "Europe/Berlin", not "Berlin"'),
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
        (PAPER + 'feeds = [\n  "/a",\n\n  "mailto:x"]\n', ", line 7: 'feeds': \"mailto:x\" is not an http(s) address"),
        (PAPER + "sections = [3]\n", ", line 4: 'sections' must be an address in quotation marks, not 3"),
        (PAPER + 'sitemaps = [""]\n', ", line 4: 'sitemaps': \"\" is not an http(s) address"),
        (PAPER + 'language = "english"\n', ', line 4: \'language\' must be a code like "en" or "pt-BR", not "english"'),
        (PAPER + 'delay = 1\n"del\\u0061y" = 2\n', ", line 5: is not valid TOML: Cannot overwrite a value"),
        (PAPER + PAPER, ", line 5: 'name': another site is already called \"paper\""),
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
            ", line 3: 'url': \"example.org\" is not an address; did you mean https://example.org?",
        ),
        ('[[site]]\nname = "a"\nurl = ["x"]', ", line 3: 'url' must be an address in quotation marks, not ['x']"),
        ('[[sites]]\nname = "a"\n', ", line 1: unknown key 'sites'; did you mean 'site'?"),
        ('[site]\nname = "a"\n', ", line 1: a site must be a table [[site]], with double brackets"),
        ("site = 3", ", line 1: a site must be a table [[site]], with double brackets"),
        ('[[site]]\nname = "a\n', ", line 2: is not valid TOML: Illegal character '\\n'"),
        ('[[site]]\nname = """a\n\n', ", line 2: is not valid TOML: Unterminated string"),
        (b"[[site]]\nname = '\xff'", ", line 2: is not UTF-8"),
        (PAPER + "limit = " + "9" * 5000, ": is not valid TOML: "),
        ("a = " + "[" * 5000, ": is nested too deeply"),
    ],
)
def test_a_mistake_is_reported_with_its_key_and_line(sites_file: Path, text: str | bytes, message: str) -> None:
    assert load_error(sites_file, text).startswith(message)


def test_a_missing_file_names_the_example_to_copy(sites_file: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_sites(sites_file)
    assert caught.value.exit_status == 2
    assert str(caught.value) == (
        f"{sites_file} does not exist; scrapy sites add URL writes it, or copy sites.example.toml to {sites_file}"
    )


def test_a_folder_in_place_of_the_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SitesError, match=r": cannot be read: Is a directory$"):
        load_sites(tmp_path)


def test_the_example_is_valid_and_each_of_its_sites_can_be_uncommented(sites_file: Path) -> None:
    example = (Path(__file__).parents[3] / "sites.example.toml").read_text("utf-8")
    sites_file.write_text(example)
    assert load_sites(sites_file) == []
    head, *tables = example.split("\n# [[site]]\n")
    sites_file.write_text("\n".join([head, *("[[site]]\n" + table.replace("# ", "") for table in tables)]))
    assert [site.name for site in load_sites(sites_file)] == ["guardian", "taz", "france24", "france24-en"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text = 5", ", line 4: 'text' must be a CSS selector in quotation marks"),
        (
            'text = ["p"]',
            ", line 4: 'text' must be a CSS selector in quotation marks; several make one: \"div.lead, div",
        ),
        ('text = ""', ", line 4: 'text': \"\" cannot be used: the selector is empty"),
        ('\ntext = "div["', ", line 5: 'text': \"div[\" cannot be used: Expected "),
        ('text = "p::text"', ", line 4: 'text': \"p::text\" cannot be used: leave out ::text"),
        ('text = "jsonld:articleBody"', ", line 4: 'text': \"jsonld:articleBody\" cannot be used: "),
        ('remove = ".ad"', ', line 4: \'remove\' must be a list of CSS selectors ["..."], not ".ad"'),
        ('remove = [\n".ad",\n"p:frist"]', ", line 6: 'remove': \"p:frist\" cannot be used: "),
        ("remove = [1]", ", line 4: 'remove' must hold CSS selectors in quotation marks, not 1"),
        ("title = true", ", line 4: 'title' must be a CSS selector, or a path into JSON-LD like"),
        ('author = "jsonld:author/name"', ", line 4: 'author': \"jsonld:author/name\" cannot be used: a path into"),
        ('published = "time::before"', ", line 4: 'published': \"time::before\" cannot be used: the pseudo-element"),
        ('txet = "p"', ", line 4: unknown key 'txet'; did you mean 'text'?"),
        ('publish = "p"', ", line 4: unknown key 'publish'; did you mean 'published'?"),
    ],
)
def test_a_wrong_rule_is_reported_with_its_line(sites_file: Path, text: str, message: str) -> None:
    assert load_error(sites_file, PAPER + text + "\n").startswith(message)


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
def test_the_line_is_right_after_strings_comments_and_arrays(sites_file: Path, before: str, line: int | None) -> None:
    message = load_error(sites_file, PAPER + before + "delay = -1\n")
    assert line is None or message.startswith(f", line {line}: ")


@given(st.text(alphabet="a'\"#[]{}=,.\n \\1", max_size=30).map(lambda text: f"{PAPER}{text}\ndelay = -1\n"))
def test_no_text_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
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
def test_a_site_can_be_made_from_its_address_alone(url: str, name: str, address: str) -> None:
    assert make_site(url) == Site(name=name, url=address)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.org", '"example.org" is not an address; did you mean https://example.org?'),
        ("example.org:8080/a", '"example.org:8080/a" is not an address; did you mean https://example.org:8080/a?'),
        ("ftp://example.org/", '"ftp://example.org/" is not an http(s) address'),
        ("https://user@example.org/", '"https://user@example.org/" is not an http(s) address'),
        ("not a site\x1b[31m\n", '"not a site [31m " is not an http(s) address'),
        ("", '"" is not an http(s) address'),
    ],
)
def test_a_bad_address_gives_one_clear_line(url: str, message: str) -> None:
    with pytest.raises(BadAddress) as caught:
        make_site(url)
    assert str(caught.value) == message


def test_a_site_is_found_by_its_name_in_any_case_and_close_names_are_listed() -> None:
    sites = [Site("courier", "https://a.example/"), Site("gazette", "https://b.example/")]
    assert find_site(sites, " Courier ") is sites[0]
    with pytest.raises(UnknownSite, match=r'no site "couriers" in the list of sites; choose from: courier, gazette$'):
        find_site(sites, "couriers")
    with pytest.raises(UnknownSite, match=r"choose from: courier, gazette$"):
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
    assert make_site(site).owns(url)


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
    assert not make_site(site).owns(url)


def test_a_feed_or_sitemap_of_the_entry_is_allowed_on_another_host_as_its_own_kind_only() -> None:
    feed, sitemap = "https://feeds.example.net/paper", "https://cdn.example.net/sitemap.xml"
    site = Site("paper", "https://example.org/", feeds=(feed,), sitemaps=(sitemap,))
    assert site.allows(feed, AddressKind.FEED)
    assert site.allows(sitemap, AddressKind.SITEMAP)
    assert not site.allows(feed, AddressKind.SITEMAP)
    assert not site.allows(sitemap, AddressKind.ARTICLE)
    assert not site.allows("https://feeds.example.net/other", AddressKind.FEED)
    assert site.allows("https://example.org/feed", AddressKind.FEED)
    assert site.allows("https://example.org/a", AddressKind.ARTICLE)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('cookies = "consent=yes"', "'cookies' must be a table of names and values"),
        ('cookies = { "a b" = "1" }', '"a b" cannot be the name of a cookie'),
        ("cookies = { consent = 1 }", 'the value of "consent" must be text in quotation marks'),
        ('cookies = { consent = "secret; path=/" }', 'the value of "consent" must be text'),
    ],
)
def test_a_wrong_cookie_is_reported_without_its_value(sites_file: Path, line: str, wrong: str) -> None:
    message = load_error(sites_file, f"{PAPER}{line}\n")
    assert message.startswith(", line 4:") or ":4" in message
    assert wrong in message
    assert "secret" not in message
