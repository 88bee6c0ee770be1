"""Corrections and notes of the editors are kept and marked, wherever they stand; nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

    CleanPage = Callable[..., Article]

MISTAKE = "The name of the yard was misspelt as Pel when this was first published on Tuesday morning."
GENERAL = "Write to us about a mistake in this text, and the desk will look into it."
OTHERS = (
    "<p><a href='/a'>Bus 63 stops</a>: the mill is in Tollgate.</p>"
    "<p><a href='/b'>Ford closed</a>: the way round is three miles.</p>"
)
EARLIER = "An earlier version of this article gave the price of a crossing as 46 crowns. It is 64."


def list_corrections(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.kind is BlockKind.CORRECTION and block.is_kept]


@pytest.mark.parametrize(
    ("place", "html"),
    [
        ("end", f"<div class='correction'><p>{MISTAKE}</p></div>"),
        ("end", f"<div class='article__correction'>{MISTAKE}</div>"),
        ("end", f"<p class='c-article-corrections'>{MISTAKE}</p>"),
        ("end", f"<div class='box box--berichtigung'><p>{MISTAKE}</p></div>"),
        ("middle", f"<aside class='fe-de-errores'><p>{MISTAKE}</p></aside>"),
        ("top", f"<div id='editorsNote'><p>{MISTAKE}</p></div>"),
        ("top", f"<section class='clarification'><p>{MISTAKE}</p></section>"),
        ("below", f"<aside class='editor-note'><p>{MISTAKE}</p></aside>"),
        ("below", f"<footer><div class='rectificatif'><p>{MISTAKE}</p></div></footer>"),
    ],
)
def test_a_text_in_a_part_named_as_a_correction_is_one(
    clean_page: CleanPage, article_text: str, place: str, html: str
) -> None:
    article = clean_page(**{place: html})
    assert list_corrections(article) == [MISTAKE]
    assert set(article.text.split("\n")) == {*article_text.split("\n"), MISTAKE}


@pytest.mark.parametrize(
    ("place", "html"),
    [
        ("end", "<p>Correction, 17 May: {}</p>"),
        ("end", "<p><em>Correction (May 17, 2024): {}</em></p>"),
        ("end", "<p>Editor’s note — {}</p>"),
        ("top", "<p><b>CLARIFICATION:</b> {}</p>"),
        ("top", "<p><i>Editors' note: {}</i></p>"),
        ("below", "<footer><p><small>For the record: {}</small></p></footer>"),
        ("below", "<aside><p>Update, 18 May: {}</p></aside>"),
        ("end", "<p>[Update: {}]</p>"),
        ("end", "<p>Berichtigung: {}</p>"),
        ("end", "<p>Anm. d. Red.: {}</p>"),
        ("end", "<p>Rectificatif : {}</p>"),
        ("end", "<p>NDLR : {}</p>"),
        ("end", "<p>Fe de errores: {}</p>"),
        ("end", "<p>Errata corrige: {}</p>"),
        ("end", "<p>Nota da redação: {}</p>"),
        ("end", "<p>Rectificatie (17 mei): {}</p>"),
        ("end", "<p>Rättelse: {}</p>"),
        ("end", "<p>Oikaisu 17.5.2024: {}</p>"),
        ("end", "<p>Sprostowanie: {}</p>"),
        ("end", "<p>Исправление: {}</p>"),
        ("end", "<p>Διόρθωση: {}</p>"),
        ("end", "<p>Düzeltme: {}</p>"),
        ("end", "<p>تصحيح: {}</p>"),
        ("end", "<p>הבהרה: {}</p>"),
        ("end", "<p>संपादक की टिप्पणी: {}</p>"),
        ("end", "<p>Đính chính: {}</p>"),
        ("end", "<p>更正：{}</p>"),
        ("end", "<p>【訂正】{}</p>"),
        ("end", "<p>바로잡습니다: {}</p>"),
    ],
)
def test_a_text_with_a_label_is_a_correction_before_and_after_the_paragraphs(
    clean_page: CleanPage, place: str, html: str
) -> None:
    (correction,) = list_corrections(clean_page(**{place: html.format(MISTAKE)}))
    assert MISTAKE in correction


@pytest.mark.parametrize(
    ("place", "note"),
    [
        ("end", "This article was amended on 17 May 2024 because the name of the yard was misspelt."),
        ("end", "This story has been updated."),
        ("top", "This story has been updated with a statement of the harbour board."),
        ("below", EARLIER),
        (
            "end",
            "The text of this article was changed: an earlier version of this article named 46 crowns.",
        ),
        ("end", "In einer früheren Version dieses Artikels hieß es, die Überfahrt koste 46 Kronen."),
        ("end", "Une version précédente de cet article indiquait un prix de 46 couronnes."),
        ("end", "En una versión anterior de esta noticia el precio era de 46 coronas."),
        ("end", "In een eerdere versie van dit artikel stond dat de overtocht 46 kronen kost."),
        ("end", "W pierwotnej wersji artykułu podaliśmy cenę 46 koron."),
        ("end", "В предыдущей версии статьи была указана цена 46 крон."),
        ("end", "本文较早版本误将船票价格写为46克朗，实为64克朗。"),
        ("end", "初出時、運賃を46クローネとしていましたが、64クローネの誤りでした。"),
    ],
)
def test_a_text_that_says_the_article_was_changed_is_a_correction(clean_page: CleanPage, place: str, note: str) -> None:
    assert list_corrections(clean_page(**{place: f"<p><em>{note}</em></p>"})) == [note]


def test_a_labelled_note_of_an_earlier_version_is_a_correction_among_the_paragraphs(clean_page: CleanPage) -> None:
    assert list_corrections(clean_page(middle=f"<p>Update, 18 May: {EARLIER}</p>")) == [f"Update, 18 May: {EARLIER}"]


@pytest.mark.parametrize("text", [MISTAKE, f"{MISTAKE} {EARLIER} The tickets of Monday stay valid."])
def test_the_text_below_a_label_of_its_own_is_a_correction(clean_page: CleanPage, text: str) -> None:
    assert list_corrections(clean_page(end=f"<h4>Correction</h4><p>{text}</p>")) == ["Correction", text]


@pytest.mark.parametrize(
    ("place", "html"),
    [
        ("end", "<div class='correction'><p>Did you spot an error? Write to the desk.</p></div>"),
        ("end", "<div class='correction'><p>Please send mistakes to desk@harbour-post.example at any time.</p></div>"),
        ("below", f"<div class='corrections'><p>See our <a href='/policy'>policy</a>. {GENERAL}</p></div>"),
        ("end", "<a class='report-correction' href='/report'>Report an error</a>"),
        ("end", "<p class='update'>Updated: 17 May 2024, 10:30</p>"),
        ("end", "<p><em>This story originally appeared in the Orrow Times under another headline.</em></p>"),
        ("below", "<div class='story'><p>UPDATE: The dam of Hallin opens for fish, says the county.</p></div>"),
        ("top", "<p>Update: Friday, 17 May 2024, 10:30 GMT</p>"),
        ("below", "<aside><h3>Editor's picks</h3><p><a href='/a'>The dam of Hallin opens for fish</a></p></aside>"),
        ("below", f"<aside class='corrections'><h3>Corrections</h3>{OTHERS}</aside>"),
        ("end", "<p>An earlier version of the design had failed in 2019, and the fault has been corrected since.</p>"),
        ("middle", "<p>Correction: this is what the board called its new plan when it was shown to the crews.</p>"),
    ],
)
def test_what_is_no_correction_of_the_article_is_not_marked(clean_page: CleanPage, place: str, html: str) -> None:
    assert list_corrections(clean_page(**{place: html})) == []


def test_an_article_about_a_correction_is_an_article(clean_page: CleanPage) -> None:
    article = clean_page(head="<meta name='keywords' content='correction'>", top="<h2>Correction of the plates</h2>")
    assert list_corrections(article) == []


def test_a_correction_that_stands_twice_is_kept_once(clean_page: CleanPage) -> None:
    note = f"<div class='correction'><p>{MISTAKE}</p></div>"
    assert list_corrections(clean_page(top=note, below=note)) == [MISTAKE]


def test_a_correction_is_emphasised_in_markdown(clean_page: CleanPage) -> None:
    assert f"*{MISTAKE}*" in clean_page(end=f"<div class='correction'><p>{MISTAKE}</p></div>").to_markdown()


def test_explain_says_why_a_correction_was_added(clean_page: CleanPage) -> None:
    article = clean_page(below=f"<footer><div class='correction'><p>{MISTAKE}</p></div></footer>")
    (block,) = (block for block in article.blocks if block.kind is BlockKind.CORRECTION)
    assert block.evidence == "left out at first, a correction, stands in “div.correction”"


def test_label_and_date_of_a_named_part_belong_to_the_correction(clean_page: CleanPage) -> None:
    part = f"<div class='correction'><p><strong>Correction: May 18, 2024</strong></p><p>{MISTAKE}</p></div>"
    assert list_corrections(clean_page(end=part)) == ["Correction: May 18, 2024", MISTAKE]
