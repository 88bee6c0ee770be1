"""The features of texts on small pages: `values` gives the features of each text by name."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaning.classifier.features import FEATURES
from cleaning.classifier.page_features import MAX_DISTANCE, MAX_FREQUENT, MAX_RARE, PageFeatures
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import TextRun, read_runs

if TYPE_CHECKING:
    from random import Random

URL = "https://www.harbour-post.example/2024/05/16/ferry"
PROSE = (
    "The board had taken the boat out of service in January, when a features found that eleven plates were too thin.",
    "New plates were fitted at the yard in Pell during March and April, and the work cost a third more than planned.",
    "The timetable is the same as before: the boat leaves Lindmouth at ten and arrives at Orrow at six in the morning.",
)
SHORT = "A short line"


def runs_of(body: str) -> list[TextRun]:
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    return read_runs(tree)


def values(body: str, taken: set[str] | None = None, titles: tuple[str, ...] = ()) -> list[dict[str, float]]:
    """Return the features of each text; `taken` are the texts that were taken, all if it is None."""
    runs = runs_of(body)
    numbers = {number for number, run in enumerate(runs) if taken is None or run.text in taken}
    features = PageFeatures(runs, numbers, url=URL, titles=titles)
    return [dict(zip(FEATURES, features.build_vector(number), strict=True)) for number in range(len(runs))]


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


HTML = st.recursive(
    st.sampled_from(
        [
            *PROSE,
            SHORT,
            "See also",
            "港务局星期四晚上决定，林德茅斯与奥罗之间的夜间渡轮将从六月一日起恢复运行。",
            "|",
            "1",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<>&"), max_size=30),
    lambda inner: (
        st.builds(
            lambda tag, label, html: f"<{tag} {label}>{html}</{tag}>",
            st.sampled_from("p div li h2 section aside nav td blockquote span figure".split()),  # noqa: SIM905
            st.sampled_from(["", "class='share-bar'", "id='comments'", "class='article-body lead'"]),
            inner,
        )
        | st.builds(
            "<a href='{}'>{}</a>".format, st.sampled_from(["/a", "", "http://[", "https://else.example/"]), inner
        )
        | st.builds("{}<br>{}".format, inner, inner)
        | st.builds("{}{}".format, inner, inner)
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML, st.randoms(use_true_random=False), st.sampled_from([URL, "", "http://["]), st.lists(st.text(), max_size=2))
def test_every_page_gives_as_many_finite_numbers_as_there_are_features(
    html: str, chance: Random, url: str, titles: list[str]
) -> None:
    runs = runs_of(html)
    taken = {number for number in range(len(runs)) if chance.random() < 0.5}
    features = PageFeatures(runs, taken, url=url, titles=titles, description=html)
    assert taken <= set(features.find_candidates()) <= set(range(len(runs)))
    for number in range(len(runs)):
        vector = features.build_vector(number)
        assert len(vector) == len(FEATURES)
        assert all(type(value) is float and math.isfinite(value) for value in vector)
    again = PageFeatures(runs, taken, url=url, titles=titles, description=html)
    order = sorted(range(len(runs)), key=lambda _: chance.random())
    assert all(again.build_vector(number) == features.build_vector(number) for number in order)


def test_a_page_without_texts_has_no_candidates() -> None:
    assert list(PageFeatures([], (), url=URL).find_candidates()) == []


def test_features_of_a_text() -> None:
    seen, other = values(
        "<p>See also: “Orrow” @ <a href='/a'>Pell</a>, <a href='https://else.example/'>1987</a></p><p>below it.</p>",
        titles=("Below it", "Harbour Post"),
    )
    assert (seen["see_also"], seen["starts_upper"], seen["address"], seen["time"], seen["words"]) == (1, 1, 1, 1, 6)
    assert (seen["own_links"], seen["other_links"], seen["link_share"]) == (1, 1, 8 / 28)
    assert (seen["sentence_end"], seen["full_stop"]) == (0, 0)
    assert (other["sentence_end"], other["full_stop"], other["starts_lower"]) == (1, 1, 1)
    assert other["like_title"] == 1
    assert seen["like_title"] < 0.5


@pytest.mark.parametrize("text", ["Pell AND Orrow: 12 boats, 3 crews", "Pell AND Örrow: 12 boats, 3 crews"])
def test_letters_are_counted_with_accents_and_without(text: str) -> None:
    (seen,) = values(f"<p>{text}</p>")
    assert seen["upper_share"] == 5 / 22
    assert seen["digit_share"] == 3 / len(text)
    assert seen["capitals"] == 3 / 7


def test_counts_and_distances_have_a_maximum() -> None:
    links = "".join(f"<a href='/{at}'>a</a> <a href='https://else.example/{at}'>b</a> " for at in range(60))
    seen = values(paragraphs(*PROSE) + f"<p>{links}</p>" + f"<p>{SHORT}</p>" * 100)
    assert (seen[3]["own_links"], seen[3]["other_links"]) == (MAX_RARE, MAX_RARE)
    assert (seen[-1]["siblings"], seen[-1]["path_runs"], seen[-1]["from_last"]) == (
        MAX_FREQUENT,
        MAX_FREQUENT,
        MAX_DISTANCE,
    )
    assert seen[-1]["repeated"] == 1


def test_the_container_is_the_innermost_element_that_holds_most_of_the_taken_text() -> None:
    seen = values(
        f"<main><p>{SHORT}</p><div class='story'>{paragraphs(*PROSE)}</div><aside><p>{SHORT}</p></aside></main>",
        taken=set(PROSE),
    )
    assert [one["inside"] for one in seen] == [0, 1, 1, 1, 0]
    assert [one["beyond"] for one in seen] == [1, 1, 1, 1, 2]
    assert [one["in_aside"] for one in seen] == [0, 0, 0, 0, 1]


def test_the_container_of_two_halves_is_the_element_around_them() -> None:
    seen = values(
        f"<main><div>{paragraphs(PROSE[0])}</div><div>{paragraphs(PROSE[1])}</div></main><p>{SHORT}</p>",
        taken=set(PROSE),
    )
    assert [one["inside"] for one in seen] == [1, 1, 0]
    assert [one["beyond"] for one in seen] == [2, 2, 1]


def test_the_region_holds_most_of_the_page_s_prose_taken_or_not() -> None:
    seen = values(
        f"<div class='a'>{paragraphs(PROSE[0])}</div><div class='b'>{paragraphs(PROSE[1], PROSE[2])}</div>",
        taken={PROSE[0]},
    )
    assert [one["inside"] for one in seen] == [1, 0, 0]
    assert [one["in_region"] for one in seen] == [0, 1, 1]
    assert {one["coverage"] for one in seen} == {len(PROSE[0]) / sum(map(len, PROSE))}
    assert {one["paragraphs"] for one in seen} == {1}


def test_siblings_are_the_texts_in_the_elements_right_inside_the_same_one() -> None:
    link = "<p><a href='/a'>another one</a></p>"
    seen = values(f"<div>{paragraphs(*PROSE, SHORT)}{link}</div><div>{paragraphs(SHORT)}</div>", taken=set(PROSE[:2]))
    first, alone = seen[0], seen[-1]
    assert (first["siblings"], first["sibling_paragraphs"], first["sibling_body"]) == (5, 3, 2)
    total = sum(map(len, PROSE)) + len(SHORT) + len("another one")
    assert first["sibling_taken"] == pytest.approx((len(PROSE[0]) + len(PROSE[1])) / total)
    assert first["sibling_links"] == pytest.approx(len("another one") / total)
    assert (alone["siblings"], alone["sibling_paragraphs"], alone["sibling_taken"]) == (1, 0, 0)


def test_paths_have_the_class_and_patterns_not_the_id() -> None:
    seen = values(
        f"<div><p id='a' class='x'>{PROSE[0]}</p><p id='b' class='x'>{PROSE[1]}</p><p class='y'>{SHORT}</p></div>"
    )
    assert [one["same_path"] for one in seen] == [1, 1, 0]
    assert [one["alike"] for one in seen] == [2, 2, 0]
    assert [one["alike_share"] for one in seen] == [1, 1, 0]


def test_positions_are_counted_from_the_first_paragraph_and_the_last() -> None:
    seen = values(paragraphs(SHORT, *PROSE, SHORT), taken=set(PROSE))
    assert [one["before"] for one in seen] == [1, 0, 0, 0, 0]
    assert [one["after"] for one in seen] == [0, 0, 0, 0, 1]
    assert [one["from_first"] for one in seen] == [-1, 0, 1, 2, 3]
    assert [one["from_last"] for one in seen] == [-3, -2, -1, 0, 1]
    assert [one["relative"] for one in seen] == [-0.5, 0, 0.5, 1, 1.5]


def test_parts_are_known_by_their_own_names_and_a_standfirst_by_any_name_around_it() -> None:
    story = f"<div class='story'>{paragraphs(*PROSE)}<div class='related-box'><p>{SHORT}</p></div></div>"
    *_, inner = values(f"<div class='sharing lead'>{story}</div>", taken=set(PROSE))
    assert (inner["named_chrome"], inner["named_opening"], inner["named_uncertain"]) == (1, 1, 1)
    first, *_ = values(f"<div class='sharing lead'>{story}</div>", taken=set(PROSE))
    assert (first["named_chrome"], first["named_opening"], first["named_content"]) == (0, 1, 1)


def test_neighbours_are_the_two_texts_on_either_side_and_zeros_beyond_the_page() -> None:
    seen = values(
        f"<h2>Ford closed</h2>{paragraphs(PROSE[0])}<p><a href='/a'>Three words here</a></p>",
        taken={PROSE[0]},
        titles=("Ford closed",),
    )
    middle = seen[1]
    assert (middle["length@-1"], middle["words@-1"], middle["like_title@-1"]) == (11, 2, 1)
    assert (middle["length@+1"], middle["link_share@+1"], middle["taken@+1"]) == (16, 1, 0)
    assert (seen[0]["taken@+1"], seen[0]["sentence_end@+1"], seen[0]["same_path@+1"]) == (1, 1, 1)
    assert (seen[0]["length@+2"], seen[2]["length@-2"]) == (16, 11)
    assert {middle[f"{name}@{step}"] for name in ("length", "words", "taken") for step in ("-2", "+2")} == {0}


def test_links_that_were_left_out_are_no_candidates_and_links_that_were_taken_are() -> None:
    link = "<p><a href='/a'>A headline of some other story</a></p>"
    runs = runs_of(paragraphs(*PROSE) + link + paragraphs(SHORT))
    assert set(PageFeatures(runs, {0, 1, 2}, url=URL).find_candidates()) == {0, 1, 2, 4}
    assert set(PageFeatures(runs, {0, 1, 2, 3}, url=URL).find_candidates()) == {0, 1, 2, 3, 4}


SCRIPT = """
import json, sys
from cleaning.classifier.page_features import PageFeatures
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs
runs = read_runs(parse_tree(sys.stdin.read()))
features = PageFeatures(runs, set(range(0, len(runs), 2)), url="https://example.org/a", titles=("One", "Ford closed"))
print(json.dumps([features.build_vector(number) for number in features.find_candidates()]))
"""


def test_the_numbers_do_not_depend_on_the_process() -> None:
    part = f"<div class='info media related-post share' id='lead'>{paragraphs(*PROSE, SHORT)}<h2>Ford closed</h2></div>"
    html = f"<html><body><main class='story list'>{part * 3}<aside>{part}</aside></main></body></html>"
    answers = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=html,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    (answer,) = answers
    assert len(json.loads(answer)) > 15
