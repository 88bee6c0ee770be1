"""The only way of one page to the network: an HTTP proxy on loopback that judges every connection.

A browser resolves names, follows redirects and opens sockets by itself, and what intercepts requests in the browser
does not see all of it. So Chromium sends everything through this proxy (launch.py), which serves a connection only if
its host is one that the page may ask (page_requests.py) and its address one that the guard allows. It connects to the
address that was judged, so there is no second look-up with another answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit, urlunsplit

import h11
from scrapy.exceptions import CannotResolveHostError
from twisted.internet.error import DNSLookupError

from crawler.failures.errors import AddressRefused
from crawler.guard.resolver import resolve_host

logger = logging.getLogger(__name__)

_CHUNK = 1 << 16  # bytes
_CONNECT_TIMEOUT = 10.0  # seconds
_OF_PROXY = (b"proxy-connection", b"proxy-authorization", b"connection", b"keep-alive")
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_UNREACHABLE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Target(NamedTuple):
    """Where a request to the proxy wants to go."""

    host: str
    port: int
    url: str  # its origin, with the scheme as far as the proxy knows it
    path: str = ""  # of a request that is not a tunnel


class PageProxy:
    """Serves one page: from `async with` until its end, which also ends all its connections.

    `allows` is asked with the origin of each connection. `count` gets a word for each that is refused: "host",
    "address-..." by the guard, "bad-request", "too-large" once the page has had `max_bytes`.
    """

    def __init__(self, allows: Callable[[str], bool], count: Callable[[str], None], max_bytes: int) -> None:
        self._allows = allows
        self._count = count
        self._left = max_bytes
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address of the proxy."""
        assert self._server is not None  # noqa: S101 (it is asked within `async with`)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request, or one tunnel. A further request needs a new connection, which is judged again."""
        try:
            await self._answer(reader, writer)
        except (OSError, h11.ProtocolError, asyncio.IncompleteReadError) as error:
            logger.debug("a connection of the browser ended: %s", error)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = h11.Connection(h11.SERVER)
        try:
            request = await _receive(asked, reader)
            if not isinstance(request, h11.Request):  # a connection made ahead, and not used
                return
            target = _read_target(request)
        except (h11.RemoteProtocolError, ValueError) as error:
            logger.debug("the browser sent no request for a proxy: %s", error)
            self._count("bad-request")
            writer.write(_BAD)
            return
        try:
            address = await self._judge(target)
        except _Refusal as refusal:
            self._count(refusal.reason)
            writer.write(_REFUSED)
            return
        try:
            upstream = await asyncio.wait_for(asyncio.open_connection(address, target.port), _CONNECT_TIMEOUT)
        except (OSError, TimeoutError):
            writer.write(_UNREACHABLE)
            return
        try:
            if request.method == b"CONNECT":
                writer.write(_ESTABLISHED)
                upstream[1].write(asked.trailing_data[0])
                await self._join(reader, writer, *upstream)
            else:
                await self._forward(request, asked, reader, upstream[1], target)
                await self._pump(upstream[0], writer)
        finally:
            upstream[1].close()

    async def _judge(self, target: _Target) -> str:
        """Return the address to connect to."""
        if self._left <= 0:
            raise _Refusal("too-large")
        if not self._allows(target.url):
            raise _Refusal("host")
        try:
            return await resolve_host(target.host)
        except AddressRefused as error:
            raise _Refusal(f"address-{error.reason}") from error
        except (CannotResolveHostError, DNSLookupError, OSError, ValueError) as error:
            raise _Refusal("dns") from error

    async def _forward(
        self,
        request: h11.Request,
        asked: h11.Connection,
        reader: asyncio.StreamReader,
        upstream: asyncio.StreamWriter,
        target: _Target,
    ) -> None:
        """Send a request on, as its server expects it: without the origin, and without what is for the proxy."""
        headers = [(bytes(name), bytes(value)) for name, value in request.headers.raw_items()]
        headers = [(name, value) for name, value in headers if name.lower() not in _OF_PROXY]
        sent = h11.Connection(h11.CLIENT)
        changed = h11.Request(method=request.method, target=target.path, headers=[*headers, (b"Connection", b"close")])
        upstream.write(sent.send(changed) or b"")
        while not isinstance(event := await _receive(asked, reader), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                raise h11.RemoteProtocolError("the request broke off")
            upstream.write(sent.send(event) or b"")
            await upstream.drain()
        upstream.write(sent.send(event) or b"")

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        sending = asyncio.ensure_future(self._pump(reader, to_server))
        try:
            await self._pump(from_server, writer)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes on until there are no more, or the page has had its share."""
        while data := await reader.read(_CHUNK):
            self._left -= len(data)
            if self._left <= 0:
                self._count("too-large")
                return
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


class _Refusal(Exception):
    """A connection is not made; the word to count it by."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def _receive(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(_CHUNK))
    return event


def _read_target(request: h11.Request) -> _Target:
    """Return where a request wants to go. Raise ValueError if it is none for a proxy."""
    text = request.target.decode("ascii")
    is_tunnel = request.method == b"CONNECT"
    parts = urlsplit(f"//{text}" if is_tunnel else text)
    host, port = parts.hostname, parts.port
    if not host or ":" in host:  # an IPv6 address: the resolver knows none
        raise ValueError(f"no host in {text!r}")
    if is_tunnel:
        if port is None or parts.path:
            raise ValueError(f"{text!r} is no host with a port")
        scheme = "http" if port == 80 else "https"
        return _Target(host, port, f"{scheme}://{host}:{port}/")
    if parts.scheme != "http":
        raise ValueError(f"{text!r} is no address of HTTP")
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return _Target(host, port or 80, f"http://{parts.netloc.rpartition('@')[2]}/", path)
