"""`scrapy sites check --quick`: whether a night could begin, without a request to any site."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from crawling import run_scrapy


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    path = tmp_path / "sites.toml"
    path.write_text('[[site]]\nname = "one"\nurl = "https://one.example/"\n')
    return path


def check(sites: Path, data: Path, *settings: str) -> tuple[int, str]:
    done = run_scrapy("sites", "check", "--quick", "-s", f"SITES_FILE={sites}", *settings, data=data)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_before_the_first_crawl_all_is_well(sites: Path, tmp_path: Path) -> None:
    assert check(sites, tmp_path / "data") == (0, "all well\n")
    assert not (tmp_path / "data").exists()


def test_after_a_crawl_all_is_well(sites: Path, two_papers: Path) -> None:
    assert check(sites, two_papers) == (0, "all well\n")


def test_a_mistake_in_the_list_of_sites_is_named_with_its_line(sites: Path, tmp_path: Path) -> None:
    sites.write_text('[[site]]\nname = "one"\nurl = "https://one.example/"\ndelai = 3\n')
    status, out = check(sites, tmp_path / "data")
    assert (status, out) == (1, f"{sites}, line 4: unknown key 'delai'; did you mean 'delay'?\n")
    sites.unlink()
    status, out = check(sites, tmp_path / "data")
    assert status == 1
    assert f"{sites} does not exist" in out


def test_a_damaged_store_and_a_full_disk_are_told(sites: Path, two_papers: Path, tmp_path: Path) -> None:
    status, out = check(sites, tmp_path / "data", "-s", "DISK_LEAST=1e18")
    assert status == 1
    assert "DISK_LEAST asks for 1,000,000,000,000,000,000; make space" in out
    data = Path(shutil.copytree(two_papers, tmp_path / "copy"))
    (data / "broadsheet.db").write_bytes(b"this was a database" * 1000)
    status, out = check(sites, data)
    assert status == 1
    assert "file is not a database" in out


def test_it_takes_no_name(sites: Path, tmp_path: Path) -> None:
    done = run_scrapy("sites", "check", "one", "--quick", "-s", f"SITES_FILE={sites}", data=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
