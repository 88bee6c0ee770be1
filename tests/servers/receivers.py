"""Receives alerts: a mail server, and a web server that stands for Slack, Telegram, Discord, Sentry and a webhook."""

from __future__ import annotations

import gzip
import json
import ssl
import time
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any, NamedTuple, Self

import brotli
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from servers.loopback import Loopback, Quiet
from servers.slow import DRIP, MAX_SECONDS

USER, PASSWORD = "desk", "pass/word+of=desk"


class Mailbox:
    """A mail server on a free port. With a certificate it asks for a log-in, after STARTTLS or TLS from the start."""

    def __init__(self, certificate: Path | None = None, *, is_tls: bool = False) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.logins: list[bytes] = []
        box = self

        class Handler:
            async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
                content = envelope.content
                assert isinstance(content, bytes)
                mail = message_from_bytes(content, policy=policy.default)
                box.mails.append((list(envelope.rcpt_tos), mail))
                return "250 OK"

        def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
            assert isinstance(data, LoginPassword)
            box.logins.append(data.login)
            is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
            return AuthResult(success=is_right, handled=False)

        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        starts_tls = context is not None and not is_tls
        self._controller = Controller(
            Handler(),
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if is_tls else None,
            tls_context=context if starts_tls else None,
            require_starttls=starts_tls,
            authenticator=authenticate if context else None,
            auth_required=starts_tls,
            auth_require_tls=starts_tls,
        )

    @property
    def port(self) -> int:
        assert self._controller.server is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a night that sends its mails here."""
        return {
            "SPIDERMON_SMTP_HOST": "127.0.0.1",
            "SPIDERMON_SMTP_PORT": str(self.port),
            "SPIDERMON_EMAIL_TO": "desk@example.org",
        }

    def __enter__(self) -> Self:
        connect = self._controller._trigger_server

        def connect_to_port() -> None:
            self._controller.port = self.port  # it was 0, any free one, until the server had begun
            connect()

        self._controller._trigger_server = connect_to_port  # type: ignore[method-assign]
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


class Post(NamedTuple):
    """What was posted: the path, the headers and the body, as JSON where it is JSON."""

    path: str
    headers: dict[str, str]
    body: Any


class Inbox(Loopback):
    """Records what is posted, and answers with `status` and as Slack does: `{"ok": true}`."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.status = 200
        inbox = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "br":  # of Sentry, where brotli is installed; else gzip
                    body = brotli.decompress(body)
                elif self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                inbox.posts.append(Post(self.path, dict(self.headers), _read(body)))
                answer = json.dumps({"ok": inbox.status == 200, "members": [], "error": "no_such_thing"}).encode()
                self.send_response(inbox.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        super().__init__("127.0.0.1", Handler)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


class Dripping(Loopback):
    """Takes an alert, and lets the head of its answer, or the body, drip for MAX_SECONDS, or until it is left.

    With `status` None it is the head; else the head is sent at once, and the body drips.
    """

    def __init__(self, status: int | None) -> None:
        self._is_left = Event()
        is_left = self._is_left

        class Handler(Quiet, BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status or 200)
                if status is None:
                    self.flush_headers()
                    self.wfile.write(b"X-Long: ")
                else:
                    self.send_header("Content-Length", "100000")
                    self.end_headers()
                end = time.monotonic() + MAX_SECONDS
                with suppress(OSError):  # until the client hangs up
                    while time.monotonic() < end and not is_left.wait(DRIP):
                        self.wfile.write(b"x")
                self.close_connection = True

        super().__init__("127.0.0.1", Handler)

    def __exit__(self, *error: object) -> None:
        self._is_left.set()
        super().__exit__(*error)


class DrippingMailbox:
    """A mail server that takes the connection, and never comes to the end of its greeting.

    With `drips` it sends one line of it after the other, for MAX_SECONDS or until it is left; else it says nothing.
    """

    def __init__(self, *, drips: bool) -> None:
        self._is_left = Event()
        is_left = self._is_left

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                end = time.monotonic() + MAX_SECONDS
                with suppress(OSError):  # until the client hangs up
                    while time.monotonic() < end and not is_left.wait(DRIP):
                        if drips:
                            self.request.sendall(b"220-wait\r\n")

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_left.set()
        self._server.shutdown()
        self._server.server_close()
