from __future__ import annotations

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

URL = "https://www.harbour-post.example/city"
TEXT = "The night ferry between Lindmouth and Orrow will run again from the first of June, the board decided. "
LIST = "<html><head><title>City</title></head><body><main><h1>City</h1>{}</main></body></html>"
TEASER = "<div><h2><a href='/2024/{0}'>A headline of story number {0}</a></h2><p>May {0}, 2024</p><p>{1}</p></div>"


def clean_and_judge(html: str, status: int = 200) -> str | None:
    return clean(Page(URL, html, status)).rejected


def page(text: str, *, title: str = "Night ferry runs again", head: str = "") -> str:
    body = f"<div><h1>{title}</h1><p>{text}</p></div>"
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def test_a_page_with_a_text_is_an_article() -> None:
    assert clean_and_judge(page(TEXT * 3)) is None


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_an_error_response_is_no_article_whatever_its_text(status: int) -> None:
    assert clean_and_judge(page(TEXT * 3), status) == "error-page"


@pytest.mark.parametrize(
    "title", ["404 - Page not found", "Seite nicht gefunden", "Η σελίδα δεν βρέθηκε", "Страница не найдена"]
)
def test_a_page_that_calls_itself_an_error_is_one(title: str) -> None:
    assert (
        clean_and_judge(page("We could not find what you asked for. Try the front page or the search.", title=title))
        == "error-page"
    )


def test_a_long_article_about_an_error_is_an_article() -> None:
    assert clean_and_judge(page(TEXT * 20, title="Error in the count: recount ordered")) is None


@pytest.mark.parametrize(
    "title",
    [
        "404 days without rain",
        "404 new flats for the old harbour",
        "Access denied: how the coast was closed to walkers",
        "Error 404 was the name of their first band",
        "503 Service Unavailable, says the sign on the ferry",
        "Acceso denegado a la playa: los vecinos protestan",
    ],
)
def test_a_headline_that_begins_like_an_error_stands_over_an_article(title: str) -> None:
    signed = "<meta name='author' content='Ann Lee'><meta property='article:published_time' content='2024-05-14'>"
    paragraphs = [TEXT * 2, f"{TEXT} The board will meet again.", f"{TEXT} Nobody was asked before."]
    for head, count in ((signed, 2), ("", 3), *([("", 2)] if title[:3] == "404" else [])):
        html = page("</p><p>".join(paragraphs[:count]), title=title, head=head)
        article = clean(Page(URL, html))
        assert len(article.text) < 1_000
        assert (article.title, article.rejected) == (title, None)


@pytest.mark.parametrize(
    "title",
    ["404 Page not found", "Access denied", "Error 404: page not found", "Diese Seite existiert nicht mehr, leider"],
)
def test_an_error_is_one_with_the_date_of_another_story_too(title: str) -> None:
    words = "The page that you asked for may have moved, or it may never have been here. Please try our front page."
    html = page(f"{words} {words}", title=title, head="<meta property='article:published_time' content='2024-05-14'>")
    assert clean_and_judge(html) == "error-page"


def test_a_list_of_stories_is_a_section() -> None:
    assert clean_and_judge(LIST.format("".join(TEASER.format(number, TEXT) for number in range(2, 9)))) == "section"


def test_a_page_that_says_it_is_not_free_and_gives_little_is_a_paywall() -> None:
    closed = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>'
    assert clean_and_judge(page(TEXT * 2, head=closed)) == "paywall"
    assert clean_and_judge(page(TEXT * 30, head=closed)) is None


def test_a_stub_beside_a_paywall_box_is_a_paywall() -> None:
    html = page(TEXT * 2).replace(
        "</body>", "<div class='paywall-box'><p>Go on reading with a subscription.</p></div></body>"
    )
    assert clean_and_judge(html) == "paywall"


def test_a_line_is_too_short() -> None:
    assert clean_and_judge(page("The boat is back.")) == "too-short"


def test_a_short_chinese_article_is_not_too_short() -> None:
    assert (
        clean_and_judge(
            page(
                "港务局星期四晚上决定，林德茅斯与奥罗之间的夜间渡轮将从六月一日起恢复运行，经过四个小时的讨论，委员们一致通过。"
            )
        )
        is None
    )


@pytest.mark.parametrize(
    ("html", "reason"), [("", "no-text"), ("words only", "not-html"), ("<html><body></body></html>", "no-text")]
)
def test_a_page_without_text_is_rejected_with_its_reason(html: str, reason: str) -> None:
    assert clean_and_judge(html) == reason
