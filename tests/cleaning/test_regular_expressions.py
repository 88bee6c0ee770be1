from __future__ import annotations

import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleaning import phrases

# Both 100,000 characters: what a pattern that backtracks would need a second or an hour for.
ADVERSARIES = [
    piece * (100_000 // len(piece))
    for piece in ("a", " ", "- ", "| ", "<a ", "2024-", "1:1 ", "by a and ", ".", "©", "//", "é", "\n", "a1-", ";a,")
]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of the package holds, and those that are made from the phrases."""
    # By the files: beside tests/cleaning, `cleaning` itself is not always the package under test.
    home = Path(str(phrases.__file__)).parents[1]
    for file in sorted(home.rglob("*.py")):
        module = ".".join(("cleaning", *file.relative_to(home).with_suffix("").parts)).removesuffix(".__init__")
        if module != "cleaning" and file.stem != "__main__":
            for name, value in vars(importlib.import_module(module)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{module}.{name}", value
    for kind in ("see_also", "more", "form", "act", "rights", "error"):
        yield f"{kind} at the beginning", phrases._opening(kind)
        yield f"{kind} anywhere", phrases._anywhere(kind)


@pytest.mark.parametrize(("name", "pattern"), dict(patterns()).items())
def test_every_pattern_is_linear(name: str, pattern: re.Pattern[str]) -> None:
    for text in ADVERSARIES:
        began = time.process_time()
        for _ in pattern.finditer(text):
            pass
        assert time.process_time() - began < 1.0, text[:10]
