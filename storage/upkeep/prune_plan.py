"""What a pruning set out to do, in a file of the data folder until it is done: the same command finishes it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from storage.database.disk import flush_to_disk

NAME = "prune.json"


@dataclass(frozen=True)
class PrunePlan:
    """The times before which raw and rejected pages go, and the new names of files that are being written anew."""

    raw_before: datetime | None
    rejected_before: datetime | None
    renamed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, data_dir: Path) -> Self | None:
        """Return the plan that is not done yet; None if there is none."""
        try:
            written = json.loads((data_dir / NAME).read_text("utf-8"))
        except FileNotFoundError:
            return None
        return cls(_read_time(written["raw_before"]), _read_time(written["rejected_before"]), written["renamed"])

    def save(self, data_dir: Path) -> None:
        """Write the plan; when this returns it is on the disk."""
        times = {name: value and value.isoformat() for name, value in asdict(self).items() if name != "renamed"}
        draft = data_dir / f".{NAME}.partial"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({**times, "renamed": self.renamed}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(data_dir / NAME)
        flush_to_disk(data_dir)

    def rename(self, file: str, name: str) -> Self:
        """Return the plan with this file under work, which gets that name."""
        return replace(self, renamed={**self.renamed, file: name})

    @staticmethod
    def discard(data_dir: Path) -> None:
        (data_dir / NAME).unlink(missing_ok=True)


def _read_time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
