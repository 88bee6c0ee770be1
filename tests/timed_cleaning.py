"""Cleaning in a child process, with the processor's time that it took: a busy machine changes no result."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cleaning.clean import clean

if TYPE_CHECKING:
    from cleaning.records.article import Article
    from cleaning.records.given import Page


def clean_with_cpu_time(page: Page) -> tuple[Article, float]:
    """Return the article of a page, and the seconds that the processor worked for it."""
    began = time.process_time()
    article = clean(page)
    return article, time.process_time() - began
