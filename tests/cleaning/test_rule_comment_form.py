from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.article import Article

FORMS = {
    "English": (
        "<h3>Leave a Reply</h3><p>Your email address will not be published. Required fields are marked *</p>"
        "<p>Comment</p><p>Name *</p><p>Email *</p><p>Website</p>"
        "<p>Save my name, email, and website in this browser for the next time I comment.</p><p>Post Comment</p>"
    ),
    "German": (
        "<h3>Schreibe einen Kommentar</h3><p>Deine E-Mail-Adresse wird nicht veröffentlicht."
        " Erforderliche Felder sind mit * markiert</p><p>Kommentar</p><p>Name *</p>"
    ),
    "Greek": (
        "<h3>Αφήστε μια απάντηση</h3><p>Η ηλ. διεύθυνση σας δεν δημοσιεύεται."
        " Τα υποχρεωτικά πεδία σημειώνονται με *</p><p>Σχόλιο</p><p>Όνομα *</p>"
    ),
    "Spanish": (
        "<h3>Deja una respuesta</h3><p>Tu dirección de correo electrónico no será publicada."
        " Los campos obligatorios están marcados con *</p><p>Comentario</p>"
    ),
}
CLASS_NAMES = (
    "<div id='respond' class='comment-respond'><h3 class='comment-reply-title'>Leave a Reply</h3>"
    "<p class='comment-notes'>Your email address will not be published.</p></div>"
)


@pytest.mark.parametrize("place", ["end", "below"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_without_class_names_is_cut(
    form: str, place: str, cleaned: Callable[..., Article], article_text: str
) -> None:
    article = cleaned(**{place: f"<div>{form}</div>"})
    assert article.text == article_text


@pytest.mark.parametrize("place", ["end", "below"])
def test_a_form_with_class_names_is_cut(place: str, cleaned: Callable[..., Article], article_text: str) -> None:
    assert cleaned(**{place: CLASS_NAMES}).text == article_text


def test_a_form_between_two_paragraphs_is_cut_when_it_gives_its_notice(
    cleaned: Callable[..., Article], article_text: str
) -> None:
    assert cleaned(middle=FORMS["English"]).text == article_text


@pytest.mark.parametrize(
    "sentence",
    [
        "Leave a reply on the board's machine and somebody will call you back, the harbour office says, within a day.",
        "Comments came in by the hundred when the board asked, and nearly all of them were for the night boat.",
        "The name of the boat, chosen by the children of Orrow, stays the same, and so does her port of registry.",
    ],
)
def test_an_article_that_speaks_of_replies_comments_and_names_stays(
    sentence: str, cleaned: Callable[..., Article]
) -> None:
    article = cleaned(middle=f"<p>{sentence}</p>")
    assert sentence in article.text.split("\n")


def test_a_heading_that_is_a_label_elsewhere_stays_in_the_middle_of_the_text(cleaned: Callable[..., Article]) -> None:
    assert "Comment" in cleaned(middle="<h2>Comment</h2>").text.split("\n")
