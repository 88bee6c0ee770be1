"""What counts as lost, by which rule, and when it is too much."""

from __future__ import annotations

import pytest
from rich.console import Console

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.recleaning.differences import RecleanSummary
from crawler.recleaning.limits import MAX_LISTED_DIFFERENCES
from crawler.views.differences import render_largest, render_summary
from storage.articles.texts import StoredText

LINES = ("The bridge opened on Monday.", "Forty people came to see it.", "It had rained all morning.")
PLAIN = Console(width=80, no_color=True)


def stored(*lines: str, title: str = "The bridge", rejected: str | None = None, cut: str | None = None) -> StoredText:
    blocks: list[tuple[str, str | None]] = [(line, None) for line in lines]
    return StoredText(title, "\n".join(lines), rejected, blocks + ([(cut, "see_also")] if cut else []))


def cleaned(*lines: str, title: str = "The bridge", rejected: str | None = None, cut: str | None = None) -> Article:
    blocks = tuple(Block(line) for line in lines)
    if cut:
        blocks = (*blocks, Block(cut, rule="repeated_block"))
    return Article("https://a.example/1", title, blocks, rejected=rejected)


def compare(before: StoredText, after: Article) -> RecleanSummary:
    differences = RecleanSummary({"one": 10})
    differences.add("0001", "one", before, after)
    return differences


def test_the_same_text_stays() -> None:
    found = compare(stored(*LINES), cleaned(*LINES))
    assert (found.articles, found.same, found.lost, found.gained, found.largest_differences) == (1, 1, 0, 0, [])


def test_other_line_breaks_are_no_loss() -> None:
    found = compare(stored(*LINES), cleaned(" ".join(LINES)))
    assert (found.reworded, found.lost, found.gained) == (1, 0, 0)
    assert not found.large_losses


def test_a_text_that_another_of_its_length_replaces_is_lost() -> None:
    found = compare(stored("abcd efgh"), cleaned("ijkl mnop"))
    assert (found.reworded, found.lost, found.gained) == (1, 8, 8)
    assert found.large_losses == {"one": 1}


def test_cut_and_kept_text_is_counted_by_rule() -> None:
    found = compare(stored(LINES[0], LINES[1], cut=LINES[2]), cleaned(LINES[0], LINES[2], cut=LINES[1]))
    assert found.newly_cut == {"repeated_block": len(LINES[1])}
    assert found.newly_kept == {"see_also": len(LINES[2])}
    assert "repeated_block" in render_summary(found, PLAIN)


def test_text_that_is_in_no_block_any_more_has_no_rule() -> None:
    assert compare(stored(*LINES), cleaned(LINES[0])).newly_cut == {"(not extracted)": len(LINES[1]) + len(LINES[2])}


def test_an_accepted_article_is_gained_and_a_rejected_one_lost_completely() -> None:
    become = compare(stored("abcd", rejected="too-short"), cleaned("abcd efgh"))
    assert (become.newly_accepted, become.gained, become.lost) == (1, 8, 0)
    rejected = compare(stored("abcd efgh"), cleaned("abcd", rejected="too-short"))
    assert (rejected.newly_rejected, rejected.lost, rejected.large_losses) == ({"too-short": 1}, 8, {"one": 1})
    assert "becomes rejected: too-short" in render_largest(rejected, PLAIN)


def test_a_page_rejected_before_and_after_is_not_counted() -> None:
    found = compare(stored("abcd", rejected="paywall"), cleaned("other", rejected="section"))
    assert (found.articles, found.changed, found.largest_differences) == (0, 0, [])


def test_another_headline_is_shown() -> None:
    found = compare(stored(*LINES, title="The bridge | The Paper"), cleaned(*LINES))
    assert (found.same, found.retitled) == (1, 1)
    assert "- The bridge | The Paper\n+ The bridge\n" in render_largest(found, PLAIN)


@pytest.mark.parametrize(
    ("losers", "articles", "is_blocked"),
    [(2, 10, False), (3, 10, True), (3, 60, False), (3, 59, True), (5, 100, False), (6, 100, True)],
)
def test_a_twentieth_of_a_site_may_lose_a_tenth_of_its_text_and_two_articles_always(
    losers: int, articles: int, *, is_blocked: bool
) -> None:
    differences = RecleanSummary({"one": articles, "two": 10_000})
    for number in range(losers):
        differences.add(f"{number:04x}", "one", stored(*LINES), cleaned(*LINES[:2]))
    assert bool(differences.find_blocking_reasons()) == is_blocked
    assert all(f"one: {losers} of {articles}" in reason for reason in differences.find_blocking_reasons())


def test_many_sites_that_lose_little_each_are_blocked_together() -> None:
    differences = RecleanSummary({f"site{number}": 12 for number in range(10)})
    for number in range(20):
        differences.add(f"{number:04x}", f"site{number % 10}", stored(*LINES), cleaned(*LINES[:2]))
    assert differences.find_blocking_reasons()[0].startswith("all sites: 20 of 120 articles")
    assert len(differences.find_blocking_reasons()) == 1


def test_exactly_a_tenth_is_no_large_loss() -> None:
    words = [f"word{number}" for number in range(10)]
    assert not compare(stored(" ".join(words)), cleaned(" ".join(words[1:]))).large_losses
    assert compare(stored(" ".join(words)), cleaned(" ".join(words[2:]))).large_losses


def test_the_largest_are_kept_in_any_order() -> None:
    def largest_of(numbers: range) -> list[tuple[str, ...]]:
        differences = RecleanSummary({})
        for number in numbers:
            lines = ("A line that stays.", "x" * (1 + number // 2))  # two of each length
            differences.add(f"{number:04x}", "one", stored(*lines), cleaned(lines[0], title=f"The bridge {number}"))
        return [one.after for one in differences.largest_differences]

    found = largest_of(range(200))
    assert len(found) == MAX_LISTED_DIFFERENCES
    assert found[0][0] == "The bridge 198"
    assert found == largest_of(range(199, -1, -1))


def test_no_line_of_a_page_can_move_the_cursor_or_fake_a_mark() -> None:
    shown = render_largest(compare(stored(*LINES), cleaned(*LINES, "\x1b[2Jgone\u202e", "- not cut")), PLAIN)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "+ - not cut" in shown
