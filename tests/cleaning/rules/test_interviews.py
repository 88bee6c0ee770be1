"""The short questions and answers that end an interview stay; questions of a site's own boxes do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

    CleanPage = Callable[..., Article]

ANSWER = "The plates were the thinnest below the car deck, where nobody had looked at them for eleven years."
TURNS = (
    ("How thin were the plates?", ANSWER),
    ("Who found out?", f"A boy with a hammer. {ANSWER}"),
    ("Will you stand again?", "No."),
    ("And the vicar?", "He laughs."),
)


def write_turns(form: str) -> str:
    return "".join(form.format(question=question, answer=answer) for question, answer in TURNS)


@pytest.mark.parametrize(
    "form",
    [
        "<p><strong>{question}</strong></p><p>{answer}</p>",
        "<h3>{question}</h3><p>{answer}</p>",
        "<div class='turn'><div class='ask'>{question}</div><div class='say'>{answer}</div></div>",
        "<div><div><p>{question}</p></div><div class='box'><p>{answer}</p></div></div>",
        "<dl><dt>{question}</dt><dd>{answer}</dd></dl>",
        "<p class='question'>{question}</p><p class='answer'>{answer}</p>",
    ],
)
def test_the_last_questions_of_an_interview_stay(clean_page: CleanPage, form: str) -> None:
    kept = clean_page(end=write_turns(form)).text.split("\n")
    assert kept[-8:] == [text for turn in TURNS for text in turn]


def test_the_last_question_stays_where_nothing_else_is_one(clean_page: CleanPage) -> None:
    form = "<p class='question'>And the vicar?</p><p class='answer'>He laughs.</p>"
    assert clean_page(end=form).text.split("\n")[-2:] == ["And the vicar?", "He laughs."]


def test_the_question_of_a_box_beside_an_article_is_cut(clean_page: CleanPage, article_text: str) -> None:
    box = "<div class='box'><div>Have a story for us?</div><div><a href='/tips'>Write to the desk</a></div></div>"
    assert clean_page(end=box).text == article_text


@pytest.mark.parametrize(
    "notice",
    [
        "特别声明：以上内容(如有图片或视频亦包括在内)为自媒体平台用户上传并发布，本平台仅提供信息存储服务。",
        "Notice: The content above (including the pictures if any) is uploaded and posted by a user of this platform.",
        "声明：该文观点仅代表作者本人，本平台仅提供信息存储空间服务。",
        "This story has not been edited by our staff and is published from a syndicated feed.",
        "Данный материал опубликован пользователем, редакция не несет ответственности за содержание.",
    ],
)
def test_the_notice_of_a_platform_at_the_end_is_cut(clean_page: CleanPage, article_text: str, notice: str) -> None:
    article = clean_page(end=f"<p>{notice}</p>")
    assert article.text == article_text
    assert article.removed[-1].rule == "rights"
