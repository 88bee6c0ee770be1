"""What `scrapy export --verify` and `--compare` print, and with which exit status they end."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from storage.export.compare import Comparison
from storage.export.verify import verify

THEY_DIFFER = 3  # exit status
_LISTED = 20  # differences that are told without --json


def verified(folder: Path) -> int:
    """Prints what is wrong with the release in `folder`, one line each; the exit status."""
    found = verify(folder)
    if not found.differences:
        print_line(f"whole: {found.files} files and the manifest, release {found.release_id}")
        return 0
    for difference in found.differences:
        print_line(difference)
    number = len(found.differences)
    print_line(f"not whole: {number} {'difference' if number == 1 else 'differences'}")
    return THEY_DIFFER


def compared(old: Path, new: Path, *, as_json: bool) -> int:
    """Prints how two releases differ; the exit status. With `as_json` each difference is an object on its own line."""
    comparison = Comparison(old, new)
    listed = 0
    for difference in comparison.differences():
        if as_json:
            sys.stdout.write(json.dumps(asdict(difference)) + "\n")
        elif difference.what != "refetched" and (listed := listed + 1) <= _LISTED:
            changed = f" ({', '.join(difference.fields)})" if difference.fields else ""
            print_line(f"{difference.what:<8} {difference.id} {difference.url}{changed}")
    found = comparison.found
    if as_json:
        return THEY_DIFFER if found.differ else 0
    if listed > _LISTED:
        print_line(f"... and {listed - _LISTED:,} more; --json lists them all")
    print_line(
        f"{found.added:,} added, {found.removed:,} removed, {found.changed:,} changed, {found.same:,} the same articles"
    )
    if found.refetched:
        print_line(f"{found.refetched:,} the same but for the time of their fetch")
    if found.fields:
        most = ", ".join(f"{name} {number:,}" for name, number in sorted(found.fields.items()))
        print_line(f"changed fields: {most}")
    if found.unknown:
        print_line(f"not compared, in one of the two alone: {', '.join(found.unknown)}")
    return THEY_DIFFER if found.differ else 0


def print_line(text: str) -> None:
    """One line on standard output, whatever stands in `text`: names and addresses come as they like."""
    sys.stdout.write("".join(character if character.isprintable() else " " for character in text) + "\n")
