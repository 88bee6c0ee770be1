"""The Makefile: what a target would run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def dry_run(*arguments: str) -> str:
    done = subprocess.run(["make", "-n", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("variables", [("URL=https://a.example", "DATA=mine"), ("url=https://a.example", "data=mine")])
def test_a_site_and_a_folder_are_named_in_capital_or_small_letters(variables: tuple[str, str]) -> None:
    assert "scrapy crawl articles -a url='https://a.example' -s DATA_DIR=mine" in dry_run("crawl", *variables)


def test_without_a_site_the_demo_is_crawled() -> None:
    assert "scrapy crawl articles --demo -s DATA_DIR=data" in dry_run("crawl")


def test_a_crawl_is_set_up_without_what_the_tests_need(tmp_path: Path) -> None:
    fresh = f"VENV={tmp_path / 'venv'}"
    assert "[dev]" not in dry_run("crawl", fresh)
    assert "[dev]" in dry_run("test", fresh)
    assert "'.[nightly]'" in dry_run("nightly", fresh)
