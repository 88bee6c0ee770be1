"""What the reading room adds to Datasette: our pages, one template for all, and headers that let nothing out or in.

The hooks are for rooms alone: another Datasette of the process stays as it is.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.utils import is_url
from datasette.utils.asgi import Base400, NotFound, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError

from cleaning.errors import (
    ArchiveMissing,
    ArticleMissing,
    BroadsheetError,
    RecordUnreadable,
    UnknownSite,
    UsageError,
)
from crawler.reading_room import routes

logger = logging.getLogger(__name__)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Callable[..., Any], Send], Awaitable[None]]

# No script at all, no frame around a page of ours, and nothing from elsewhere.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_NAME = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]*)?", re.IGNORECASE)
_NOT_FOUND = frozenset({"404", "Database not found"})  # what Datasette says of an address that nothing answers
_MAX_VALUE = 100_000_000  # bytes of one that a question in SQL may make


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return list(routes.ROUTES) if hasattr(datasette, "overview") else []


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    if hasattr(datasette, "overview"):
        env.finalize = _escape
        env.trim_blocks = env.lstrip_blocks = True
        env.filters["quote"] = partial(quote, safe="")  # as a part of a path
        env.globals["room_database"] = datasette.database_name
        env.globals["room_release"] = datasette.release
        env.globals["room_changes"] = datasette.changes


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Any) -> Callable[[Application], Application]:
    return _guard if hasattr(datasette, "overview") else lambda application: application


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: Any, datasette: Any) -> str | None:
    """Show an address as text: Datasette would make a link of it, which leads out. It shortens other long values."""
    is_address = isinstance(value, str) and is_url(value.strip())
    return value if is_address and hasattr(datasette, "overview") else None


@hookimpl(hookwrapper=True)  # type: ignore[untyped-decorator]
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Iterator[None]:
    """Answer instead of Datasette, which would print all values that the program held, of each address not found."""
    outcome: Any = yield
    if hasattr(datasette, "overview"):
        outcome.force_result([_tell(datasette, request, exception)])


@hookimpl  # type: ignore[untyped-decorator]
def forbidden(datasette: Any, request: Any, message: str) -> Awaitable[Response] | None:
    return _tell(datasette, request, NotFound(message)) if hasattr(datasette, "overview") else None


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, datasette: Any) -> None:
    if hasattr(datasette, "overview"):
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)


async def _tell(datasette: Any, request: Any, exception: Exception) -> Response:
    """Answer with one line. A defect is logged."""
    told = str(exception.orig if isinstance(exception, DBAPIError) else exception) or "there is no such page"
    told = "there is no such page" if told in _NOT_FOUND else told
    match exception:
        case ArticleMissing() | ArchiveMissing() | UnknownSite() | NotFound():
            status = 404
        case UsageError():
            status = 400
        case RecordUnreadable():  # pruned or erased since the page was stored
            status = 404
        case DatasetteError() if exception.message_is_html:
            status, told = exception.status, "the question took longer than two seconds"
        case Base400() | DatasetteError():
            status = exception.status
        case BroadsheetError():
            status = 500
        case _:
            status = 500
            logger.error("the page %s cannot be shown", request.path, exc_info=exception)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": told}, status=status)
    # What was searched stays in its field, to be mended.
    context = {"told": told, "search": {"words": request.args.get("q") or ""}}
    return Response.html(await datasette.render_template("told.html", context, request=request), status=status)


def _escape(value: Any) -> Any:
    """Take from text what harms a web page, too: control characters, and overrides that reverse a line."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in value)
    return value


def _guard(application: Application) -> Application:
    """Answer this machine alone: a page of the web may have its own name lead here (DNS rebinding)."""

    async def guarded(scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Send) -> None:
        if scope["type"] == "http":
            if not all(_NAME.fullmatch(host) for host in _list_values(scope, b"host") or [b""]):
                await Response.text("this server answers 127.0.0.1 and localhost alone", status=403).asgi_send(send)
                return
            if _is_asked_by_other_page(scope):
                await Response.text("no page of the web may load this one", status=403).asgi_send(send)
                return
            # What Datasette has for its own administration; and what it would lead to another host: //host/path/
            if scope["path"].startswith(("/-/", "//", "/\\")):
                await Response.text("there is no such page", status=404).asgi_send(send)
                return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in _HEADER_NAMES]
                message["headers"] = kept + [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            await send(message)

        await application(scope, receive, send_guarded)

    return guarded


def _is_asked_by_other_page(scope: MutableMapping[str, Any]) -> bool:
    """Whether a page of another site loads this address as a part of itself. A link to it may be followed."""
    comes_from = _list_values(scope, b"sec-fetch-site")
    is_link = _list_values(scope, b"sec-fetch-dest") == [b"document"]
    return not is_link and any(value in (b"cross-site", b"same-site") for value in comes_from)


def _list_values(scope: MutableMapping[str, Any], name: bytes) -> list[bytes]:
    return [value for header, value in scope["headers"] if header == name]


_HEADER_NAMES = frozenset(name.encode() for name in _HEADERS)
