"""`scrapy sites add --from FILE`: sites of a CSV table or of a feed reader's OPML, side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from servers.paper import Paper
from surveys import STORIES, add_feed, publish, read_tables, run_sites

from cleaning.errors import BadArgument
from crawler.survey.wanted_sites import WantedSite, read_wanted_sites

OPML = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><head/><body>\n%s\n</body></opml>'


def read(tmp_path: Path, text: str | bytes) -> list[WantedSite]:
    file = tmp_path / "sites.list"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_wanted_sites(file)


def test_a_table_names_sites_by_its_columns_in_any_order(tmp_path: Path) -> None:
    table = "\ufeffLanguage;Name;URL;note\nde;taz;https://taz.de/;daily\n;;www.example.org/fr/;\n\n"
    assert read(tmp_path, table) == [
        WantedSite("https://taz.de/", "taz", "de", line=2),
        WantedSite("https://www.example.org/fr/", "example.org-fr", line=3),
    ]


def test_lines_of_addresses_need_no_heading(tmp_path: Path) -> None:
    found = read(tmp_path, "# ours\nhttps://a.example/\nb.example\n")
    assert [(one.url, one.line) for one in found] == [("https://a.example/", 2), ("https://b.example/", 3)]


def test_a_bad_line_costs_that_line(tmp_path: Path) -> None:
    found = read(tmp_path, 'url,name\nhttps://a.example/,A b\nmailto:desk@b.example,\n"https://c.example/",c\n')
    assert [one.problem is None for one in found] == [False, False, True]
    assert "the name must be 1 to 64 letters" in str(found[0].problem)
    assert '"mailto:desk@b.example" is not an http(s) address' in str(found[1].problem)


def test_a_comment_above_a_table_does_not_choose_its_separator(tmp_path: Path) -> None:
    found = read(tmp_path, "# ours, all, of them\nurl;name\nhttps://a.example/;a\n")
    assert found == [WantedSite("https://a.example/", "a", line=3)]


def test_a_language_that_the_crawl_does_not_know_costs_its_line_before_anything_is_asked(tmp_path: Path) -> None:
    bad, good = read(tmp_path, "url,language\nhttps://a.example/,German\nhttps://b.example/,de_AT\n")
    assert str(bad.problem) == 'the language must be a code like "en" or "pt-BR", not "german"'
    assert (good.language, good.problem) == ("de-at", None)


def test_a_feed_reader_names_feeds_and_front_pages_in_folders(tmp_path: Path) -> None:
    outlines = """<outline text="News">
    <outline text="One" type="rss" xmlUrl="https://one.example/rss" htmlUrl="https://one.example/"/>
    <outline text="One, sports" xmlUrl="https://one.example/sports.rss" htmlUrl="https://one.example/"/>
    <outline text="Only a feed" xmlUrl="https://feeds.two.example/all.xml"/>
    <outline text="A service" xmlUrl="https://feeds.feedburner.com/three"/>
    </outline>"""
    service, one, two = read(tmp_path, OPML % outlines)
    assert (one.url, one.feeds) == (
        "https://one.example/",
        ("https://one.example/rss", "https://one.example/sports.rss"),
    )
    assert (two.url, two.feeds) == ("https://two.example/", ("https://feeds.two.example/all.xml",))
    assert "needs htmlUrl" in str(service.problem)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><opml><body/></opml>', "has a DOCTYPE"),
        (b"<opml><body>", "line 1: is no well-formed OPML"),
        (b"<rss><channel/></rss>", "is no OPML: its first element is <rss>"),
        (b"name,address\none,x\n", "has no column 'url' in its first line: name,address"),
        (b"url\nhttps://\xff.example/\n", "line 2: is not UTF-8"),
        (b"url\n", "lists no site"),
        (b"", "lists no site"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match=r"^--from: ") as refused:
        read(tmp_path, content)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_many_are_added_at_once_and_those_to_look_at_are_told(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    with Paper("127.0.3.1") as one, Paper("127.0.3.2") as two, Paper("127.0.3.3") as three:
        publish(one)
        publish(two)
        add_feed(two, "/rss.xml")
        publish(three, robots="Disallow: /\n")
        (tmp_path / "sites.toml").write_text('[[site]]\nname = "there"\nurl = "https://there.example/"\n')
        urls = [one.url, "https://there.example/", two.url, three.url, f"{one.url}/", "ftp://nothing.example/"]
        listed.write_text("".join(f"{line}\n" for line in ("url", *urls)))
        done = run_sites("add", "--from", str(listed), folder=tmp_path)
        assert done.returncode == 1
        assert [table["name"] for table in read_tables(tmp_path)] == ["there", one.name, two.name]
        lines = done.stdout.splitlines()
        assert lines[0] == f"2 of 6 sites written to {tmp_path / 'sites.toml'}"
        assert "need a look: 3" in lines
        assert any(f"line 5, {three.url}/: its robots.txt forbids us" in line for line in lines)
        assert any(f"line 6, {one.url}/: it stands in line 2 already" in line for line in lines)
        assert any("line 7, ftp://nothing.example/: " in line for line in lines)
        again = run_sites("add", "--from", str(listed), "--json", folder=tmp_path)
    told = json.loads(again.stdout)["sites"]
    assert [one["is_there"] for one in told] == [True, True, True, False, True, False]
    assert len([path for path in one.asked if path in STORIES]) == 10  # the second time it was asked nothing


def test_a_feed_of_a_reader_stays_in_the_table_if_the_site_does_not_name_it(tmp_path: Path) -> None:
    listed = tmp_path / "feeds.opml"
    with Paper() as paper:
        publish(paper)
        add_feed(paper, "/secret/news.xml")
        listed.write_text(OPML % f'<outline text="One" xmlUrl="{paper.url}/secret/news.xml" htmlUrl="{paper.url}/"/>')
        done = run_sites("add", "--from", str(listed), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert read_tables(tmp_path)[0]["feeds"] == ["/secret/news.xml"]
