"""The address guard alone: requests from a process in which no other check is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from guarding import ask, fake_dns
from servers.canary import Canary
from servers.paper import Answer, Paper
from servers.secure import SecurePaper, write_certificate

HOME = "ALLOWED_NETWORKS=127.0.0.1/32"  # where the paper is; the canary is not
# Host in a URL -> reason. Each leads to this machine or its network.
SPELLINGS = {
    "127.0.0.2": "address-loopback",
    "0.0.0.0": "address-unspecified",
    "0": "address-unspecified",
    "10.0.0.7": "address-private",
    "100.64.0.7": "address-private",
    "169.254.169.254": "address-link-local",
    "224.0.0.1": "address-multicast",
    "255.255.255.255": "address-reserved",
    "2130706434": "address-loopback",
    "0x7f.2": "address-loopback",
    "0x7f000002": "address-loopback",
    "0177.0.0.2": "address-loopback",
    "127.2": "address-loopback",
    "127.0.2": "address-loopback",
    "１２７.０.０.２": "address-loopback",
    "127。0。0。2": "address-loopback",
    "localhost": "address-loopback",
    "LOCALHOST": "address-loopback",
    "[::1]": "address-loopback",
    "[0:0:0:0:0:0:0:1]": "address-loopback",
    "[::]": "address-unspecified",
    "[::ffff:127.0.0.2]": "address-loopback",
    "[::ffff:7f00:2]": "address-loopback",
    "[64:ff9b::7f00:2]": "address-loopback",
    "[2002:7f00:2::]": "address-loopback",
    "[fe80::1]": "address-link-local",
    "[fe80::1%25lo]": "address-link-local",
    "[fd00::1]": "address-private",
    "intern.example": "address-loopback",
    "INTERN.example": "address-loopback",
    "intern.example.": "address-loopback",
}
NAMES = fake_dns({"paper.example": ["127.0.0.1"], "*.paper.example": ["127.0.0.1"], "intern.example": ["127.0.0.2"]})


@pytest.fixture
def canary() -> Iterator[Canary]:
    # 127.0.0.1 is where 0.0.0.0 leads to. No test requests 127.0.0.1 itself, which is allowed, at this port.
    with Canary(("127.0.0.2", 0), ("127.0.0.1", 0), ("::1", 0)) as canary:
        yield canary


def test_no_spelling_reaches_this_machine(canary: Canary) -> None:  # case 18 of SECURITY.md
    urls = {f"{scheme}://{host}:{canary.port}/": why for scheme in ("http", "https") for host, why in SPELLINGS.items()}
    assert ask(*urls, **NAMES) == urls
    assert canary.touched == []


def test_no_redirect_leads_to_this_machine(paper: Paper, canary: Canary) -> None:  # case 18 of SECURITY.md
    hosts = {host: why for host, why in SPELLINGS.items() if "localhost" not in host.lower()}  # the paper's
    urls: dict[str, str] = {}
    for number, (host, why) in enumerate(hosts.items()):
        raw = host.encode().decode("latin-1")  # UTF-8 on the wire
        paper.routes[f"/{number}"] = Answer("", 302, {"Location": f"http://{raw}:{canary.port}/"})
        urls[f"{paper.url}/{number}"] = why
    assert ask(HOME, *urls, **NAMES) == urls
    assert canary.touched == []


def test_the_resolver_alone_keeps_everything_out(canary: Canary) -> None:
    """Without the middleware only the reasons are lost."""
    without = 'DOWNLOADER_MIDDLEWARES={"crawler.guard.middleware.GuardMiddleware": null}'
    urls = [f"http://{host}:{canary.port}/" for host in SPELLINGS]
    came = ask(without, *urls, **NAMES)
    assert set(came) == set(urls)
    assert set(came.values()) == {"dns"}
    assert canary.touched == []


def test_a_response_from_an_inner_address_is_not_kept(canary: Canary) -> None:
    """The middleware without the resolver. This also proves that the canary records contacts."""
    url = f"http://intern.example:{canary.port}/"
    assert ask("TWISTED_DNS_RESOLVER=scrapy.resolver.CachingThreadedResolver", url, **NAMES) == {
        url: "address-loopback"
    }
    assert [host for host, _ in canary.touched] == ["127.0.0.2"]


@pytest.mark.parametrize("cached", ["True", "False"])
def test_a_name_that_changes_its_address_is_judged_at_every_look_up(  # case 19 of SECURITY.md
    paper: Paper, canary: Canary, cached: str
) -> None:
    """The connection goes to the address that was checked: there is at most one look-up per connection."""
    paper.routes["/a"] = Answer("ours", headers={"Connection": "close"})
    names = fake_dns({"rebind.example": ["127.0.0.1", "127.0.0.2"]})
    port = paper.url.rsplit(":", 1)[1]
    with Canary(("127.0.0.2", int(port))) as rebound:
        first, second = f"http://rebind.example:{port}/a", f"http://rebind.example:{port}/a?again"
        paper.routes["/a?again"] = paper.routes["/a"]
        came = ask(HOME, f"DNSCACHE_ENABLED={cached}", first, second, **names)
        assert rebound.touched == []
    if cached == "True":
        assert came == {first: 200, second: 200}
    else:
        assert came == {first: 200, second: "address-loopback"}
        assert paper.asked == ["/a"]


def test_credentials_stay_with_their_host(paper: Paper, tmp_path: Path) -> None:  # case 33 of SECURITY.md
    """Authorization and Cookie are not sent to another host or port, nor without TLS after TLS."""
    shown = write_certificate(tmp_path / "paper.pem")
    with Paper() as other, SecurePaper(shown) as secure:
        for source, name, target in (
            (paper, "stays", paper.url),
            (paper, "host", other.url.replace("127.0.0.1", "other.paper.example")),
            (paper, "port", other.url),
            (secure, "plain", paper.url),
        ):
            source.routes[f"/{name}"] = Answer("", 302, {"Location": f"{target}/heard-{name}"})
            for server in (paper, other):
                server.routes[f"/heard-{name}"] = Answer("")
        urls = [f"{paper.url}/{name}" for name in ("stays", "host", "port")] + [f"{secure.url}/plain"]
        came = ask(HOME, *urls, **NAMES, SSL_CERT_FILE=str(shown))
        heard = {path: headers for server in (paper, other) for path, headers in server.headers.items()}
    assert came == dict.fromkeys(urls, 200)
    assert {"authorization", "cookie"} <= set(heard["/heard-stays"])
    assert not {"authorization", "cookie"} & set(heard["/heard-host"])
    assert "authorization" not in heard["/heard-port"]
    assert not {"authorization", "cookie"} & set(heard["/heard-plain"])
