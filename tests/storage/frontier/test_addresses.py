"""Choice of the headline to keep among several of one address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.frontier.addresses import Headline, choose_headline

HEADLINES = st.builds(
    Headline, st.text("ab ", min_size=1, max_size=3), st.sampled_from(["feed", "news-sitemap", "section"])
)


def test_a_news_sitemap_is_preferred_to_a_feed_and_a_feed_to_a_link() -> None:
    link, feed, news = (
        Headline("the longest of all", "section"),
        Headline("longer", "feed"),
        Headline("x", "news-sitemap"),
    )
    assert choose_headline(link, feed) == feed
    assert choose_headline(link, news, feed) == news
    assert choose_headline(None, link) == link


def test_of_one_kind_of_source_the_longest_is_kept_and_then_the_last_by_its_letters() -> None:
    assert choose_headline(Headline("b", "feed"), Headline("aa", "feed")) == Headline("aa", "feed")
    assert choose_headline(Headline("ab", "feed"), Headline("aa", "feed")) == Headline("ab", "feed")


def test_without_headlines_there_is_none() -> None:
    assert choose_headline(None, None) is None


@given(st.lists(HEADLINES, min_size=1).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_headlines_changes_nothing(orders: tuple[list[Headline], list[Headline]]) -> None:
    outcomes = set()
    for order in orders:
        kept: Headline | None = None
        for headline in order:
            kept = choose_headline(kept, headline)
        outcomes.add(kept)
    assert outcomes == {choose_headline(*orders[0])}
