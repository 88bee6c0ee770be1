"""Whatever a text holds, it comes back from Markdown as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from markdown_reader import read_markdown

from cleaning.markdown.escape import escape_cell, escape_heading, escape_inline, escape_line

# One line with single spaces, as blocks are, of what Markdown looks at and of what it does not.
PARTS = [*"\\`*_{}[]()#+-.!|<>&~=:;/\"'$%^@0123abcÄß字 ", "&amp;", "&#35;", "---", "***", "```", "~~~", "1.", "2)", " "]
LINES = (
    some.lists(some.sampled_from(PARTS), min_size=1, max_size=12)
    .map(lambda parts: " ".join("".join(parts).split()))
    .filter(bool)
)


@given(LINES)
@example("# of the day")
@example("1986. A great year")
@example("=")
@example("- - -")
@example("_ _ _")
@example("[x]: http://a.example")
def test_a_paragraph_comes_back(text: str) -> None:
    assert read_markdown(escape_line(text)) == [text]
    assert read_markdown(f"- {escape_line(text)}\n") == [["ul", ["li", text]]]
    assert read_markdown(f"> {escape_line(text)}\n") == [["quote", text]]


@given(LINES)
@example("about C #")
@example("#")
@example("# #")
def test_a_heading_comes_back(text: str) -> None:
    assert read_markdown(f"## {escape_heading(text)}\n") == [("h2", text)]


@given(LINES, LINES)
def test_cells_come_back(one: str, other: str) -> None:
    text = f"| {escape_cell(one)} | {escape_cell(other)} |\n| --- | --- |\n"
    assert read_markdown(text) == [["table", ["tr", one, other]]]


@given(LINES)
def test_a_caption_comes_back(text: str) -> None:
    assert read_markdown(f"*{escape_inline(text)}*") == [f"*{text}*"]


@pytest.mark.parametrize("text", ["snake_case and AT&T", "5 > 3", "a+b = c-d", "100 % (of them) #1 | 2", "2024-05-01"])
def test_what_is_no_markup_is_not_escaped(text: str) -> None:
    assert escape_line(text) == text
