"""CPU time counts for the part that asked for the work, whichever library or helper does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cpu_parts import sum_parts


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ("storage/database/engine.py|crawler/frontier/lease_quota.py", "lease"),
        ("storage/database/engine.py|crawler/run/session.py", "store"),
        ("cleaning/memory/observation.py|cleaning/clean.py|cleaning/workers.py", "observe"),
        ("cleaning/memory/observation_bytes.py|cleaning/memory/observation.py|cleaning/clean.py", "observe"),
        ("cleaning/page/text_runs.py|cleaning/clean.py", "clean"),
        ("cleaning/duplicates/shingles.py|crawler/storing/deduplicate.py|crawler/pipelines/store.py", "judge"),
        ("storage/articles/saving.py|crawler/recleaning/settler.py|crawler/finishing/end_of_run.py", "settle"),
        ("/twisted/internet/base.py", "fetch (Scrapy, Twisted)"),
        ("/pebble/pool/process.py", "queue to the children"),
        ("/multiprocessing/connection.py|cleaning/fork_server.py", "queue to the children"),
        ("cleaning/classifier/model.py|cleaning/clean.py|cleaning/fork_server.py", "start"),
        (
            "cleaning/page/parsing.py|cleaning/clean.py|cleaning/workers.py|cleaning/child.py|cleaning/fork_server.py",
            "clean",
        ),
        ("import", "start"),
    ],
)
def test_work_counts_for_the_part_that_asked_for_it(files: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "1").write_text(json.dumps([1.0, {f"MainThread|{files}": 2.5}]) + "\n")
    assert sum_parts(tmp_path) == {("crawl", part): 2.5}


def test_what_children_do_while_the_crawl_settles_stands_apart(tmp_path: Path) -> None:
    cleans = {"MainThread|cleaning/clean.py": 1.0}
    settles = {"MainThread|crawler/recleaning/settler.py": 0.5}
    (tmp_path / "1").write_text("".join(json.dumps(row) + "\n" for row in ([1.0, {}], [5.0, settles])))
    (tmp_path / "2").write_text("".join(json.dumps([moment, cleans]) + "\n" for moment in (2.0, 6.0)))
    assert sum_parts(tmp_path) == {("children", "clean"): 1.0, ("crawl", "settle"): 0.5, ("settling", "clean"): 1.0}
