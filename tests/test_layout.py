"""The folders: what stands where, and that names can be searched for."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from folder_tree import ARCHITECTURE, MAP, PACKAGES, ROOT, architecture_page, children, entries, map_page, packages

MOST_IN_A_HALL = 12  # modules right in crawler/, cleaning/, storage/
# Public names that stand in several modules, because each does the same for another type.
SAME_FOR_OTHER_TYPES = {
    "rule": "cleaning/rules/",  # one a rule
    "Command": "crawler/commands/",  # Scrapy finds a command by this name
    "open_writer": "storage/export/formats/",  # one a format
    "stream_batches": "storage/export/tables/",  # two a table
    "count_rows": "storage/export/tables/",
    "upgrade": "storage/migrations/versions/",  # Alembic finds a migration by these
    "downgrade": "storage/migrations/versions/",
}


def _name(package: Path) -> str:
    return str(package.relative_to(ROOT))


@pytest.mark.parametrize("package", packages(), ids=_name)
def test_the_docstring_of_a_package_lists_what_is_in_it(package: Path) -> None:
    assert children(package) <= set(entries(package))
    assert [name for name in entries(package) if not (package / name).exists()] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_a_hall_is_small(name: str) -> None:
    assert len([path for path in (ROOT / name).glob("*.py") if path.stem != "__init__"]) <= MOST_IN_A_HALL


def test_the_map_is_up_to_date() -> None:
    assert MAP.read_text("utf-8") == map_page(), "run: python tests/folder_tree.py"
    assert ARCHITECTURE.read_text("utf-8") == architecture_page(), "run: python tests/folder_tree.py"


def test_no_two_public_functions_or_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    places[node.name].append(str(path.relative_to(ROOT)))
    shared = {
        name: found
        for name, found in places.items()
        if len(found) > 1
        and not name.startswith("_")
        and not all(place.startswith(SAME_FOR_OTHER_TYPES.get(name, "-")) for place in found)
    }
    assert shared == {}
