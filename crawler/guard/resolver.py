"""Scrapy's TWISTED_DNS_RESOLVER: resolves names only to addresses that may get a request.

Scrapy's own download handler resolves the host of every connection here, a name or an address in any spelling, and
connects to the one address that this returns. So the address that was checked is the address that gets the request:
there is no second look-up with another answer (DNS rebinding). It resolves to IPv4 only, as its base class does.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import NamedTuple, cast

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object
from scrapy.utils.reactor import is_reactor_installed
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure

from crawler.guard.networks import Network, find_refusal_reason, read_allowed_networks


class Refusal(NamedTuple):
    """The address of a host, and why it may not get a request."""

    address: str
    reason: str


class GuardedResolver(CachingThreadedResolver):
    """Reports a name whose address is refused as not found, and remembers why.

    Twisted drops the exception of a resolver, so `crawler.guard.middleware` gets the reason from `find_refusal`.
    """

    allowed: tuple[Network, ...] = ()

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._refused: dict[str, Refusal] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = read_allowed_networks(crawler.settings)
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 (Twisted's)
        # Runs after the cache of the base class: a cached address is checked again.
        answer = super().getHostByName(name, timeout)
        answer.addCallbacks(self._check_answer, self._forget_refusal, callbackArgs=(name,), errbackArgs=(name,))
        return answer

    def get_refusal(self, host: str) -> Refusal | None:
        """Return why the host was refused when it was last resolved, or None."""
        return self._refused.get(_normalize(host))

    def _check_answer(self, answer: str, name: str) -> str:
        reason = find_refusal_reason(IPv4Address(answer), self.allowed)
        if reason is None:
            self._refused.pop(_normalize(name), None)
            return answer
        self._refused[_normalize(name)] = Refusal(answer, reason)
        raise DNSLookupError(f"{name} is at {answer}: {reason}")

    def _forget_refusal(self, failure: Failure, name: str) -> Failure:
        self._refused.pop(_normalize(name), None)
        return failure


def _normalize(name: str) -> str:
    return name.lower().removesuffix(".")  # Scrapy drops the final dot of an https URL before it resolves the host


def install_resolver(crawler: Crawler) -> None:
    """Put the resolver that TWISTED_DNS_RESOLVER names in force, if it is ours and none of ours is.

    Scrapy does so only where it starts the reactor itself. Under a CrawlerRunner somebody else has started it, and the
    ALLOWED_NETWORKS of the first crawl count for all crawls of the process (`find_wider_networks`).
    """
    kind = load_object(crawler.settings["TWISTED_DNS_RESOLVER"])
    if not is_reactor_installed() or not issubclass(kind, GuardedResolver):
        return
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    if not isinstance(getattr(reactor, "resolver", None), GuardedResolver):
        kind.from_crawler(crawler, cast("ReactorBase", reactor)).install_on_reactor()


def find_wider_networks(settings: BaseSettings) -> list[Network]:
    """Return the networks that the resolver in force allows, and ALLOWED_NETWORKS of these settings does not."""
    if not is_reactor_installed():
        return []
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    resolver, own = getattr(reactor, "resolver", None), read_allowed_networks(settings)
    allowed = resolver.allowed if isinstance(resolver, GuardedResolver) else ()
    return [network for network in allowed if not any(_is_within(network, other) for other in own)]


def _is_within(network: Network, other: Network) -> bool:
    return network.network_address in other and network.prefixlen >= other.prefixlen


def find_refusal(host: str) -> Refusal | None:
    """Return why the resolver in force refused the host; None if it did not, or is not a GuardedResolver."""
    if not is_reactor_installed():
        return None
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    resolver = getattr(reactor, "resolver", None)
    return resolver.get_refusal(host) if isinstance(resolver, GuardedResolver) else None
