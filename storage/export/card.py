"""README.md of a release: the dataset card, for a person who has nothing but the folder.

Its head is YAML for the Hugging Face hub and for `datasets.load_dataset(FOLDER)`
(https://huggingface.co/docs/hub/datasets-cards). Whatever in it is not a word of ours is written as JSON, which is
YAML too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from storage.export.citation import title
from storage.export.facts import Facts
from storage.export.loading import Loaded, configurations
from storage.export.one_licence import one_licence
from storage.export.plain import plain
from storage.export.plots import FOLDER as PLOTS
from storage.export.schema import ARTICLES, Kind
from storage.export.tally import by_name

FILE = "README.md"

_MOST_LISTED = 50  # rows of a table of counts; manifest.json has all
_LANGUAGE = re.compile(r"[a-z]{2,3}")

_TYPES = {
    Kind.TEXT: "dtype: string",
    Kind.TEXTS: "list: string",
    Kind.MOMENT: "dtype: timestamp[us, tz=UTC]",
    Kind.COUNT: "dtype: int64",
    Kind.SHARE: "dtype: float64",
    Kind.TRUTH: "dtype: bool",
}
# A cell of CSV is text or a number; what else it means says the rule for reading it.
_TYPES_OF_CSV = dict.fromkeys(_TYPES, "dtype: string") | {kind: _TYPES[kind] for kind in (Kind.COUNT, Kind.SHARE)}


def card(facts: Facts) -> str:
    """The card's text, made of nothing but the facts."""
    tally = facts.tally
    configured = configurations(facts)
    return _TEMPLATE.render(
        facts=facts,
        tally=tally,
        title=title(facts),
        licence=_licence(facts),
        codes=sorted({code for code in map(_code, tally.languages) if code}),
        size=_size(tally.rows),
        configured=configured,
        features={name: _features(one) for name, one in configured.items()},
        counts={
            "site": _largest(tally.sites),
            "language": _largest(tally.languages),
            "month": by_name(tally.months),
        },
        licences=_largest({licence or "none declared": count for licence, count in tally.licences.items()}),
        duplicates={"rule": by_name(tally.duplicates), "kind": by_name(tally.duplicate_kinds)},
        refused=_largest(tally.ai_refused),
        left_out=facts.left_out,
        cleaner_versions=sorted(tally.cleaner_versions),
        asked={name.replace("_", " "): _asked(value) for name, value in facts.selection.filters.items()},
        articles=ARTICLES,
        examples=_examples(facts),
        plots=PLOTS,
    )


def _licence(facts: Facts) -> str:
    # In the words that the hub knows, see https://huggingface.co/docs/hub/repositories-licenses
    declared = facts.tally.licences
    return one_licence(declared) or ("other" if any(declared) else "unknown")


def _code(language: str) -> str | None:
    code = language.partition("-")[0]  # zh of zh-cn: the hub takes ISO 639 alone
    return code if _LANGUAGE.fullmatch(code) and code != "und" else None


def _size(rows: int) -> str:
    names = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B"]
    return next((name for power, name in enumerate(names[:-1], 3) if rows < 10**power), names[-1])


def _features(one: Loaded) -> list[tuple[str, str]]:
    types = _TYPES_OF_CSV if one.format == "csv" else _TYPES
    return [(field.name, types[field.kind]) for field in one.table.fields]


def _largest(counts: Mapping[str, int]) -> dict[str, int]:
    """In the order of their names; of very many the largest, and the others as one."""
    if len(counts) <= _MOST_LISTED:
        return by_name(counts)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = ordered[_MOST_LISTED:]
    return by_name(dict(ordered[:_MOST_LISTED])) | {f"{len(rest)} others": sum(count for _name, count in rest)}


def _asked(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(value) if isinstance(value, list) else "" if value is None else str(value)) or "–"


def _examples(facts: Facts) -> list[tuple[str, str]]:
    """For each format how the first of its files of articles is read."""
    first = {file.format: file.path for file in reversed(facts.files) if file.table == ARTICLES.name}
    return [(one.name, one.how_to_read.format(path=first[one.name])) for one in facts.formats if one.name in first]


def _quoted(value: str) -> Markup:
    return Markup(json.dumps(value))  # noqa: S704 (a scalar of YAML, where no markup is)


# Nothing reaches the card but through `plain` or `quoted`, unless the template says that it may.
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=False,  # noqa: S701 (Markdown, not HTML; `plain` escapes for both)
    finalize=plain,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters["quoted"] = _quoted
_TEMPLATE = _ENVIRONMENT.get_template("card.md.jinja")
