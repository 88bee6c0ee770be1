"""What a bulk run is to do: kept in the output folder, so that a run that was killed goes on, and no other one does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument
from cleaning.version import CLEANER_VERSION
from storage.database.locks import claim_output_folder

PLAN_FILE = "plan.json"
LAYOUT = 2  # of the files in the folder; raised when a run of an older version cannot go on
_BEFORE_PLAN = {".lock", f"{PLAN_FILE}.new"}  # what a run that was killed at once may have left

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
    """A bulk run. `settings` are those of the project that its tasks need, `files` the WARC files in order.

    `sites` is the text of sites.toml, None without one. The tasks read a copy of it: on another machine, or an hour
    later, the file itself may be another one.
    """

    files: tuple[str, ...] = field(repr=False)
    out: str
    tasks: int
    formats: tuple[str, ...]
    name: str | None
    settings: dict[str, Any] = field(repr=False)
    sites: str | None = field(default=None, repr=False)

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

    @property
    def sites_file(self) -> Path:
        """The copy of sites.toml."""
        return self.folder / "sites.toml"

    def is_done(self) -> bool:
        """Return whether store and release are there, and the user has deleted what the stages need to tell more."""
        return self.release.is_dir() and self.store.is_dir() and not self.work.exists()

    def describe(self) -> dict[str, Any]:
        """Return what decides on the result, or on the division of the work, as JSON has it."""
        made = {name: value for name, value in asdict(self).items() if name != "out"}
        made |= {
            "sites": None if self.sites is None else sha256(self.sites.encode()).hexdigest(),
            "cleaner": CLEANER_VERSION,
            "layout": LAYOUT,
        }
        described: dict[str, Any] = json.loads(json.dumps(made))
        return described


def make_plan(
    files: Sequence[str], out: Path, tasks: int, *, formats: Sequence[str], name: str | None, settings: BaseSettings
) -> BulkPlan:
    """Return the plan of a run with the settings of the project. Its sites.toml has been checked."""
    chosen = {key: settings[key] for key in _SETTINGS if key in settings}
    path = Path(settings["SITES_FILE"])
    sites = path.read_text("utf-8") if path.is_file() else None
    return BulkPlan(tuple(files), str(out.resolve()), tasks, tuple(formats), name, chosen, sites)


@contextmanager
def open_folder(plan: BulkPlan) -> Iterator[bool]:
    """Make the output folder and claim it; yield whether it holds this run already, begun before.

    Raise `BadArgument` if it holds another run, or something else, or cannot be written, and `DataFolderError` while
    another command works there.
    """
    path, described = plan.folder / PLAN_FILE, plan.describe()
    try:
        if plan.folder.exists() and (not plan.folder.is_dir() or _holds_something_else(plan.folder)):
            raise BadArgument(f"--out: {plan.folder} is in the way: it holds no bulk run; name a new folder")
        plan.folder.mkdir(parents=True, exist_ok=True)
        claim = claim_output_folder(plan.folder)
    except OSError as error:
        raise _build_folder_error(plan.folder, error) from error
    with claim:
        try:
            is_old = path.is_file()
            if is_old:
                _check_same(plan.folder, json.loads(path.read_text("utf-8")), described)
            else:
                _write(path, json.dumps(described, indent=1) + "\n")
            if plan.sites is not None:
                _write(plan.sites_file, plan.sites)
        except ValueError as error:
            raise BadArgument(f"--out: {path} cannot be read ({error}); name a new folder") from error
        except OSError as error:
            raise _build_folder_error(plan.folder, error) from error
        yield is_old


def _holds_something_else(folder: Path) -> bool:
    return not (folder / PLAN_FILE).is_file() and any(path.name not in _BEFORE_PLAN for path in folder.iterdir())


def _write(path: Path, text: str) -> None:
    """Write a file that is there as a whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, "utf-8")
    new.replace(path)


def _build_folder_error(folder: Path, error: OSError) -> BadArgument:
    return BadArgument(f"--out: cannot write to {folder}: {(error.strerror or str(error)).lower()}")


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
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
