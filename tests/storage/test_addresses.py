"""Which of several headlines of one address is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.addresses import Headline, best_headline

HEADLINES = st.builds(
    Headline, st.text("ab ", min_size=1, max_size=3), st.sampled_from(["feed", "news-sitemap", "section"])
)


def test_a_news_sitemap_is_heard_before_a_feed_and_a_feed_before_a_link() -> None:
    link, feed, news = (
        Headline("the longest of all", "section"),
        Headline("longer", "feed"),
        Headline("x", "news-sitemap"),
    )
    assert best_headline(link, feed) == feed
    assert best_headline(link, news, feed) == news
    assert best_headline(None, link) == link


def test_of_one_kind_of_source_the_longest_is_kept_and_then_the_last_by_its_letters() -> None:
    assert best_headline(Headline("b", "feed"), Headline("aa", "feed")) == Headline("aa", "feed")
    assert best_headline(Headline("ab", "feed"), Headline("aa", "feed")) == Headline("ab", "feed")


def test_where_nothing_is_told_there_is_none() -> None:
    assert best_headline(None, None) is None


@given(st.lists(HEADLINES, min_size=1).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_the_order_in_which_headlines_are_told_changes_nothing(orders: tuple[list[Headline], list[Headline]]) -> None:
    outcomes = set()
    for order in orders:
        kept: Headline | None = None
        for headline in order:
            kept = best_headline(kept, headline)
        outcomes.add(kept)
    assert outcomes == {best_headline(*orders[0])}
