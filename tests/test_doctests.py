"""The examples in the docstrings of the packages give what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WITH_EXAMPLES = sorted(
    path.relative_to(ROOT)
    for name in ("cleaning", "crawler", "storage")
    for path in (ROOT / name).rglob("*.py")
    if "\n    >>> " in path.read_text("utf-8")
)
# Imported while tests are collected: a library that warns when it is loaded would fail the first example that needs it.
MODULES = {path: import_module(".".join(path.with_suffix("").parts)) for path in WITH_EXAMPLES}


def test_the_search_finds_modules_with_examples() -> None:
    assert Path("cleaning/api/one_page.py") in WITH_EXAMPLES


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=str)
def test_examples(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(MODULES[path], optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0
