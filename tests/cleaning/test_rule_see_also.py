from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.article import Article

OTHER = "Harbour board weighs a third container berth at the northern mole"
LINK = f"<a href='/2024/05/10/berth'>{OTHER}</a>"

POINTERS = {
    "a plain paragraph": f"<p>See also {LINK}</p>",
    "bold": f"<p><strong>See also: {LINK}</strong></p>",
    "italic": f"<p><em>Read more: {LINK}</em></p>",
    "a quotation": f"<blockquote>Also read {LINK}</blockquote>",
    "a quotation's paragraph": f"<blockquote><p>Read also: {LINK}</p></blockquote>",
    "capitals": f"<p>READ MORE: {LINK}</p>",
    "the cue linked too": f"<p><a href='/2024/05/10/berth'>See also: {OTHER}</a></p>",
    "a weak cue and a link": f"<p>Related: {LINK}</p>",
    "two lines": f"<p>See also<br>{LINK}</p>",
    "a list item": f"<ul><li>See also: {LINK}</li></ul>",
    "a heading over a list": f"<h3>See also</h3><ul><li>{LINK}</li></ul>",
    "an arrow before it": f"<p>➡ Read also: {LINK}</p>",
    "no link at all": f"<p>See also {OTHER}</p>",
    "no link, a colon": f"<p>Read also: {OTHER}</p>",
    "German": f"<p>Lesen Sie auch: {LINK}</p>",
    "Greek": f"<p><strong>Διαβάστε επίσης:</strong> {LINK}</p>",
    "Spanish": f"<p>Lea también: {LINK}</p>",
    "French": f"<p>À lire aussi : {LINK}</p>",
    "Italian": f"<p>Leggi anche: {LINK}</p>",
    "Portuguese": f"<p>Leia também: {LINK}</p>",
    "Dutch": f"<p>Lees ook: {LINK}</p>",
    "Polish": f"<p>Czytaj także: {LINK}</p>",
    "Russian": f"<p>Читайте также: {LINK}</p>",
    "a link without any cue": f"<p>{LINK}</p>",
}

SENTENCES = {
    "begins like a cue": "Related to this is the question of who pays for the pilots, which the board put off.",
    "a quotation": "“See also what they did in Pell,” one member told the hall, and nobody answered him for a while.",
    "see also in a sentence": "Readers who see also the older charts will notice that the mole was once shorter.",
    "an imperative": "See also page four of the report, where the surveyors list the plates one by one.",
    "more of something": "More of the plates would have failed within a year, the surveyors wrote to the board.",
    "a short sentence": "Read more slowly, the report is a warning.",
}


@pytest.mark.parametrize("pointer", POINTERS.values(), ids=POINTERS)
def test_a_pointer_to_another_article_is_cut(pointer: str, cleaned: Callable[..., Article], article_text: str) -> None:
    article = cleaned(middle=pointer)
    assert article.text == article_text


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_that_resembles_one_stays(sentence: str, cleaned: Callable[..., Article]) -> None:
    article = cleaned(middle=f"<p>{sentence}</p>")
    assert sentence in article.text.split("\n")


def test_a_sentence_that_opens_with_a_cue_and_holds_a_link_stays(cleaned: Callable[..., Article]) -> None:
    sentence = (
        "Read the report of the surveyors, <a href='/report'>all ninety pages</a>, and you will see why it took months."
    )
    assert "Read the report of the surveyors" in cleaned(middle=f"<p>{sentence}</p>").text


def test_a_cut_names_its_rule_and_what_it_saw(cleaned: Callable[..., Article]) -> None:
    cut = cleaned(middle=f"<p>See also {LINK}</p>").removed[-1]
    assert (cut.rule, cut.text) == ("see_also", f"See also {OTHER}")
    assert cut.evidence is not None
    assert "see also" in cut.evidence
