"""Parse pages that are lines of JSON: {"id": "1", "url": "https://example.org/a", "html": "<html>..."}."""

from __future__ import annotations

import json
import math
from typing import Any

from cleaning.records.given import Page


def parse_page_line(line: bytes, number: int) -> tuple[object, Page] | dict[str, Any]:
    """Return the page in a line with its id, or the answer to a line without a page, which gives the reason."""
    try:
        record = json.loads(line, parse_constant=_parse_finite, parse_float=_parse_finite)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}", "line": number}
    if not isinstance(record, dict):
        return {"id": None, "error": "not an object", "line": number}
    for key in ("url", "html"):
        if not isinstance(record.get(key), str):
            return {"id": record.get("id"), "error": f'"{key}" is not a string', "line": number}
    return record.get("id"), Page(url=record["url"], html=record["html"])


def _parse_finite(number: str) -> float:
    """Return the number. Raise ValueError for NaN, Infinity, and numbers that are too large for a float.

    The answer repeats a line's id, and JSON cannot hold such a number.
    """
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:20]} is not a finite number")
    return value
