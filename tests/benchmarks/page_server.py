"""Serve recorded pages from a process of its own, as fast as the loopback carries them: the server is no brake."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import NamedTuple, Self

from gold import Page
from replayed_sites import choose_paths, make_answers

BACKLOG = 512


class ServedSite(NamedTuple):
    """A site of recorded pages; `paths` are those of its articles, in the order of its lists."""

    url: str
    paths: Sequence[str]


class PageServer:
    """Serves the pages of several sites, each at an address of its own; what they show can be changed in between.

    with PageServer(sites) as server:      # the pages of each site
        server.show(8)                     # the first eight of each
    """

    def __init__(self, sites: Sequence[Sequence[Page]]) -> None:
        self._sockets = [_listen(f"127.0.3.{number}") for number in range(1, len(sites) + 1)]
        self._articles = [choose_paths(pages) for pages in sites]
        self._urls = ["http://{}:{}".format(*server.getsockname()) for server in self._sockets]
        self._process = None
        self.sites: list[ServedSite] = []

    def show(self, most: int) -> None:
        """Show the first pages of each site, from now on."""
        self._stop()
        shown = [dict(list(articles.items())[:most]) for articles in self._articles]
        self.sites = [ServedSite(url, list(pages)) for url, pages in zip(self._urls, shown, strict=True)]
        answers = [
            {path.encode(): _write_answer(kind, body) for path, (kind, body) in make_answers(url, pages).items()}
            for url, pages in zip(self._urls, shown, strict=True)
        ]
        context = get_context("fork")  # the sockets and the pages are there without being copied
        ready, says_ready = context.Pipe(duplex=False)
        self._process = context.Process(target=_serve, args=(self._sockets, answers, says_ready), daemon=True)
        self._process.start()
        ready.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stop()
        for server in self._sockets:
            server.close()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._process = None


def _listen(host: str) -> socket.socket:
    server = socket.create_server((host, 0), backlog=BACKLOG)
    server.setblocking(False)
    return server


def _write_answer(kind: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nNot found"


def _serve(sockets: Sequence[socket.socket], answers: Sequence[Mapping[bytes, bytes]], ready: Connection) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(lambda own=own: _Answering(own), sock=server, backlog=BACKLOG)
            for server, own in zip(sockets, answers, strict=True)
        ]
        ready.send(True)
        await asyncio.gather(*(server.serve_forever() for server in servers))

    asyncio.run(run())


class _Answering(asyncio.Protocol):
    """Answers every request of one connection."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            self._transport.write(self._answers.get(path, MISSING))
