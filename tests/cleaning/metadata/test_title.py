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


CHRONICLE = "The Northumbrian Chronicle"
FINAL = "Schoolgirl takes the title from a champion of six years"


@pytest.mark.parametrize(
    ("url", "logo", "statement"),
    [
        # It links to the front page.
        ("https://www.nchron.example/sport/final-771", f"<a href='/'>{CHRONICLE}</a>", ""),
        ("https://www.nchron.example/sport/final-771", f"<a href='/'><span>{CHRONICLE}</span></a>", ""),
        # It is the name of the domain, with an article before it.
        ("https://www.northumbrianchronicle.example/sport/final-771", f"<div>{CHRONICLE}</div>", ""),
        ("https://northumbrian-chronicle.example/sport/final-771", f"<p class='logo'>{CHRONICLE}</p>", ""),
        # JSON-LD names it.
        ("https://www.nc.example/a", f"<div>{CHRONICLE}</div>", '{"@type": "NewsMediaOrganization", "name": "NAME"}'),
        ("https://www.nc.example/a", f"<div>{CHRONICLE}</div>", '{"@type": "WebSite", "name": "NAME"}'),
        (
            "https://www.nc.example/a",
            f"<div>{CHRONICLE}</div>",
            '{"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": "NAME"}}',
        ),
    ],
)
def test_the_name_of_the_site_is_no_headline_beside_the_only_h1(url: str, logo: str, statement: str) -> None:
    head = f"<title>Chess final: girl of fourteen wins - {CHRONICLE}</title>"
    if statement:
        head += f"<script type='application/ld+json'>{statement.replace('NAME', CHRONICLE)}</script>"
    assert read_draft(head, f"<header>{logo}</header><main><h1>{FINAL}</h1></main>", url=url).title == FINAL


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("northumbrianchronicle.example", "The Northumbrian Chronicle"),
        ("nordkurier.example", "Der Nordkurier"),
        ("monde-du-nord.example", "Le Monde du Nord"),
        ("norte.example", "El Norte"),
        ("the-dray.example", "Dray"),
        ("nzb.example", "NZB am Sonntag"),
        ("uhu.example", "uhu健康網"),
    ],
)
def test_the_name_of_the_site_leaves_the_edge_of_a_title(domain: str, name: str) -> None:
    names = SiteNames(f"https://www.{domain}/a/b", ())
    assert strip_names(f"{FINAL} - {name}", names) == FINAL
    for rest in ("Nzbing is the new sport", f"{name}: the final in pictures"):
        assert strip_names(f"{FINAL} - {rest}", names) == f"{FINAL} - {rest}"


def test_the_organization_that_json_ld_names_leaves_the_edge_of_a_title() -> None:
    head = '<script type="application/ld+json">{"@type": "WebSite", "name": "Four Winds"}</script>'
    draft = read_draft(head + f"<title>{FINAL} | Four Winds</title>")
    assert (draft.title, draft.site_name, draft.sources["site_name"]) == (FINAL, "Four Winds", "JSON-LD WebSite")


def test_a_folder_of_the_address_leaves_the_end_of_a_headline() -> None:
    for url, label in (
        ("https://www.nc.example/story/opinion/2024/chess", "Opinion"),
        ("https://nc.example/a/b/", "A"),
    ):
        assert read_draft("", f"<h1>{FINAL} | {label}</h1>", url=url).title == FINAL
    own = "https://www.nc.example/chess-final/"
    assert read_draft("", "<h1>Girl wins - Chess final</h1>", url=own).title == "Girl wins - Chess final"


def test_a_day_before_the_headline_is_no_part_of_it() -> None:
    assert read_draft("", f"<h1>23.01.2024 - {FINAL}</h1>").title == FINAL
    assert read_draft("", "<h1>24/7 - the shop that never closes</h1>").title == "24/7 - the shop that never closes"


def test_a_cross_heading_that_is_only_alike_is_no_headline_beside_the_only_h1() -> None:
    head = "<title>15 best ways to cross the harbour, with their prices (2024)</title>"
    body = f"<h1>{FINAL}</h1><p>Text.</p><h2>5 best ways to cross the harbour: the video</h2>"
    assert read_draft(head, body).title == FINAL


def test_a_whole_title_without_the_name_of_the_site_is_as_good_as_another_one() -> None:
    head = f"{SITE}{og('Night ferry, bus lane flagged - Harbour Post')}<meta name='headline' content='critics worried'>"
    body = "<h1>Night ferry, bus lane flagged</h1><h1>critics worried</h1>"
    assert read_draft(head, body).title == "Night ferry, bus lane flagged"


def test_the_sign_between_kicker_and_headline_goes_with_the_kicker() -> None:
    body = "<h1><span>Harbour</span><span>:</span><span>Night ferry runs again in June</span></h1>"
    assert read_draft(og("Night ferry runs again in June"), body).title == "Night ferry runs again in June"


@pytest.mark.parametrize(
    ("title", "masthead"),
    [
        (f"Chess final: schoolgirl beats champion - {CHRONICLE}", f"<div class='top'>{CHRONICLE}</div>"),
        (f"Girl wins the final | {CHRONICLE}", f"<p><b>{CHRONICLE}</b></p>"),
        (f"{CHRONICLE} - Chess final: schoolgirl beats champion", f"<div class='top'>{CHRONICLE}</div>"),
        (f"{CHRONICLE}: Girl wins the final", f"<header><div>{CHRONICLE}</div></header>"),
        (f"{CHRONICLE} | Girl wins the final", f"<header><div>{CHRONICLE}</div></header>"),
        (f"Girl wins | Sport | {CHRONICLE}", f"<footer><p>{CHRONICLE}</p></footer>"),
        (
            "朝の音楽会が満員の客を集める、駅前で - 北の海辺の町の日刊新聞社の記事",
            "<div>北の海辺の町の日刊新聞社の記事</div>",
        ),
    ],
)
def test_a_masthead_that_nothing_names_is_no_headline_either(title: str, masthead: str) -> None:
    html = f"{masthead}<main><h1>{FINAL}</h1></main>"
    assert read_draft(f"<title>{title}</title>", html, url="https://www.nc.example/sport/771").title == FINAL


def test_a_line_that_leads_the_head_title_is_the_headline_over_an_h1_of_something_else() -> None:
    head = f"<title>{FINAL} | chess, schools, Lindmouth and the whole county of Dray | Dray Times</title>"
    body = f"<h1>Log in here</h1><div><strong><a href='/a'>{FINAL}</a></strong></div>"
    assert read_draft(head, body).title == FINAL
