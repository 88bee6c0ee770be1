"""scrapy settings: the value of a setting, as a crawl would read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrapy.commands.settings import Command as ScrapySettings

from cleaning.errors import BadArgument
from crawler.command_line.setting_names import find_misspelt
from crawler.command_line.tool import ToolCommand

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  scrapy settings --get DATA_DIR
  scrapy settings --getfloat DOWNLOAD_DELAY -s DOWNLOAD_DELAY=3
  scrapy settings --getlist RETRY_PAUSES
"""

_SECRET = {"ARCHIVE_OPTIONS"}
_LOGIN = re.compile(r"(?<=://)([^/:@\s]*):[^/@\s]*@")  # in an address, as of DATABASE_URL: the name is shown


class Command(ToolCommand, ScrapySettings):
    examples = EXAMPLES

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super(ToolCommand, self).process_options(args, opts)  # the values that a crawl has, with its pipelines

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        asked = [name for name in (opts.get, opts.getbool, opts.getint, opts.getfloat, opts.getlist) if name]
        if not asked:
            raise BadArgument("name a setting: scrapy settings --get NAME")
        for message in find_misspelt(asked, set(self.project_settings)):
            raise BadArgument(message.replace(", so it has no effect", ""))
        for name in _SECRET.intersection(asked):
            if self.project_settings.get(name):
                raise BadArgument(f"{name} may hold a password, so it is not shown; it is set")
        for name in asked:
            if isinstance(value := self.project_settings.get(name), str):
                self.project_settings.set(name, _LOGIN.sub(r"\1:***@", value), priority="cmdline")
        try:
            super().execute(args, opts)
        except (TypeError, ValueError) as error:
            raise BadArgument(f"{asked[0]} cannot be read so: {error}") from error
