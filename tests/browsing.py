"""What the tests of the browser share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from crawler.browser.launch import NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# That are installed; a crawl takes the first.
BROWSERS = [Path(found) for name in NAMES if (found := shutil.which(name))]
needs_chromium = pytest.mark.skipif(
    not BROWSERS, reason="Chromium is not installed: apt install chromium-headless-shell, or chromium"
)
in_each_browser = pytest.mark.parametrize("chromium", BROWSERS, ids=lambda path: path.name)


MARK = "BROADSHEET_TEST_MARK"  # in the environment of a crawl and of all its processes


def list_marked(mark: str) -> list[str]:
    """Return the processes that a crawl with this mark has left."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:80]}")
    return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser that may reach everything."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSERS[0], args=["--no-sandbox"])
        yield browser
        browser.close()
