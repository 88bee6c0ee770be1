"""Tables of surveyed sites go into sites.toml as it is when they are written; one that it refuses costs no other."""

from __future__ import annotations

import tomllib
from pathlib import Path

from crawler.survey.add_sites import Added, AddOptions, write_tables
from crawler.survey.draft_entry import EntryDraft
from crawler.survey.sites_file_edit import SitesFile
from crawler.survey.wanted_sites import WantedSite

THERE = '[[site]]\nname = "there"\nurl = "https://there.example/"\n'


def make_added(name: str, **values: str) -> Added:
    url = f"https://{name}.example/"
    return Added(WantedSite(url, name), draft=EntryDraft({"name": name, "url": url, **values}))


def list_names(path: Path) -> list[str]:
    return [table["name"] for table in tomllib.loads(path.read_text("utf-8"))["site"]]


def test_what_another_wrote_during_the_survey_stays(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(THERE)
    file = SitesFile(path)
    edited = f'{THERE}\n# by hand\n[[site]]\nname = "two"\nurl = "https://two.example/"\n'
    path.write_text(edited)
    one, two = make_added("one"), make_added("two")
    table = write_tables(file, [one, two], AddOptions())
    assert path.read_text("utf-8").startswith(edited)
    assert list_names(path) == ["there", "two", "one"]
    assert (one.problem, two.draft) == (None, None)
    assert "line 8" in str(two.problem)
    assert "two" not in table


def test_a_table_that_the_crawl_cannot_read_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(THERE)
    added = [make_added(f"n{number}") for number in range(7)]
    bad = make_added("bad", timezone="Europe/Nowhere")
    added.insert(3, bad)
    write_tables(SitesFile(path), added, AddOptions())
    assert list_names(path) == ["there", *(f"n{number}" for number in range(7))]
    assert bad.needs_look
    assert str(bad.problem).startswith("sites.toml cannot take its table: 'timezone' must be a name")
    assert "broadsheet-sites-" not in str(bad.problem)  # the folder in which it was tried
    assert [one.problem for one in added if one is not bad] == [None] * 7
