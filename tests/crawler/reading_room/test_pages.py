"""What the pages of the reading room say, and to whom."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import lxml.html
import pytest
from crawling import run_scrapy
from lxml import etree
from reading_room_store import RIGHTS, SCRIPTS, Room

from crawler.reading_room.find import AGENTS_REFUSED, MINING_RESERVED
from storage import open_store

ENDLESS = "with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c)+select+count(*)+from+c"


def find_article(room: Room, words: str) -> str:
    """Return the id of the first hit."""
    return str(json.loads(room.get(f"/search.json?q={words}").body)["hits"][0]["id"])


def read(page: str) -> str:
    """Return the text of a page in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_front_counts_what_is_stored(room: Room) -> None:
    with open_store(room.data) as store:
        articles = store.count(include_duplicates=True)
    text = read(room.get("/").body)
    assert f"{articles} articles of 5 sites" in text
    assert "3 of them repeat another one" in text
    assert "2025-10 28 2025-11 to 2026-10 0 2026-11 7" in text  # a gap is told
    month = room.get("/search?copies=yes&month=2025-10").body
    assert 'href="/search?copies=yes&amp;month=2025-10"' in room.get("/").body
    assert "28 articles, 2025-10" in read(month)
    assert "scrapy export FOLDER --since 2025-10-01 --until 2025-10-31 --include-duplicates" in month
    assert json.loads(room.get("/search.json?copies=yes&month=2025-10").body)["hits"][0]["published_at"] > "2025-10-2"
    sizes = re.findall(r"([0-9]+) articles on ([0-9]+) sites?", text)
    assert sizes == sorted(sizes, key=lambda size: (-int(size[0]), -int(size[1])))
    assert {("2", "2"), ("2", "1")} <= set(sizes)
    assert text.index("W" * 2_000) < text.index("Largest stories")  # of the newest


def test_every_page_allows_nothing_from_elsewhere(room: Room) -> None:
    article = find_article(room, "swing+bridge")
    for path in (
        "/",
        "/search?q=bridge",
        f"/article/{article}",
        f"/article/{article}/raw",
        "/sites",
        "/site/courier",
        "/broadsheet",
        "/broadsheet/article",
        f"/broadsheet/article/{article}",
        "/room/room.css",
        "/search.json?q=bridge",
        "/nothing",
    ):
        answer = room.get(path)
        assert answer.status == (404 if path == "/nothing" else 200), path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.headers["content-type"].startswith("text/html"):
            for element in lxml.html.document_fromstring(answer.body).iter(etree.Element):
                assert element.tag not in ("script", "style", "img", "iframe", "object"), path
                assert not [name for name in element.attrib if name.startswith("on") or name == "style"], path
                for name in ("src", "href", "action"):
                    link = element.get(name, "/").removeprefix(room.address)
                    assert link.startswith(("/", "#")), path
                    assert not link.startswith("//"), path


def test_it_answers_names_of_this_machine_alone(room: Room) -> None:
    assert room.get("/", Host="rebound.example").status == 403
    assert room.get("/", Host="127.0.0.1.rebound.example:80").status == 403
    assert room.get("/", Host="localhost:1").status == 200
    assert room.get("/", Host="[::1]:1").status == 200
    assert room.get("/", Host="[::1]").status == 200
    assert room.get("/", Host="LOCALHOST").status == 200
    assert room.get("/", Host="localhost@rebound.example").status == 403


def test_a_page_of_the_web_can_link_to_it_and_load_nothing(room: Room) -> None:
    for dest, status in (("image", 403), ("iframe", 403), ("document", 200)):
        assert room.get("/sites", **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": dest}).status == status
    assert room.get("/room/room.css", **{"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "style"}).status == 200


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/%41", "/\\evil.example/", "//-/settings", "/%2d/settings"]
)
def test_no_address_leads_out_or_around_the_guard(room: Room, path: str) -> None:
    host, port = room.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line, line.makefile("rb") as answer:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert answer.readline() == b"HTTP/1.1 404 Not Found\r\n"
        assert b"location" not in answer.read().lower()


def test_nothing_is_printed_of_an_address_that_is_not_found(room: Room, capfd: pytest.CaptureFixture[str]) -> None:
    assert room.get("/nothing").status == 404
    assert room.get("/broadsheet/nothing").status == 404
    assert capfd.readouterr() == ("", "")


def test_hits_are_chosen_by_facets_and_given_as_files(room: Room) -> None:
    answer = read(room.get("/search?q=harbour&order=newest").body)
    assert "newest first" in answer
    whole = json.loads(room.get("/search.json?q=harbour").body)["hits"]
    chosen = json.loads(room.get("/search.json?q=harbour&site=courier").body)["hits"]
    assert {hit["site"] for hit in chosen} == {"courier"}
    assert 0 < len(chosen) < len(whole)
    table = room.get("/search.csv?q=harbour&site=courier")
    assert table.headers["content-disposition"] == 'attachment; filename="search.csv"'
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.body))] == [hit["id"] for hit in chosen]


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("harbour", {}),
        ("harbour", {"site": "courier"}),
        ("harbour", {"language": "en", "copies": "yes"}),
        ("harbour", {"month": "2025-09", "kind": "article"}),
        ("harbour", {"rule": "repeated-headline", "copies": "yes"}),
        ("", {"rights": MINING_RESERVED, "rejected": "yes"}),
        ("", {"rights": AGENTS_REFUSED}),
        ("", {"rights": RIGHTS["licence"], "section": RIGHTS["section"]}),
        ("", {"rights": "train-ai=n", "language": "zh"}),
    ],
)
def test_the_export_line_gives_the_hits(room: Room, tmp_path: Path, words: str, chosen: dict[str, str]) -> None:
    query = urlencode({"q": words, **chosen})
    page = lxml.html.document_fromstring(room.get(f"/search?{query}").body)
    (line,) = [code.text_content() for code in page.findall(".//pre/code")]
    command, name, folder, *options = shlex.split(line)
    assert (command, name, folder) == ("scrapy", "export", "FOLDER")
    done = run_scrapy("export", str(tmp_path / "hits"), *options, data=room.data)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "hits/data/articles.jsonl").read_text(encoding="utf-8").splitlines()
    hits = json.loads(room.get(f"/search.json?{query}").body)["hits"]
    assert sorted(json.loads(one)["id"] for one in lines) == sorted(hit["id"] for hit in hits) != []


def test_of_rejected_pages_no_release_is_offered(room: Room) -> None:
    page = room.get("/search?q=harbour&rejected=yes&rule=section").body
    assert "1 hit for" in page
    assert "they are rejected pages, which no release has" in page
    assert "scrapy export" not in page


@pytest.mark.parametrize("title", SCRIPTS.values())
def test_words_of_any_script_are_found_and_marked_with_their_language(room: Room, title: str) -> None:
    (language,) = [code for code, one in SCRIPTS.items() if one == title]
    page = room.get(f"/search?q={quote(title)}").body
    assert re.search(rf'<a href="/article/[0-9a-f]+" dir="auto" lang="{language}"><mark>', page)
    assert f"<h1>1 hit for “<bdi>{title}</bdi>”</h1>" in page


def test_an_article_says_what_was_cut_why_and_how_to_keep_it(room: Room) -> None:
    text = read(room.get(f"/article/{find_article(room, 'cider+press')}").body)
    assert "An oak screw six feet long" in text
    assert "Leave a Reply repeated_block : stands on other articles of the site, too" in text
    assert "scrapy sites keep gazette 'Leave a Reply'" in text
    assert "too: on 14 of the 14 that its memory is learnt from" in text
    assert re.search(r"; seen [0-9-]+ to [0-9-]+ ?; at \S+ > \S+ ", text)
    assert "authors Walter Penn" in text
    assert "rights neither the page nor its site stated any when it was fetched" in text


def test_a_page_says_where_each_field_stands_as_explain_does(room: Room) -> None:
    article = find_article(room, "cider+press")
    assert f'href="/article/{article}/sources"' in room.get(f"/article/{article}").body
    answer = room.get(f"/article/{article}/sources")
    assert answer.status == 200
    text = read(answer.body)
    assert re.search(r"authors Walter Penn meta author published_at ", text), text
    assert "site_memory that of the site \u201cgazette\u201d, learnt from 14 articles" in text
    assert "the store has" not in text
    page = lxml.html.document_fromstring(answer.body)
    (line,) = [code.text_content() for code in page.findall(".//pre/code")]
    program, *arguments = shlex.split(line)
    assert program == "scrapy"
    done = run_scrapy(*arguments, data=room.data)
    assert re.search(r"authors +Walter Penn +\(from ", done.stdout), done.stderr


def test_names_of_any_direction_stay_apart(room: Room) -> None:
    assert ", <bdi>Walter Penn</bdi>,\n<time" in room.get(f"/article/{find_article(room, 'cider+press')}").body


def test_a_list_of_rows_shortens_long_values_and_a_row_has_all(room: Room) -> None:
    article = find_article(room, "cider+press")
    with open_store(room.data) as store:
        last = html.escape(next(store.articles(where="startswith(title, 'Cider press')")).text[-30:])
    for path in (f"/broadsheet/article?id={article}", f"/broadsheet?sql=select+text+from+article+where+id='{article}'"):
        page = room.get(path).body
        assert "\u2026</td>" in page
        assert last not in page
    assert last in room.get(f"/broadsheet/article/{article}").body


def test_an_edited_article_shows_the_words_that_changed(room: Room) -> None:
    page = room.get(f"/article/{find_article(room, 'swing+bridge+bearings')}").body
    assert "<del>five </del><ins>six </ins>" in page


def test_the_raw_page_is_given_as_text(room: Room) -> None:
    answer = room.get(f"/article/{find_article(room, 'cider+press')}/raw")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.body.startswith("<html>\n<head>")
    assert answer.body.endswith("</html>")


def test_a_story_is_told_from_its_first_article_on(room: Room) -> None:
    story = find_article(room, "late+buses")
    assert f"/story/{story}" in room.get("/").body
    page = room.get(f"/story/{story}").body
    times = re.findall(r'<li[^>]*>\s*<p><time datetime="([^"]+)"', page)
    assert times == sorted(times)
    assert len(times) >= 2
    assert re.search(r"</time>, [23] days later, ", page)
    assert "Likeness: how many of all the runs of four words" in page
    assert "2 articles on 1 site; first" in page
    assert "<p>has 10 words more</p>" in page
    compare = re.search(r"/compare\?one=[0-9a-f]+&amp;other=[0-9a-f]+", page)
    assert compare is not None
    assert "How two articles differ" in room.get(html.unescape(compare[0])).body


def test_two_articles_that_say_the_same_are_told_to(room: Room) -> None:
    one, other = find_article(room, "cider+press"), find_article(room, "late+buses")
    same = "Headline and text are the same."
    assert same in room.get(f"/compare?one={one}&other={one}").body
    assert same not in room.get(f"/compare?one={one}&other={other}").body


def test_a_site_shows_the_first_of_its_blocks_and_how_to_see_all(room: Room) -> None:
    page = lxml.html.document_fromstring(room.get("/site/courier").body)
    assert len(page.xpath("//section[@aria-labelledby='blocks']//li")) == 30
    (line,) = page.xpath("//section[@aria-labelledby='blocks']/pre/code/text()")
    assert line == "scrapy sites show courier --limit 10000"
    assert "sites show" not in room.get("/site/%3Cb%3Ex%3C%2Fb%3E%20&%20co").body
    parts = page.xpath("//nav[@aria-label='Parts of this page']/a/@href")
    assert len(parts) == 7
    assert all(page.get_element_by_id(part.removeprefix("#")) is not None for part in parts)


def test_a_site_shows_its_repeated_blocks_and_hours(room: Room) -> None:
    text = read(room.get("/site/gazette").body)
    assert "Leave a Reply on 14 articles, cut from 3 on" in text
    assert re.search("What each source brought: .{,99} source addresses share of the largest [a-z-]+ [0-9]+ ", text)
    assert "Hours of publication, by the site's own clock" in text
    assert "What the site listed as new in the 24 hours before each run" in text
    assert "<h1>&lt;b&gt;x&lt;/b&gt; &amp; co</h1>" in room.get("/site/%3Cb%3Ex%3C%2Fb%3E%20&%20co").body


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/article/0000000000000000", 404, "0000000000000000"),
        ("/article/0000000000000000/raw", 404, "0000000000000000"),
        ("/story/0000000000000000", 404, "0000000000000000"),
        ("/site/nope", 404, 'no site "nope" in the store; choose from: '),
        ("/compare?one=a", 400, "'a'"),
        ("/search?q=%22open", 400, "is not closed"),
        ("/search?q=a&order=worst", 400, "order must be one of best, newest, got 'worst'"),
        ("/search?q=bridge&page=0", 400, "page must be a number from 1, got '0'"),
        ("/broadsheet?sql=delete+from+article", 400, "Statement must be a SELECT"),
        ("/nothing", 404, "there is no such page"),
        ("/_internal", 404, ""),
        ("/_memory?sql=select+1", 404, "there is no such page"),
        ("/search?q=bridge&month=2025-13", 400, "month must be like 2026-11, got '2025-13'"),
        ("/broadsheet?sql=select+randomblob(1000000000)", 400, "too big"),
        (f"/broadsheet?sql={ENDLESS}", 400, "the question took longer than two seconds"),
        ("/-/settings", 404, "there is no such page"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(room: Room, path: str, status: int, told: str) -> None:
    answer = room.get(path)
    assert answer.status == status
    assert told in read(answer.body)
    assert "Traceback" not in answer.body


def test_nothing_can_be_written(room: Room) -> None:
    with closing(sqlite3.connect(room.data / "broadsheet.db")) as store:
        before = store.execute("SELECT count(*), total(words) FROM article").fetchall()
    for sql in (
        "delete from article",
        "with x as (select 1) update article set words = 0",
        "vacuum",
        "attach 'a' as b",
    ):
        room.get(f"/broadsheet?sql={sql.replace(' ', '+')}")
    with closing(sqlite3.connect(room.data / "broadsheet.db")) as store:
        assert store.execute("SELECT count(*), total(words) FROM article").fetchall() == before


def test_hostile_headlines_stay_text(room: Room) -> None:
    page = room.get("/site/%3Cb%3Ex%3C%2Fb%3E%20&%20co").body
    assert "&lt;script&gt;document.title=" in page
    assert "EVIL" in page
    assert "{{ 7*7 }}" in page
    assert ">javascript:alert(1)</a>" in page
    assert "\u202e" not in page
    assert not re.search(r"<img|<script|</style>", page)


def test_tables_of_the_search_are_not_listed(room: Room) -> None:
    page = room.get("/broadsheet").body
    assert ">article<" in page
    assert ">search_" not in page
    assert ">alembic_version<" not in page


def test_two_wrong_words_do_not_hide_the_article_that_is_meant(room: Room) -> None:
    page = lxml.html.document_fromstring(room.get("/search?q=bridge+shut+repair+weeks").body)
    near = [link.text_content() for link in page.findall(".//ul[@class='list']/li/a")]
    assert near[0] == "bridge shut weeks"  # of another article
    assert "bridge weeks" in near
    sizes = [len(words.split()) for words in near]
    assert sizes == sorted(sizes, reverse=True)  # who wrote four words seldom means one of them
    assert "Swing bridge to close" in read(room.get("/search?q=bridge+weeks").body)


def test_a_search_that_cannot_be_read_stays_in_its_field(room: Room) -> None:
    answer = room.get("/search?q=%22swing+bridge")
    field = lxml.html.document_fromstring(answer.body).get_element_by_id("words")
    assert (answer.status, field.get("value")) == (400, '"swing bridge')
    assert lxml.html.document_fromstring(room.get("/nothing").body).get_element_by_id("words").get("value") == ""


def test_a_hit_leads_to_its_story(room: Room) -> None:
    links = re.findall(r'<a href="(/story/[0-9a-f]{16})">([^<]*)</a>', room.get("/search?q=late+buses&copies=yes").body)
    assert sorted(name for _, name in links) == ["a copy: its story", "a story of 2 articles"]
    assert {room.get(link).body.count("how they differ") for link, _ in links} == {1}


def test_a_choice_without_a_hit_can_be_taken_back(room: Room) -> None:
    page = room.get("/search?q=harbour&site=gazette&month=1999-01").body
    assert "<h1>0 hits" in page
    for name in ("site=gazette", "month=1999-01"):
        (other,) = {"site=gazette", "month=1999-01"} - {name}
        assert f'<a href="/search?q=harbour&amp;order=best&amp;{other}">any</a>' in page
