"""scrapy edit SPIDER: a spider's file in your editor."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from scrapy.commands.edit import Command as ScrapyEdit
from scrapy.spiderloader import get_spider_loader

from cleaning.errors import BadArgument
from crawler.command_line.tool import ToolCommand

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
The editor is the environment variable EDITOR, else the setting of that name.

examples:
  scrapy edit articles
  EDITOR='code -w' scrapy edit articles

exit status: that of the editor; 2 wrong use
"""


class Command(ToolCommand, ScrapyEdit):
    examples = EXAMPLES

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        names = sorted(get_spider_loader(self.project_settings).list())
        if len(args) != 1 or args[0] not in names:
            problem = f"there is no spider {args[0]!r}" if len(args) == 1 else "name one spider"
            raise BadArgument(f"{problem}; choose from: {', '.join(names)}")
        words = shlex.split(str(self.project_settings["EDITOR"] or ""))
        if not words or shutil.which(words[0]) is None:
            raise BadArgument(f"there is no editor {' '.join(words)!r}; name yours by the environment variable EDITOR")
        super().execute(args, opts)
