"""What is counted as lost, whose fault it is said to be, and when it is too much."""

from __future__ import annotations

import pytest
from rich.console import Console

from cleaning.article import Article, Block
from crawler.differences import LARGEST, Differences
from crawler.differences_shown import largest, summary
from storage.texts import StoredText

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


def of(before: StoredText, after: Article) -> Differences:
    differences = Differences({"one": 10})
    differences.add("0001", "one", before, after)
    return differences


def test_the_same_text_stays() -> None:
    found = of(stored(*LINES), cleaned(*LINES))
    assert (found.articles, found.same, found.lost, found.gained, found.largest) == (1, 1, 0, 0, [])


def test_lines_that_are_broken_elsewhere_lose_nothing() -> None:
    found = of(stored(*LINES), cleaned(" ".join(LINES)))
    assert (found.otherwise, found.lost, found.gained) == (1, 0, 0)
    assert not found.losers


def test_a_text_that_another_of_its_length_replaces_is_lost() -> None:
    found = of(stored("abcd efgh"), cleaned("ijkl mnop"))
    assert (found.otherwise, found.lost, found.gained) == (1, 8, 8)
    assert found.losers == {"one": 1}


def test_what_is_cut_and_kept_is_counted_by_the_rules_that_did_it() -> None:
    found = of(stored(LINES[0], LINES[1], cut=LINES[2]), cleaned(LINES[0], LINES[2], cut=LINES[1]))
    assert found.cut == {"repeated_block": len(LINES[1])}
    assert found.kept == {"see_also": len(LINES[2])}
    assert "repeated_block" in summary(found, PLAIN)


def test_what_is_not_among_the_blocks_any_more_has_no_rule_to_name() -> None:
    assert of(stored(*LINES), cleaned(LINES[0])).cut == {"(not extracted)": len(LINES[1]) + len(LINES[2])}


def test_what_becomes_an_article_or_rejected_is_gained_or_lost_whole() -> None:
    become = of(stored("abcd", rejected="too-short"), cleaned("abcd efgh"))
    assert (become.become, become.gained, become.lost) == (1, 8, 0)
    rejected = of(stored("abcd efgh"), cleaned("abcd", rejected="too-short"))
    assert (rejected.lost_to, rejected.lost, rejected.losers) == ({"too-short": 1}, 8, {"one": 1})
    assert "becomes rejected: too-short" in largest(rejected, PLAIN)


def test_what_is_rejected_before_and_after_counts_for_nothing() -> None:
    found = of(stored("abcd", rejected="paywall"), cleaned("other", rejected="section"))
    assert (found.articles, found.changed, found.largest) == (0, 0, [])


def test_another_headline_is_shown() -> None:
    found = of(stored(*LINES, title="The bridge | The Paper"), cleaned(*LINES))
    assert (found.same, found.retitled) == (1, 1)
    assert "- The bridge | The Paper\n+ The bridge\n" in largest(found, PLAIN)


@pytest.mark.parametrize(
    ("losers", "articles", "is_doubted"),
    [(2, 10, False), (3, 10, True), (3, 60, False), (3, 59, True), (5, 100, False), (6, 100, True)],
)
def test_a_twentieth_of_a_site_may_lose_a_tenth_of_its_text_and_two_articles_always(
    losers: int, articles: int, *, is_doubted: bool
) -> None:
    differences = Differences({"one": articles, "two": 10_000})
    for number in range(losers):
        differences.add(f"{number:04x}", "one", stored(*LINES), cleaned(*LINES[:2]))
    assert bool(differences.doubts()) == is_doubted
    assert all(f"one: {losers} of {articles}" in doubt for doubt in differences.doubts())


def test_many_sites_that_lose_little_each_are_doubted_together() -> None:
    differences = Differences({f"site{number}": 12 for number in range(10)})
    for number in range(20):
        differences.add(f"{number:04x}", f"site{number % 10}", stored(*LINES), cleaned(*LINES[:2]))
    assert differences.doubts()[0].startswith("all sites: 20 of 120 articles")
    assert len(differences.doubts()) == 1


def test_a_tenth_exactly_is_no_loss_to_speak_of() -> None:
    words = [f"word{number}" for number in range(10)]
    assert not of(stored(" ".join(words)), cleaned(" ".join(words[1:]))).losers
    assert of(stored(" ".join(words)), cleaned(" ".join(words[2:]))).losers


def test_the_largest_are_kept_in_whatever_order_they_come() -> None:
    def largest_of(numbers: range) -> list[tuple[str, ...]]:
        differences = Differences({})
        for number in numbers:
            lines = ("A line that stays.", "x" * (1 + number // 2))  # two of each length
            differences.add(f"{number:04x}", "one", stored(*lines), cleaned(lines[0], title=f"The bridge {number}"))
        return [one.after for one in differences.largest]

    found = largest_of(range(200))
    assert len(found) == LARGEST
    assert found[0][0] == "The bridge 198"
    assert found == largest_of(range(199, -1, -1))


def test_no_line_of_a_page_can_move_the_cursor_or_fake_a_mark() -> None:
    shown = largest(of(stored(*LINES), cleaned(*LINES, "\x1b[2Jgone\u202e", "- not cut")), PLAIN)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "+ - not cut" in shown
