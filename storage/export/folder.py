"""Builds a folder that appears under its name when it is complete, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleaning.errors import ExportRefused
from storage.database.disk import flush_to_disk


def check_free(folder: Path) -> None:
    """Raise `ExportRefused` if a release would overwrite something at `folder`."""
    try:
        folder = folder.resolve()
        if folder.is_dir():
            if next(folder.iterdir(), None) is not None:
                raise ExportRefused(f"the folder {folder} is not empty; name a new one, or empty it first")
        elif folder.exists():
            raise ExportRefused(f"{folder} is a file; name a new folder")
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _make_refusal(folder, error) from error


@contextmanager
def build_folder(folder: Path) -> Iterator[Path]:
    """Yield a draft folder beside `folder`, and rename it to `folder` when the block ends without an error.

    All files are flushed to the disk before the rename. If the block ends early, also by Ctrl-C, the draft is removed,
    with the parent folders that were made for it.
    """
    check_free(folder)
    folder = folder.resolve()  # the draft of a link must lie beside the target of the link to be renamed
    made: list[Path] = []
    # The name is cut, because file systems limit the length of a name.
    draft = folder.with_name(f".{folder.name[:40]}.partial-{secrets.token_hex(4)}")
    try:
        try:
            for parent in reversed([parent for parent in folder.parents if not parent.exists()]):
                parent.mkdir()
                made.append(parent)
            draft.mkdir()
        except OSError as error:
            raise _make_refusal(folder, error) from error
        yield draft
        for place, _folders, files in os.walk(draft):
            for file in files:
                flush_to_disk(Path(place, file))
            flush_to_disk(Path(place))
        _move_into_place(draft, folder)
    except BaseException:
        if draft.exists():
            shutil.rmtree(draft)
        for parent in reversed(made):
            if not any(parent.iterdir()):
                parent.rmdir()
        raise
    flush_to_disk(folder.parent)


def _move_into_place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)  # atomic, also over an empty folder
    except OSError as error:
        check_free(folder)  # something may have appeared there meanwhile
        raise _make_refusal(folder, error) from error


def _make_refusal(folder: Path, error: OSError | RuntimeError) -> ExportRefused:
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return ExportRefused(f"cannot write the folder {folder}: {reason.lower()}")
