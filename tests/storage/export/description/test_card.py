from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Engine

from storage.export.description.escape import escape_markdown
from storage.export.release import ReleaseOptions, export_release
from storage.export.schema import FIELDS
from storage.export.selection.selection import Selection

HOSTILE = "<b>|x|\r\n# [y](javascript:z) `\u202e"


def export_card(engine: Engine, folder: Path, **asked: Any) -> str:
    export_release(
        engine, folder, Selection(**asked), ReleaseOptions(("jsonl", "parquet")), progress=lambda _done, _total: None
    )
    return (folder / "README.md").read_text(encoding="utf-8")


@given(st.text())
@example(HOSTILE)
@example("![x](https://tracker.example/pixel.png)")
@example("a\\")
@example("\ufffe\uffff\ufdd0")
def test_any_text_becomes_plain_text_within_its_cell(text: str) -> None:
    cell = escape_markdown(text)
    assert len(cell.splitlines()) <= 1
    assert not re.search(r"[<>\u202a-\u202e\u2066-\u2069\x00-\x1f\ufffe\uffff\ufdd0-\ufdef]", cell)
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", cell)  # a backslash takes the meaning of the sign behind it
    assert not re.search(r"[|`*\[\]\\]", unescaped)


def test_numbers_are_grouped_by_thousands() -> None:
    assert escape_markdown(1234567) == "1,234,567"


def test_a_hostile_name_changes_no_line_but_its_own(sqlite_engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(sqlite_engine, [{"id": "1", "site": HOSTILE}, {"id": "2", "site": "courier"}])
    text = export_card(sqlite_engine, tmp_path / "out", sites=(HOSTILE,))
    tame = export_card(sqlite_engine, tmp_path / "tame", sites=("courier",))
    own = r"&lt;b&gt;\|x\| \# \[y\]\(javascript&#58;z\) \`U\+202E"
    assert text.count(own) == 2  # in the filters and in the counts
    one, other = (re.sub(r"[0-9a-f]{16,}", "id", card).split("\n") for card in (text.replace(own, "courier"), tame))
    assert [line for line in one if "articles." not in line] == [line for line in other if "articles." not in line]


def test_every_row_of_a_table_has_as_many_cells_as_its_head(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(
        sqlite_engine,
        [
            {"id": "1"},
            {"id": "2", "site": "a|b", "duplicate_of": "1", "duplicate_rule": "r|s", "duplicate_kind": "u|v"},
            {"id": "3", "rejected": "t|u"},
        ],
    )
    for folder, duplicates, expected in (("without", False, 9), ("with", True, 11)):
        text = export_card(sqlite_engine, tmp_path / folder, include_duplicates=duplicates)
        tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
        assert len(tables) == expected
        for table in tables:
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
        assert "r\\|s" in text
        assert "t\\|u" in text


def test_the_card_names_every_field(sqlite_engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(sqlite_engine, [{"id": "1"}])
    text = export_card(sqlite_engine, tmp_path / "out")
    for field in FIELDS:
        assert f"| {field.name} | {field.kind} |" in text


def test_the_reading_examples_of_the_card_work(sqlite_engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(sqlite_engine, [{"id": "1"}, {"id": "2"}])
    records, _, _frames = export_card(sqlite_engine, tmp_path / "out").partition("as a data frame")
    examples = re.findall(r"```python\n(.*?)```", records, flags=re.DOTALL)
    assert len(examples) == 3
    for lines in examples[
        1:
    ]:  # the first, of datasets, needs the library datasets: see test_readers.py, also for the frames
        program = lines + "print([article['title'] for article in articles])"
        ran = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path / "out", check=True, capture_output=True, text=True
        )
        assert ran.stdout == "['Headline of 1', 'Headline of 2']\n"


@pytest.mark.parametrize("sites", [1, 2])
def test_the_card_uses_singular_and_plural(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path, sites: int
) -> None:
    give_articles(sqlite_engine, [{"id": str(number), "site": f"s{number}"} for number in range(sites)])
    first = {1: "1 article (4 words) from 1 site in 1 language,", 2: "2 articles (8 words) from 2 sites in 1 language,"}
    assert first[sites] in export_card(sqlite_engine, tmp_path / "out")
