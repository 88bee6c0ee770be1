"""Writes the release of a night: a folder with the day on which the night began."""

from __future__ import annotations

import re
import shutil
from itertools import count
from pathlib import Path

from crawler.night.desk import Desk, StepResult
from crawler.night.tell import format_duration
from crawler.terminal.numbers import count_things
from crawler.terminal.progress import show_progress
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection

_NAME = "release"
_FOLDER = "folder"


def write_dated_release(desk: Desk) -> StepResult:
    """Write the release; after a kill, first remove the draft that is left of it.

    The folder is chosen and stored before anything is written, so that a release that was complete when the night was
    killed is known for its own.
    """
    folder = _choose_folder(desk)
    _remove_drafts(folder)
    if _is_taken(folder):
        return StepResult((f"{_NAME}: {folder} was complete when the night was killed",))
    began = desk.now()
    options = ReleaseOptions(formats=tuple(name.strip() for name in desk.settings.getlist("NIGHTLY_FORMATS")))
    with show_progress("exporting", "rows", every=desk.settings.getfloat("PROGRESS_INTERVAL")) as report:
        release = export_release(desk.engine, folder, Selection(), options, progress=report)
    took = format_duration((desk.now() - began).total_seconds())
    return StepResult((f"{_NAME}: {count_things(release.counts.rows, 'article')} in {folder} in {took}",))


def _choose_folder(desk: Desk) -> Path:
    """Return the folder of this night's release. A second night of one day gets the day with a number."""
    if chosen := desk.night.steps.get(_NAME, {}).get(_FOLDER):
        return Path(chosen)
    day = f"{desk.night.started_at:%Y-%m-%d}"
    names = (day if number == 1 else f"{day}-{number}" for number in count(1))
    parent = Path(desk.options.release).resolve()
    folder = next(parent / name for name in names if not _is_taken(parent / name))
    desk.record_step(_NAME, {_FOLDER: str(folder)})
    return folder


def _is_taken(folder: Path) -> bool:
    return folder.is_file() or (folder.is_dir() and any(folder.iterdir()))


def _remove_drafts(folder: Path) -> None:
    """Remove what a kill has left of this release (storage/export/folder.py names it so)."""
    draft = re.compile(rf"\.{re.escape(folder.name)}\.partial-[0-9a-f]{{8}}")
    if folder.parent.is_dir():
        for path in folder.parent.iterdir():
            if draft.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
