"""Pages as lines of JSON: {"id": "1", "url": "https://example.org/a", "html": "<html>..."}."""

from __future__ import annotations

import json
import math
from typing import Any

from cleaning.article import Page


def read_page(line: bytes, number: int) -> tuple[object, Page] | dict[str, Any]:
    """The page in a line, with its id; or the answer to a line that holds none, which says why."""
    try:
        record = json.loads(line, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}", "line": number}
    if not isinstance(record, dict):
        return {"id": None, "error": "not an object", "line": number}
    for key in ("url", "html"):
        if not isinstance(record.get(key), str):
            return {"id": record.get("id"), "error": f'"{key}" is not a string', "line": number}
    return record.get("id"), Page(url=record["url"], html=record["html"])


def _finite(number: str) -> float:
    """JSON can neither say what is no number nor, once it is read, what is too large for a float."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:20]} is no finite number")
    return value
