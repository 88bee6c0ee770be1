"""How offers of the same page are merged, and how a site's parameters are learnt from compared pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from storage import runs
from storage.articles.saving import make_article_id
from storage.frontier import offering, settling
from storage.frontier.addresses import TWIN, AddressKind, AddressState, Lease, Offer
from storage.frontier.redirects import pass_on_offer
from storage.frontier.same_pages.twin_evidence import load_rules
from storage.frontier.same_pages.twin_forms import compute_group
from storage.frontier.same_pages.twin_learning import learn_from_pair, learn_from_texts, list_group
from storage.models import Address, StoredArticle

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SITE = "courier"
BASE = "https://courier.example"
STORY = f"{BASE}/2026/11/21/the-mill-is-sold"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


@pytest.fixture
def run(connection: Connection) -> int:
    return runs.begin(connection, spider="articles", now=NOW)


def offer(connection: Connection, run: int, *urls: str) -> offering.OfferCounts:
    offers = [Offer(url, AddressKind.ARTICLE, source="feed") for url in urls]
    return offering.offer(connection, SITE, offers, run=run, now=NOW)


def states(connection: Connection) -> dict[str, tuple[str, str | None]]:
    return {row.url: (row.state, row.reason) for row in connection.execute(select(Address.__table__))}


def settle(connection: Connection, url: str, state: AddressState) -> None:
    address = connection.execute(select(Address.id).where(Address.url == url)).scalar_one()
    settling.settle(connection, address, state, status=200, now=NOW)


def store(connection: Connection, run: int, url: str, text: str, rejected: str | None = None) -> None:
    settle(connection, url, AddressState.DONE)
    empty = {"authors": [], "tags": []}
    values = {"url": url, "site": SITE, "title": "T", "headline_key": "t", "text": text, "rejected": rejected}
    facts = {"language": "en", "language_probability": 1.0, "words": 9, "cleaner_version": "1", "run_id": run}
    connection.execute(
        insert(StoredArticle).values(id=make_article_id(url), fetched_at=NOW, **values, **facts, **empty)
    )


def test_twins_in_one_list_are_one_address_the_plainest(connection: Connection, run: int) -> None:
    offered = offer(connection, run, f"{STORY}?partner=rss", f"{STORY}/amp/", STORY, f"{STORY}/")
    assert (offered.new, offered.merged) == (1, 3)
    assert states(connection) == {STORY: ("pending", None)}


def test_a_known_address_takes_the_offers_of_its_twins(connection: Connection, run: int) -> None:
    offer(connection, run, STORY)
    assert offer(connection, run, f"{STORY}/", f"{STORY}?partner=rss").known == 1
    assert list(states(connection)) == [STORY]


def test_a_plainer_address_takes_the_place_of_one_that_waits_but_not_of_one_that_was_fetched(
    connection: Connection, run: int
) -> None:
    amp = f"{STORY}/amp/"
    offer(connection, run, amp)
    offer(connection, run, STORY)
    assert states(connection) == {amp: ("refused", TWIN), STORY: ("pending", None)}
    other = f"{BASE}/2026/11/21/the-ferry-is-late"
    offer(connection, run, f"{other}/amp/")
    settle(connection, f"{other}/amp/", AddressState.DONE)
    offer(connection, run, other)
    assert other not in states(connection)


def test_https_takes_the_place_of_http_while_neither_is_fetched(connection: Connection, run: int) -> None:
    offer(connection, run, "http://courier.example/a-mill", f"{BASE}/a-mill")
    offer(connection, run, "http://courier.example/a-ferry")
    offer(connection, run, f"{BASE}/a-ferry")
    waiting = {url for url, (state, _) in states(connection).items() if state == "pending"}
    assert waiting == {f"{BASE}/a-mill", f"{BASE}/a-ferry"}


def test_an_address_that_is_gone_stands_for_no_other(connection: Connection, run: int) -> None:
    amp = f"{STORY}/amp/"
    offer(connection, run, amp)
    offer(connection, run, STORY)
    settle(connection, STORY, AddressState.GONE)
    offer(connection, run, amp)
    assert states(connection)[amp] == ("pending", None)


def test_a_twin_gets_its_turn_where_an_address_has_failed_so_far(connection: Connection, run: int) -> None:
    www = STORY.replace("//", "//www.")
    offer(connection, run, www, STORY)
    address = connection.execute(select(Address.id).where(Address.url == www)).scalar_one()
    pauses = [timedelta(hours=12), timedelta(days=2)]
    settling.retry_or_fail(connection, address, pauses=pauses, reason="connection-refused", now=NOW)
    offer(connection, run, www, STORY)
    assert states(connection) == {www: ("refused", TWIN), STORY: ("pending", None)}
    settle(connection, STORY, AddressState.DONE)
    assert offer(connection, run, www, STORY).known == 1


def test_a_rejected_page_stands_for_its_slash_but_not_for_its_print_edition(connection: Connection, run: int) -> None:
    offer(connection, run, STORY)
    store(connection, run, STORY, "", rejected="too-short")
    offer(connection, run, f"{STORY}/", f"{STORY}?print=1")
    assert set(states(connection)) == {STORY, f"{STORY}?print=1"}


def test_the_session_of_another_night_is_the_same_page(connection: Connection, run: int) -> None:
    pages = [f"{BASE}/show?number={number}" for number in (11, 12, 13)]
    offer(connection, run, *(f"{page}&visit=5f3a9c1e" for page in pages))
    again = offer(
        connection, run, *(f"{page}&visit=77ab03d2" for page in pages), f"{BASE}/show?number=14&visit=77ab03d2"
    )
    assert (again.known, again.new) == (3, 1)


def test_a_parameter_is_ignored_once_three_pages_agree(connection: Connection, run: int) -> None:
    pages = [f"{BASE}/show?number={number}" for number in range(5)]
    tracked = [f"{page}&box=7{number}" for number, page in enumerate(pages)]
    offer(connection, run, *pages, *tracked)
    assert len(states(connection)) == 10
    for page, twin in list(zip(pages, tracked, strict=True))[:3]:
        store(connection, run, page, f"text of {page}")
        learn_from_pair(connection, SITE, twin, page, is_same=True, now=NOW)
    assert load_rules(connection, SITE).ignored == {"parameter:box"}
    assert [states(connection)[twin] for twin in tracked] == [("refused", TWIN)] * 5
    assert offer(connection, run, f"{pages[4]}&box=1234").known == 1


def test_three_addresses_with_other_words_behind_their_id_show_that_the_words_are_free(
    connection: Connection, run: int
) -> None:
    pages = [f"{BASE}/story/Z59-4711-08/any-words-{number}" for number in range(8)]
    offer(connection, run, *pages)
    for page in pages[1:4]:
        store(connection, run, page, "the mill is sold to a baker")
        learn_from_pair(connection, SITE, page, pages[0], is_same=True, now=NOW)
    assert load_rules(connection, SITE).ignored == {"slug"}
    assert {states(connection)[page] for page in (pages[0], *pages[4:])} == {("refused", TWIN)}
    assert offer(connection, run, f"{BASE}/story/Z59-4711-09/any-words-1").new == 1


def test_one_page_alone_teaches_nothing(connection: Connection, run: int) -> None:
    for number in range(9):  # a wall that shows one text for every id
        learn_from_pair(connection, SITE, f"{BASE}/a?id={number}", f"{BASE}/a?id=99", is_same=True, now=NOW)
    assert load_rules(connection, SITE).ignored == frozenset()


def test_other_texts_refute_a_parameter_and_its_addresses_are_asked_for_again(connection: Connection, run: int) -> None:
    pages = [f"{BASE}/show?number={number}" for number in range(4)]
    parts = [f"{page}&box=7{number}" for number, page in enumerate(pages)]
    offer(connection, run, *pages, *parts)
    for page, part in zip(pages, parts, strict=True):
        learn_from_pair(connection, SITE, part, page, is_same=True, now=NOW)
    assert {states(connection)[part][1] for part in parts} == {TWIN}
    other = f"{pages[0]}&box=80"
    store(connection, run, pages[0], "the mill is sold to a baker who will mill no more")
    members = list_group(connection, compute_group(other, load_rules(connection, SITE).ignored))
    learn_from_texts(connection, SITE, other, "quite another story of a ferry that sank twice", "other", members, NOW)
    assert load_rules(connection, SITE).refuted == {"parameter:box"}
    assert {states(connection)[part] for part in parts} == {("pending", None)}


def test_stored_texts_are_compared_before_a_parameter_is_ignored(connection: Connection, run: int) -> None:
    offer(connection, run, f"{BASE}/show?box=71&number=0", f"{BASE}/show?box=72&number=0")
    store(connection, run, f"{BASE}/show?box=71&number=0", "the mill is sold to a baker")
    store(connection, run, f"{BASE}/show?box=72&number=0", "a ferry sank twice off the old harbour")
    for number in (1, 2, 3):
        page = f"{BASE}/show?number={number}"
        learn_from_pair(connection, SITE, page, f"{page}&box=7", is_same=True, now=NOW)
    assert load_rules(connection, SITE).ignored == frozenset()


def lease_of(connection: Connection, url: str) -> Lease:
    address = connection.execute(select(Address.id).where(Address.url == url)).scalar_one()
    connection.execute(update(Address).where(Address.id == address).values(state=AddressState.LEASED))
    return Lease(address, url, SITE, AddressKind.ARTICLE, 1, "feed", 0)


def test_a_redirect_to_a_known_article_passes_its_offer_on(connection: Connection, run: int) -> None:
    offer(connection, run, STORY, f"{BASE}/?p=12")
    lease = lease_of(connection, f"{BASE}/?p=12")
    assert pass_on_offer(connection, lease, STORY, run=run, now=NOW)
    settle(connection, lease.url, AddressState.DONE)
    later = NOW + timedelta(days=1)
    changed = Offer(lease.url, AddressKind.ARTICLE, changed_at=later, source="feed")
    offering.offer(connection, SITE, [changed], run=run, now=later)
    dates = {row.url: row.changed_at for row in connection.execute(select(Address.__table__))}
    assert dates == {STORY: later, lease.url: None}


def test_a_redirect_to_a_twin_of_a_known_article_ends_there_but_not_one_to_the_address_itself(
    connection: Connection, run: int
) -> None:
    offer(connection, run, STORY, f"{BASE}/?p=12", "http://courier.example/only-by-http")
    assert pass_on_offer(connection, lease_of(connection, f"{BASE}/?p=12"), f"{STORY}/", run=run, now=NOW)
    lease = lease_of(connection, "http://courier.example/only-by-http")
    assert not pass_on_offer(connection, lease, f"{BASE}/only-by-http", run=run, now=NOW)


def test_a_redirect_to_a_page_that_is_no_article_or_unknown_is_followed(connection: Connection, run: int) -> None:
    offer(connection, run, STORY, f"{BASE}/?p=12")
    store(connection, run, STORY, "", rejected="too-short")
    lease = lease_of(connection, f"{BASE}/?p=12")
    assert not pass_on_offer(connection, lease, STORY, run=run, now=NOW)
    assert not pass_on_offer(connection, lease, f"{BASE}/unknown", run=run, now=NOW)


def test_a_target_of_many_redirects_may_be_a_wall(connection: Connection, run: int) -> None:
    offer(connection, run, STORY, *(f"{BASE}/?p={number}" for number in range(5)))
    leases = [lease_of(connection, f"{BASE}/?p={number}") for number in range(5)]
    ended = [pass_on_offer(connection, lease, STORY, run=run, now=NOW) for lease in leases]
    assert ended == [True, True, True, False, False]
