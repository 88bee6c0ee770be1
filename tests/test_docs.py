"""The docs name what the code has: every command, setting, stat, error and reason."""

from __future__ import annotations

import os
import re

import pytest
from crawling import ROOT, SCRAPY
from prepared_scrapy import run_prepared
from scrapy.settings import default_settings

from crawler import settings

DOCS = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
SOURCES = {
    path: path.read_text("utf-8") for name in ("crawler", "cleaning", "storage") for path in (ROOT / name).rglob("*.py")
}
OWN_SETTINGS = sorted(name for name in vars(settings) if name.isupper() and not hasattr(default_settings, name))
COMMANDS = sorted(path.stem for path in (ROOT / "crawler" / "commands").rglob("[a-z]*.py"))
AREAS = (
    "address archive article discovery disk host link listed memory page part replay request response rights robots"
    " settle site_rule storage story time wall"
)
STAT = re.compile(rf"""[( ]f?"((?:{"|".join(AREAS.split())})/[^" ]+)\"""")
STATS = sorted({re.sub(r"\{[^}]*\}", "<reason>", stat) for source in SOURCES.values() for stat in STAT.findall(source)})


def test_the_search_for_stats_finds_some() -> None:
    assert {"page/fetched", "article/stored", "archive/written"} <= set(STATS)
    assert len(STATS) > 10


@pytest.mark.parametrize("stat", STATS)
def test_a_stat_is_in_the_docs(stat: str) -> None:
    assert stat in DOCS or stat.partition("<")[0] in DOCS or f"{stat.rpartition('/')[0]}/<" in DOCS


@pytest.mark.parametrize("name", OWN_SETTINGS)
def test_a_setting_of_ours_is_in_the_docs(name: str) -> None:
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_docs_and_has_help_with_an_example(name: str) -> None:
    assert f"scrapy {name}" in DOCS
    shown = run_prepared([str(SCRAPY), name, "--help"], ROOT, os.environ, timeout=100).stdout
    assert f"scrapy {name} " in shown.lower().split("example", 1)[1]


def test_every_setting_that_code_reads_is_set_somewhere() -> None:
    read = {
        name for source in SOURCES.values() for name in re.findall(r"""settings(?:\.get\w*\(|\[)"([A-Z_]+)\"""", source)
    }
    assert read
    assert read <= set(vars(settings)) | set(vars(default_settings))


def test_every_error_is_in_the_tree_of_its_module() -> None:
    source = SOURCES[ROOT / "cleaning" / "errors.py"]
    tree = source.split('"""')[1]
    for name in re.findall(r"^class (\w+)", source, re.MULTILINE):
        assert name in tree


def test_links_between_the_docs_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_rule_and_every_reason_is_in_the_docs() -> None:
    from cleaning import verdict
    from cleaning.memory.match import KNOWN_HEADLINE, REPEATED_BLOCK
    from cleaning.rules import RULES

    reasons = re.findall(r"^([a-z-]+) {2,}", str(verdict.__doc__), re.MULTILINE)
    assert len(reasons) >= 6
    for name in (*RULES, REPEATED_BLOCK[0], KNOWN_HEADLINE[0], *reasons):
        assert f"`{name}`" in DOCS


def test_every_proof_of_a_promise_is_a_test() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    named = set(re.findall(r"`(?:tests/[\w/]+/)?(\w+\.py)`", text))
    known = {path.name for path in (ROOT / "tests").rglob("*.py")}
    assert len(named) > 25
    assert named <= known
    cells = re.findall(r"^\| (.*) \| .*\| *$", text, re.MULTILINE)
    ranges = [
        pair
        for cell in cells
        for pair in re.findall(r"(\d+)(?:-(\d+))?(?=[,)])", " ".join(re.findall(r"\([\d, -]+\)", cell)))
    ]
    numbers = {number for first, last in ranges for number in range(int(first), int(last or first) + 1)}
    assert numbers == set(range(1, 41))
