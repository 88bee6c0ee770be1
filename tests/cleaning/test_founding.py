"""Clean the founding example in many layouts and languages: the text must be the expected one, line by line.

The article of `founding.article` is in every clone. The pages that the project was founded on are stored beside the
repository, not in it; where they are missing, their tests are skipped.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from founding.article import BOX, HEADLINE, PARAGRAPH, TEXT, URL, make_page
from founding.dresses import CUES, FORMS, HEADLINES, LAYOUTS

from cleaning.clean import clean
from cleaning.records.given import Page

STORED = Path(__file__).parents[3] / "shared" / "acceptance"
STORED_URL = "http://harbour-courier.example/2023/05/16/drones/"
STORED_PAGES = ("drones-wordpress-theme.html", "drones-related-box.html")
STORED_POINTER = re.compile(
    r'(?:<p>See also|<div class="wp-related"><span class="label">See also</span>)&nbsp; '
    r'<a href="([^"]+)">([^<]+)</a></(?:p|div)>'
)
STORED_FORM = re.compile(r'<div id="respond".*?</form></div>', re.DOTALL)


def clean_own(html: str) -> str:
    return clean(Page(URL, html)).text


@pytest.mark.parametrize("pointer", [PARAGRAPH, BOX])
def test_the_page_as_it_is(pointer: str) -> None:
    article = clean(Page(URL, make_page(pointer)))
    assert (article.title, article.text, article.rejected, article.language) == (HEADLINE, TEXT, None, "en")
    assert [block.text for block in article.removed if block.rule == "repeated_headline"] == [HEADLINE]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_pointer_is_cut_in_every_layout_and_language(layout: str) -> None:
    wrong = [language for language, cue in CUES.items() if clean_own(make_page(LAYOUTS[layout], cue)) != TEXT]
    assert wrong == []


@pytest.mark.parametrize("line", ["<p>{}</p>", "<div>{}</div>", "<span>{}</span><br>", "<ul><li>{}</li></ul>"])
def test_a_comment_form_without_class_names_is_cut(line: str) -> None:
    wrong = [language for language in FORMS if clean_own(make_page(form=write_bare_form(language, line))) != TEXT]
    assert wrong == []


@pytest.mark.parametrize("language", FORMS)
def test_a_comment_form_inside_the_articles_own_element_is_cut(language: str) -> None:
    assert clean_own(make_page(form="", inside=write_lines(language))) == TEXT


@pytest.mark.parametrize("layout", HEADLINES)
def test_the_headline_is_cut_in_every_layout(layout: str) -> None:
    assert clean_own(make_page(headline=layout.format(HEADLINE))) == TEXT
    assert clean_own(make_page(BOX, headline=layout.format(HEADLINE))) == TEXT


def write_bare_form(language: str, line: str) -> str:
    heading, *rest = FORMS[language].split("|")
    return f"<div><h3>{heading}</h3><form>{''.join(map(line.format, rest))}</form></div>"


def write_lines(language: str) -> str:
    heading, *rest = FORMS[language].split("|")
    return f"<h3>{heading}</h3>{''.join(f'<p>{text}</p>' for text in rest)}"


@cache
def read_stored(name: str) -> str:
    path = STORED / name
    if not path.exists():
        pytest.skip("the pages that the project was founded on are not beside this repository")
    return path.read_text("utf-8")


def clean_stored(html: str) -> str:
    return clean(Page(STORED_URL, html)).text


def change_pointers(name: str, layout: str, cue: str) -> str:
    """Return the stored page with its two pointers to other articles in another layout."""

    def write_pointer(found: re.Match[str]) -> str:
        url, title = found.groups()
        return layout.format(cue=cue, url=url, title=title, link=f'<a href="{url}">{title}</a>')

    html, count = STORED_POINTER.subn(write_pointer, read_stored(name))
    assert count == 2
    return html


@pytest.mark.parametrize("name", STORED_PAGES)
def test_the_pages_that_the_project_was_founded_on(name: str) -> None:
    expected = read_stored("drones-expected.txt").strip()
    assert clean_stored(read_stored(name)) == expected
    for layout in LAYOUTS.values():
        assert clean_stored(change_pointers(name, layout, "See also")) == expected, layout
    for cue in CUES.values():
        assert clean_stored(change_pointers(name, LAYOUTS["a paragraph"], cue)) == expected, cue
        assert clean_stored(change_pointers(name, LAYOUTS["unlinked, colon"], cue)) == expected, cue
    for language in FORMS:
        for line in ("<p>{}</p>", "<div>{}</div>", "<span>{}</span><br>"):
            html, count = STORED_FORM.subn(write_bare_form(language, line), read_stored(name))
            assert (count, clean_stored(html)) == (1, expected), language
        html, count = re.subn("</div></article>", f"{write_lines(language)}</div></article>", read_stored(name))
        assert (count, clean_stored(html)) == (1, expected), language


@pytest.mark.parametrize("name", STORED_PAGES)
def test_the_headline_of_a_stored_page_is_cut_in_every_layout(name: str) -> None:
    page = read_stored(name)
    headline = re.search(r"<h1[^>]*>([^<]+)", page)
    assert headline is not None
    again = re.compile(rf'(?<=<div class="entry-content">)<(h2|p)>{re.escape(headline[1])}</\1>')
    for layout in HEADLINES:
        html, count = again.subn(layout.format(headline[1]).replace("\\", r"\\"), page)
        assert (count, clean_stored(html)) == (1, read_stored("drones-expected.txt").strip()), layout
