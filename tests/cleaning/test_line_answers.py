from __future__ import annotations

import json

import pytest
from servers.paper import prose

from cleaning.program.line_answers import LineAnswer, PageLine, answer_line, finish_answer
from cleaning.records.article import Article, make_failed_article
from cleaning.records.given import Page

URL = "https://example.org/a"
HTML = f"<html><body><article><h1>A bridge opens</h1><p>{'</p><p>'.join(prose(1))}</p></article></body></html>"


def make_line(record: object) -> PageLine:
    line = record if isinstance(record, bytes) else json.dumps(record).encode()
    return PageLine("line 7", "", line=line, number=7)


def test_a_line_is_answered_as_it_is_written() -> None:
    line = make_line({"id": "x", "url": URL, "html": HTML})
    answer = answer_line(line)
    assert isinstance(answer, LineAnswer)
    written = json.loads(answer.written)
    assert (written["id"], written["url"], written["rejected"]) == ("x", URL, None)
    assert written["text"].endswith(prose(1)[-1])
    assert finish_answer(line, answer, markdown=False) == answer.written


def test_a_page_gives_its_article() -> None:
    article = answer_line(Page(URL, HTML))
    assert not isinstance(article, LineAnswer)
    assert article.url == URL
    assert prose(1)[-1] in article.text


def test_the_child_tells_why_a_page_is_rejected() -> None:
    assert answer_line(make_line({"id": 1, "url": URL, "html": ""})).rejected is not None


@pytest.mark.parametrize("markdown", [False, True])
def test_a_line_whose_child_ended_is_rejected_under_its_own_id_and_address(*, markdown: bool) -> None:
    line = make_line({"id": "x", "url": URL, "html": HTML})
    written = finish_answer(line, make_failed_article(line, "cleaner-timeout"), markdown=markdown).decode()
    if markdown:
        assert "id: x\n" in written.replace('"', "")
        assert URL in written
        assert "cleaner-timeout" in written
    else:
        answer = json.loads(written)
        assert (answer["id"], answer["url"], answer["rejected"]) == ("x", URL, "cleaner-timeout")


def test_a_line_that_is_no_page_is_answered_by_the_child_or_without_it() -> None:
    line = make_line(b"{")
    answers = [answer_line(line), make_failed_article(line, "cleaner-crash")]
    first, second = (finish_answer(line, answer, markdown=False) for answer in answers)
    assert first == second
    assert json.loads(first)["line"] == 7


def test_an_answer_is_an_article_for_the_limits_of_the_child() -> None:
    assert isinstance(answer_line(make_line({"id": 1, "url": URL, "html": HTML})), Article)
