"""Write the metadata of an article as YAML, for the head of a Markdown document ("front matter")."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# JSON may hold these as they are, YAML may not, or reads them as the end of a line.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def format_head(record: Mapping[str, Any]) -> str:
    """Return the fields that have a value, between two lines of "---", each field one line.

    Every value is written as JSON, which YAML reads as the same value.
    """
    lines = [
        f"{name}: {_NOT_YAML.sub(_escape, json.dumps(value, ensure_ascii=False))}"
        for name, value in record.items()
        if value is not None and value != []
    ]
    return "\n".join(["---", *lines, "---", ""])


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
