"""Which scripts and styles are asked for once, though many pages need them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.browser.kept_scripts import KEPT, KIND, KeptScripts

URL = "https://cdn.example.org/app.js"
HOUR = {"Cache-Control": "public, max-age=3600"}
LONG_AGO = format_datetime(datetime.now(UTC) - timedelta(days=300), usegmt=True)


def ask(
    kept: KeptScripts,
    asked: list[str],
    answered: dict[str, str],
    url: str = URL,
    size: int = 10,
    kind: str = "script",
    status: int = 200,
    **more: Any,
) -> bool:
    """Ask for a script; return whether it had been kept."""

    async def download(request: Request) -> Response:
        asked.append(request.url)
        return Response(request.url, status=status, headers=answered, body=b"x" * size)

    request = Request(url, meta={KIND: kind}, **more)
    return KEPT in asyncio.run(kept.download(request, download)).flags


@pytest.mark.parametrize(
    ("headers", "more", "is_kept"),
    [
        (HOUR, {}, True),
        (HOUR, {"kind": "stylesheet"}, True),
        (HOUR | {"Vary": "Accept-Encoding"}, {}, True),
        ({"Last-Modified": LONG_AGO}, {}, True),  # a tenth of its age
        ({"Expires": LONG_AGO}, {}, False),
        ({}, {}, False),
        ({"Cache-Control": "no-store"}, {}, False),
        ({"Cache-Control": "no-cache, max-age=3600"}, {}, False),
        (HOUR | {"Age": "3601"}, {}, False),
        (HOUR | {"Vary": "Cookie"}, {}, False),
        (HOUR, {"kind": "fetch"}, False),
        (HOUR, {"status": 404}, False),
        (HOUR, {"method": "POST"}, False),
        (HOUR, {"headers": {"Authorization": "Bearer 1"}}, False),
    ],
)
def test_it_is_kept_as_long_as_its_server_allows(
    headers: dict[str, str],
    more: dict[str, Any],
    is_kept: bool,
) -> None:
    kept, asked = KeptScripts(Settings()), list[str]()
    assert not ask(kept, asked, headers, **more)
    assert ask(kept, asked, headers, **more) is is_kept
    assert len(asked) == 2 - is_kept


def test_what_was_not_used_for_longest_makes_room() -> None:
    kept, asked = KeptScripts(Settings(), max_bytes=100), list[str]()
    urls = [f"{URL}?{number}" for number in range(3)]
    for url in (urls[0], urls[1], urls[0], urls[2]):
        ask(kept, asked, HOUR, url, size=45)
    assert [ask(kept, asked, HOUR, url, size=45) for url in (urls[0], urls[2], urls[1])] == [True, True, False]
    assert not ask(kept, asked, HOUR, f"{URL}?large", size=200)
    assert not ask(kept, asked, HOUR, f"{URL}?large", size=200)
