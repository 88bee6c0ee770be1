"""Bylines of newspapers in many languages and forms: who wrote the article, and who did not."""

from __future__ import annotations

from typing import Any

import pytest
from page_heads import make_json_ld, read_draft

from cleaning.metadata.authors.marks import is_author_page
from cleaning.metadata.authors.names import read_byline

HEADLINE = "The night ferry runs again from the first of June"
PARAGRAPH = "The night ferry between Lindmouth and Orrow will run again, the harbour board decided on Monday. " * 3


def page(*around: str, below: str = "", head: str = "", lang: str = "") -> Any:
    """Return the draft of a page with these elements between headline and text, and `below` the text."""
    body = f"<article><h1>{HEADLINE}</h1>{''.join(around)}<p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></article>{below}"
    return read_draft(f"<title>{HEADLINE}</title>{head}", body, lang=lang)


@pytest.mark.parametrize(
    ("line", "persons", "sources"),
    [
        ("By Anna Berg", ["Anna Berg"], []),
        ("Von Anna Berg und Tom Hale", ["Anna Berg", "Tom Hale"], []),
        ("Anna Berg, Tom Hale & Ida Moss", ["Anna Berg", "Tom Hale", "Ida Moss"], []),
        ("Par Anne Lefort et Hugo Marchal", ["Anne Lefort", "Hugo Marchal"], []),
        ("Por Marta Solís y Juan Prats", ["Marta Solís", "Juan Prats"], []),
        ("Di Carla Neri e Ugo Bassi", ["Carla Neri", "Ugo Bassi"], []),
        ("Door Jan de Wit en Els van den Berg", ["Jan de Wit", "Els van den Berg"], []),
        ("Autor: Jan Kowal i Ewa Nowik", ["Jan Kowal", "Ewa Nowik"], []),
        ("Автор: Иван Петров и Анна Лис", ["Иван Петров", "Анна Лис"], []),
        ("Автори: Олена Гай та Петро Луг", ["Олена Гай", "Петро Луг"], []),
        ("Yazan: Ayşe Kaya ve Can Demir", ["Ayşe Kaya", "Can Demir"], []),
        ("Penulis: Rahayu Lestari", ["Rahayu Lestari"], []),
        ("Γράφει η Μαρία Λέκκα", ["Μαρία Λέκκα"], []),
        ("بقلم: سمير الحلو", ["سمير الحلو"], []),
        ("作者：王小明", ["王小明"], []),
        ("山田花子 記者", ["山田花子"], []),
        ("김하늘 기자", ["김하늘"], []),
        ("BY ANNA BERG AND TOM HALE", ["ANNA BERG", "TOM HALE"], []),
        ("By Anna Berg And Tom Hale", ["Anna Berg", "Tom Hale"], []),
        ("By Anna Berg, Tom Hale, and Ida Moss", ["Anna Berg", "Tom Hale", "Ida Moss"], []),
        ("Anna Berg y agencias", ["Anna Berg"], ["agencias"]),
        ("By Anna Berg, Political Editor, The Harbour Ledger", ["Anna Berg"], ["The Harbour Ledger"]),
        ("Published by: Anna Berg", ["Anna Berg"], []),
        ("Written by: Anna Berg, reviewed by Tom Hale", ["Anna Berg"], []),
        ("Reporting by Anna Berg; Editing by Tom Hale", ["Anna Berg"], []),
        ("Автор: Иван Петров, фото: Анна Лис", ["Иван Петров"], []),
        ("Text von Anna Berg, Fotos von Tom Hale", ["Anna Berg"], []),
        ("取材・文＝山田花子", ["山田花子"], []),
        ("Anna Berg Follow", ["Anna Berg"], []),
        ("Per-Erik Lund", ["Per-Erik Lund"], []),
        ("Mark Read", ["Mark Read"], []),
        ("Berg, Anna", ["Berg, Anna"], []),
        ("José Ortega y Gasset", ["José Ortega y Gasset"], []),
        ("Anna Berg, PhD, Tom Hale, M.D.", ["Anna Berg", "Tom Hale"], []),
        ("Anna Berg (Orrow)", ["Anna Berg"], []),
        ("Anna Berg (ab), Tom Hale (th.)", ["Anna Berg", "Tom Hale"], []),
        ("J.R. Stone", ["J.R. Stone"], []),
        ("Paul Winters Jr.", ["Paul Winters Jr."], []),
        ("Anna Berg | Senior Politics Editor", ["Anna Berg"], []),
        ("Anna Berg Political Correspondent", ["Anna Berg"], []),
        ("Anna Berg, Wirtschaftsredakteurin", ["Anna Berg"], []),
        ("Reporter Anna Berg", ["Anna Berg"], []),
        ("Anna Berg For The Harbour Herald", ["Anna Berg"], ["The Harbour Herald"]),
        ("Anna Berg in Orrow", ["Anna Berg"], []),
        ("Anna Berg, Reuters", ["Anna Berg"], ["Reuters"]),
        ("Anna Berg und dpa", ["Anna Berg"], ["dpa"]),
        ("Anna Berg Tuesday 14 May 2024, 18:20", [], []),
        ("By Anna Berg | 14 May 2024 | 3 min read", ["Anna Berg"], []),
        ("By Anna Berg Published 14 May 2024", ["Anna Berg"], []),
        ("More stories by Anna Berg", ["Anna Berg"], []),
        ("Zeige alle Beiträge von Anna Berg", ["Anna Berg"], []),
        ("Follow Anna Berg on Twitter", [], []),
        ("Medically reviewed by Tom Hale", [], []),
        ("Foto: Tom Hale", [], []),
        ("By Anna Berg, anna.berg@harbour-post.example @annaberg", ["Anna Berg"], []),
        ("Anna Berg Anna Berg", ["Anna Berg"], []),
        ("Staff", [], []),
        ("By Staff", [], []),
        ("Harbour Post Staff", [], ["Harbour Post Staff"]),
        ("Redaktion", [], []),
        ("AFP", [], ["AFP"]),
        ("(dpa)", [], ["dpa"]),
        ("Agence France-Presse", [], ["Agence France-Presse"]),
        ("News Desk", [], ["News Desk"]),
        ("harbour-post.example", [], ["harbour-post.example"]),
        ("朝日港新聞", [], ["朝日港新聞"]),
        ("https://www.facebook.com/harbourpost", [], []),
        ("@harbourpost", [], []),
        ("news@harbour-post.example", [], []),
        ("admin", [], []),
        ("", [], []),
        ("The night ferry will run again, the board decided.", [], []),
    ],
)
def test_a_byline_is_taken_apart(line: str, persons: list[str], sources: list[str]) -> None:
    found = read_byline(line)
    assert (list(found.persons), list(found.sources)) == (persons, sources)


@pytest.mark.parametrize(
    "byline",
    [
        "<p class='byline'>By Anna Berg</p>",
        "<span class='article__author'>Anna Berg</span>",
        "<div class='c-byline__item'>By <a href='/x'>Anna Berg</a></div>",
        "<span class='author vcard'><a class='url fn n' href='/author/anna'>Anna Berg</a></span>",
        "<div class='AuthorList_author'>Anna Berg</div>",
        "<div class='storyAuthorName'><span>By</span> <b>Anna Berg</b></div>",
        "<p id='article-byline'>Anna Berg</p>",
        "<div itemprop='author'><b itemprop='name'>Anna Berg</b><i itemprop='jobTitle'>Editor</i></div>",
        "<p>by <a rel='author' href='/x'>Anna Berg</a></p>",
        "<p><a href='https://www.harbour-post.example/autoren/anna-berg'>Anna Berg</a>, 14. Mai 2024</p>",
        "<div property='author'>Anna Berg</div>",
        "<div data-author='a17'>Anna Berg</div>",
        "<div class='byline'>Anna Berg <time datetime='2024-05-14'>14 May</time></div>",
        "<div class='byline'>Tue 14 May 2024 18:20 | Anna Berg</div>",
        "<div class='author-box'><p class='author-name'>Anna Berg</p><p class='bio'>Writes of ships.</p></div>",
        "<div class='meta'><b class='reporter'>Anna Berg</b><a class='follow-author'>Follow</a></div>",
        "<p>By Anna Berg</p>",
        "<p>Text: Anna Berg</p>",
        "<p>Von Anna Berg</p>",
        "<p>Автор: Anna Berg</p>",
    ],
)
def test_a_byline_below_the_headline_names_the_author(byline: str) -> None:
    others = "<div class='related'><h3><a href='/y'>The board of the harbour has a new chairwoman</a></h3>"
    others += "<p class='byline'>By Tom Hale</p><a rel='author' href='/author/tom'>Tom Hale</a></div>"
    found = page(byline, below=others)
    assert found.authors == ("Anna Berg",)
    assert found.sources["authors"]


@pytest.mark.parametrize(
    "elements",
    [
        "<div class='comment'><p class='author'>Tom Hale</p><p>What a boat.</p></div>",
        "<ul id='comments'><li><span class='comment-author'>Tom Hale</span></li></ul>",
        "<div class='related-stories'><p class='byline'>By Tom Hale</p></div>",
        "<div class='card'><h3><a>The board has a new chairwoman</a></h3><p class='author'>Tom Hale</p></div>",
        "<figure><img src='/i.jpg'><figcaption class='photo-credit'>Photo: Tom Hale</figcaption></figure>",
        "<p><b>Reviewed by</b> <a class='author' href='/author/tom'>Tom Hale</a></p>",
        "<p class='author-bio'>Tom Hale has written of ships for twenty years and lives in Orrow.</p>",
    ],
)
def test_other_names_on_the_page_are_no_authors(elements: str) -> None:
    assert page(below=elements).authors == ()


def test_persons_in_json_ld_come_first_and_organisations_are_the_source() -> None:
    authors = [{"@type": "Person", "name": "Anna Berg"}, {"@type": "Organization", "name": "Pell News"}]
    found = page(head=make_json_ld(author=authors) + "<meta name='author' content='desk'>")
    assert (found.authors, found.source) == (("Anna Berg",), "Pell News")
    assert (found.sources["authors"], found.sources["source"]) == ("JSON-LD author", "JSON-LD author")


@pytest.mark.parametrize(
    "author",
    [
        "Anna Berg",
        ["Anna Berg"],
        {"name": "Anna Berg"},
        {"@type": "http://schema.org/Person", "name": "Anna Berg"},
        {"@type": ["Person"], "name": ["Anna Berg"]},
        {"@type": "Person", "givenName": "Anna", "familyName": "Berg"},
        {"@type": "Person", "name": {"@value": "Anna Berg"}},
        [[{"@type": "Person", "name": "Anna Berg"}]],
        {"@list": [{"@type": "Person", "name": "Anna Berg"}]},
        {"@id": "#anna"},
        [{"@id": "#anna"}, {"@id": "#nobody"}],
        {"@type": "Person", "name": "Anna Berg Political Correspondent, Harbour Post Staff"},
    ],
)
def test_json_ld_names_authors_in_many_forms(author: object) -> None:
    graph = [
        {"@type": "NewsArticle", "headline": HEADLINE, "author": author},
        {"@type": "Person", "@id": "#anna", "name": "Anna Berg"},
        {"@type": "Person", "@id": "#tom", "name": "Tom Hale"},
    ]
    assert page(head=make_json_ld("WebSite", **{"@graph": graph})).authors == ("Anna Berg",)


def test_the_creator_counts_where_json_ld_has_no_author() -> None:
    assert page(head=make_json_ld(creator=["Anna Berg", "Tom Hale"])).authors == ("Anna Berg", "Tom Hale")


def test_references_that_go_in_circles_name_nobody() -> None:
    graph = [{"@type": "Article", "author": {"@id": "#a"}}, {"@id": "#a", "author": {"@id": "#a"}}]
    assert page(head=make_json_ld("WebPage", **{"@graph": graph})).authors == ()


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ("<meta name='author' content='Anna Berg'>", ("Anna Berg",)),
        ("<meta name='parsely-author' content='Anna Berg'><meta name='parsely-author' content='Bo Ek'>", None),
        ("<meta property='article:author' content='https://www.facebook.com/harbourpost'>", ()),
        ("<meta name='citation_author' content='Berg, Anna'>", ("Berg, Anna",)),
        ("<meta name='twitter:label1' content='Written by'><meta name='twitter:data1' content='Anna Berg'>", None),
        ("<meta name='twitter:label1' content='Reading time'><meta name='twitter:data1' content='Four Minutes'>", ()),
        ("<meta name='twitter:creator' content='@annaberg'>", ()),
        ("<meta name='author' content='By Staff'>", ()),
    ],
)
def test_meta_elements_name_authors(head: str, authors: tuple[str, ...] | None) -> None:
    found = page(head=head).authors
    assert found == authors if authors is not None else found[0] == "Anna Berg"


def test_the_site_is_not_its_own_author_but_the_source() -> None:
    head = "<meta property='og:site_name' content='Harbour Post'><meta name='author' content='Harbour Post'>"
    found = read_draft(head)
    assert (found.authors, found.source, found.sources["source"]) == ((), "Harbour Post", "meta author")


def test_a_person_in_the_byline_comes_before_the_staff_in_the_head() -> None:
    found = page("<p class='byline'>By Anna Berg</p>", head=make_json_ld(author={"@type": "Person", "name": "Staff"}))
    assert found.authors == ("Anna Berg",)


def test_the_byline_gives_a_name_in_full_that_the_head_has_in_part() -> None:
    found = page("<p class='byline'>By Anna Berg</p>", head=make_json_ld(author={"@type": "Person", "name": "Anna"}))
    assert found.authors == ("Anna Berg",)


def test_the_byline_and_a_meta_element_name_more_authors_than_json_ld() -> None:
    head = make_json_ld(author="Anna Berg") + "<meta name='author' content='Anna Berg, Tom Hale'>"
    assert page("<p class='byline'>By Anna Berg and Tom Hale</p>", head=head).authors == ("Anna Berg", "Tom Hale")


def test_several_marked_names_below_the_headline_are_all_authors() -> None:
    byline = (
        "<div class='authors'><a rel='author' href='/a'>Anna Berg</a>, <a rel='author' href='/b'>Tom Hale</a></div>"
    )
    assert page(byline).authors == ("Anna Berg", "Tom Hale")


def test_authors_of_listed_articles_are_not_the_authors() -> None:
    cards = "".join(
        f"<div><h2><a href='/{number}'>The harbour board has decided number {number}</a></h2>"
        f"<p class='byline'>By Tom Hale</p></div>"
        for number in range(5)
    )
    assert page(below=cards).authors == ()


@pytest.mark.parametrize(
    ("line", "author"),
    [("โดย มานี รักดี", "มานี รักดี"), ("Bởi Trần Thị Hoa", "Trần Thị Hoa"), ("द्वारा: सीता वर्मा", "सीता वर्मा")],
)
def test_words_for_by_that_also_begin_sentences_count_in_a_marked_byline(line: str, author: str) -> None:
    assert page(f"<p class='byline'>{line}</p>").authors == (author,)


@pytest.mark.parametrize("line", ["By Anna Berg (AFP)", "Anna Berg [AFP]", "Anna Berg（AFP）"])
def test_an_agency_in_brackets_behind_the_author_is_the_source(line: str) -> None:
    found = page(f"<p class='byline'>{line}</p>")
    assert (found.authors, found.source) == (("Anna Berg",), "AFP")


def test_a_place_in_brackets_is_no_source() -> None:
    found = page("<p class='byline'>Anna Berg (Berlin)</p>")
    assert (found.authors, found.source) == (("Anna Berg",), None)


def test_names_of_two_sources_stand_in_one_field() -> None:
    found = page("<p class='byline'>dpa, AFP</p>")
    assert (found.authors, found.source) == ((), "dpa, AFP")


@pytest.mark.parametrize(
    "line",
    [
        "<p>Von Anna Berg</p>",
        "<p><em>Text: Anna Berg</em></p>",
        "<p><strong>Autorin: Anna Berg, Projektleiterin</strong></p>",
        "<p>Автор: Anna Berg</p>",
        "<p>Penulis: Anna Berg</p>",
        "<div>Written by Anna Berg</div>",
    ],
)
def test_a_byline_below_the_text_names_the_author_where_nothing_else_does(line: str) -> None:
    text = f"<p>{PARAGRAPH}</p>" * 4
    assert page(text, line).authors == ("Anna Berg",)


@pytest.mark.parametrize(
    "line", ["By the time the boat left Anna Berg was gone.", "Von Dienstag an fährt das Boot.", "Text and numbers"]
)
def test_a_sentence_that_begins_as_a_byline_is_none(line: str) -> None:
    assert page(f"<p>{PARAGRAPH}</p>" * 4, f"<p>{line}</p>").authors == ()


@pytest.mark.parametrize(
    "address",
    [
        "/author/anna-berg", "https://harbour.example/autoren/anna-berg", "/news/AUTHORS/7", "/our-team/anna",
        "/profile-und-kontakt/anna", "/?author=7", "/x?page=1&author=anna", "/@anna.berg", "/@anna/",
        "/author-anna.html", "//harbour.example/by/anna",
    ],
)  # fmt: skip
def test_the_address_of_an_authors_page(address: str) -> None:
    assert is_author_page(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "/", "author/anna", "/author", "/author/", "/author//anna", "/author/?page=2", "/author/#top",
        "/authority/x", "/news/by-the-sea", "/@anna/boats", "mailto:anna@harbour.example", "/team", "https://people",
    ],
)  # fmt: skip
def test_other_addresses(address: str) -> None:
    assert not is_author_page(address)


@pytest.mark.parametrize(
    "below",
    [
        "<p class='byline'>Anna Berg</p>",
        "<div itemprop='author'>Anna Berg</div>",
        "<a rel='author' href='/a'>Anna Berg</a>",
    ],
)
def test_a_byline_far_below_names_the_author_where_none_near_the_headline_does(below: str) -> None:
    text = f"<p>{PARAGRAPH}</p>" * 6
    assert page("<p class='byline'>Follow</p>", below=text + below).authors == ("Anna Berg",)
    assert page("<p class='byline'>Tom Hale</p>", below=text + below).authors == ("Tom Hale",)
