from __future__ import annotations

import random
import runpy
from pathlib import Path
from typing import Any

import pytest
from scoring import Answer, average_sets, score

SCORER = Path(__file__).parents[3] / "shared" / "benchmark" / "score.py"


def test_precision_and_recall_are_means_over_pages_and_f1_their_harmonic_mean() -> None:
    pages = [{"text": "a b c d e"}, {"text": "k l m n"}]
    # The first has one of two shingles right, and one of two of the gold's; the second gives none, so it has no
    # precision, and recall 0.
    figures = score(pages, [Answer(text="a b c d x"), Answer()])
    assert figures == {"p": 0.5, "r": 0.25, "f1": pytest.approx(1 / 3), "exact": 0}


def test_a_shingle_that_is_repeated_counts_as_often_as_it_stands_there() -> None:
    figures = score([{"text": "a b c d"}], [Answer(text="a b c d\na b c d")])
    # abcd bcda cdab dabc abcd: one of five.
    assert figures["p"] == pytest.approx(0.2)
    assert figures["r"] == 1


def test_a_text_of_fewer_than_four_words_is_one_shingle() -> None:
    assert score([{"text": "a b"}], [Answer(text="a b")])["f1"] == 1
    assert score([{"text": "a b"}], [Answer(text="a c")])["f1"] == 0


def test_exact_sees_words_and_their_order_and_no_punctuation() -> None:
    answers = [Answer(text="One, two - three!"), Answer(text="one two three"), Answer(text="One three two")]
    assert score([{"text": "One two three"}] * 3, answers)["exact"] == pytest.approx(1 / 3)


def test_a_title_goes_in_front_if_the_gold_begins_with_the_headline_and_the_text_does_not() -> None:
    page = {"text": "The headline\nand the text", "headline_in_gold": True}
    assert score([page], [Answer("The headline", "and the text")])["exact"] == 1
    assert score([page], [Answer("The headline", "The headline and the text")])["exact"] == 1
    assert score([page | {"headline_in_gold": False}], [Answer("The headline", "and the text")])["exact"] == 0


def test_snippets_give_segments_leak_and_loss() -> None:
    pages = [
        {"with": ["first  thing", "second thing", "third thing"], "without": ["See also"]},
        {"with": ["fourth thing"], "without": ["Sign up", "Share", "Follow us"]},
    ]
    answers = [Answer(text="A first\nthing, a second thing. See also"), Answer(text="the fourth thing")]
    # Present 3 of 4, leaked 1 of 4: precision 3/4, recall 3/4.
    assert score(pages, answers) == {"seg.f": pytest.approx(0.75), "leak": 0.25, "lost": 0.25}


def test_titles_agree_in_their_words_and_dates_in_their_day() -> None:
    pages: list[dict[str, Any]] = [
        {"title": "It's here", "date": "2024-05-01"},
        {"title": "Another", "date": "2024-05-01T23:00:00+02:00"},
        {"title": None, "date": "2024-05-03"},
    ]
    answers = [
        Answer("it’s HERE", published_at="2024-05-01T10:00:00Z"),
        Answer("Another - The Paper", published_at="2024-05-01"),
        Answer("Whatever"),
    ]
    assert score(pages, answers) == {"title": 0.5, "date": pytest.approx(2 / 3)}


def test_the_mean_of_sets_is_over_those_that_have_the_figure() -> None:
    assert average_sets([{"f1": 0.5, "title": 1.0}, {"f1": 1.0}, {"leak": 0.25}]) == {
        "f1": 0.75,
        "title": 1.0,
        "leak": 0.25,
    }


def make_pages(seed: int) -> tuple[list[dict[str, Any]], list[Answer]]:
    """Return pages with every kind of gold, and answers that are more or less right."""
    chance = random.Random(seed)

    def line() -> str:
        return " ".join(chance.choices(["ship", "harbour", "Zürich", "新闻", "it's", "12", "—", "rose"], k=6))

    def some(lines: list[str]) -> list[str]:
        return [each for each in lines if chance.random() < 0.8]

    pages, answers = [], []
    for number in range(30):
        lines = [line() for _ in range(chance.randrange(6))]
        title = line()
        day = f"2024-05-{chance.randrange(1, 4):02}"
        pages.append(
            {
                "id": str(number),
                "text": "\n".join(lines) or None,
                "with": chance.choice([None, lines[:2]]),
                "without": chance.choice([None, [line()[:12]]]),
                "title": chance.choice([None, title]),
                "date": chance.choice([None, day, f"{day}T10:00:00+02:00"]),
                "headline_in_gold": chance.random() < 0.5,
            }
        )
        found = "\n".join(some([*some([title]), *lines, line()]))
        answers.append(Answer(chance.choice(["", title, line()]), found, chance.choice([None, day])))
    return pages, answers


@pytest.mark.skipif(not SCORER.exists(), reason="the benchmark's scorer is not beside this repository")
@pytest.mark.parametrize("seed", range(20))
def test_the_figures_are_those_of_the_benchmarks_own_scorer(seed: int) -> None:
    pages, answers = make_pages(seed)
    theirs = runpy.run_path(str(SCORER))["score"](
        pages, {page["id"]: answer._asdict() for page, answer in zip(pages, answers, strict=True)}
    )
    assert score(pages, answers) == pytest.approx({name: figure for name, figure in theirs.items() if name != "pages"})
