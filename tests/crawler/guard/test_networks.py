"""Every IP address is part of the public internet, or has the reason why it is not."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from scrapy.settings import Settings

from cleaning.errors import BadArgument
from crawler.guard.networks import CANARY, find_refusal_reason, parse_literal_address, read_allowed_networks

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("93.184.216.34", None),
        ("1.1.1.1", None),
        ("100.63.255.255", None),
        ("100.128.0.0", None),
        ("172.32.0.1", None),
        ("223.255.255.255", None),
        ("2606:2800:220:1:248:1893:25c8:1946", None),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "reserved"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("10.0.0.1", "private"),
        ("100.64.0.1", "private"),  # shared by a provider's customers
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),  # where clouds keep their secrets
        ("192.0.0.8", "reserved"),  # global to Python 3.11
        ("192.0.2.1", "reserved"),
        ("192.88.99.1", "reserved"),
        ("198.18.0.1", "reserved"),
        ("198.51.100.1", "reserved"),
        ("203.0.113.1", "reserved"),
        ("224.0.0.1", "multicast"),  # global to Python
        ("239.255.255.250", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%lo", "link-local"),
        ("fc00::1", "private"),
        ("fd12:3456:789a::1", "private"),
        ("fec0::1", "private"),
        ("ff02::1", "multicast"),
        ("ff0e::1", "multicast"),
        ("100::1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("3fff::1", "reserved"),  # unknown to Python 3.11
        ("5f00::1", "reserved"),  # unknown to Python 3.11
        ("4000::1", "reserved"),  # never given out
        ("::127.0.0.1", "reserved"),  # IPv4-compatible, long abolished
        # IPv6 addresses that embed an IPv4 address.
        ("::ffff:93.184.216.34", None),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:a9fe:a9fe", "link-local"),
        ("2002:5db8:d822::1", None),  # 6to4 of 93.184.216.34
        ("2002:7f00:1::", "loopback"),
        ("2002:a00:1::", "private"),
        ("64:ff9b::5db8:d822", None),  # NAT64 of 93.184.216.34
        ("64:ff9b::7f00:1", "loopback"),  # global to Python
        ("64:ff9b::c0a8:101", "private"),
        ("64:ff9b:1::7f00:1", "reserved"),  # NAT64 of one's own network; global to Python 3.11
        ("2001:0:5db8:d822::80ff:fefe", "loopback"),  # Teredo: the client's address is inverted
        ("2001:0:5db8:d822::a247:27dd", "reserved"),
    ],
)
def test_an_address_is_public_or_has_a_reason(address: str, reason: str | None) -> None:
    assert find_refusal_reason(ip_address(address)) == reason


def test_an_address_in_an_allowed_network_is_allowed() -> None:
    assert find_refusal_reason(ip_address("127.0.0.1"), LOOPBACK) is None
    assert find_refusal_reason(ip_address("::ffff:127.0.0.1"), LOOPBACK) is None
    assert find_refusal_reason(ip_address("::1"), LOOPBACK) is None
    assert find_refusal_reason(ip_address("10.0.0.1"), LOOPBACK) == "private"
    assert find_refusal_reason(ip_address("127.0.0.2"), [ip_network("127.0.0.1/32")]) == "loopback"


def test_an_embedded_address_is_not_allowed_by_an_allowed_network() -> None:
    assert find_refusal_reason(ip_address("64:ff9b::7f00:1"), LOOPBACK) == "loopback"


@pytest.mark.parametrize("network", ["127.0.0.0/8", "0.0.0.0/0", "127.255.255.254/32"])
def test_the_address_of_the_self_check_is_refused_whatever_is_allowed(network: str) -> None:
    assert find_refusal_reason(CANARY, [ip_network(network)]) == "loopback"
    assert find_refusal_reason(ip_address(f"::ffff:{CANARY}"), [ip_network(network)]) == "loopback"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("paper.example", None),
        ("2130706433", None),  # for the resolver: it knows all spellings
        ("127.1", None),
        ("", None),
    ],
)
def test_a_host_is_an_address_only_in_its_plain_spelling(host: str, address: str | None) -> None:
    assert parse_literal_address(host) == (None if address is None else ip_address(address))


@pytest.mark.parametrize(
    ("value", "networks"),
    [
        ([], ()),
        ("", ()),
        ("10.0.0.0/8, fd00::/8,", (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))),
        (["192.168.1.7"], (ip_network("192.168.1.7/32"),)),
    ],
)
def test_networks_are_read_from_the_setting(value: object, networks: tuple[object, ...]) -> None:
    assert read_allowed_networks(Settings({"ALLOWED_NETWORKS": value})) == networks


@pytest.mark.parametrize("value", ["home", "127.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;192.168.0.0/16", "127.1/32"])
def test_an_invalid_network_is_wrong_use(value: str) -> None:
    with pytest.raises(BadArgument, match="ALLOWED_NETWORKS must list networks like"):
        read_allowed_networks(Settings({"ALLOWED_NETWORKS": value}))
