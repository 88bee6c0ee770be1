"""Serve the demo newspapers on loopback, one port per site, and record the requests."""

from __future__ import annotations

import errno
import sys
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Self

from cleaning.errors import UsageError
from crawler.demo.pages import DemoSite
from crawler.demo.papers import PAPERS

if TYPE_CHECKING:
    from types import TracebackType

    from crawler.demo.papers import Paper

HOST = "127.0.0.1"
PORTS = (28731, 28732, 28733, 28734)


class DemoServer:
    """Serves all newspapers while the context lasts. Port 0 means any free port.

    `sites` are pairs of name and base address with a final slash. `requests` maps the name of a site to the (target,
    status) of every request, in the order of the replies. Raises UsageError if a port is in use.
    """

    def __init__(self, ports: tuple[int, ...] = PORTS) -> None:
        if len(ports) != len(PAPERS):
            raise UsageError(f"the demo newspapers need {len(PAPERS)} ports, one per site, got {len(ports)}")
        self.requests: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.sites: list[tuple[str, str]] = []
        self._ports = ports
        self._servers: list[_SiteServer] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        try:
            for paper, port in zip(PAPERS, self._ports, strict=True):
                self._servers.append(_start_server(paper, port, self.requests[paper.name]))
        except UsageError:
            self._close()
            raise
        self.sites = [(server.site.paper.name, server.site.base + "/") for server in self._servers]
        for server in self._servers:
            # Each poll wakes the thread, and shutdown waits for the next poll: 50 ms keeps both costs low.
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
        for thread in self._threads:
            thread.join()
        self._close()

    def format_sites_toml(self) -> str:
        """Return the newspapers as the tables of a `sites.toml`, with delay 0, because loopback has no other users."""
        return "\n".join(f'[[site]]\nname = "{name}"\nurl = "{url}"\ndelay = 0\n' for name, url in self.sites)

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()
        self._servers.clear()
        self._threads.clear()


class _SiteServer(ThreadingHTTPServer):
    """One newspaper on one port."""

    daemon_threads = True  # a client that keeps its connection open must not keep the crawl from ending

    def __init__(self, paper: Paper, port: int, requests: list[tuple[str, int]]) -> None:
        super().__init__((HOST, port), _RequestHandler)
        self.requests = requests
        self.site = DemoSite(paper, f"http://{HOST}:{self.server_port}")

    def server_bind(self) -> None:
        # HTTPServer would look up the host's name, which may ask a name server outside this machine.
        TCPServer.server_bind(self)
        self.server_name = HOST
        self.server_port = self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client may close the connection at any time
            super().handle_error(request, client_address)


class _RequestHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD over HTTP/1.1, with 304 if the client already has the page."""

    server: _SiteServer
    protocol_version = "HTTP/1.1"
    server_version = "DemoPress"
    sys_version = ""
    timeout = 30  # seconds that an idle connection is kept
    disable_nagle_algorithm = True  # head and body are two writes

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing: the terminal belongs to the crawl, and `requests` has the record."""

    def _answer(self, *, with_body: bool) -> None:
        reply = self.server.site.get_reply(self.path)
        known = [tag.strip().removeprefix("W/") for tag in self.headers.get("If-None-Match", "").split(",")]
        unchanged = reply.status == 200 and (reply.etag in known or "*" in known)
        status = 304 if unchanged else reply.status
        self.server.requests.append((self.path, status))
        self.send_response(status)
        self.send_header("ETag", reply.etag)
        if not unchanged:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if with_body and not unchanged:
            self.wfile.write(reply.body)


def _start_server(paper: Paper, port: int, requests: list[tuple[str, int]]) -> _SiteServer:
    try:
        return _SiteServer(paper, port, requests)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"port {port} of {HOST} is in use, perhaps by another crawl of the demo newspapers; wait for its end"
            ) from error
        raise
