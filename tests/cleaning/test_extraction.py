"""Extract tables that lay out a page as paragraphs, and tables of figures as rows."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cleaning.extraction import build_extraction, extract
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs
from cleaning.records.block import BlockKind

LINES = (
    "The ice road over the lake was closed on Tuesday.",
    "It will not be opened again.",
    "The county wants a ferry for the children.",
    "“The ice sings at night,” said Per Lund.",
    "Then it does not.",
    "The ferry needs a crew of three people.",
)
PARAGRAPHS = "".join(f"<p>{line} {line} {line}</p>" for line in LINES)


def extract_blocks(body: str) -> list[tuple[BlockKind, str]]:
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    return [(block.kind, block.text) for block in extract(tree, "https://a.example/2024/05/a").blocks]


def test_short_paragraphs_in_a_cell_are_paragraphs() -> None:
    cell = "".join(f"<p>{line}</p>" for line in LINES)
    found = extract_blocks(f"<table><tr><td><a href='/'>Home</a></td><td><h1>Ice road</h1>{cell}</td></tr></table>")
    assert [text for _, text in found if text in LINES] == list(LINES)
    assert (BlockKind.PARAGRAPH, LINES[0]) in found


def test_short_lines_between_breaks_in_a_cell_are_separate_blocks() -> None:
    found = extract_blocks(f"<table><tr><td>Menu</td><td>{'<br><br>'.join(LINES)}</td></tr></table>")
    assert [text for _, text in found if text in LINES] == list(LINES)


def test_chinese_characters_in_a_cell_count_as_several_letters() -> None:
    lines = (
        "奥姆湖上的冰路星期二关闭，比往年早了两个星期。",
        "县政府希望在月底以前让渡轮下水，条件是风力允许。",
        "学生们要早起一个小时才能赶到学校。",
    )
    found = extract_blocks(f"<table><tr><td>首页</td><td>{'<br>'.join(lines)}</td></tr></table>")
    assert [text for _, text in found if text in lines] == list(lines)


def test_figures_and_notes_stay_rows() -> None:
    rows = [
        ("Team", "Points"),
        ("Hallin<br>United", "9<br>8"),
        ("<p>Orm</p><p>Town</p>", "3 goals. 2 cards."),
        ("Marta Hale", "She writes about the weather.<br>Born in Vessa."),
        ("Per Lund", "Has measured the ice since 1996. He lives in Vessa, where he was born and went to school."),
    ]
    table = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    found = extract_blocks(f"<article>{PARAGRAPHS}<table>{table}</table>{PARAGRAPHS}</article>")
    assert [text for kind, text in found if kind is BlockKind.ROW] == [
        "Team | Points",
        "Hallin United | 9 8",
        "Orm Town | 3 goals. 2 cards.",
        "Marta Hale | She writes about the weather. Born in Vessa.",
        "Per Lund | Has measured the ice since 1996. He lives in Vessa, where he was born and went to school.",
    ]


def test_the_cells_of_a_row_are_one_block_only_where_that_is_asked_for() -> None:
    tree = parse_tree(
        "<html><body><table><tr><td><p>Orm Town</p></td><td><p>3 goals</p></td></tr></table></body></html>"
    )
    assert tree is not None
    runs = read_runs(tree)

    def build(*, join_rows: bool) -> list[str]:
        extraction = build_extraction(runs, range(len(runs)), "https://a.example/", join_rows=join_rows)
        return [block.text for block in extraction.blocks]

    # A site memory reads a page of its site text by text, and what it reads must not depend on the rules of a site.
    assert build(join_rows=False) == ["Orm Town", "3 goals"]
    assert build(join_rows=True) == ["Orm Town | 3 goals"]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (
            "<ul><li><div>Lower Mill</div><div>nine boats</div></li><li><p>Sluice</p><p>2</p></li></ul>",
            ["Lower Mill", "nine boats", "Sluice", "2"],
        ),
        ("<ol><li>First<br>Second</li></ol>", ["First", "Second"]),
        (
            "<blockquote><div>It was dark.</div><div>The boats had gone.</div></blockquote>",
            ["It was dark.", "The boats had gone."],
        ),
        ("<dl><dt>Days</dt><dd><div>Monday</div><div>Tuesday</div></dd></dl>", ["Days", "Monday", "Tuesday"]),
        ("<x-note><x-line>It was dark.</x-line><x-line>Boats left.</x-line></x-note>", ["It was dark.", "Boats left."]),
        ("<ul><li>Un<b>tied</b> and <a href='https://b.example/'>lost</a></li></ul>", ["Untied and lost"]),
        (
            "<table><tr><td><div>Lunn</div><div>nine</div></td><td><p>4</p><p>5</p></td></tr></table>",
            ["Lunn nine | 4 5"],
        ),
    ],
)
def test_the_blocks_of_one_item_quote_or_element_are_lines(body: str, lines: list[str]) -> None:
    found = extract_blocks(f"<article>{PARAGRAPHS}{body}{PARAGRAPHS}</article>")
    assert [text for _, text in found if not text.startswith(LINES)] == lines


def test_paragraphs_in_custom_elements_are_paragraphs_beside_their_headline() -> None:
    found = extract_blocks(
        "<article><h1>Ice road closed</h1>" + "".join(f"<ice-p>{line * 2}</ice-p>" for line in LINES) + "</article>"
    )
    assert found == [(BlockKind.HEADING, "Ice road closed"), *((BlockKind.PARAGRAPH, line * 2) for line in LINES)]


INLINE_HTML = st.recursive(
    st.sampled_from(["quay", "boat", "Lunn", "9", "ä", "港", "x.", "(no)", "a"]),
    lambda inner: (
        st.builds(
            lambda tag, html: f"<{tag}>{html}</{tag}>", st.sampled_from(["b", "a href='/x'", "span", "x-y"]), inner
        )
        | st.builds("{}{}".format, inner, inner)
        | st.builds("{} {}".format, inner, inner)
    ),
    max_leaves=6,
).map(lambda html: re.sub(r"</a href='/x'>", "</a>", html))
BLOCK_HTML = st.recursive(
    INLINE_HTML,
    lambda inner: (
        st.builds(
            lambda tag, html: f"<{tag}>{html}</{tag}>",
            st.sampled_from(["p", "div", "li", "blockquote", "dd", "h2", "x-block", "section", "td", "article"]),
            inner,
        )
        | st.builds("{}<br>{}".format, inner, inner)
        | st.builds("{}{}".format, inner, inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCK_HTML)
@example("<a href='/x'>9</a><a href='/x'>9</a>")
@example("<blockquote><div>9</div>quay</blockquote>")
@example("<li><div>9</div><div>8</div>quay of it</li>")
def test_no_word_of_a_block_is_made_of_two_words_of_the_page(html: str) -> None:
    tree = parse_tree(f"<html><body><article>{PARAGRAPHS}{html}{PARAGRAPHS}</article></body></html>")
    assert tree is not None
    runs = read_runs(tree)
    words = {word for run in runs for word in run.text.split()}
    for block in extract(tree, "https://a.example/2024/05/a", runs).blocks:
        assert set(block.text.split()) <= words | {"|"}


@pytest.mark.parametrize("forged", ["\U0001d000\U0001d002", "\U0001d000\U0001d001\U0001d000\U0001d003", "\U0001d001"])
def test_a_page_cannot_forge_the_numbers_of_its_runs(forged: str) -> None:
    found = extract_blocks(
        f"<article>{PARAGRAPHS}<p>Hello <b>{forged}</b> world of {LINES[0]}</p>{PARAGRAPHS}</article>"
    )
    assert [text for _, text in found if not text.startswith(LINES)] == [f"Hello world of {LINES[0]}"]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<ul><li><div>€</div><div>50 for a cabin on the ferry</div></li></ul>", ["€50 for a cabin on the ferry"]),
        ("<blockquote><div>9</div><div>quays of the harbour</div></blockquote>", ["9", "quays of the harbour"]),
        (
            "<q><table><tr><td>A</td><td>12 boats</td></tr><tr><td>B</td><td>14 boats</td></tr></table></q>",
            ["A 12 boats", "B 14 boats"],
        ),
    ],
)
def test_words_of_one_character_are_lines_of_their_own_and_signs_are_not(html: str, lines: list[str]) -> None:
    found = extract_blocks(f"<article>{PARAGRAPHS}{html}{PARAGRAPHS}</article>")
    assert [text for _, text in found if not text.startswith(LINES)] == lines
