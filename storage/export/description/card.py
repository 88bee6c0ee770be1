"""Writes README.md of a release: the dataset card, for a person who has only the folder.

The head is YAML for the Hugging Face hub and for `datasets.load_dataset(FOLDER)`
(https://huggingface.co/docs/hub/datasets-cards). Foreign text in it is written as JSON, which is also YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from storage.export.description.citation import make_title
from storage.export.description.common_licence import find_common_licence
from storage.export.description.counts import sort_by_name
from storage.export.description.escape import escape_markdown
from storage.export.description.facts import ReleaseFacts
from storage.export.description.loading import LoadableTable, build_configurations
from storage.export.description.plots import PLOTS_FOLDER as PLOTS
from storage.export.schema import ARTICLES, FieldKind

CARD_FILE = "README.md"

_MAX_LISTED = 50  # rows of a table of counts; manifest.json has all of them
_LANGUAGE = re.compile(r"[a-z]{2,3}")

_TYPES = {
    FieldKind.TEXT: "dtype: string",
    FieldKind.TEXTS: "list: string",
    FieldKind.TIME: "dtype: timestamp[us, tz=UTC]",
    FieldKind.COUNT: "dtype: int64",
    FieldKind.SHARE: "dtype: float64",
    FieldKind.BOOLEAN: "dtype: bool",
}
# A cell of CSV is a text or a number; the rule for reading cells gives the other types.
_TYPES_OF_CSV = dict.fromkeys(_TYPES, "dtype: string") | {
    kind: _TYPES[kind] for kind in (FieldKind.COUNT, FieldKind.SHARE)
}


def build_card(facts: ReleaseFacts) -> str:
    """Return the text of the card."""
    counts = facts.counts
    configured = build_configurations(facts)
    return _TEMPLATE.render(
        facts=facts,
        counts=counts,
        title=make_title(facts),
        licence=_get_licence(facts),
        codes=sorted({code for code in map(_get_language_code, counts.languages) if code}),
        size=_get_size_category(counts.rows),
        configured=configured,
        features={name: _list_features(one) for name, one in configured.items()},
        listed={
            "site": _limit_counts(counts.sites),
            "language": _limit_counts(counts.languages),
            "month": sort_by_name(counts.months),
        },
        licences=_limit_counts({licence or "none declared": count for licence, count in counts.licences.items()}),
        duplicates={"rule": sort_by_name(counts.duplicates), "kind": sort_by_name(counts.duplicate_kinds)},
        refused=_limit_counts(counts.ai_refused),
        left_out=facts.left_out,
        cleaner_versions=sorted(counts.cleaner_versions),
        asked={name.replace("_", " "): _format_filter(value) for name, value in facts.selection.filters.items()},
        articles=ARTICLES,
        examples=_list_examples(facts),
        frames=_list_frames(facts),
        plots=PLOTS,
    )


def _get_licence(facts: ReleaseFacts) -> str:
    # The hub takes these names: https://huggingface.co/docs/hub/repositories-licenses
    declared = facts.counts.licences
    return find_common_licence(declared) or ("other" if any(declared) else "unknown")


def _get_language_code(language: str) -> str | None:
    code = language.partition("-")[0]  # zh of zh-cn: the hub takes only ISO 639
    return code if _LANGUAGE.fullmatch(code) and code != "und" else None


def _get_size_category(rows: int) -> str:
    names = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B"]
    return next((name for power, name in enumerate(names[:-1], 3) if rows < 10**power), names[-1])


def _list_features(one: LoadableTable) -> list[tuple[str, str]]:
    types = _TYPES_OF_CSV if one.format == "csv" else _TYPES
    return [(field.name, types[field.kind]) for field in one.table.fields]


def _limit_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts in the order of their names. Beyond _MAX_LISTED, the smallest are summed up as others."""
    if len(counts) <= _MAX_LISTED:
        return sort_by_name(counts)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = ordered[_MAX_LISTED:]
    return sort_by_name(dict(ordered[:_MAX_LISTED])) | {f"{len(rest)} others": sum(count for _name, count in rest)}


def _format_filter(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(value) if isinstance(value, list) else "" if value is None else str(value)) or "–"


def _find_first_files(facts: ReleaseFacts) -> dict[str | None, str]:
    """Return the path of the first file of articles in each format."""
    return {file.format: file.path for file in reversed(facts.files) if file.table == ARTICLES.name}


def _list_frames(facts: ReleaseFacts) -> list[tuple[str, dict[str, str]]]:
    """Return for each format the lines that open its first file of articles as a data frame, by library."""
    first = _find_first_files(facts)
    return [
        (one.name, {library: line.format(path=first[one.name]) for library, line in one.as_frame.items()})
        for one in facts.formats
        if one.name in first and one.as_frame
    ]


def _list_examples(facts: ReleaseFacts) -> list[tuple[str, str]]:
    """Return for each format the Python code that reads its first file of articles."""
    first = _find_first_files(facts)
    return [(one.name, one.how_to_read.format(path=first[one.name])) for one in facts.formats if one.name in first]


def _quote_yaml(value: str) -> Markup:
    return Markup(json.dumps(value))  # noqa: S704 (a YAML scalar, without markup)


# Every value in the card is escaped by `escape_markdown` or `quoted`, unless the template marks it as safe.
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=False,  # noqa: S701 (Markdown, not HTML; `escape_markdown` escapes for both)
    finalize=escape_markdown,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters["quoted"] = _quote_yaml
_TEMPLATE = _ENVIRONMENT.get_template("card.md.jinja")
