"""Read pages with gold text: data sets as NAME.jsonl.xz, one page per line.

A page is an object with `id`, `url`, `html` and, each or null: `text` (the gold), `with` and `without` (snippets that
must and must not be in the text), `title`, `date`, `headline_in_gold` (the gold begins with the headline).
"""

from __future__ import annotations

import argparse
import json
import lzma
from pathlib import Path
from typing import Any

from cleaning.page.addresses import get_site

ENDING = ".jsonl.xz"
Page = dict[str, Any]


def get_page_site(page: Page) -> str:
    """Return the name of the page's site."""
    return get_site(page["url"]) or str(page["url"])


def add_data_options(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument(
        "data", type=Path, nargs=None if required else "?", help=f"a folder of NAME{ENDING}, or one of them"
    )
    parser.add_argument("--sample", type=parse_count, default=1, metavar="N", help="take every Nth page of each set")
    parser.add_argument("--sets", metavar="A,B", help="only these sets of the folder")


def parse_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def find_data_sets(parser: argparse.ArgumentParser, data: Path, chosen: str | None = None) -> dict[str, Path]:
    """Return the files of the data sets by name; exit with one line and status 2 if there are none."""
    if not data.exists():
        parser.error(f"{data} does not exist")
    paths = sorted(data.glob(f"*{ENDING}")) if data.is_dir() else [data]
    found = {path.name.removesuffix(ENDING): path for path in paths}
    if not found:
        parser.error(f"no *{ENDING} in {data}")
    names = chosen.split(",") if chosen else list(found)
    if missing := [name for name in names if name not in found]:
        parser.error(f"no set {', '.join(missing)} in {data}; choose from: {', '.join(found)}")
    return {name: found[name] for name in names}


def load_pages(path: Path, sample: int = 1) -> list[Page]:
    """Return every `sample`th page of a data set."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for number, line in enumerate(lines) if number % sample == 0]
