"""Fetches a file of a host at most once a day, however many requests to the host need it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

from scrapy import Request
from scrapy.utils.httpobj import urlparse_cached

_MAX_AGE = 86_400.0  # seconds; RFC 9309, 2.4: the rules of a robots.txt are not kept for longer than a day

T = TypeVar("T")


class _Fetch(NamedTuple):
    result: asyncio.Task[Any]
    started_at: float  # monotonic seconds


class DailyFetch(Generic[T]):
    """Keeps the task that fetches the file of each host. A host is a scheme, a name and a port.

    A result is kept for a day, and so is an error. Only after an error of `fetch_again_after` does the next request to
    the host fetch the file again.
    """

    def __init__(self, *, fetch_again_after: tuple[type[Exception], ...]) -> None:
        self._fetch_again_after = fetch_again_after
        self._fetches: dict[str, _Fetch] = {}

    async def get(self, request: Request, fetch: Callable[[str], Coroutine[Any, Any, T]]) -> T:
        """Return the result of `fetch(host)`, or raise its error; `host` is written as "https://paper.example"."""
        parts = urlparse_cached(request)
        host = f"{parts.scheme}://{parts.netloc}"
        current = self._fetches.get(host)
        if current is None or monotonic() - current.started_at > _MAX_AGE:
            current = self._fetches[host] = _Fetch(asyncio.create_task(fetch(host)), monotonic())
        try:
            result: T = await asyncio.shield(current.result)
        except self._fetch_again_after:
            if self._fetches.get(host) is current:
                del self._fetches[host]
            raise
        return result
