"""Taking articles down: they leave the store, and nothing brings them back. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, select

from cleaning.page.canonical import to_canonical_url
from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.removing.erase_archive import erase_archive
from crawler.removing.remove import list_due, refuse_address, remove_pages, remove_site
from crawler.storing.deduplicate import deduplicate
from crawler.storing.removed import refuse_removed_page
from storage import runs
from storage.articles import saving
from storage.articles.erasing import load_erasable_pages
from storage.articles.saving import make_article_id
from storage.articles.story_index import HOLDER_BITS
from storage.articles.tombstones import (
    add_removed_site,
    find_removed_urls,
    lift_removed_site,
    lift_tombstone,
    list_removed_sites,
    list_tombstones,
)
from storage.database.engine import open_database, open_for_reading
from storage.frontier import offering
from storage.frontier.addresses import AddressKind, AddressState, Headline, Offer
from storage.models import Address, Base, StoredArticle, StoredBlock

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
SECRET = "Zebulon Quagmire was seen in the harbour on the night of the storm, with a lantern and a ladder."
COMMON = "The ferry ran late on Monday because of the storm, and forty people had to wait until the morning."
URL, COPY, OTHER = (f"https://courier.example/2026/{name}" for name in ("secret", "secret-copy", "other"))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = (
        f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    )
    engine = open_database(make_url(url))
    fill(engine)
    yield engine
    engine.dispose()


def fill(engine: Engine) -> None:
    """An article that changed once, a later copy of it, and another article of the same site."""
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
        offers = [
            Offer(
                url, AddressKind.ARTICLE, source="feed", headline=None if url == OTHER else Headline("zebulon", "feed")
            )
            for url in (URL, COPY, OTHER)
        ]
        offering.offer(connection, "courier", offers, run=run, now=NIGHT)
        for hour, url, texts in (
            (1, URL, (SECRET, "Before.")),
            (2, URL, (SECRET, COMMON)),
            (3, COPY, (SECRET, COMMON)),
            (4, OTHER, (COMMON[::-1],)),
        ):
            article = Article(
                url, f"Headline {url[-4:]}", blocks=tuple(map(Block, texts)), published_at=NIGHT, canonical_url=url
            )
            when = NIGHT.replace(hour=hour)
            saving.save_article(connection, article, site="courier", run=run, fetched_at=when, location=None)
            deduplicate(connection, make_article_id(url))


def remove(engine: Engine, url: str) -> None:
    with open_for_reading(engine) as connection:
        pages = load_erasable_pages(connection, [make_article_id(url)])
    assert len(pages) == 1
    remove_pages(engine, pages, now=NIGHT, reason="a letter")


def find_traces(engine: Engine, name: str) -> list[str]:
    """Return the tables that hold a row of the article, other than its tombstone."""
    holder = int(name[: HOLDER_BITS // 4], 16)  # ends each of its rows in the index of near-duplicates
    tables = [table for table in Base.metadata.sorted_tables if table.name != "tombstone"]
    tables.append(StoredBlock.__table__)
    with open_for_reading(engine) as connection:
        return [
            table.name
            for table in tables
            if any(
                row.key & ((1 << HOLDER_BITS) - 1) == holder if table.name == "sketch_key" else name in map(str, row)
                for row in connection.execute(select(table))
            )
        ]


def test_nothing_of_an_article_stays_in_any_table(engine: Engine) -> None:
    name = make_article_id(URL)
    assert {"article", "block", "revision", "sketch_key", "duplicate_match"} <= set(find_traces(engine, name))
    remove(engine, URL)
    assert find_traces(engine, name) == []
    with open_for_reading(engine) as connection:
        stones = [(row.url, row.site, row.removed_at, row.reason) for row in list_tombstones(connection)]
    assert stones == [(URL, "courier", NIGHT, "a letter")]


def test_a_copy_that_stays_represents_its_story_from_then_on(engine: Engine) -> None:
    def find_representative() -> str | None:
        with open_for_reading(engine) as connection:
            row = StoredArticle
            return connection.execute(select(row.duplicate_of).where(row.url == COPY)).scalar_one()

    assert find_representative() == make_article_id(URL)
    remove(engine, URL)
    assert find_representative() is None


def test_a_removed_address_is_never_leased_again(engine: Engine) -> None:
    remove(engine, URL)
    with engine.begin() as connection:
        offers = [
            Offer(url, AddressKind.ARTICLE, changed_at=NIGHT.replace(day=25), source="feed") for url in (URL, OTHER)
        ]
        counts = offering.offer(connection, "courier", offers, run=1, now=NIGHT.replace(day=26))
        row = connection.execute(
            select(Address.state, Address.reason, Address.headline_key).where(Address.url == URL)
        ).one()
    assert (counts.new, counts.again, counts.known) == (0, 0, 2)  # the other waits already
    assert tuple(row) == (AddressState.REFUSED, "removed", None)


def test_a_page_that_declares_a_removed_address_is_not_stored_either(engine: Engine) -> None:
    remove(engine, URL)
    new = "https://courier.example/amp/secret"
    with engine.begin() as connection:
        page = Article(new, "Headline", canonical_url=URL)
        assert refuse_removed_page(connection, page, "courier", None, None, now=NIGHT)
        assert find_removed_urls(connection, "courier", [new, OTHER]) == {new}
        assert not refuse_removed_page(connection, Article(OTHER, "Headline"), "courier", None, None, now=NIGHT)


@pytest.mark.parametrize("twin", ["http://courier.example/2026/secret", f"{URL}/", f"{URL}?utm_source=feed"])
def test_it_does_not_come_back_at_another_address_of_the_same_page(engine: Engine, twin: str) -> None:
    twin = to_canonical_url(twin) or ""
    remove(engine, URL)
    with engine.begin() as connection:
        offers = [Offer(twin, AddressKind.ARTICLE, source="feed", changed_at=NIGHT)]
        counts = offering.offer(connection, "courier", offers, run=1, now=NIGHT.replace(day=26))
        assert (counts.new, counts.again) == (0, 0)
        assert refuse_removed_page(connection, Article(twin, "Headline"), "courier", None, None, now=NIGHT)
        assert lift_tombstone(connection, URL)
        lift_tombstone(connection, twin)
        assert not refuse_removed_page(connection, Article(twin, "Headline"), "courier", None, None, now=NIGHT)


def test_what_was_never_stored_can_be_refused(engine: Engine) -> None:
    unknown = "https://courier.example/2026/unknown"
    refuse_address(engine, unknown, "courier", now=NIGHT, reason=None)
    with engine.begin() as connection:
        counts = offering.offer(connection, "courier", [Offer(unknown, AddressKind.ARTICLE)], run=1, now=NIGHT)
    assert (counts.new, counts.known) == (0, 1)


def test_a_site_goes_with_its_addresses_and_none_of_its_pages_comes_back(engine: Engine) -> None:
    seen: list[int] = []
    gone = remove_site(engine, "courier", seen.append, now=NIGHT, reason=None)
    assert gone["pages"] == seen[-1] == 3
    with engine.begin() as connection:
        assert connection.execute(select(StoredArticle.id)).all() == []
        assert connection.execute(select(Address.id)).all() == []
        fresh = "https://courier.example/2026/fresh"
        assert offering.offer(connection, "courier", [Offer(fresh, AddressKind.ARTICLE)], run=1, now=NIGHT).new == 0
        assert refuse_removed_page(connection, Article(fresh, "Fresh"), "courier", None, None, now=NIGHT)
        assert [row.site for row in list_removed_sites(connection)] == ["courier"]
        assert lift_removed_site(connection, "courier")
        assert offering.offer(connection, "courier", [Offer(fresh, AddressKind.ARTICLE)], run=1, now=NIGHT).new == 1


def test_what_is_due_is_known_until_the_archive_is_erased(engine: Engine, tmp_path: Path) -> None:
    remove(engine, URL)
    assert list_due(engine) == ([], ["courier"])
    erase_archive(engine, tmp_path / "archive", lambda _done, _of: None)
    assert list_due(engine) == ([], [])
    with engine.begin() as connection:  # all that a removal does which is killed at once
        add_removed_site(connection, "courier", removed_at=NIGHT, reason="a letter")
    sites, learnt = list_due(engine)
    assert ([(row.site, row.removed_at, row.reason) for row in sites], learnt) == ([("courier", NIGHT, "a letter")], [])


def test_a_lifted_address_may_come_back(engine: Engine) -> None:
    remove(engine, URL)
    with engine.begin() as connection:
        assert lift_tombstone(connection, URL)
        assert not lift_tombstone(connection, URL)
        offer = Offer(URL, AddressKind.ARTICLE, source="feed", changed_at=NIGHT.replace(day=21))
        counts = offering.offer(connection, "courier", [offer], run=1, now=NIGHT.replace(day=26))
    assert counts.new + counts.again == 1


def test_the_file_of_sqlite_holds_no_byte_of_it(tmp_path: Path) -> None:
    from crawler.removing.remove import discard_copies

    engine = open_database(make_url(f"sqlite:///{tmp_path}/bytes.db"))
    fill(engine)
    for url in (URL, COPY):
        remove(engine, url)
    discard_copies(engine)
    engine.dispose()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("bytes.db*"))
    assert b"zebulon" not in held.lower()  # the index of the search holds words in lower case
    assert COMMON[::-1].encode() in held  # the search would find it
