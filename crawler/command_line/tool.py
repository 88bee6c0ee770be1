"""The base of Scrapy's own commands, as they work in this project: guarded, polite, and without the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cleaning.errors import BadAddress, BadArgument
from cleaning.page.canonical import to_canonical_url
from crawler.command_line.command import ProjectCommand

if TYPE_CHECKING:
    import argparse

    from scrapy import Spider
    from scrapy.crawler import CrawlerProcessBase


class ToolCommand(ProjectCommand):
    """A command of Scrapy's. A subclass names this class first, then Scrapy's, and gives examples.

    Scrapy's own errors become one line, its options stay. What it requests passes our middlewares: the guard, the rules
    of robots.txt, holds and pauses. It opens no store and writes no archive.
    """

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        self.project_settings.set("STORE_ENABLED", False, priority="cmdline")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what Scrapy's command does."""
        super(ProjectCommand, self).run(args, opts)  # type: ignore[safe-super]  # of the class that a subclass names

    @property
    def process(self) -> CrawlerProcessBase:
        assert self.crawler_process is not None  # noqa: S101 (of commands with requires_crawler_process)
        return self.crawler_process

    def load_spider(self, name: str) -> type[Spider]:
        """Return the spider of this name. Raise BadArgument with all names if there is none."""
        names = sorted(self.process.spider_loader.list())
        if name not in names:
            raise BadArgument(f"there is no spider {name!r}; choose from: {', '.join(names)}")
        return self.process.spider_loader.load(name)

    def parse_address(self, args: list[str]) -> str:
        """Return the one http(s) address that is given; a UsageError for anything else."""
        if len(args) != 1:
            raise BadArgument(f"takes one address, got {len(args)}: {self._name} {self.syntax()}")
        if to_canonical_url(args[0]) is None:
            from crawler.sites.site import explain_bad_address

            raise BadAddress(explain_bad_address(args[0]))
        return args[0]


def refuse_frontier_spider(spider: Any, advice: str) -> None:
    """Raise BadArgument for a spider that works only with the store: it makes no request by itself."""
    if getattr(spider, "uses_frontier", False) or not getattr(spider, "asks_sites", True):
        raise BadArgument(f"the spider {spider.name!r} works on the store, and makes no request of its own; {advice}")
