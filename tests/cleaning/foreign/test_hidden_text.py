"""What no reader sees goes, and the hidden text of an article stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

URL = "https://www.harbour-post.example/2024/05/16/ferry"
NOTICE = "You have read every free story of this month, so please subscribe to go on reading the Harbour Post at home."
MORE = (
    "The captain of the night boat will be the same as before, a man who has crossed the bay nine thousand times.",
    "He told the board that he would rather sail at night, because at night nobody asks him when the boat will arrive.",
    "The kitchen on the lower deck opens at half past nine and sells what the fishing boats brought in that afternoon.",
)
REST = "".join(f"<p>{text}</p>" for text in MORE)
HIDING = [
    "hidden",
    "style='display:none'",
    "style='color:red; display : none'",
    "style='visibility: hidden'",
    "class='sr-only'",
]


@pytest.mark.parametrize(
    "hiding", [*HIDING, "class='u-visually-hidden'", "class='screen-reader-text'", "aria-hidden='true'"]
)
@pytest.mark.parametrize("form", ["<p {}>{}</p>", "<div {}><p>{}</p></div>", "<section {}>{}</section>"])
def test_a_hidden_notice_between_paragraphs_goes(
    form: str, hiding: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(middle=form.format(hiding, NOTICE)).text == article_text


@pytest.mark.parametrize("form", ["<dialog><p>{}</p></dialog>", "<template><p>{}</p></template>"])
def test_what_is_only_shown_on_demand_goes(form: str, clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(middle=form.format(NOTICE)).text == article_text


def test_a_hidden_notice_is_a_cut_block_that_says_what_hides_it(clean_page: Callable[..., Article]) -> None:
    (block,) = [
        one
        for one in clean_page(middle=f"<div hidden class='note'><p>{NOTICE}</p></div>").removed
        if one.text == NOTICE
    ]
    assert (block.rule, block.evidence) == ("hidden", "hidden: “div.note”")


@pytest.mark.parametrize(
    "words",
    [
        "<span class='sr-only'> (opens in a new window)</span>",
        "<span class='visually-hidden'>, external</span>",
        "<span hidden> mark 771</span>",
        "<i style='display:none'>note</i>",
    ],
)
def test_words_in_a_line_that_nobody_sees_go_and_the_line_stays(words: str, clean_page: Callable[..., Article]) -> None:
    line = (
        f"The county has published <a href='https://county.example/r'>a report{words}</a> on all piers, which nobody "
    )
    text = clean_page(middle=f"<p>{line}has read so far.</p>").text
    assert "The county has published a report on all piers, which nobody has read so far." in text.split("\n")


def test_a_drop_cap_that_screen_readers_skip_is_a_letter_of_its_word(clean_page: Callable[..., Article]) -> None:
    cap = "<span aria-hidden='true'>T</span><span class='sr-only'>The</span>he"
    text = clean_page(
        middle=f"<p>{cap} county has published a report on all piers, which nobody has read so far.</p>"
    ).text
    assert "The county has published a report on all piers" in text


def test_the_long_hidden_end_of_a_line_stays(clean_page: Callable[..., Article]) -> None:
    rest = f"<span id='more' style='display:none'>{MORE[0]} {MORE[1]}</span>"
    assert MORE[1] in clean_page(middle=f"<p>The county has published a report.<span>...</span> {rest}</p>").text


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden",
        "hidden='until-found'",
        "style='display:none'",
        "class='read-more-content' hidden",
        "aria-hidden='true'",
        "style='visibility:hidden'",
        "class='collapsed'",
        "style='opacity:0'",
        "amp-access='sub' amp-access-hide",
    ],
)
def test_the_hidden_rest_of_an_article_stays(
    attributes: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    rest = f"<button type='button'>Read more</button><div {attributes}>{REST}</div>"
    assert clean_page(end=rest).text.split("\n") == [*article_text.split("\n"), *MORE]


def test_one_hidden_paragraph_stays_where_its_element_is_called_the_rest(clean_page: Callable[..., Article]) -> None:
    assert MORE[0] in clean_page(end=f"<div class='expandable' style='display:none'><p>{MORE[0]}</p></div>").text


@pytest.mark.parametrize("attributes", [*HIDING[:-1], "aria-hidden='true'", "id='S:0' hidden"])
def test_an_article_that_a_script_shows_stays(attributes: str, article_text: str) -> None:
    lines = article_text.split("\n")
    text = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<body><main><h1>Night ferry</h1><div {attributes}>{text}</div><p>Loading.</p></main></body>"
    assert [line for line in clean(Page(URL, html)).text.split("\n") if line in lines] == lines


@pytest.mark.parametrize("tag", ["noscript", "template", "template shadowrootmode='open'"])
def test_an_article_that_waits_in_an_element_that_is_not_shown_stays(tag: str, article_text: str) -> None:
    lines = article_text.split("\n")
    text = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<body><main><h1>Night ferry</h1><p>Loading.</p><{tag}>{text}</{tag.split(maxsplit=1)[0]}></main></body>"
    article = clean(Page(URL, html))
    assert [line for line in article.text.split("\n") if line in lines] == lines


@pytest.mark.parametrize("tag", ["noscript", "template"])
def test_a_notice_for_browsers_without_scripts_goes(
    tag: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(middle=f"<{tag}><p>{NOTICE}</p><p>{NOTICE}</p></{tag}>").text == article_text


def test_a_hidden_copy_of_the_article_goes(clean_page: Callable[..., Article], article_text: str) -> None:
    copy = "".join(f"<p>{line}</p>" for line in article_text.split("\n"))
    assert clean_page(end=f"<div hidden id='comment_message'>{copy}</div>").text == article_text


def test_answers_in_hidden_panels_below_their_questions_stay(clean_page: Callable[..., Article]) -> None:
    panels = "".join(
        f"<h3>What about thing {number}?</h3><div class='panel' style='display:none'><p>{text}</p></div>"
        for number, text in enumerate(MORE)
    )
    text = clean_page(end=panels).text
    assert all(line in text for line in MORE)


def test_hidden_comments_go_even_if_they_are_longer_than_the_article(
    clean_page: Callable[..., Article], article_text: str
) -> None:
    comments = "".join(f"<p>{text} I wonder whether number {at} knows it.</p>" for at, text in enumerate(MORE * 4))
    assert clean_page(below=f"<div id='comments' style='display:none'>{comments}</div>").text == article_text


def test_a_page_whose_text_is_hidden_in_many_parts_keeps_it(article_text: str) -> None:
    lines = article_text.split("\n")
    slides = "".join(
        f"<div id='slide{at}' {'' if not at else 'hidden'}><p>{line}</p></div>" for at, line in enumerate(lines)
    )
    text = clean(Page(URL, f"<body><main><h1>Night ferry in pictures</h1>{slides}</main></body>")).text
    assert [line for line in text.split("\n") if line in lines] == lines
