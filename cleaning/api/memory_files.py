"""Keep the memory of a site in a file, so that it need not be learnt again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.memory.site_memory import SiteMemory

if TYPE_CHECKING:
    from os import PathLike


def save_memory(memory: SiteMemory, path: str | PathLike[str]) -> None:
    """Write the memory to a file, replacing what is there. Raise OSError if it cannot be written.

    >>> from cleaning import SiteMemory, load_memory, save_memory
    >>> save_memory(SiteMemory(articles=7), "paper.memory")
    >>> load_memory("paper.memory").articles
    7
    """
    if not isinstance(memory, SiteMemory):
        raise TypeError(f"the memory must be a SiteMemory, got {type(memory).__name__}")
    Path(path).write_bytes(memory.to_bytes())


def load_memory(path: str | PathLike[str]) -> SiteMemory:
    """Return the memory in a file. Raise OSError if it cannot be read, `MemoryUnreadable` if it holds no memory."""
    return SiteMemory.from_bytes(Path(path).read_bytes())
