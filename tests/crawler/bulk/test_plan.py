"""The output folder of a bulk run: whose it is, and what the tasks read there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from scrapy.settings import Settings

from cleaning.errors import BadArgument, DataFolderError
from crawler.bulk.plan import BulkPlan, make_plan, open_folder
from crawler.bulk.read_pages import ReadPages

SITES = """[sites.courier]
start = ["https://courier.example/"]
"""


@pytest.fixture
def plan(tmp_path: Path) -> BulkPlan:
    (tmp_path / "sites.toml").write_text(SITES)
    settings = Settings({"SITES_FILE": str(tmp_path / "sites.toml"), "DOWNLOAD_MAXSIZE": 1000})
    return make_plan(("a.warc",), tmp_path / "out", 2, formats=("jsonl",), name=None, settings=settings)


def test_the_tasks_read_a_copy_of_the_sites(plan: BulkPlan, tmp_path: Path) -> None:
    with open_folder(plan) as is_old:
        assert not is_old
    (tmp_path / "sites.toml").unlink()  # or the tasks run on a machine without it
    settings = ReadPages(plan).settings
    assert Path(settings["SITES_FILE"]).read_text() == SITES
    assert settings.getint("DOWNLOAD_MAXSIZE") == 1000
    with open_folder(plan) as is_old:
        assert is_old


def test_another_run_is_refused_and_named(plan: BulkPlan) -> None:
    with open_folder(plan):
        pass
    for other, told in (
        (replace(plan, files=("b.warc",)), "other WARC files"),
        (replace(plan, tasks=3), "--tasks 2"),
        (replace(plan, sites=None), "another sites.toml"),
        (replace(plan, settings={}), "other settings"),
    ):
        with pytest.raises(BadArgument, match=told), open_folder(other):
            pass


def test_two_runs_never_work_in_one_folder_at_once(plan: BulkPlan) -> None:
    with open_folder(plan), pytest.raises(DataFolderError, match="another command is writing"), open_folder(plan):
        pass
    with open_folder(plan):
        pass


def test_a_run_that_was_killed_before_its_plan_was_written_begins_anew(plan: BulkPlan) -> None:
    plan.folder.mkdir()
    (plan.folder / ".lock").touch()
    (plan.folder / "plan.json.new").write_text("{")
    with open_folder(plan) as is_old:
        assert not is_old
