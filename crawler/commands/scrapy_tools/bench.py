"""scrapy bench: how many pages a minute this machine can ask for, from a server of its own."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from scrapy.commands.bench import Command as ScrapyBench

from cleaning.errors import BadArgument
from crawler.command_line.tool import ToolCommand

if TYPE_CHECKING:
    import argparse

PORT = 8998  # of the server that Scrapy starts on loopback
EXAMPLES = """\
Scrapy's own benchmark: a server on loopback, and a spider that follows all its
links for ten seconds. The requests pass our middlewares, without pauses and
without the store, so that the log shows what these cost.

examples:
  scrapy bench
  scrapy bench -s CLOSESPIDER_TIMEOUT=3
"""


class Command(ToolCommand, ScrapyBench):
    requires_crawler_process = True
    examples = EXAMPLES

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        for name, value in {
            "ALLOWED_NETWORKS": ["127.0.0.1/32"],
            "AUTOTHROTTLE_ENABLED": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,  # Scrapy's defaults: the server is ours
            "DOWNLOAD_DELAY": 0,
            "EXTENSIONS": {
                "scrapy.extensions.logstats.LogStats": 0,
                "crawler.guard.self_check.GuardCheck": 0,
                "crawler.extensions.politeness.Politeness": 100,
            },
            "PAGES_PER_HOST": 0,
        }.items():
            self.project_settings.set(name, value, priority="cmdline")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise BadArgument(f"takes only options, got {args[0]!r}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                raise BadArgument(f"port {PORT} of 127.0.0.1 is in use, perhaps by another benchmark; wait for its end")
        super().execute(args, opts)
