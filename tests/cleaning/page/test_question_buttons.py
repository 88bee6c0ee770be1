"""Questions in buttons are headings of what they unfold; other buttons are no text."""

from __future__ import annotations

import pytest

from cleaning.clean import clean
from cleaning.records.block import BlockKind
from cleaning.records.given import Page

URL = "https://www.harbour-post.example/2024/05/16/interview"
ANSWERS = (
    "Because the piles have lost a third of their strength, and nobody who has seen them would drive on them.",
    "I have asked the county for money in each of the last nine years, and each year it sent me a form for the next.",
    "They will unload at the western quay, which floods twice a month, and which we are going to raise by a metre.",
    "No. I was born on that quay, and I would sooner sell the town hall, where at least the roof is dry in the winter.",
)
QUESTIONS = {
    "en": ("Why did you close the quay?", "Who pays for the piles?", "Where do traders go?", "Will you sell it?"),
    "ar": ("لماذا أغلقتم الرصيف؟", "من يدفع ثمن الأعمدة؟", "إلى أين يذهب التجار؟", "هل ستبيعون الرصيف؟"),
    "ja": (
        "なぜ埠頭を閉鎖したのですか？",
        "杭の費用は誰が払いますか？",
        "商人はどこへ行きますか？",
        "売却する予定はありますか？",
    ),
}
FORMS = (
    "<div class='item'><button>{0}</button><div class='panel'><p>{1}</p></div></div>",
    "<h3><button type='button' aria-expanded='false'>{0}</button></h3><div class='panel' hidden><p>{1}</p></div>",
    "<h2><button><span>{0}</span><svg></svg></button></h2><div>{1}</div>",
    "<button class='accordion-button' aria-controls='x'>{0}</button><div style='display:none'><p>{1}</p></div>",
    "<details><summary>{0}</summary><p>{1}</p></details>",
)


@pytest.mark.parametrize("language", QUESTIONS)
@pytest.mark.parametrize("form", FORMS)
def test_questions_stay_before_their_answers(form: str, language: str) -> None:
    pairs = list(zip(QUESTIONS[language], ANSWERS, strict=True))
    body = "".join(form.format(*pair) for pair in pairs)
    main = f"<main><article><h1>The man of the quay</h1>{body}</article></main>"
    article = clean(Page(URL, f"<html lang='{language}'><body>{main}</body></html>"))
    assert article.text.split("\n") == [line for pair in pairs for line in pair]
    kinds = {block.text: block.kind for block in article.blocks}
    assert {kinds[question] for question in QUESTIONS[language]} == {BlockKind.HEADING}


@pytest.mark.parametrize(
    "button",
    ["<button>Share this story</button>", "<button aria-expanded='false' aria-controls='menu'>Open the menu</button>"],
)
def test_other_buttons_are_no_text(button: str) -> None:
    body = "".join(f"<p>{answer}</p>{button}" for answer in ANSWERS)
    article = clean(Page(URL, f"<body><main><article><h1>The man of the quay</h1>{body}</article></main></body>"))
    assert article.text.split("\n") == list(ANSWERS)


def test_a_question_in_a_form_or_a_header_is_no_heading() -> None:
    poll = "<form><button>Do you like this quay?</button></form><header><button>What do you look for?</button></header>"
    text = "".join(f"<p>{answer}</p>" for answer in ANSWERS)
    article = clean(Page(URL, f"<body><main><article><h1>The man of the quay</h1>{text}{poll}</article></main></body>"))
    assert article.text.split("\n") == list(ANSWERS)
