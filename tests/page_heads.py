"""Small pages that say things about themselves, and what is read of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cleaning.article import Article, Page
from cleaning.metadata import read_metadata
from cleaning.parsing import parse

URL = "https://www.harbour-post.example/2024/ferry"
FETCHED = datetime(2024, 5, 20, 12, tzinfo=UTC)


def metadata(
    head: str = "", body: str = "", *, url: str = URL, fetched_at: datetime | None = FETCHED, lang: str = ""
) -> Article:
    """The article's draft: all that the page says beside the text."""
    html = f"<html lang='{lang}'><head>{head}</head><body>{body}</body></html>"
    return read_metadata(parse(html), Page(url, html, fetched_at=fetched_at)).draft


def json_ld(kind: str = "NewsArticle", **fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, **fields})}</script>'
