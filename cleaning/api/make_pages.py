"""Make the Page that is cleaned of what a caller has: HTML as text or bytes, an address with it, or a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.metadata.stated_address import UNKNOWN_ADDRESS, find_stated_address
from cleaning.page.charset import decode_html
from cleaning.records.given import Page

if TYPE_CHECKING:
    from os import PathLike

PageInput = Page | tuple[str, str | bytes] | Path


def make_page(
    html: str | bytes,
    url: str | None = None,
    *,
    content_type: str = "",
    language: str | None = None,
    fetched_at: datetime | None = None,
) -> Page:
    """Return the page. Without `url` its address is the one that it states, else UNKNOWN_ADDRESS.

    Raise TypeError for HTML that is neither str nor bytes and for other arguments of a wrong type, ValueError for a
    `fetched_at` without a zone.
    """
    _check_text("url", url)
    _check_text("language", language)
    if not isinstance(content_type, str):
        raise TypeError(f"content_type= must be str, got {type(content_type).__name__}")
    _check_time(fetched_at)
    if isinstance(html, bytes):
        html = decode_html(html, content_type)
    elif not isinstance(html, str):
        raise TypeError(f"the HTML must be str or bytes, got {type(html).__name__}{_hint_at_file(html)}")
    if url is None:
        url = find_stated_address(html) or UNKNOWN_ADDRESS
    return Page(url, html, language=language, fetched_at=fetched_at)


def read_page(
    path: str | PathLike[str],
    url: str | None = None,
    *,
    content_type: str = "",
    language: str | None = None,
    fetched_at: datetime | None = None,
) -> Page:
    """Return the page in a file, as `make_page` does. Raise OSError if the file cannot be read."""
    body = Path(path).read_bytes()
    return make_page(body, url, content_type=content_type, language=language, fetched_at=fetched_at)


def to_page(given: object) -> Page:
    """Return the page that an item of `clean_many` or `learn_site` means. Raise TypeError if it means none."""
    if isinstance(given, Page):
        return given
    if isinstance(given, Path):
        return read_page(given)
    if isinstance(given, tuple) and len(given) == 2:
        url, html = given
        return make_page(html, url)
    raise TypeError(f"a page must be a Page, a Path, or (url, html) as a tuple, got {type(given).__name__}")


def _check_text(name: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name}= must be str or None, got {type(value).__name__}")


def _check_time(value: object) -> None:
    if value is None:
        return
    if not isinstance(value, datetime):
        raise TypeError(f"fetched_at= must be a datetime or None, got {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError("fetched_at= must have a time zone, as datetime.now(UTC) has")


def _hint_at_file(given: object) -> str:
    return "; for a file there is clean_file" if isinstance(given, Path) else ""
