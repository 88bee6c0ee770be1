"""scrapy startproject NAME: a project of Scrapy's, which has nothing of this one."""

from __future__ import annotations

from scrapy.commands.startproject import Command as ScrapyStartproject

from crawler.command_line.tool import ToolCommand

EXAMPLES = """\
It makes an empty project of Scrapy's. For a spider in this project, which is
guarded, cleaned and stored like ours: scrapy genspider.

examples:
  scrapy startproject weather ../weather

exit status: 0 made; 1 it exists already, or the name cannot be used; 2 wrong use
"""


class Command(ToolCommand, ScrapyStartproject):
    examples = EXAMPLES
