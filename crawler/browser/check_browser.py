"""Finds out before a crawl whether the browser that its sites need is there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument, LibraryMissing, tell_install
from crawler.browser.launch import find_chromium
from crawler.sites.site import Site

_LIBRARIES = ("psutil", "scrapy_playwright")
_PATIENCE = 20.0  # seconds


def check_browser(settings: BaseSettings, sites: Iterable[Site]) -> None:
    """Raise LibraryMissing or BadArgument, with what to do, if a site needs a browser and there is none."""
    name = next((site.name for site in sites if site.browser), None)
    if name is None:
        return
    if any(find_spec(library) is None for library in _LIBRARIES):
        raise LibraryMissing(f"{name} needs a browser, and that needs more packages; run: {tell_install('browser')}")
    _check_version(find_chromium(settings))


def _check_version(path: Path) -> None:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=_PATIENCE)  # noqa: S603
        starts = told.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        starts = False
    if not starts:
        raise BadArgument(
            f"{path} does not start: run {path} --version by hand, or set BROWSER_PATH to another Chromium"
        )
