"""scrapy list: the spiders of the project."""

from __future__ import annotations

from scrapy.commands.list import Command as ScrapyList

from crawler.command_line.tool import ToolCommand


class Command(ToolCommand, ScrapyList):
    examples = "examples:\n  scrapy list                   the names of the spiders, one a line\n"
