"""What other programs load of a release: each table in the formats that they read, and which files those are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from storage.export.facts import Facts, ReleasedFile
from storage.export.formats.urls import URLS
from storage.export.schema import ARTICLES, Table

WHOLE = "train"  # what `datasets` calls the one split of a corpus that has none

# Best first, with the builder of `datasets` that reads it: Parquet has types, plain lines need no further library,
# compressed ones need zstandard, and CSV has a rule of ours to be read by.
_BUILDERS = {"parquet": "parquet", "jsonl": "json", "jsonl.zst": "json", "csv": "csv", "urls": "json"}
_SHARD = re.compile(r"-\d+-of-(\d+)")


@dataclass(frozen=True, slots=True)
class Loaded:
    """One table in one format. `files` are its files by split; `WHOLE` alone where there are no splits.

    `table` has the fields that stand in the files: addresses alone have other ones than the articles.
    """

    table: Table
    format: str
    files: Mapping[str, tuple[ReleasedFile, ...]]

    @property
    def patterns(self) -> dict[str, str]:
        """The files of each split as one path, with "*" for the numbers where there are several."""
        return {
            split: files[0].path if len(files) == 1 else _SHARD.sub(r"-*-of-\1", files[0].path)
            for split, files in self.files.items()
        }


def loaded(facts: Facts) -> list[Loaded]:
    """Every table that has rows, each in every format that programs read, the best first."""
    found = []
    for table in facts.tables:
        for name in _BUILDERS:
            files: dict[str, tuple[ReleasedFile, ...]] = {}
            for file in facts.files:
                if (file.table, file.format) == (table.name, name):
                    split = file.split or WHOLE
                    files[split] = (*files.get(split, ()), file)
            if files:
                found.append(Loaded(URLS if name == "urls" else table, name, files))
    return found


def configurations(facts: Facts) -> dict[str, Loaded]:
    """What `datasets.load_dataset(FOLDER, name=...)` can load of a release.

    The articles in their best format are "default"; other tables are named as they are. `datasets` reads a folder with
    one builder, that of its first configuration: files that need another one are none of these.
    """
    all_of_them = loaded(facts)
    builder = _BUILDERS[all_of_them[0].format] if all_of_them else None
    named: dict[str, Loaded] = {}
    for one in all_of_them:
        if _BUILDERS[one.format] == builder:
            articles = one.table.folder == ARTICLES.folder
            name = one.table.name if not articles else one.format if named else "default"
            named.setdefault(name, one)
    return named
