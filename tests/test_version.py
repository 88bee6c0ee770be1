"""The version stands in one place, and everything that names it agrees."""

from __future__ import annotations

import re
import tomllib

from crawling import ROOT

from crawler.settings import USER_AGENT
from crawler.version import VERSION


def test_the_user_agent_names_the_version() -> None:
    assert USER_AGENT.startswith(f"Broadsheet/{'.'.join(VERSION.split('.')[:2])} (+")


def test_the_package_takes_its_version_from_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" not in settings["project"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "crawler.version.VERSION"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_the_changelog_begins_with_what_is_not_released_or_with_this_version() -> None:
    heads = re.findall(r"^## (.*)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert heads[0] == "Unreleased" or heads[0].split()[0] == VERSION
    released = [head.split()[0] for head in heads if head != "Unreleased"]
    assert released[:1] in ([], [VERSION])
