"""scrapy version: the versions of Scrapy and of what it works with."""

from __future__ import annotations

from scrapy.commands.version import Command as ScrapyVersion

from crawler.command_line.tool import ToolCommand


class Command(ToolCommand, ScrapyVersion):
    examples = "examples:\n  scrapy version\n  scrapy version -v             those of the libraries, too\n"
