"""Small pages with metadata in their heads, and the metadata that are read from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.records.article import Article
from cleaning.records.given import Page

URL = "https://www.harbour-post.example/2024/ferry"
FETCHED = datetime(2024, 5, 20, 12, tzinfo=UTC)


def read_draft(
    head: str = "", body: str = "", *, url: str = URL, fetched_at: datetime | None = FETCHED, lang: str = ""
) -> Article:
    """Return the article's draft: the metadata of a page with this head and body."""
    html = f"<html lang='{lang}'><head>{head}</head><body>{body}</body></html>"
    return read_metadata(parse_tree(html), Page(url, html, fetched_at=fetched_at)).draft


def make_json_ld(kind: str = "NewsArticle", **fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, **fields})}</script>'
