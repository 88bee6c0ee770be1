"""scrapy runspider FILE: run a spider from a Python file, under the guard and into the store like any crawl."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands.runspider import Command as ScrapyRunspider
from scrapy.commands.runspider import _import_file
from scrapy.spiderloader import DummySpiderLoader
from scrapy.utils.spider import iter_spider_classes

from cleaning.errors import BadArgument
from crawler.commands.crawl import Command as Crawl

if TYPE_CHECKING:
    from scrapy import Spider

EXAMPLES = """\
The spider runs as scrapy crawl would run it: under the address guard,
robots.txt, holds and pauses. What it yields by page_item() is archived,
cleaned, judged and stored (docs/own-spider.md).

examples:
  scrapy runspider herald.py
  scrapy runspider herald.py -a user=me -O herald.jsonl

exit status: as of scrapy crawl
"""


class Command(Crawl):
    default_settings: ClassVar[dict[str, Any]] = {"SPIDER_LOADER_CLASS": DummySpiderLoader}
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] FILE.py"

    def short_desc(self) -> str:
        return ScrapyRunspider.short_desc(ScrapyRunspider())

    def long_desc(self) -> str:
        return "Run the spider of a Python file."

    def choose_spider(self, args: list[str]) -> type[Spider]:
        """Return the last spider in the file that `args` name, as Scrapy does. Raise BadArgument if there is none."""
        if len(args) != 1:
            raise BadArgument(f"takes one Python file, got {len(args)}: scrapy runspider FILE.py")
        path = Path(args[0])
        if not path.is_file():
            raise BadArgument(f"there is no file {path}")
        try:
            spiders = list(iter_spider_classes(_import_file(path)))
        except (ImportError, ValueError, SyntaxError) as error:
            raise BadArgument(f"cannot load {path}: {error}") from error
        if not spiders:
            raise BadArgument(f"there is no spider in {path}: a class of scrapy.Spider with a name")
        return spiders[-1]
