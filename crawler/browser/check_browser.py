"""Finds out before a crawl whether the browser that its sites need is there."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from scrapy.settings import BaseSettings

from cleaning.errors import LibraryMissing, tell_install
from crawler.browser.launch import find_chromium
from crawler.sites.site import Site

_LIBRARIES = ("h11", "psutil", "scrapy_playwright")


def check_browser(settings: BaseSettings, sites: Iterable[Site]) -> None:
    """Raise LibraryMissing or BadArgument, with what to do, if a site needs a browser and there is none."""
    name = next((site.name for site in sites if site.browser), None)
    if name is None:
        return
    if any(find_spec(library) is None for library in _LIBRARIES):
        raise LibraryMissing(f"{name} needs a browser, and that needs more packages; run: {tell_install('browser')}")
    find_chromium(settings)
