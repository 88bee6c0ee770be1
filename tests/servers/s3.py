"""A server of S3 in a process of its own, behind a proxy that a test has fail as real ones do."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

BUCKET = "raw-pages"
# Of a process that talks to the server. Without the last, botocore looks for a log-in at an address of Amazon's.
LOGIN = {
    "AWS_ACCESS_KEY_ID": "tester",
    "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_SERVE = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_METHODS = ("GET", "HEAD", "PUT", "DELETE", "POST")
_REFUSALS = {
    "error": (500, "InternalError", "We encountered an internal error. Please try again."),
    "slow-down": (503, "SlowDown", "Please reduce your request rate."),
    "denied": (403, "AccessDenied", "Access Denied"),
}


class FaultyS3:
    """Forwards requests to a server of S3. `fault` is what happens to them instead, `latency` passes before each.

    Faults: "away" cuts the connection at once, "cut" cuts it in the middle of what is sent, "lost" forwards the request
    and cuts the connection before the answer, and the refusals are answered for the server. `only` are the methods that
    meet them. A fault is over after `times` requests, where that is set.
    """

    def __init__(self, port: int) -> None:
        self.fault, self.only, self.times = "", set(_METHODS), -1
        self.latency = 0.0  # seconds
        self.prefix = "news"  # of the archive in the bucket
        self.asked: Counter[str] = Counter()  # by method
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self, "port": port, **_ANSWERS})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a crawl into a bucket of this server."""
        return {
            **LOGIN,
            "ARCHIVE_URI": f"s3://{BUCKET}/{self.prefix}",
            "ARCHIVE_OPTIONS": f'{{"endpoint_url": "{self.url}"}}',
        }

    def fail(self, fault: str, *only: str, times: int = -1) -> None:
        with self._lock:
            self.fault, self.times = fault, times
            self.only = set(only or _METHODS)

    def recover(self) -> None:
        self.fail("")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take_fault(self, method: str) -> str:
        with self._lock:
            self.asked[method] += 1
            if not self.fault or method not in self.only or self.times == 0:
                return ""
            self.times -= 1
            return self.fault


class _Handler(BaseHTTPRequestHandler):
    owner: ClassVar[FaultyS3]
    port: ClassVar[int]
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        time.sleep(self.owner.latency)
        fault = self.owner.take_fault(self.command)
        length = int(self.headers.get("Content-Length", 0))
        if fault in ("away", "cut"):
            self.rfile.read(length // 2 if fault == "cut" else 0)
            self._cut()
            return
        body = self.rfile.read(length)
        if fault in _REFUSALS:
            status, code, message = _REFUSALS[fault]
            self._answer(status, [], f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())
            return
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "connection")}
        server.request(self.command, self.path, body, headers)
        answer = server.getresponse()
        data, given = answer.read(), answer.getheaders()
        server.close()
        if fault == "lost":
            self._cut()
            return
        self._answer(answer.status, given, data)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        length = next((value for name, value in headers if name.lower() == "content-length"), str(len(body)))
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


_ANSWERS = {f"do_{method}": _Handler.forward for method in _METHODS}


@contextmanager
def run_s3() -> Iterator[FaultyS3]:
    """Run a server of S3 with an empty bucket, and a proxy in front of it."""
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVE],
        env={**os.environ, **LOGIN},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        port = int(server.stdout.readline())
        make_bucket = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        make_bucket.request("PUT", f"/{BUCKET}")
        assert make_bucket.getresponse().status == 200
        make_bucket.close()
        proxy = FaultyS3(port)
        yield proxy
        proxy.close()
    finally:
        server.stdin.close()
        server.wait(timeout=30)
        server.stdout.close()
