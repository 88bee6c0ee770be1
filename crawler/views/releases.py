"""Print what `scrapy export` did: a release that was written, one that was checked, two that were compared.

The functions that check return the exit status.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.terminal.numbers import count_things
from storage.export.checking.compare import ReleaseComparison
from storage.export.checking.verify import check_release
from storage.export.description.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from storage.export.release import ExportResult

RELEASES_DIFFER = 3  # exit status
MAX_LISTED = 20  # differences that are printed without --json


def print_release(release: ExportResult) -> None:
    """Print what was written: the files, what was left out, the release id."""
    duplicates = count_things(sum(release.left_out.duplicates.values()), "duplicate")
    rejected = count_things(sum(release.left_out.rejected.values()), "rejected page")
    lines = [
        f"{count_things(release.counts.rows, 'article')} in {release.folder}",
        *(
            f"  {file.path:<24} {file.bytes:>15,} bytes" + (f" {file.rows:>12,} rows" if file.rows is not None else "")
            for file in release.files
        ),
        f"  {MANIFEST_FILE:<24} checksums, counts and filters",
        f"left out: {duplicates}, {rejected}",
        f"release {release.release_id}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def verify_release(folder: Path) -> int:
    """Print each difference between the release in `folder` and its manifest."""
    found = check_release(folder)
    if not found.differences:
        _print_line(f"whole: {count_things(found.files, 'file')} and the manifest, release {found.release_id}")
        return 0
    for difference in found.differences:
        _print_line(difference)
    number = len(found.differences)
    _print_line(f"not whole: {number} {'difference' if number == 1 else 'differences'}")
    return RELEASES_DIFFER


def compare_releases(old: Path, new: Path, *, as_json: bool) -> int:
    """Print how two releases differ. With `as_json` each difference is one object on a line of its own."""
    comparison = ReleaseComparison(old, new)
    listed = 0
    for difference in comparison.iter_differences():
        if as_json:
            sys.stdout.write(json.dumps(asdict(difference)) + "\n")
        elif difference.what != "refetched" and (listed := listed + 1) <= MAX_LISTED:
            changed = f" ({', '.join(difference.fields)})" if difference.fields else ""
            _print_line(f"{difference.what:<8} {difference.id} {difference.url}{changed}")
    found = comparison.counts
    if as_json:
        return RELEASES_DIFFER if found.has_differences else 0
    if listed > MAX_LISTED:
        _print_line(f"... and {listed - MAX_LISTED:,} more; --json lists them all")
    _print_line(
        f"{found.added:,} added, {found.removed:,} removed, {found.changed:,} changed, {found.same:,} the same articles"
    )
    if found.refetched:
        _print_line(f"{found.refetched:,} the same except for the time of their fetch")
    if found.fields:
        counts = ", ".join(f"{name} {number:,}" for name, number in sorted(found.fields.items()))
        _print_line(f"changed fields: {counts}")
    if found.unknown:
        _print_line(f"not compared, in only one of the two: {', '.join(found.unknown)}")
    return RELEASES_DIFFER if found.has_differences else 0


def _print_line(text: str) -> None:
    """Print one line on standard output. Names and addresses may hold line ends and escapes; they become spaces."""
    sys.stdout.write("".join(character if character.isprintable() else " " for character in text) + "\n")
