"""Lists what other programs can load from a release: each table in the formats they read, with its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from storage.export.description.facts import ReleaseFacts
from storage.export.formats.urls import URLS
from storage.export.released_file import ReleasedFile
from storage.export.schema import ARTICLES, Table

ONLY_SPLIT = "train"  # the name that `datasets` gives the only split of a corpus without splits

# Best first, with the builder of `datasets` that reads it: Parquet has types, plain lines need no further library,
# compressed lines need zstandard, and CSV needs our rule for reading cells.
_BUILDERS = {"parquet": "parquet", "jsonl": "json", "jsonl.zst": "json", "csv": "csv", "urls": "json"}
_SHARD = re.compile(r"-\d+-of-(\d+)")


@dataclass(frozen=True, slots=True)
class LoadableTable:
    """One table in one format. `files` are its files by split, or by `ONLY_SPLIT` without splits.

    `table` has the fields of the files: the format `urls` has other fields than the articles.
    """

    table: Table
    format: str
    files: Mapping[str, tuple[ReleasedFile, ...]]

    @property
    def patterns(self) -> dict[str, str]:
        """One path for each split, with "*" for the number if it has several files."""
        return {
            split: files[0].path if len(files) == 1 else _SHARD.sub(r"-*-of-\1", files[0].path)
            for split, files in self.files.items()
        }


def list_loadable_tables(facts: ReleaseFacts) -> list[LoadableTable]:
    """Return every table with rows in every format that programs read, the best format first."""
    found = []
    for table in facts.tables:
        for name in _BUILDERS:
            files: dict[str, tuple[ReleasedFile, ...]] = {}
            for file in facts.files:
                if (file.table, file.format) == (table.name, name):
                    split = file.split or ONLY_SPLIT
                    files[split] = (*files.get(split, ()), file)
            if files:
                found.append(LoadableTable(URLS if name == "urls" else table, name, files))
    return found


def build_configurations(facts: ReleaseFacts) -> dict[str, LoadableTable]:
    """Return the configurations by the name that `datasets.load_dataset(FOLDER, name=...)` takes.

    The articles in their best format are "default"; other tables have their own name. `datasets` reads a folder with
    the builder of its first configuration, so files for another builder are left out.
    """
    loadable = list_loadable_tables(facts)
    builder = _BUILDERS[loadable[0].format] if loadable else None
    configurations: dict[str, LoadableTable] = {}
    for one in loadable:
        if _BUILDERS[one.format] == builder:
            is_articles = one.table.folder == ARTICLES.folder
            name = one.table.name if not is_articles else one.format if configurations else "default"
            configurations.setdefault(name, one)
    return configurations
