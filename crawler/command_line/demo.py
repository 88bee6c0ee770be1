"""Serve the demo newspapers while a command runs."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from crawler.demo.server import DemoServer

if TYPE_CHECKING:
    from contextlib import ExitStack

    from scrapy.settings import BaseSettings


def serve_demo(stack: ExitStack, settings: BaseSettings) -> None:
    """Serve the demo newspapers on loopback until the stack is closed, and set their sites.toml and no pauses."""
    server = stack.enter_context(DemoServer())
    sites = Path(stack.enter_context(TemporaryDirectory(prefix="broadsheet-demo-"))) / "sites.toml"
    sites.write_text(server.format_sites_toml(), encoding="utf-8")
    for name, value in {
        "SITES_FILE": str(sites),
        "USER_AGENT": "Broadsheet (demo)",  # there is nobody to contact
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_START_DELAY": 0,
        "ALLOWED_NETWORKS": ["127.0.0.0/8"],
    }.items():
        settings.set(name, value, priority="cmdline")
