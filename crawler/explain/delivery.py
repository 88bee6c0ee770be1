"""Where an explanation goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from cleaning.errors import BadArgument, BroadsheetError
from crawler.explain.characters import encodable


def to_standard_output(text: str, *, encoding: str | None = None) -> None:
    """Writes it in the encoding of standard output, or the one that is given; what that lacks becomes "?".

    Who stops reading (`| head`) is no error.
    """
    out = sys.stdout
    try:
        out.buffer.write(encodable(text).encode(encoding or out.encoding, "replace"))
        out.buffer.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def check_target(target: str, page: str | None) -> Path:
    """The path of the file to be written; BadArgument where it cannot be meant, as over the file `page` itself."""
    path = Path(target)
    if not target or target == "-" or path.is_dir():
        raise BadArgument(f"--html takes the name of a file, not {target!r}")
    if path.exists() and not path.is_file():
        raise BadArgument(f"--html takes the name of a file, and {target} is none")
    if not path.parent.is_dir():
        raise BadArgument(f"--html: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise BadArgument(f"--html: the folder {path.parent} cannot be written")
    if page is not None and path.exists() and Path(page).exists() and path.samefile(page):
        raise BadArgument(f"--html would overwrite the page itself, {page}; name another file")
    return path


def to_file(text: str, path: Path) -> None:
    """Writes it beside the file, then gives it the file's name; BroadsheetError where the disk takes it not."""
    path = path.resolve()  # a link stays one
    # The name is cut so that ours is no longer than file systems take.
    draft = path.with_name(f".{path.name[:40]}.partial-{secrets.token_hex(4)}")
    try:
        try:
            with draft.open("xb") as file:
                file.write(encodable(text).encode())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise BroadsheetError(f"cannot write {path}: {error.strerror or error}") from error
