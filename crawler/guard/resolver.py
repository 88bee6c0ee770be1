"""Scrapy's TWISTED_DNS_RESOLVER: gives only addresses that may be asked.

Every connection of Scrapy's own download handler asks it, for names and for addresses in any spelling, and goes to the
one address that it gives: what was judged is what is connected to, and there is no second look-up that could answer
otherwise (DNS rebinding). It speaks IPv4 alone, as its base does.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import NamedTuple

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.reactor import is_reactor_installed
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure

from crawler.guard.networks import Network, allowed_networks, refusal


class Refusal(NamedTuple):
    """What a host's name was resolved to, and why that is not asked."""

    address: str
    reason: str


class GuardedResolver(CachingThreadedResolver):
    """Answers a name whose address is refused as one that cannot be found, and remembers why.

    Twisted forgets what a resolver raised; `crawler.guard.middleware` asks `refused` for it.
    """

    _allowed: tuple[Network, ...] = ()

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._refused: dict[str, Refusal] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver._allowed = allowed_networks(crawler.settings)
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 (Twisted's)
        # After the base's cache: what stands in it was resolved under the same rules, but is judged all the same.
        answer = super().getHostByName(name, timeout)
        answer.addCallbacks(self._judged, self._not_found, callbackArgs=(name,), errbackArgs=(name,))
        return answer

    def refused(self, host: str) -> Refusal | None:
        """Why the host was refused when it was last resolved; None where it was not."""
        return self._refused.get(_key(host))

    def _judged(self, answer: str, name: str) -> str:
        reason = refusal(IPv4Address(answer), self._allowed)
        if reason is None:
            self._refused.pop(_key(name), None)
            return answer
        self._refused[_key(name)] = Refusal(answer, reason)
        raise DNSLookupError(f"{name} is at {answer}: {reason}")

    def _not_found(self, failure: Failure, name: str) -> Failure:
        self._refused.pop(_key(name), None)
        return failure


def _key(name: str) -> str:
    return name.lower().removesuffix(".")  # which is dropped on the way from a URL to here, where it is https


def refused(host: str) -> Refusal | None:
    """Why the resolver that is in force refused the host; None where it did not, or is not ours."""
    if not is_reactor_installed():
        return None
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    resolver = getattr(reactor, "resolver", None)
    return resolver.refused(host) if isinstance(resolver, GuardedResolver) else None
