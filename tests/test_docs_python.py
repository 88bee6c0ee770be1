"""The code of docs/python.md runs in its order as one script, and prints what stands below each piece."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from demo_store import add_earlier_version, crawl_demo

from crawler.demo.pages import DemoSite
from crawler.demo.papers import find_paper

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
# A piece of code, and what it prints.
PIECE = re.compile(r"^```python\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
# Runs every piece in one namespace, as a notebook does, and then says in JSON what each of them printed.
RUN = """
import contextlib, io, json, pathlib
printed, names = [], globals()
for code in json.loads(pathlib.Path("pieces.json").read_text("utf-8")):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, names)
    printed.append(output.getvalue())
print(json.dumps(printed))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that the page speaks of: a page, the pages of a newspaper, and the store of the demo."""
    paper = find_paper("gazette")
    site = DemoSite(paper, "https://gazette.example")
    (tmp_path / "pages").mkdir()
    for story in paper.stories:
        if story.kind == "article":
            page = site.get_reply(paper.get_path(story)).body
            (tmp_path / "pages" / f"{story.slug}.html").write_bytes(page)
    ford = site.get_reply("/villages/ford-at-nether-loxley-closed.html")
    (tmp_path / "page.html").write_bytes(ford.body)
    crawl_demo(tmp_path / "data")
    add_earlier_version(tmp_path / "data")
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(300)  # it crawls four newspapers first
def test_the_code_of_the_page_prints_what_stands_below_it(folder: Path) -> None:
    pieces = PIECE.findall(PAGE.read_text("utf-8"))
    assert len(pieces) >= 5
    (folder / "pieces.json").write_text(json.dumps([code for code, _ in pieces]), encoding="utf-8")
    (folder / "script.py").write_text(RUN, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, timeout=110, check=False
    )
    assert ran.returncode == 0, ran.stderr
    printed = json.loads(ran.stdout)
    for (code, expected), output in zip(pieces, printed, strict=True):
        assert output == expected, code
