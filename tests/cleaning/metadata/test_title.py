from __future__ import annotations

import pytest
from page_heads import make_json_ld, read_draft

from cleaning.metadata.title_parts import SiteNames, list_part_sequences, read_slug, strip_names

SITE = "<meta property='og:site_name' content='Harbour Post'>"


def og(title: str) -> str:
    return f"<meta property='og:title' content='{title}'>"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Night ferry is back - Harbour Post</title>", "<h1>Night ferry is back</h1>", "Night ferry is back"),
        (
            "<title>Back on the water!</title>" + og("Night ferry to Orrow runs again"),
            "<h1>Harbour Post</h1><h2>Other news of today</h2><h2>Night ferry to Orrow runs again</h2>",
            "Night ferry to Orrow runs again",
        ),
        ("<title>Buy, read, enjoy</title>", "<h1>Night ferry runs in June</h1>", "Night ferry runs in June"),
        (f"<title>Night ferry is back | Harbour Post</title>{SITE}", "", "Night ferry is back"),
        (make_json_ld(headline="Night ferry &amp; day ferry"), "", "Night ferry & day ferry"),
        ("", "", ""),
    ],
)
def test_the_title_is_the_headline_that_a_reader_sees(head: str, body: str, title: str) -> None:
    assert read_draft(head, body).title == title


def test_a_heading_that_links_to_the_front_page_is_the_name_of_the_site() -> None:
    head = "<title>Four Winds Weekly » Archive » The night ferry runs again</title>"
    body = "<h1><a href='/'>Four Winds Weekly</a></h1><h2><a href='/2024/ferry'>The night ferry runs again</a></h2>"
    assert read_draft(head, body).title == "The night ferry runs again"


def test_the_headline_in_json_ld_is_the_headline_wherever_it_is_shown() -> None:
    search, printed = "Harbour: night ferry, all you need to know", "The last boat comes back"
    head = og(search) + make_json_ld(headline=printed)
    assert read_draft(head, f"<h1>{search}</h1><h2>{printed}</h2>").title == printed
    assert read_draft(head, f"<h1>{search}</h1>").title == search


@pytest.mark.parametrize(
    "heading",
    [
        "<h1><span>Harbour</span> Night ferry runs again</h1>",
        "<h1>Harbour: Night ferry runs again</h1>",
        "<h1>Night ferry runs again<div>Posted on 5 May by Anna Berg</div></h1>",
        "<h1><small>5 May</small>Night ferry runs again <em>News</em></h1>",
    ],
)
def test_a_kicker_or_a_date_in_the_heading_is_not_the_headline(heading: str) -> None:
    assert read_draft(og("Night ferry runs again"), heading).title == "Night ferry runs again"


@pytest.mark.parametrize("first", ["Most", "Why the", "Both the mayor and the"])
def test_the_first_words_of_a_headline_stay_whatever_the_head_leaves_out(first: str) -> None:
    assert read_draft(og("night ferry runs again"), f"<h1>{first} night ferry runs again</h1>").title.startswith(first)


def test_names_of_site_section_and_author_at_the_edges_are_not_the_headline() -> None:
    head = f"{SITE}<meta property='article:section' content='Opinion'>" + make_json_ld(author="Anna Berg")
    for edge in ("Opinion", "Harbour Post", "Anna Berg", "Harbour-Post Online"):
        text = f"Night ferry runs again | {edge}"
        assert read_draft(head + og(text), f"<h1>{text}</h1>").title == "Night ferry runs again"
        assert read_draft(head + og(text)).title == "Night ferry runs again"


def test_marks_for_line_breaking_and_reading_aids_are_left_out() -> None:
    assert (
        read_draft(body="<h1>Mes&shy;sen&shy;ger sind kein Frei&#8203;raum</h1>").title
        == "Messenger sind kein Freiraum"
    )
    ruby = "<h1><ruby>体罰<rt>たいばつ</rt></ruby>を<ruby>禁止<rt>きんし</rt></ruby>する法律</h1>"
    assert read_draft("<title>ニュース|体罰を禁止する法律</title>", ruby).title == "体罰を禁止する法律"


def test_a_headline_in_chinese_is_no_single_word_label() -> None:
    head = "<title>李娜领衔体坛风云人物_港口新闻中心</title>"
    assert read_draft(head, "<h1>李娜领衔体坛风云人物</h1><h2>热门</h2>").title == "李娜领衔体坛风云人物"


def test_a_headline_that_is_no_heading_is_found_by_its_words() -> None:
    head = "<title>Harbour Post - Night ferry to Orrow runs again - News of the day</title>"
    body = "<b>News of the day</b><h1>Subscribe now</h1><font size=5>Night ferry to Orrow runs again</font>"
    found = read_draft(head, body)
    assert found.title == "Night ferry to Orrow runs again"
    assert found.sources["title"] == "a line that is in the title, too"


def test_a_headline_that_is_no_heading_is_found_by_its_name() -> None:
    head = "<title>Harbour Post Online Edition</title>"
    found = read_draft(head, "<p><span class='headline'>Night ferry to Orrow runs again</span></p><p>Text.</p>")
    assert (found.title, found.sources["title"]) == ("Night ferry to Orrow runs again", "class headline")


def test_where_the_body_shows_none_the_shorter_of_two_titles_is_the_headline() -> None:
    head = (
        og("Night ferry runs again-Politics~Harbour") + "<meta name='twitter:title' content='Night ferry runs again'>"
    )
    assert read_draft(head).title == "Night ferry runs again"


def test_the_words_of_the_address_tell_which_heading_is_the_headline() -> None:
    url = "https://www.harbour-post.example/news/why-the-night-ferry-comes-back-12345.html"
    head = "<title>Harbour special</title>"
    body = "<h1>Harbour special offers</h1><h1>Why the night ferry comes back</h1>"
    assert read_draft(head, body, url=url).title == "Why the night ferry comes back"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.example/2024/05/why-the-ferry-runs_again-123.html", "why the ferry runs again"),
        ("https://a.example/why-the-ferry-runs-again/amp/", "why the ferry runs again"),
        ("https://a.example/news/12345", ""),
        ("https://a.example/", ""),
        ("http://[", ""),
    ],
)
def test_the_words_of_an_address_are_those_of_its_last_part_that_has_some(url: str, words: str) -> None:
    assert read_slug(url) == words


def test_a_title_without_parts_stays_whole() -> None:
    names = SiteNames("https://www.post.example/", ["Post"])
    assert strip_names("Post", names) == "Post"
    assert strip_names("A well-known man", names) == "A well-known man"
    assert list_part_sequences("A well-known man") == []
    assert list_part_sequences("A | B | C") == ["A", "A | B", "B", "B | C", "C"]
