"""Whole pages: blocks that the cleaner's own model must cut, and blocks that no model may cut."""

from __future__ import annotations

import pytest

from cleaning.classifier.features import FEATURES
from cleaning.classifier.model import TreeModel
from cleaning.clean import clean
from cleaning.records.article import Article
from cleaning.records.block import Block
from cleaning.records.given import Page
from cleaning.rules import Context, apply_rules
from cleaning.rules.page_blocks import LowScore

URL = "https://www.harbour-post.example/2024/05/16/ferry"
PARAGRAPHS = {
    "en": """
The night ferry between Lindmouth and Orrow will run again from the first of June, the harbour board decided on Friday.
The board had taken the boat out of service in January, when a survey found that eleven of forty plates were too thin.
New plates were fitted at the yard in Pell during March and April, and the work cost a third more than was planned.
The timetable is the same as before: the boat leaves Lindmouth at ten and arrives at Orrow at six in the morning.
""",
    "de": """
Die Nachtfähre zwischen Lindmouth und Orrow fährt vom ersten Juni an wieder, wie der Hafenrat am Freitag beschloss.
Der Rat hatte das Schiff im Januar stillgelegt, nachdem bei einer Prüfung elf von vierzig Platten zu dünn gewesen waren.
Neue Platten wurden im März und im April auf der Werft in Pell eingebaut, und das kostete ein Drittel mehr als geplant.
Der Fahrplan bleibt, wie er war: Das Schiff legt um zehn Uhr in Lindmouth ab und kommt um sechs Uhr früh in Orrow an.
""",
    "ru": """
Ночной паром между Линдмутом и Орроу снова пойдёт с первого июня, решила портовая комиссия на заседании в пятницу.
Комиссия остановила судно в январе, когда проверка показала, что одиннадцать листов обшивки из сорока слишком тонкие.
Новые листы поставили на верфи в Пелле в марте и апреле, и эта работа обошлась на треть дороже, чем было намечено.
Расписание остаётся прежним: паром отходит из Линдмута в десять часов вечера и приходит в Орроу в шесть часов утра.
""",
}
HEADLINES = {
    "en": "Night ferry to Orrow will run again",
    "de": "Nachtfähre nach Orrow fährt wieder",
    "ru": "Ночной паром в Орроу снова пойдёт",
}
# By language, a short line that no other rule knows, in a part of its own below the text.
CHAFF = {
    "en": "The author owns no shares in any of the lines that are named here",
    "de": "Mehr Bilder der Fotografin hängen im Mai im Rathaus",
    "ru": "Фотографии предоставлены пресс-службой порта",
}
BOX = "<div class='info-box'><span>{}</span></div>"


def page(language: str, *, middle: str = "", end: str = "") -> Page:
    lines = [f"<p>{text}</p>" for text in PARAGRAPHS[language].strip().split("\n")]
    text = "\n".join([*lines[:2], middle, *lines[2:]])
    return Page(
        URL,
        f"<html lang='{language}'><head><title>{HEADLINES[language]} | Harbour Post</title></head><body><main><article>"
        f"<h1>{HEADLINES[language]}</h1><div class='text'>{text}{end}</div></article></main></body></html>",
    )


def find_cutting_rule(article: Article, text: str) -> str | None:
    """Return the rule that cut the text, None if it was kept. The text must have been extracted."""
    (block,) = [block for block in article.blocks if block.text == text]
    return block.rule


SHORT_TEXTS = TreeModel(((FEATURES.index("length"), 80.0, -5.0, 5.0, 0.0),))  # low scores for texts of up to 80 letters
BOXES = TreeModel(((FEATURES.index("named_uncertain"), 0.5, 5.0, -5.0, 0.0),))  # low scores in parts named so


@pytest.mark.parametrize("language", CHAFF)
def test_a_line_in_a_part_of_its_own_below_the_text_is_cut_by_its_features(language: str) -> None:
    article = clean(page(language, end=BOX.format(CHAFF[language])))
    assert article.text == PARAGRAPHS[language].strip()
    (cut,) = [block for block in article.removed if block.text == CHAFF[language]]
    assert cut.rule == "unlikely"
    assert "% likely: " in (cut.evidence or "")


@pytest.mark.parametrize("language", CHAFF)
def test_the_same_line_as_a_sentence_among_the_paragraphs_stays(language: str) -> None:
    assert find_cutting_rule(clean(page(language, middle=f"<p>{CHAFF[language]}.</p>")), f"{CHAFF[language]}.") is None


LOOK_ALIKES = {
    "an interview's lines": ("<p>{}</p>", ("And then?", "Then we waited.", "How long?", "Eleven weeks.", "Why?")),
    "the times of a live blog": ("<p>{}</p>", ("21:40", "The boat leaves.", "22:15", "The boat is back.")),
    "items of a list": ("<ul><li>{}</li></ul>", ("Tickets", "Plates", "Berths")),
    "a poem": ("<p>{}</p>", ("The boat is out,", "the tide is in,", "the lamp is lit,", "the rope is thin.")),
}


@pytest.mark.parametrize("model", [None, SHORT_TEXTS], ids=["our model", "a model that scores all of them low"])
@pytest.mark.parametrize(("form", "lines"), LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_short_lines_among_the_paragraphs_stay(form: str, lines: tuple[str, ...], model: TreeModel | None) -> None:
    article = clean(page("en", middle="".join(form.format(line) for line in lines)), model)
    kept = article.text.split("\n")
    at = kept.index(lines[0])
    assert kept[at : at + len(lines)] == list(lines)


@pytest.mark.parametrize("model", [None, SHORT_TEXTS], ids=["our model", "a model that scores all of them low"])
def test_the_lines_of_a_poem_in_one_paragraph_stay(model: TreeModel | None) -> None:
    lines = LOOK_ALIKES["a poem"][1]
    words = " ".join(clean(page("en", middle=f"<p>{'<br>'.join(lines)}</p>"), model).text.split())
    assert " ".join(lines) in words


@pytest.mark.parametrize("where", ["middle", "end"])
@pytest.mark.parametrize("model", [None, SHORT_TEXTS], ids=["our model", "a model that scores all of them low"])
def test_a_table_of_results_stays_wherever_it_stands(where: str, model: TreeModel | None) -> None:
    rows = "<tr><td>Pell</td><td>2:1</td></tr><tr><td>Orrow</td><td>0:3</td></tr>"
    text = clean(page("en", **{where: f"<table>{rows}</table>"}), model).text
    assert "\nPell | 2:1\nOrrow | 0:3" in text


def test_an_unlikely_line_below_the_text_is_cut_with_its_likelihood_as_evidence() -> None:
    article = clean(page("en", end=BOX.format(CHAFF["en"])), SHORT_TEXTS)
    (cut,) = [block for block in article.removed if block.text == CHAFF["en"]]
    assert (cut.rule, cut.evidence) == ("unlikely", f"1% likely: {len(CHAFF['en'])} letters")


def test_a_page_that_would_lose_most_of_its_text_loses_nothing_by_low_scores() -> None:
    lines = [f"{CHAFF['en']} in part {at}" for at in range(1, 10)]
    few, many = ("".join(map(BOX.format, lines[:count])) for count in (2, 9))
    assert clean(page("en", end=few), BOXES).text == PARAGRAPHS["en"].strip()
    paragraphs = PARAGRAPHS["en"].strip().split("\n")
    html = f"<html><body><main><div><p>{paragraphs[0]}</p><p>{paragraphs[1]}</p>{many}</div></main></body></html>"
    article = clean(Page(URL, html), BOXES)
    assert "unlikely" not in {block.rule for block in article.removed}
    assert article.text.split("\n") == [*paragraphs[:2], *lines]


@pytest.mark.parametrize(("unlikely", "cut"), [(6, True), (7, False)])
def test_most_of_the_text_is_65_of_100_letters(unlikely: int, cut: bool) -> None:
    # Ten lines of a hundred letters each, none of them a paragraph; the last ones are unlikely.
    blocks = [Block(f"{'letters ' * 12}{at:04}", path="main > div") for at in range(10)]
    low_scores = {index: LowScore(0.01, lambda: "none") for index in range(10 - unlikely, 10)}
    judged = apply_rules(blocks, Context(URL, low_scores=low_scores))
    assert sum(block.rule == "unlikely" for block in judged) == (unlikely if cut else 0)
