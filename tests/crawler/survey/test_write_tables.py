"""Tables of surveyed sites go into sites.toml as it is when they are written; one that it refuses costs no other."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cleaning.errors import UsageError
from crawler.survey.added_site import Added, AddOptions
from crawler.survey.draft_entry import EntryDraft
from crawler.survey.sites_file_edit import SitesFile
from crawler.survey.wanted_sites import WantedSite
from crawler.survey.write_tables import write_or_print_tables

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
    table = write_or_print_tables(file, [one, two], AddOptions())
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
    write_or_print_tables(SitesFile(path), added, AddOptions())
    assert list_names(path) == ["there", *(f"n{number}" for number in range(7))]
    assert bad.needs_look
    assert str(bad.problem).startswith("sites.toml cannot take its table: 'timezone' must be a name")
    assert "broadsheet-sites-" not in str(bad.problem)  # the folder in which it was tried
    assert [one.problem for one in added if one is not bad] == [None] * 7


@pytest.mark.parametrize("fault", ["broken", "folder"])
def test_tables_that_cannot_be_written_are_printed(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(THERE)
    file = SitesFile(path)
    if fault == "broken":
        path.write_text("[[site]\n")
    else:
        path.unlink()
        path.mkdir()
    with pytest.raises(UsageError, match="printed on standard output"):
        write_or_print_tables(file, [make_added("one"), make_added("two")], AddOptions())
    assert [table["name"] for table in tomllib.loads(capsys.readouterr().out)["site"]] == ["one", "two"]


def test_the_comment_of_an_entry_stands_in_a_list_of_inline_tables_too(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('site = [{ name = "there", url = "https://there.example/" }]\n')
    added = make_added("one")
    assert added.draft is not None
    added.draft = EntryDraft(added.draft.values, ("added on a day: 9 of 10", "its feed is elsewhere"))
    write_or_print_tables(SitesFile(path), [added, make_added("two")], AddOptions())
    assert list_names(path) == ["there", "one", "two"]
    assert "# added on a day: 9 of 10\n" in path.read_text("utf-8")
    assert "# its feed is elsewhere\n" in path.read_text("utf-8")
