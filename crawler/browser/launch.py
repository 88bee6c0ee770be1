"""Finds the system's Chromium, and says how it is started: without any way to the network."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument

# The shell first: without the windows of a browser, a page takes a third of the processor time.
NAMES = (
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
)
# What a page asks for, the crawl downloads for it (page_requests.py). Whatever is not routed there, such as the target
# of a redirect, a shared worker, a socket or an update of the browser, would go through this proxy, which is not found.
_NO_PROXY = "http://no-network.invalid:9"
_ARGUMENTS = (
    "--proxy-bypass-list=<-loopback>",  # else Chromium asks its own machine directly
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-shared-workers",  # they get nothing in any case: a page does not wait for them
    "--no-pings",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-gpu",
    "--blink-settings=imagesEnabled=false",
    "--mute-audio",
)


def find_chromium(settings: BaseSettings) -> Path:
    """Return the browser of BROWSER_PATH, or the first of NAMES that is there. Raise BadArgument with what to do."""
    stated = settings.get("BROWSER_PATH") or ""
    if stated:
        if not os.access(stated, os.X_OK) or Path(stated).is_dir():
            raise BadArgument(f"the setting BROWSER_PATH must be the path of Chromium: {stated} cannot be run")
        return Path(stated)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BadArgument(
            "a site needs a browser, and there is no Chromium: install it (apt install chromium-headless-shell, or"
            " chromium), or set BROWSER_PATH"
        )
    return Path(found)


def make_launch_options(settings: BaseSettings, mark: str) -> dict[str, Any]:
    """Return the options of Playwright's `launch`. `mark` will stand in the browser's command line."""
    megabytes = max(settings.getint("BROWSER_MEMORY") >> 20, 64)
    return {
        "executable_path": str(find_chromium(settings)),
        "args": [*_ARGUMENTS, mark, f"--js-flags=--max-old-space-size={megabytes // 2}"],
        "proxy": {"server": _NO_PROXY},
        "chromium_sandbox": settings.getbool("BROWSER_SANDBOX") and os.geteuid() != 0,  # Chromium refuses it to root
        "handle_sigint": False,  # the crawl ends it, after the pages under way
        "handle_sigterm": False,
        "handle_sighup": False,
    }
