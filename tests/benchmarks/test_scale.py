"""The benchmark of large stores, at a small scale."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import scale
from scale_store import TextMaker, choose_copied, is_probe, make_url

from cleaning.duplicates.article_sketch import SKETCH_SIZE, unpack_sketch


def read_lines(shown: str) -> dict[str, list[str]]:
    """Return the columns of each line by its first word."""
    return {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_it_prints_what_a_page_costs_in_two_stores(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    only = ",".join((*scale.PER_PAGE, *scale.PER_SITE, "bytes"))
    status = scale.main(["--articles", "30,60", "--pages", "20", "--database", database, "--only", only])
    shown = capsys.readouterr().out
    lines = read_lines(shown)
    for part in (*scale.PER_PAGE, *scale.PER_SITE):
        cpu, wall, more_cpu, more_wall = map(float, lines[part][:4])
        assert min(wall, more_wall) > 0
        assert min(cpu, more_cpu) >= 0  # a commit may wait for the disk only
    assert {"article", "sketch_key", "search", "frontier"} <= lines.keys()
    assert "bytes without indexes and search" in shown
    assert status in (0, 1)


def test_a_store_is_made_once_and_is_consistent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--articles", "40", "--pages", "20", "--only", "judge", "--store", str(tmp_path)]
    scale.main(arguments)
    file = tmp_path / "40" / "broadsheet.db"
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.execute("SELECT count(*) FROM article").fetchone() == (40 + 20 + 20,)
        copies = store.execute("SELECT count(*) FROM article WHERE duplicate_of IS NOT NULL").fetchone()[0]
        assert copies == 40 // scale.COPIES
        made = store.execute("SELECT sketch FROM article WHERE url = ?", (make_url(7),)).fetchone()[0]
        assert len(unpack_sketch(made)) == SKETCH_SIZE
    capsys.readouterr()
    scale.main(arguments)
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("SELECT count(*) FROM article").fetchone() == (40 + 2 * 40,)


def test_it_prints_the_memory_of_a_crawl(capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main(["--articles", "50", "--only", "memory"]) == 0
    assert "a crawl takes " in capsys.readouterr().out


def test_an_article_is_a_function_of_its_number_and_a_copy_has_the_text_of_its_original() -> None:
    maker = TextMaker(1)
    assert maker.make_article(5) == TextMaker(1).make_article(5)
    original, copy = maker.make_article(4), maker.make_article(9, 4)
    assert (copy.text, copy.url != original.url) == (original.text, True)
    assert 3_000 < len(original.text) < 5_000
    assert all(is_probe(choose_copied(number, 5_000), 5_000) for number in range(50))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--only", "luck"], "no part luck"), (["--articles", "10,0"], "'0' is not a whole number of at least 1")],
)
def test_wrong_arguments_give_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        scale.main(arguments)
    assert end.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
