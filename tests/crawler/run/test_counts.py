"""The counts of a crawl: each address counts once, whatever happens to it in the run."""

from __future__ import annotations

import pytest
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from crawler.run.address_bits import AddressBits
from crawler.run.counts import CrawlCounts
from crawler.spiders.articles import ArticlesSpider
from storage.frontier.offering import OfferCounts
from storage.nights.account import Account


@pytest.fixture
def counts() -> CrawlCounts:
    crawler = Crawler(ArticlesSpider)
    crawler.stats = MemoryStatsCollector(crawler)
    return CrawlCounts(crawler)


def account(counts: CrawlCounts) -> Account:
    return Account.from_stats(counts.by_site()["courier"])


def test_an_address_that_fails_and_is_fetched_later_counts_once(counts: CrawlCounts) -> None:
    counts.add_failure("courier", 7, "failed/http-500", is_list=False)
    assert (account(counts).found, account(counts).failed) == (1, {"http-500": 1})
    counts.retract_failure(7)
    counts.add_page("courier", "stored")
    assert (account(counts).found, account(counts).fetched, account(counts).failed) == (1, 1, {})


def test_an_address_that_fails_twice_counts_by_its_last_failure(counts: CrawlCounts) -> None:
    counts.add_failure("courier", 7, "failed/http-500", is_list=False)
    counts.add_failure("courier", 7, "failed/timeout", is_list=False)
    assert account(counts).failed == {"timeout": 1}
    counts.retract_failure(8)
    assert account(counts).failed == {"timeout": 1}


def test_lists_that_fail_are_no_articles_that_fail(counts: CrawlCounts) -> None:
    counts.add_failure("courier", 1, "gone/http-410", is_list=True)
    counts.add_failure("courier", 2, "gone/http-410", is_list=False)
    assert (account(counts).failed, account(counts).lists_failed) == ({"http-410": 1}, {"http-410": 1})
    assert counts.get("courier", "address/gone/http-410") == 2
    counts.retract_failure(1)
    assert (account(counts).failed, account(counts).lists_failed) == ({"http-410": 1}, {})


def test_a_known_address_counts_once_however_many_lists_name_it(counts: CrawlCounts) -> None:
    counts.add_offered("courier", OfferCounts(known=2, not_due=(3, 1_000_000)))
    counts.add_offered("courier", OfferCounts(known=1, again=1, not_due=(3,), due_again=(1_000_000, 9)))
    assert account(counts).known == 1


def test_a_set_of_addresses_says_what_changed_it() -> None:
    bits = AddressBits()
    assert [bits.add(9), bits.add(9), bits.add(8), bits.discard(9), bits.discard(9), bits.discard(10**6)] == [
        True, False, True, True, False, False,
    ]  # fmt: skip
