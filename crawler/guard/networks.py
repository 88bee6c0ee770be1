"""Decides whether an IP address is part of the public internet, and if not, what it is instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Refused whatever ALLOWED_NETWORKS says: a crawl requests it at its start to prove that the guard is in force.
CANARY = IPv4Address("127.255.255.254")

# IANA's registries of special-purpose addresses (https://www.iana.org/assignments/iana-ipv4-special-registry, and
# iana-ipv6-special-registry). A list of our own, because `is_global` differs between versions of Python, and does not
# cover multicast. The first network that contains the address gives the reason.
_SPECIAL: tuple[tuple[str, Network], ...] = tuple(
    (reason, ip_network(network))
    for reason, networks in {
        "unspecified": "0.0.0.0/32 ::/128",
        "loopback": "127.0.0.0/8 ::1/128",
        "link-local": "169.254.0.0/16 fe80::/10",
        "private": "10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
        "multicast": "224.0.0.0/4 ff00::/8",
        "reserved": "0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
        "240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20",
    }.items()
    for network in networks.split()
)
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")  # all IPv6 addresses that IANA assigns; of the others only NAT64 is reachable


def find_refusal_reason(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """Return why no request may go to this address, as a word to count by; None if it may.

    An address that embeds an IPv4 address (6to4, Teredo, NAT64) is judged by that, too. A network in `allowed` allows
    the addresses in it, but not the addresses that they embed. An IPv4-mapped address is the IPv4 address.
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address != CANARY and any(address in network for network in allowed):
        return None
    for inner in _iter_embedded_addresses(address):
        if (reason := find_refusal_reason(inner)) is not None:
            return reason
    for reason, network in _SPECIAL:
        if address in network:
            return reason
    if isinstance(address, IPv6Address) and address not in _UNICAST and address not in _NAT64:
        return "reserved"
    return None if address.is_global else "reserved"  # networks that a later Python knows and this list does not


def parse_literal_address(host: str) -> Address | None:
    """Return the IP address that is a URL's host; None if the host is a name, or an address in an unusual spelling."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def read_allowed_networks(settings: BaseSettings) -> tuple[Network, ...]:
    """Return the networks of the setting ALLOWED_NETWORKS. Raise BadArgument for an entry that is no network."""
    return tuple(
        _parse_network(str(text).strip()) for text in settings.getlist("ALLOWED_NETWORKS") if str(text).strip()
    )


def _parse_network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise BadArgument(
            f"the setting ALLOWED_NETWORKS must list networks like 127.0.0.0/8, separated by commas: {error}"
        ) from error


def _iter_embedded_addresses(address: Address) -> Iterator[IPv4Address]:
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo
        if address in _NAT64:
            yield IPv4Address(int(address) & 0xFFFF_FFFF)
