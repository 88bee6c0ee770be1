"""Servers whose articles come a byte at a time, or never, and one whose answer does not end."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

from servers.loopback import Loopback, Quiet

LISTS = '<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="sitemap" href="/map.xml">'
DRIP = 0.05  # seconds between two bytes
MAX_SECONDS = 20.0  # after which a slow answer ends, so that no thread outlives the tests


class Slow(Loopback):
    """A paper on loopback that answers everything at once, except the articles at `paths`.

    With `drips`, these send a header and then one byte per 50 ms; else they are accepted and never answered. `asked`
    lists the requested paths in order, each with its time (monotonic).
    """

    def __init__(self, host: str, paths: list[str], *, drips: bool) -> None:
        self.asked: list[tuple[str, float]] = []
        slow = self
        links = "".join(f'<li><a href="{path}">A link to {path}</a></li>' for path in paths)

        class Handler(Quiet, BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                slow.asked.append((self.path, time.monotonic()))
                if self.path not in paths:
                    self._answer_at_once()
                elif drips:
                    self._drip()
                else:
                    self._wait()

            def _answer_at_once(self) -> None:
                body = (
                    f"<html><head>{LISTS}</head><body><ul>{links}</ul></body></html>".encode()
                    if self.path == "/"
                    else b"none"
                )
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _drip(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", "100000")
                self.end_headers()
                end = time.monotonic() + MAX_SECONDS
                with suppress(OSError):  # until the client hangs up
                    while time.monotonic() < end:
                        self.wfile.write(b"x")
                        time.sleep(DRIP)
                self.close_connection = True

            def _wait(self) -> None:
                self.connection.settimeout(MAX_SECONDS)
                with suppress(OSError):
                    self.connection.recv(1)  # until the client hangs up
                self.close_connection = True

        super().__init__(host, Handler)

    def articles(self) -> list[str]:
        """Return the requested articles."""
        return [path for path, _ in self.asked if path.startswith("/2025/")]


class Flood(Loopback):
    """Answers /robots.txt with `body`, piece by piece; `sent` counts the bytes sent before the client hangs up."""

    def __init__(self, host: str, body: bytes) -> None:
        self.sent = 0
        flood = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/robots.txt":
                    self.send_error(404)
                    return
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                with suppress(OSError):
                    while flood.sent < len(body):
                        flood.sent += self.connection.send(body[flood.sent : flood.sent + (1 << 16)])

        super().__init__(host, Handler)
