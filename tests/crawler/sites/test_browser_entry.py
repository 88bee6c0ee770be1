"""The keys of sites.toml that say which pages need a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaning.errors import SitesError
from crawler.sites.site import Site
from crawler.sites.sites_file import load_sites


def read(tmp_path: Path, lines: str) -> Site:
    path = tmp_path / "sites.toml"
    path.write_text(f'[[site]]\nname = "paper"\nurl = "https://paper.example/"\n{lines}\n')
    return load_sites(path)[0]


@pytest.mark.parametrize(
    ("line", "pages"),
    [
        ("", set()),
        ("browser = false", set()),
        ("browser = true", {"lists", "articles"}),
        ('browser = "lists"', {"lists"}),
        ('browser = "articles"', {"articles"}),
    ],
)
def test_which_pages_need_it(tmp_path: Path, line: str, pages: set[str]) -> None:
    assert read(tmp_path, line).browser == pages


def test_clicks_keep_their_order_and_hosts_their_names(tmp_path: Path) -> None:
    site = read(
        tmp_path,
        'browser_clicks = ["#refuse", ".more", "#refuse"]\nbrowser_hosts = ["API.Example.net", "b.example:81"]',
    )
    assert site.browser_clicks == ("#refuse", ".more")
    assert site.lets_scripts_ask("https://api.example.net/1")
    assert site.lets_scripts_ask("http://v2.api.example.net/1")
    assert not site.lets_scripts_ask("https://api.example.net:81/1")
    assert site.lets_scripts_ask("http://b.example:81/1")
    assert not site.lets_scripts_ask("http://b.example/1")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('browser = "all"', '\'browser\' must be true, false, "lists" or "articles", not "all"'),
        ("browser = 1", "'browser' must be true"),
        ('browser_clicks = "#refuse"', "'browser_clicks' must be a list of CSS selectors"),
        ('browser_clicks = ["#refuse["]', "'browser_clicks': \"#refuse[\" cannot be used"),
        ("browser_clicks = [1]", "'browser_clicks' must hold CSS selectors in quotation marks, not 1"),
        (f"browser_clicks = {['p'] * 11}", "at most 10 selectors, not 11"),
        ('browser_hosts = ["https://"]', "'browser_hosts' must hold names of hosts"),
        ("browser_hosts = {}", "'browser_hosts' must be a list of host names"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(SitesError) as error:
        read(tmp_path, line)
    assert told in str(error.value)
    assert "line 4" in str(error.value)
