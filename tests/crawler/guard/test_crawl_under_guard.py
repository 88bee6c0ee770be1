"""A crawl of sites that try to lead it elsewhere: into this machine, to other hosts, round in circles."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, repeat

import pytest
from crawling import FAST, Store, locate_database, run_scrapy
from guarding import fake_dns
from servers.canary import SECRET, Canary
from servers.paper import Answer, Paper
from sqlalchemy import select

from storage.database.engine import open_database, open_for_reading
from storage.models import Run
from storage.nights.account import Account

HOME = tuple(part.replace("127.0.0.0/8", "127.0.0.1/32") for part in FAST)  # where the papers are; no canary is
OWN = "/2025/10/01/night-ferry-runs-again"
STRANGE = [  # hosts
    "127.0.0.2",
    "localhost",
    "0.0.0.0",
    "10.0.0.7",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.2]",
    "2130706434",
    "0x7f.2",
    "0177.0.0.2",
    "127.2",
    "user:word@127.0.0.2",
]
REFUSED = {"loopback": 13, "private": 2, "link-local": 2, "unspecified": 2}  # addresses, by their network
# Feeds that the site's entry names may be on any host: only the address guard refuses them.
NAMED_FEEDS = {
    "http://127.0.0.2:{port}/literal.xml": "address-loopback",
    "http://[::1]:{port}/six.xml": "address-loopback",
    "http://[::ffff:127.0.0.2]:{port}/mapped.xml": "address-loopback",
    "http://0.0.0.0:{port}/zero.xml": "address-unspecified",
    "http://10.0.0.7/house.xml": "address-private",
    "http://169.254.169.254/latest.xml": "address-link-local",
    "http://elsewhere.example:{port}/name.xml": "address-loopback",
}
SCHEMES = ["file:///etc/passwd", "data:text/html,<h1>x</h1>", "ftp://127.0.0.2/x", "javascript:alert(1)", "http://["]


@dataclass
class Night:
    """The crawl and its results."""

    done: subprocess.CompletedProcess[str]
    papers: dict[str, Paper]  # by host
    touched: list[tuple[str, bytes]]
    counts: dict[str, dict[str, int]]  # by site
    states: dict[str, tuple[str, str | None]]  # path of an address -> state and reason
    texts: dict[str, str]


def story(name: str) -> str:
    return f"/2025/10/02/{name}-and-other-words-of-a-headline"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    with Paper() as paper, Paper() as moved, Paper() as flaky, Paper() as stranger:
        ports = [int(each.url.rsplit(":", 1)[1]) for each in (paper, moved, flaky, stranger)]
        port = ports[0]
        with Canary(("127.0.0.2", port), ("::1", port), *(("127.0.0.2", other) for other in ports[1:])) as canary:
            make_hostile(paper, port)
            moved.publish(story("moved"))
            moved.routes["/moved/"] = moved.routes.pop("/")
            moved.routes["/robots.txt"] = Answer(
                "", 301, {"Location": f"http://intern.example.com:{ports[1]}/robots.txt"}
            )
            make_dizzy(flaky, f"http://stranger.example:{ports[3]}")
            feeds = [f"http://example.org:{port}/feed.xml", *(feed.format(port=port) for feed in NAMED_FEEDS)]
            sites = folder / "sites.toml"
            sites.write_text(
                f'[[site]]\nname = "paper"\nurl = "http://example.org:{port}/"\nfeeds = {feeds}\n'
                f'[[site]]\nname = "moved"\nurl = "http://example.com:{ports[1]}/moved/"\n'
                f'[[site]]\nname = "flaky"\nurl = "http://example.net:{ports[2]}/flaky/"\n'
                f'feeds = ["http://example.net:{ports[2]}/feed"]\n'
            )
            domains = (
                "example.org",
                "example.com",
                "example.net",
            )  # not below .example, where each name is a site of its own
            names = {name: ["127.0.0.1"] for name in (*domains, "stranger.example")}
            within = {name: ["127.0.0.2"] for name in (*(f"*.{domain}" for domain in domains), "elsewhere.example")}
            done = run_scrapy(
                *("crawl", "articles", "-s", f"SITES_FILE={sites}", *HOME),
                data=folder / "data",
                fast=False,
                **fake_dns(names | within),
            )
        store = Store(folder / "data")
        engine = open_database(locate_database(folder / "data"), create=False)
        with open_for_reading(engine) as connection:
            run = connection.execute(select(Run.__table__)).one()
        engine.dispose()
        yield Night(
            done,
            {"paper": paper, "moved": moved, "flaky": flaky, "stranger": stranger},
            canary.touched,
            run.counts,
            {path: (row.state, row.reason) for path, row in store.addresses().items()},
            store.texts(),
        )


def make_hostile(paper: Paper, port: int) -> None:
    """Let the paper name its own inner hosts, and every spelling of this machine, wherever an address can be."""

    def inner(name: str) -> str:
        return f"http://{name}.example.org:{port}{story(name)}"

    paper.article(OWN, "Night ferry runs again")
    paper.routes[story("jumps")] = Answer("", 302, {"Location": inner("redirect")})
    strange = {story(f"strange-{number}"): host for number, host in enumerate(STRANGE)}
    for path, host in strange.items():
        paper.routes[path] = Answer("", 302, {"Location": f"http://{host}:{port}/"})
    links = [inner("link"), *(f"http://{host}:{port}{story(f'link-{n}')}" for n, host in enumerate(STRANGE))]
    paper.front(
        OWN, story("jumps"), *strange, more="".join(f"<a href='{link}'>A link of many words</a>" for link in links)
    )
    feed = "".join(f"<item><title>A</title><link>{link}</link></item>" for link in (inner("feed"), *links))
    paper.routes["/feed.xml"] = Answer(f'<rss version="2.0"><channel>{feed}</channel></rss>')
    entries = "".join(f"<url><loc>{link}</loc></url>" for link in (inner("sitemap"), *links))
    paper.routes["/map.xml"] = Answer(f"<urlset>{entries}</urlset>", headers={"Content-Type": "application/xml"})
    maps = "".join(
        f"<sitemap><loc>http://{host}:{port}/index-{n}.xml</loc></sitemap>"
        for n, host in enumerate(["index.example.org", *STRANGE])
    )
    paper.routes["/index.xml"] = Answer(
        f"<sitemapindex>{maps}</sitemapindex>", headers={"Content-Type": "application/xml"}
    )
    lines = [f"http://{host}:{port}/robots.xml" for host in ("example.org", "robots.example.org", *STRANGE)]
    lines[0:1] = [f"http://example.org:{port}/map.xml", f"http://example.org:{port}/index.xml"]
    paper.routes["/robots.txt"] = Answer("".join(f"Sitemap: {line}\n" for line in lines))


def make_dizzy(paper: Paper, elsewhere: str) -> None:
    """Let the paper redirect in circles, too often, to what is no web address, and to another host after a failure."""

    def after_failing(target: str) -> None:
        answers = chain([Answer("", 503)], repeat(Answer("", 302, {"Location": elsewhere + target})))
        paper.routes[target] = lambda: next(answers)

    hops = [story(f"hop-{number}") for number in range(31)]
    for before, after in pairwise(hops):
        paper.routes[before] = Answer("", 302, {"Location": after})
    paper.article(hops[-1], "The end of the way")
    paper.routes[story("loop")] = Answer("", 302, {"Location": story("pool")})
    paper.routes[story("pool")] = Answer("", 301, {"Location": story("loop")})
    paper.routes[story("self")] = Answer("", 302, {"Location": story("self"), "Set-Cookie": "seen=1; Path=/"})
    schemes = [story(f"scheme-{number}") for number in range(len(SCHEMES))]
    for path, target in zip(schemes, SCHEMES, strict=True):
        paper.routes[path] = Answer("", 302, {"Location": target})
    after_failing(story("offside"))
    after_failing("/flaky/")
    day = "Thu, 02 Oct 2025 10:00:00 GMT"
    offered = (hops[0], story("loop"), story("self"), story("offside"), *schemes)
    # Relative links, because the paper does not know its own host name.
    paper.feed("/feed", *((path, day) for path in offered))
    feed = paper.routes["/feed"]
    assert isinstance(feed, Answer)
    feed.body = str(feed.body).replace(paper.url, "")


def test_a_hostile_site_leads_no_request_into_this_machine(night: Night) -> None:  # case 18 of SECURITY.md
    """By links, redirects, feeds, sitemaps, Sitemap lines and robots.txt, by names and in every spelling."""
    assert night.touched == []
    assert list(night.texts) == [OWN]
    assert SECRET not in str(night.texts)
    inner = {story("link"), story("feed"), story("sitemap"), story("jumps"), "/index-0.xml", "/robots.xml"}
    assert {path: night.states[path] for path in inner} == dict.fromkeys(inner, ("refused", "address-loopback"))
    for number in range(len(STRANGE)):
        assert night.states[story(f"strange-{number}")] == ("refused", "off-site")
        assert story(f"link-{number}") not in night.states
        assert f"/index-{number + 1}.xml" not in night.states
    named = {"/" + feed.rsplit("/", 1)[1]: ("refused", why) for feed, why in NAMED_FEEDS.items()}
    assert {path: night.states[path] for path in named} == named
    counts = night.counts["paper"]
    # Beside the named feeds: the Sitemap lines, which may name any host.
    refused = {name: counts[f"address/refused/address-{name}"] for name in REFUSED}
    assert refused == REFUSED
    account = Account.from_stats(counts)
    shown = [numbers.get("address-loopback", 0) for numbers in (account.failed, account.lists_failed)]
    assert sum(shown) == REFUSED["loopback"]
    assert all(f"{number} address-loopback" in night.done.stdout for number in shown)


def test_a_robots_txt_that_leads_into_this_machine_closes_its_host(night: Night) -> None:  # case 18 of SECURITY.md
    assert night.papers["moved"].asked == ["/robots.txt"]
    assert night.states["/moved/"] == ("refused", "address-loopback")
    assert night.done.returncode == 1  # a site gave no page
    assert "moved: no front page" in night.done.stderr
    assert "address-loopback, refused" in night.done.stderr


def test_a_failure_does_not_open_the_way_to_other_hosts(night: Night) -> None:  # case 20 of SECURITY.md
    """Also from the start URL: it is tried again after its 503, and then its redirect to another host is refused."""
    for path in ("/flaky/", story("offside")):
        assert night.papers["flaky"].asked.count(path) == 2
        assert night.states[path] == ("refused", "off-site")
    assert night.papers["stranger"].asked == []
    assert night.counts["flaky"]["address/refused/off-site"] == 2
    assert night.counts["flaky"]["address/retried/http-503"] == 2


def test_redirects_end_after_the_fifth_or_where_they_go_round(night: Night) -> None:  # case 16 of SECURITY.md
    asked = night.papers["flaky"].asked
    paths = [story("hop-0"), story("loop"), story("self")]
    assert {path: night.states[path] for path in paths} == dict.fromkeys(paths, ("failed", "redirects"))
    assert [path for path in asked if "/hop-" in path] == [story(f"hop-{number}") for number in range(6)]
    assert [path for path in asked if path in (story("loop"), story("pool"))] == [story("loop"), story("pool")] * 2
    assert asked.count(story("self")) == 3  # once without its cookie, twice with it
    assert night.counts["flaky"]["address/failed/redirects"] == 3


def test_a_cookie_comes_back_within_its_chain_and_nowhere_else(night: Night) -> None:  # case 16 and 33 of SECURITY.md
    with_cookie = {path for path, headers in night.papers["flaky"].headers.items() if "cookie" in headers}
    assert with_cookie == {story("self")}
    assert not any("cookie" in headers for headers in night.papers["stranger"].headers.values())


def test_a_redirect_to_no_web_address_is_not_followed(night: Night) -> None:  # case 17 of SECURITY.md
    for number in range(len(SCHEMES)):
        assert night.papers["flaky"].asked.count(story(f"scheme-{number}")) == 1
        assert night.states[story(f"scheme-{number}")] == ("failed", "http-302")
    assert night.counts["flaky"]["address/failed/http-302"] == len(SCHEMES)
