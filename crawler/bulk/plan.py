"""What a bulk run is to do: kept in the output folder, so that a run that was killed goes on, and no other one does."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument
from cleaning.version import CLEANER_VERSION

PLAN_FILE = "plan.json"
LAYOUT = 1  # of the files in the folder; raised when a run of an older version cannot go on


# The settings that the tasks read.
_SETTINGS = (
    "CLEANING_DEADLINE",
    "CLEANING_MEMORY",
    "CLEANING_PROCESSES",
    "COMPRESSION_KEEP_ENCODING_HEADERS",
    "DOWNLOAD_MAXSIZE",
    "DOWNLOAD_WARNSIZE",
    "MEMORY_SAMPLE",
    "MEMORY_WINDOW",
    "ROBOTSTXT_USER_AGENT",
    "ROBOTS_TAGS_OBEYED",
)


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """A bulk run. `settings` are those of the project that its tasks need, `files` the WARC files in order."""

    files: tuple[str, ...] = field(repr=False)
    out: str
    tasks: int
    formats: tuple[str, ...]
    name: str | None
    settings: dict[str, Any] = field(repr=False)

    @property
    def folder(self) -> Path:
        return Path(self.out)

    @property
    def work(self) -> Path:
        """The folder of what the stages hand over to each other."""
        return self.folder / "work"

    @property
    def store(self) -> Path:
        """The data folder with the store of all pages."""
        return self.folder / "store"

    @property
    def release(self) -> Path:
        return self.folder / "release"

    def describe(self) -> dict[str, Any]:
        """Return what decides on the result, or on the division of the work, as JSON has it."""
        made = {name: value for name, value in asdict(self).items() if name != "out"}
        sites = Path(self.settings["SITES_FILE"])
        made["settings"] = {name: value for name, value in made["settings"].items() if name != "SITES_FILE"}
        made |= {
            "sites": sha256(sites.read_bytes()).hexdigest() if sites.is_file() else None,
            "cleaner": CLEANER_VERSION,
            "layout": LAYOUT,
        }
        described: dict[str, Any] = json.loads(json.dumps(made))
        return described


def make_plan(
    files: Sequence[str], out: Path, tasks: int, *, formats: Sequence[str], name: str | None, settings: BaseSettings
) -> BulkPlan:
    """Return the plan of a run with the settings of the project."""
    chosen = {key: settings[key] for key in _SETTINGS if key in settings}
    chosen["SITES_FILE"] = str(Path(settings["SITES_FILE"]).resolve())
    return BulkPlan(tuple(files), str(out.resolve()), tasks, tuple(formats), name, chosen)


def prepare_folder(plan: BulkPlan) -> bool:
    """Make the output folder, and return whether it holds this run already, begun before.

    Raise `BadArgument` if it holds another run, or something else, or cannot be written.
    """
    path, described = plan.folder / PLAN_FILE, plan.describe()
    try:
        if path.is_file():
            _check_same(plan.folder, json.loads(path.read_text("utf-8")), described)
            return True
        if plan.folder.exists() and (not plan.folder.is_dir() or any(plan.folder.iterdir())):
            raise BadArgument(f"--out: {plan.folder} is in the way: it holds no bulk run; name a new folder")
        plan.work.mkdir(parents=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(described, indent=1) + "\n", "utf-8")
        new.replace(path)
    except ValueError as error:
        raise BadArgument(f"--out: {path} cannot be read ({error}); name a new folder") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadArgument(f"--out: cannot write to {plan.folder}: {reason}") from error
    return False


def _check_same(folder: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    words = {
        "files": "other WARC files",
        "tasks": f"--tasks {before.get('tasks')}",
        "cleaner": f"the cleaner {before.get('cleaner')}",
        "sites": "another sites.toml",
        "formats": "other formats",
        "name": "another name",
        "layout": "another version of Broadsheet",
        "settings": "other settings",
    }
    other = [told for key, told in words.items() if before.get(key) != now[key]]
    if other:
        raise BadArgument(
            f"--out: {folder} holds a run with {' and '.join(other)}; go on with that one, or name a new folder"
        )


def remove_unfinished(path: Path) -> None:
    """Remove what a killed task left at `path`, a file or a folder of files."""
    if path.is_dir():
        for root, folders, files in os.walk(path, topdown=False):
            for name in files:
                (Path(root) / name).unlink()
            for name in folders:
                (Path(root) / name).rmdir()
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
