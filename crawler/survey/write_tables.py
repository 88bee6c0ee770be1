"""Writes the tables of surveyed sites into sites.toml; where that cannot be, prints them, so that no survey is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.errors import BroadsheetError, UsageError
from crawler.survey.added_site import describe_added
from crawler.survey.sites_file_edit import SitesFile, render_entry
from crawler.terminal.output import write_json, write_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.survey.added_site import Added, AddOptions
    from crawler.survey.draft_entry import EntryDraft


def write_or_print_tables(file: SitesFile, added: Sequence[Added], options: AddOptions) -> str:
    """Write the drafts, unless nothing is to be written; return their tables.

    The file is read again: a survey takes minutes, in which somebody may have changed it. If it cannot be read or
    written now, print the tables (or the JSON document) and raise UsageError.
    """
    try:
        return _write_tables(SitesFile(file.path), added, options)
    except BroadsheetError as error:
        tables = [render_entry(one.draft) for one in added if one.draft is not None]
        if options.as_json:
            write_json({"sites": [describe_added(one) for one in added]}, indent=2)
        else:
            write_output("\n".join(tables))
        note = "the tables that belong there are printed on standard output" if tables else "no site can be added"
        raise UsageError(f"{error}; {note}") from error


def _write_tables(current: SitesFile, added: Sequence[Added], options: AddOptions) -> str:
    wanted = []
    for one in added:
        if one.draft is None:
            continue
        if (conflict := current.find_conflict(one.draft.name, one.draft.url)) is not None:
            one.problem, one.draft = conflict, None
        else:
            wanted.append((one, one.draft))
    drafts = _choose_readable(current, [], wanted)
    if drafts and not options.is_dry:
        current.add(drafts)
    return "\n".join(render_entry(draft) for draft in drafts)


def _choose_readable(
    file: SitesFile, chosen: list[EntryDraft], wanted: Sequence[tuple[Added, EntryDraft]]
) -> list[EntryDraft]:
    """Return the drafts that the crawl can read beside those chosen before; one that it cannot costs no other."""
    if not wanted:
        return chosen
    drafts = [*chosen, *(draft for _, draft in wanted)]
    if (refusal := file.find_refusal(drafts)) is None:
        return drafts
    if len(wanted) == 1:
        added, _ = wanted[0]
        added.problem, added.draft = f"sites.toml cannot take its table: {refusal}", None
        return chosen
    half = len(wanted) // 2
    return _choose_readable(file, _choose_readable(file, chosen, wanted[:half]), wanted[half:])
