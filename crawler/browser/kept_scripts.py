"""Keeps scripts and styles during a crawl, as long as their servers allow: the pages of a site ask for the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from scrapy import Request
from scrapy.extensions.httpcache import RFC2616Policy
from scrapy.http import Response
from scrapy.settings import BaseSettings

# In the meta of a request of a page: Chromium's kind of what is asked for.
KIND = "resource_kind"
# Among the flags of a response: nobody was asked for it.
KEPT = "kept"
_KINDS = frozenset(("script", "stylesheet"))
_SAME_FOR_ALL = frozenset(("", "accept", "accept-encoding", "accept-language", "user-agent"))  # pages of one crawl
_MAX_BYTES = 32 << 20

Download = Callable[[Request], Awaitable[Response]]


class KeptScripts:
    """The scripts and styles that any page may have again. What was not used for longest goes first.

    Whether a response may be kept, and how long it is fresh, is as RFC 9111 says (Scrapy's `RFC2616Policy`). What
    depends on who asks is not kept.
    """

    def __init__(self, settings: BaseSettings, max_bytes: int = _MAX_BYTES) -> None:
        self._policy = RFC2616Policy(settings)
        self._kept: OrderedDict[str, Response] = OrderedDict()
        self._left = max_bytes

    async def download(self, request: Request, download: Download) -> Response:
        """Return what is kept and fresh, else what `download` gives."""
        if request.meta.get(KIND) not in _KINDS or request.method != "GET" or "Authorization" in request.headers:
            return await download(request)
        kept = self._kept.get(request.url)
        if kept is not None and self._policy.is_cached_response_fresh(kept, request.copy()):  # it changes a stale one's
            self._kept.move_to_end(request.url)
            return kept.replace(flags=[*kept.flags, KEPT])
        response = await download(request)
        if self._may_keep(request, response):
            self._keep(request.url, response)
        return response

    def _may_keep(self, request: Request, response: Response) -> bool:
        vary = b",".join(response.headers.getlist("Vary")).decode("latin-1").lower()
        return (
            response.status == 200
            and not response.flags  # such as that of a body that broke off
            and _SAME_FOR_ALL.issuperset(word.strip() for word in vary.split(","))
            and self._policy.should_cache_request(request)
            and self._policy.should_cache_response(response, request)
        )

    def _keep(self, url: str, response: Response) -> None:
        before = self._kept.pop(url, None)
        self._left += len(before.body) if before is not None else 0
        self._kept[url] = response
        self._left -= len(response.body)
        while self._left < 0:
            _, oldest = self._kept.popitem(last=False)
            self._left += len(oldest.body)
