from __future__ import annotations

from typing import Any

from cuts import Cuts

from cleaning.records.article import Article
from cleaning.records.block import Block


def count_cuts(gold: str, *blocks: Block, title: str = "", headline_in_gold: bool = False) -> Cuts:
    cuts = Cuts()
    page: dict[str, Any] = {"id": "1", "text": gold, "headline_in_gold": headline_in_gold}
    cuts.add(page, Article("https://example.org/", title, blocks))
    return cuts


def cut(text: str, rule: str = "tail") -> Block:
    return Block(text, rule=rule, evidence="its reason")


def test_a_cut_block_stands_in_the_gold_if_half_of_its_shingles_do() -> None:
    # abcd and bcde stand there, cdex and dexy do not.
    cuts = count_cuts("a b c d e f", cut("a b c d e x y"))
    assert (cuts.false_blocks["tail"], cuts.false_words["tail"]) == (1, 7)
    assert cuts.samples["tail"] == ["1: a b c d e x y [its reason]"]


def test_a_cut_block_with_fewer_shingles_in_the_gold_is_a_true_cut() -> None:
    cuts = count_cuts("a b c d e f", cut("a b c d x y z"))
    assert (cuts.blocks["tail"], cuts.words["tail"]) == (1, 7)
    assert (cuts.false_blocks["tail"], cuts.false_words["tail"], cuts.samples) == (0, 0, {})


def test_a_short_cut_block_stands_in_the_gold_if_its_words_do_as_a_line() -> None:
    cuts = count_cuts("Ships, and harbours. See also", cut("and harbours", "tail"), cut("harbours also", "see_also"))
    assert (cuts.false_blocks["tail"], cuts.false_blocks["see_also"]) == (1, 0)


def test_a_headline_that_is_the_title_is_no_cut() -> None:
    blocks = (cut("A headline of five words", "repeated_headline"), Block("the text of the article"))
    gold, title = "A headline of five words the text of the article", "A Headline of five words"
    assert not count_cuts(gold, *blocks, title=title, headline_in_gold=True).blocks
    assert count_cuts(gold, *blocks, title=title).false_blocks["repeated_headline"] == 1


def test_words_in_no_block_are_the_extractions_loss_and_words_in_cut_blocks_the_rules() -> None:
    cuts = count_cuts(
        "a b c d e f g h i j k l m n o",
        Block("a b c d e f"),
        cut("g h i j k"),
    )
    assert (cuts.gold_words, cuts.lost_by_extraction, cuts.lost_by_rules) == (15, 4, 5)
    assert cuts.losses == [(4, "1")]
    assert cuts.false_share == 5 / 15


def test_nothing_is_lost_of_a_text_that_cut_blocks_had_interrupted() -> None:
    cuts = count_cuts("a b c d e f", Block("a b c"), cut("see also this story"), Block("d e f"))
    assert (cuts.lost_by_extraction, cuts.lost_by_rules) == (0, 0)


def test_the_counts_of_two_sets_add_up() -> None:
    both = count_cuts("a b c d", cut("a b c d"))
    both.update(count_cuts("a b c d e f", cut("x y z"), Block("a b c d")))
    assert (both.blocks["tail"], both.false_blocks["tail"], both.gold_words) == (2, 1, 10)
    assert (both.lost_by_extraction, both.lost_by_rules) == (2, 4)
    assert both.losses == [(0, "1"), (2, "1")]
