"""A server on raw sockets that misbehaves: each route sends the bytes that a test chooses, or breaks off."""

from __future__ import annotations

import gzip
import socket
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread
from typing import Self

import brotli
from backports import zstd

from servers.paper import prose

Send = Callable[[socket.socket], None]
Behaviour = bytes | Send

HTML = "Content-Type: text/html; charset=utf-8"
MEGABYTE = b"<p>0123456789abcdef</p>" * ((1 << 20) // 23)


def page(title: str, *, paragraphs: str | None = None, head: str = "") -> str:
    """Return a page that would be kept as an article."""
    text = paragraphs or "".join(f"<p>{paragraph}</p>" for paragraph in prose(title))
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>"
        f"<article><h1>{title}</h1>{text}</article></body></html>"
    )


def answer(body: bytes | str, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return a whole response that closes the connection. Its Content-Length is `length`, else that of the body."""
    body = body.encode() if isinstance(body, str) else body
    kinds = [] if any(header.lower().startswith("content-type") for header in headers) else [HTML]
    lines = [*kinds, *headers, f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    return f"HTTP/1.1 {status}\r\n".encode() + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def compress(body: bytes | str, encoding: str) -> bytes:
    """Encode a body in a content coding, or in several, separated by commas, the first of them applied first."""
    data = body.encode() if isinstance(body, str) else body
    for name in encoding.split(","):
        match name.strip():
            case "gzip":
                data = gzip.compress(data, mtime=0)
            case "deflate":
                data = zlib.compress(data)
            case "br":
                data = brotli.compress(data, quality=3)
            case "zstd":
                data = zstd.compress(data)
    return data


def answer_encoded(body: bytes | str, encoding: str) -> bytes:
    """Return a response in a content coding that its header states."""
    return answer(compress(body, encoding), f"Content-Encoding: {encoding}")


def answer_chunked(*chunks: bytes) -> bytes:
    """Return a response of exactly these chunks, without the empty one that ends a body."""
    return f"HTTP/1.1 200 OK\r\n{HTML}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + b"".join(chunks)


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def reset(sent: bytes) -> Send:
    """Return a behaviour that sends these bytes, then resets the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(sent)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return send


def endless(head: bytes, piece: bytes, times: int) -> Send:
    """Return a behaviour that sends `piece` up to `times` times, or until the client hangs up."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(times):
            connection.sendall(piece)

    return send


def bomb(size: int, encoding: str) -> bytes:
    """Return a response that unpacks to a page of `size` megabytes."""
    return answer_encoded(b"<html><body>" + MEGABYTE * size, encoding)


class Rude:
    """Serves `routes` on 127.0.0.1 and counts the requested paths in `asked`; each answer ends its connection."""

    def __init__(self) -> None:
        self.routes: dict[str, Behaviour] = {"/robots.txt": answer("", status="404 Not Found")}
        self.asked: Counter[str] = Counter()
        self.heard: dict[str, bytes] = {}  # path -> the bytes of the last request for it
        self.on_request: Callable[[str], None] = lambda _path: None
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = f"127.0.0.1-{self.port}"
        Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # else the thread would wait forever
        self._socket.close()

    def front(self) -> None:
        """Serve a front page that links to every route, and names a feed and a sitemap, so that none is guessed."""
        links = "".join(
            f'<li><a href="{path}">A link to {path}</a></li>' for path in self.routes if path[1:5].isdigit()
        )
        self.routes["/"] = answer(
            "<!doctype html><html><head><title>The Rude Paper</title>"
            '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
            f'<link rel="sitemap" href="/sitemap.xml"></head><body><ul>{links}</ul></body></html>'
        )
        self.routes.setdefault("/feed.xml", answer('<?xml version="1.0"?><rss><channel></channel></rss>'))
        self.routes.setdefault("/sitemap.xml", answer('<?xml version="1.0"?><urlset></urlset>'))

    def publish(self, stories: dict[str, Behaviour], day: str = "2025/10/01") -> dict[str, str]:
        """Serve each behaviour at the address of an article; return the path of each by its name."""
        paths = {name: f"/{day}/the-story-of-the-{name}" for name in stories}
        self.routes |= {paths[name]: behaviour for name, behaviour in stories.items()}
        return paths

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        # This server is made for connections that break off, so their errors are expected.
        with suppress(OSError), connection:
            connection.settimeout(30)
            request = b"".join(self._head(connection))
            if not request:
                return
            path = request.split(b" ", 2)[1].decode("latin-1")
            self.asked[path] += 1
            self.heard[path] = request
            self.on_request(path)
            behaviour = self.routes.get(path, answer("<h1>Not found</h1>", status="404 Not Found"))
            if callable(behaviour):
                behaviour(connection)
            else:
                connection.sendall(behaviour)

    @staticmethod
    def _head(connection: socket.socket) -> Iterator[bytes]:
        end = b""
        while b"\r\n\r\n" not in end:
            data = connection.recv(65_536)
            if not data:
                return
            yield data
            end = (end + data)[-65_540:]
