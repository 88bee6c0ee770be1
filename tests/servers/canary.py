"""Listens where no request may arrive, and records those that do."""

from __future__ import annotations

import socket
from socketserver import BaseRequestHandler, TCPServer
from threading import Thread
from typing import Self

from servers.paper import prose

SECRET = "The secret ledger of the house"


class Canary:
    """Listens on each of `places` (host, port). Port 0 means any free port in the first, and that port in the others.

    It answers every request with an article, so that a leak would also be visible in the store.
    """

    def __init__(self, *places: tuple[str, int]) -> None:
        self.touched: list[tuple[str, bytes]] = []
        canary = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(5)
                canary.touched.append((self.server.server_address[0], self.request.recv(200)))
                text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(SECRET))
                page = f"<!doctype html><html><body><article><h1>{SECRET}</h1>{text}</article></body></html>".encode()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
                self.request.sendall(head.encode() + b"Connection: close\r\n\r\n" + page)

        class Server(TCPServer):
            allow_reuse_address = True

        class Server6(Server):
            address_family = socket.AF_INET6

        self._servers: list[TCPServer] = []
        self.port = places[0][1]
        for host, port in places:
            server = (Server6 if ":" in host else Server)((host, port or self.port), Handler)
            self.port = self.port or server.server_address[1]
            self._servers.append(server)
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
