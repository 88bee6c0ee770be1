"""Cut the blocks that no reader sees, unless little else would be left; test_hidden_text.py tells them from others."""

from __future__ import annotations

from cleaning.records.block import Block
from cleaning.rules import Context, apply_rules

LINES = [
    Block(f"The ferry leaves Lindmouth at {hour} and arrives at Orrow before the market opens.") for hour in range(6)
]


def test_a_hidden_block_is_cut_with_what_hides_it() -> None:
    blocks = apply_rules(LINES, Context("https://a.example/", hidden={2: "a closed dialog: “dialog”"}))
    assert [(block.rule, block.evidence) for block in blocks if not block.is_kept] == [
        ("hidden", "a closed dialog: “dialog”")
    ]


def test_a_page_that_would_lose_most_of_its_text_loses_nothing() -> None:
    blocks = apply_rules(LINES, Context("https://a.example/", hidden=dict.fromkeys(range(1, 6), "hidden: “div”")))
    assert all(block.is_kept for block in blocks)
