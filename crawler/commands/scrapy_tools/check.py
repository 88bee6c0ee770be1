"""scrapy check: whether the callbacks of the spiders keep their contracts."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scrapy.commands.check import Command as ScrapyCheck

from cleaning.errors import BadArgument
from crawler.command_line.tool import ToolCommand

if TYPE_CHECKING:
    import argparse

OURS = "articles"  # the spider of ours with callbacks; its contracts name pages of the demo newspapers
EXAMPLES = """\
A contract stands in the docstring of a callback. Beside Scrapy's (@url,
@returns, @scrapes) there is @article HEADLINE: the callback yields one page,
and the cleaner makes an article with this headline of it. The pages that your
contracts name are fetched; those of ours are served on loopback. The store is a
temporary one.

examples:
  scrapy check
  scrapy check mine
  scrapy check --list

exit status: 0 all are kept, 1 one is not, 2 wrong use
"""


class Command(ToolCommand, ScrapyCheck):
    requires_crawler_process = True
    examples = EXAMPLES

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        names = sorted(self.process.spider_loader.list())
        for name in args:
            if name not in names:
                raise BadArgument(f"there is no spider {name!r}; choose from: {', '.join(names)}")
        with ExitStack() as stack:
            if not opts.list:
                self._set_apart(stack, is_ours_checked=OURS in (args or names))
            super().execute(args, opts)

    def _set_apart(self, stack: ExitStack, *, is_ours_checked: bool) -> None:
        """Give the spiders a store of their own, and Scrapy's scheduler, which takes the requests of contracts."""
        folder = stack.enter_context(TemporaryDirectory(prefix="broadsheet-check-", ignore_cleanup_errors=True))
        for name, value in {
            "DATA_DIR": folder,
            "DATABASE_URL": "",
            "ARCHIVE_URI": "",
            "STORE_ENABLED": True,
            "SCHEDULER": "scrapy.core.scheduler.Scheduler",
            "DISK_LEAST": 0,
        }.items():
            self.project_settings.set(name, value, priority="cmdline")
        if is_ours_checked:
            from crawler.command_line.demo import serve_demo

            serve_demo(stack, self.project_settings)
