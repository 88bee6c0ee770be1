"""The tree of the packages' folders, each with the line that its package's docstring gives it.

    python tests/folder_tree.py

writes it into docs/map.md (every module) and docs/architecture.md (rooms only). tests/test_layout.py fails where a
module is missing in a docstring, or where the two pages are out of date.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("crawler", "cleaning", "storage")
MAP = ROOT / "docs" / "map.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
COLUMN = 32  # where the descriptions begin
_ENTRY = re.compile(r"^([\w.]+/?) {2,}(\S.*)$")
_FENCED = re.compile(r"(?<=## Rooms\n\n```\n).*?(?=```)", re.DOTALL)


def packages() -> list[Path]:
    """Return the folders of all packages and sub-packages."""
    return sorted(path.parent for name in PACKAGES for path in (ROOT / name).rglob("__init__.py"))


def docstring(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""


def entries(package: Path) -> dict[str, str]:
    """Return what the docstring of a package says of its modules ("name.py"), its sub-packages and folders ("name/").

    In its order. A description may go on in the next lines, indented.
    """
    found: dict[str, str] = {}
    name = ""
    for line in docstring(package).splitlines()[1:]:
        if entry := _ENTRY.match(line):
            name = entry[1]
            found[name] = entry[2]
        elif name and line.startswith("  ") and line.strip():
            found[name] += " " + line.strip()
        else:
            name = ""
    return found


def children(package: Path) -> set[str]:
    """Return the names of the modules ("name.py") and sub-packages ("name/") of a package."""
    modules = {path.name for path in package.glob("*.py")} - {"__init__.py"}
    return modules | {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}


def tree(package: Path, *, with_modules: bool, depth: int = 0) -> Iterator[str]:
    """Yield the lines of a package's tree below its own line."""
    for name, description in entries(package).items():
        if name.endswith("/") or with_modules or depth == 0:
            yield f"{'  ' * (depth + 1) + name:{COLUMN}}{description}"
        if (package / name / "__init__.py").exists():
            yield from tree(package / name, with_modules=with_modules, depth=depth + 1)


def whole_tree(*, with_modules: bool) -> str:
    lines = []
    for name in PACKAGES:
        package = ROOT / name
        lines.append(f"{name + '/':{COLUMN}}{docstring(package).splitlines()[0]}")
        lines.extend(tree(package, with_modules=with_modules))
    return "".join(f"{line}\n" for line in lines)


def map_page() -> str:
    """Return docs/map.md."""
    return f"""# Every module, and what happens in it

For a reader who looks for the place where something is decided or done. `python tests/folder_tree.py` writes this page
from the docstrings of the packages; the rooms alone, and why they are cut so, stand in
[architecture.md](architecture.md).

```
{whole_tree(with_modules=True)}```
"""


def architecture_page() -> str:
    """Return docs/architecture.md with the rooms as they are."""
    return _FENCED.sub(lambda _: whole_tree(with_modules=False), ARCHITECTURE.read_text("utf-8"), count=1)


if __name__ == "__main__":
    MAP.write_text(map_page(), encoding="utf-8")
    ARCHITECTURE.write_text(architecture_page(), encoding="utf-8")
