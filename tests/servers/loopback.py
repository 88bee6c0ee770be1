"""The common base of the servers on loopback: each request is answered by a handler."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self


class Quiet:
    """Mixin for handlers that do not log their requests."""

    disable_nagle_algorithm = True  # head and body are two writes, and the second would wait for 40 ms

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a killed crawl hangs up
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Loopback:
    """Serves on a free port of `host` until the context ends; `name` is the name of the site in a crawl."""

    def __init__(self, host: str, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = _Server((host, 0), handler)
        self.url = f"http://{host}:{self._server.server_port}"
        self.name = f"{host}-{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
