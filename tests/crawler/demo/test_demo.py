"""The stories of the demo newspapers and their gold. tests/crawler/crawls/test_crawl_demo.py crawls them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from cleaning.records.block import BlockKind
from crawler.demo.content import load_stories
from crawler.demo.gold import list_gold_articles
from crawler.demo.papers import PAPERS

if TYPE_CHECKING:
    from crawler.demo.gold import GoldArticle

STORIES = [story for paper in PAPERS for story in paper.stories]
GOLD = list_gold_articles()
ARTICLES = [record for record in GOLD if record.rejected is None]


def label(record: GoldArticle) -> str:
    return f"{record.site} {record.path}"


def test_four_papers_in_three_languages_carry_some_sixty_stories() -> None:
    assert Counter(record.site for record in ARTICLES) == {"courier": 20, "gazette": 14, "anzeiger": 13, "faros": 14}
    assert Counter(record.language for record in ARTICLES) == {"en": 34, "de": 13, "el": 14}
    assert Counter(record.rejected for record in GOLD if record.rejected) == {"paywall": 1, "section": 1}


def test_every_story_is_long_enough_for_an_article_and_from_one_autumn() -> None:
    for record in ARTICLES:
        assert len(record.text.split()) >= 90, label(record)
    for record in GOLD:
        assert record.published_at.utcoffset() is not None
        assert date(2025, 9, 1) <= record.published_at.date() <= date(2025, 10, 31)


def test_every_kind_of_block_occurs_in_every_newspaper() -> None:
    kinds = {paper.name: {line.kind for story in paper.stories for line in story.blocks} for paper in PAPERS}
    assert all(
        {BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.ITEM, BlockKind.ROW} <= each for each in kinds.values()
    )
    assert BlockKind.QUOTE in kinds["courier"]


def test_boilerplate_never_follows_a_heading_or_splits_a_list() -> None:
    for story in STORIES:
        for line in story.see_also:
            before = story.blocks[line.after - 1]
            assert line.after < len(story.blocks), story.slug
            assert before.kind is not BlockKind.HEADING, story.slug
            if before.kind in {BlockKind.ITEM, BlockKind.ROW}:
                assert story.blocks[line.after].kind is not before.kind, story.slug


def test_only_the_planted_copies_are_alike() -> None:
    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.casefold().split()
        return {tuple(words[start : start + 3]) for start in range(len(words) - 2)}

    of = {(record.site, record.path): shingles(record.text) for record in ARTICLES}
    alike = {
        frozenset((one, other)) for one, other in combinations(of, 2) if len(of[one] & of[other]) > 0.05 * len(of[one])
    }
    planted = {
        frozenset(((record.site, record.path), record.duplicate_of)) for record in ARTICLES if record.duplicate_of
    }
    assert alike == planted
    assert len(planted) == 3


def test_no_line_of_text_is_in_two_stories() -> None:
    lines = Counter(line for record in ARTICLES if not record.duplicate_of for line in record.text.split("\n"))
    assert [line for line, times in lines.items() if times > 1] == []


def test_an_original_is_never_younger_than_its_copy() -> None:
    published = {(record.site, record.path): record.published_at for record in GOLD}
    copies = [record for record in GOLD if record.duplicate_of]
    assert all(published[record.duplicate_of] <= record.published_at for record in copies if record.duplicate_of)
    assert {(record.site, (record.duplicate_of or ("",))[0]) for record in copies} == {
        ("courier", "courier"),
        ("gazette", "courier"),
    }


def test_the_repeated_headline_comes_back_within_a_week_and_the_column_on_three_mornings() -> None:
    titles = Counter(story.title for story in load_stories("courier"))
    repeated = [story for story in load_stories("courier") if titles[story.title] == 2]
    assert (repeated[0].published - repeated[1].published).days < 7
    assert titles["Morning briefing"] == 3
    assert {title for title, times in titles.items() if times > 1} == {repeated[0].title, "Morning briefing"}


def test_text_that_looks_like_boilerplate_is_in_the_gold() -> None:
    text = "\n".join(record.text for record in ARTICLES if not record.duplicate_of)
    assert text.count("\nRelated to this ") == 3
    assert "See also the cove book" in text
    assert "„Lesen Sie auch das Kleingedruckte" in text
    assert "«Διαβάστε επίσης τις υποσημειώσεις»" in text
    assert "Subscribe to our newsletter is the sentence" in text
    mostly_lists = [story for story in STORIES if [line.kind for line in story.blocks].count(BlockKind.ITEM) >= 8]
    assert {story.site for story in mostly_lists} == {"courier", "anzeiger", "faros"}
