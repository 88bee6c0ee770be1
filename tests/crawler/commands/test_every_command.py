"""Every command that `scrapy -h` lists in the project, run in a process of its own: it does what its help promises.

A new command without an entry here fails the first test.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from crawling import Scrapy, run_scrapy
from servers.paper import ARTICLES, Paper
from two_papers import STORIES

ARTICLE = "/2025/10/01/night-ferry-runs-again"


class Expected(NamedTuple):
    """What a command line is expected to do. `{page}`, `{front}`, `{file}` and `{tmp}` stand for what there is."""

    arguments: tuple[str, ...]
    status: int
    output: str  # a pattern in its standard output, or in its errors where the status is not 0


COMMANDS = {
    "bench": [Expected(("-s", "CLOSESPIDER_TIMEOUT=1"), 0, ""), Expected(("fast",), 2, "takes only options")],
}
