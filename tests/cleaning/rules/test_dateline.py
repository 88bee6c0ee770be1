from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

LINES = {
    "a class name": "<p class='date'>16 May 2024, 21:40</p>",
    "American": "<p>Thursday, May 16, 2024 | 9:40 PM</p>",
    "a month": "<p>Mai 2024</p>",
    "figures": "<p>16.05.24</p>",
    "figures and strokes": "<p>Published: 16/05/2024</p>",
    "byline": "<p>By Anna Berg</p>",
    "byline, capitals": "<p>BY ANNA BERG AND TOM HALE</p>",
    "byline in a class": "<div class='byline'>Anna Berg, Lindmouth</div>",
    "byline and date": "<p>By Anna Berg – 16 May 2024</p>",
    "Arabic": "<p>بقلم: ليلى حداد</p>",
    "Arabic digits": "<p>الخميس ١٦ مايو ٢٠٢٤</p>",
    "Chinese": "<p>2024年05月16日 21:40</p>",
    "Chinese author": "<p>作者：林安娜</p>",
    "Czech": "<p>Autor: Anna Horská</p>",
    "Danish": "<p>Af Anna Berg</p>",
    "French": "<p>Par Anna Berg, le 16 mai à 21h40</p>",
    "German": "<p>Von Anna Berg</p>",
    "Greek": "<p>Γράφει η Άννα Ψαρά</p>",
    "Hebrew": "<p>מאת: דנה לוי</p>",
    "Hindi digits": "<p>गुरुवार, १६ मई २०२४</p>",
    "Italian": "<p>di Anna Berg</p>",
    "Korean": "<p>입력 2024.05.16 21:40</p>",
    "Persian": "<p>پنجشنبه ۱۴۰۳/۰۲/۲۷</p>",
    "Polish": "<p>Autor: Anna Górska</p>",
    "Russian": "<p>16 мая 2024, 21:40</p>",
    "Russian author": "<p>Текст: Анна Берг</p>",
    "Swedish": "<p>Av Anna Berg</p>",
    "Thai": "<p>16 พ.ค. 2567 21:40</p>",
    "Turkish": "<p>Yazan: Anna Berg</p>",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_date_and_byline_before_the_text_are_cut(
    line: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(top=line).text == article_text


def test_several_of_them_are_cut(clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(top="<p>By Anna Berg</p><p>16 May 2024</p><p>Updated 22:15</p>").text == article_text


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("p", "Lindmouth waited 136 days for this boat."),
        ("p", "By the first of June the boat will be back."),
        ("p", "By the numbers"),
        ("p", "Founded in Pell in 1911"),
        ("p", "The 2024 timetable, boat by boat"),
        ("p", "Von der Werft zurück in den Hafen"),
        ("p", "Lindmouth – Pell 25:21"),
        ("p", "夜间渡轮明年恢复运行"),
        ("p", "Text messages reached 4,000 ticket holders within minutes, the board said."),
        ("h2", "11.40 pm: the vote"),
        ("h3", "21:40"),
    ],
)
def test_a_first_line_that_is_text_stays(tag: str, text: str, clean_page: Callable[..., Article]) -> None:
    assert text in clean_page(top=f"<{tag}>{text}</{tag}>").text.split("\n")


@pytest.mark.parametrize("text", ["16 May 2024", "By Anna Berg", "21:40"])
def test_a_date_or_a_name_between_the_paragraphs_stays(text: str, clean_page: Callable[..., Article]) -> None:
    assert text in clean_page(middle=f"<p>{text}</p>").text.split("\n")
