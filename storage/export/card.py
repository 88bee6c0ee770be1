"""README.md of a release: the dataset card, for a person who has nothing but the folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from storage.export.formats import Format
from storage.export.manifest import ReleasedFile
from storage.export.schema import FIELDS
from storage.export.selection import LeftOut, Selection
from storage.export.tally import Tally, by_name

FILE = "README.md"

# What begins something in CommonMark, in GitHub's tables, or in mathematics.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!|~$^=@]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", ":": "&#58;"}  # the colon: no bare address becomes a link


def plain(value: object) -> str:
    """Any value as plain text within one Markdown table cell: no markup, no line end, no invisible character.

    Numbers are grouped by thousands; `Markup` (what the template marks as safe) stays as it is.
    """
    if isinstance(value, Markup):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    text = " ".join(str(value).split())
    text = "".join(_visible(character) for character in text)
    text = _MARKDOWN.sub(r"\\\g<0>", text)
    return "".join(_ENTITIES.get(character, character) for character in text)


def card(
    selection: Selection, tally: Tally, left_out: LeftOut, files: Sequence[ReleasedFile], formats: Sequence[Format]
) -> str:
    """The card's text, made of nothing but the arguments. `files` are the data files, in the order of `formats`."""
    return _TEMPLATE.render(
        selection=selection,
        tally=tally,
        sites=by_name(tally.sites),
        languages=by_name(tally.languages),
        months=by_name(tally.months),
        cleaner_versions=sorted(tally.cleaner_versions),
        duplicates=by_name(tally.duplicates),
        left_out=left_out,
        fields=FIELDS,
        files=files,
        examples=[(one.name, one.how_to_read.format(path=file.path)) for one, file in zip(formats, files, strict=True)],
    )


def _visible(character: str) -> str:
    # Controls, joiners, marks that turn the direction of writing. Not the unassigned: those differ between Pythons.
    return f"U+{ord(character):04X}" if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"} else character


# Nothing reaches the card but through `plain`, unless the template says that it may.
_TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=False,  # noqa: S701 (Markdown, not HTML; `plain` escapes for both)
    finalize=plain,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
).get_template("card.md.jinja")
