"""A folder that appears under its name when it is whole, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleaning.errors import ExportRefused
from storage.disk import to_disk


def check_free(folder: Path) -> None:
    """`ExportRefused` where something stands at `folder` that a release would overwrite."""
    try:
        folder = folder.resolve()
        if folder.is_dir():
            if next(folder.iterdir(), None) is not None:
                raise ExportRefused(f"the folder {folder} is not empty; name a new one, or empty it first")
        elif folder.exists():
            raise ExportRefused(f"{folder} is a file; name a new folder")
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _refused(folder, error) from error


@contextmanager
def built_whole(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` to write in; it takes the name `folder` when the block ends without an error.

    Its files are on the disk before the name is. Whatever ends the block early, Ctrl-C too, removes all of it, with the
    parent folders that were made for it.
    """
    check_free(folder)
    folder = folder.resolve()  # a link to an empty folder: beside its target, where it can be renamed
    made: list[Path] = []
    # The name is cut so that ours is no longer than file systems take.
    draft = folder.with_name(f".{folder.name[:40]}.partial-{secrets.token_hex(4)}")
    try:
        try:
            for parent in reversed([parent for parent in folder.parents if not parent.exists()]):
                parent.mkdir()
                made.append(parent)
            draft.mkdir()
        except OSError as error:
            raise _refused(folder, error) from error
        yield draft
        for place, _folders, files in os.walk(draft):
            for file in files:
                to_disk(Path(place, file))
            to_disk(Path(place))
        _place(draft, folder)
    except BaseException:
        if draft.exists():
            shutil.rmtree(draft)
        for parent in reversed(made):
            if not any(parent.iterdir()):
                parent.rmdir()
        raise
    to_disk(folder.parent)


def _place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)  # over an empty folder too, in one step
    except OSError as error:
        check_free(folder)  # something was put there meanwhile
        raise _refused(folder, error) from error


def _refused(folder: Path, error: OSError | RuntimeError) -> ExportRefused:
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return ExportRefused(f"cannot write the folder {folder}: {reason.lower()}")
