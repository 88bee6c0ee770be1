"""Write a result: to standard output, or to a file that is there whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaning.errors import BadArgument, BroadsheetError
from crawler.terminal.characters import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_output(text: str, *, encoding: str | None = None) -> None:
    """Write the text to standard output, in its encoding or the one that is given.

    Characters that the encoding lacks become "?". A reader that stops reading (`| head`) is no error.
    """
    write_bytes(replace_surrogates(text).encode(encoding or sys.stdout.encoding, "replace"))


def write_bytes(content: bytes) -> None:
    """Write bytes to standard output as they are. A reader that stops reading (`| head`) is no error."""
    out = sys.stdout
    try:
        out.buffer.write(content)
        out.buffer.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def write_json(document: Mapping[str, Any], *, indent: int | None = None) -> None:
    """Write one JSON object and a line end to standard output, in UTF-8."""
    write_output(json.dumps(document, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def check_html_target(target: str, page: str | None) -> Path:
    """Return the path of the file to be written; BadArgument where it is no file that can be written.

    `page` is the file that is explained: it must not be overwritten.
    """
    path = check_file_target("--html", target)
    if page is not None and path.exists() and Path(page).exists() and path.samefile(page):
        raise BadArgument(f"--html would overwrite the page itself, {page}; name another file")
    return path


def check_file_target(option: str, target: str) -> Path:
    """Return the path of the file to be written; BadArgument, with the option's name, where it cannot be written."""
    path = Path(target)
    if not target or target == "-" or path.is_dir():
        raise BadArgument(f"{option} must be the name of a file, got {target!r}")
    if path.exists() and not path.is_file():
        raise BadArgument(f"{option} must be the name of a file; {target} is something else")
    if not path.parent.is_dir():
        raise BadArgument(f"{option}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise BadArgument(f"{option}: the folder {path.parent} cannot be written")
    return path


def write_file(text: str, path: Path) -> None:
    """Write a file beside the one that is meant, then rename it; BroadsheetError where the disk refuses.

    A file that is replaced keeps its permissions.
    """
    path = path.resolve()  # the target of a link is written, and the link stays
    # The name is cut so that ours is no longer than file systems allow.
    draft = path.with_name(f".{path.name[:40]}.partial-{secrets.token_hex(4)}")
    try:
        try:
            with draft.open("xb") as file:
                if path.exists():
                    draft.chmod(stat.S_IMODE(path.stat().st_mode))  # before anything that may be secret stands in it
                file.write(replace_surrogates(text).encode())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise BroadsheetError(f"cannot write {path}: {error.strerror or error}") from error
