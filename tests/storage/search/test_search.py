"""Searching the store: it finds what a naive search finds, on both databases, whatever is done to the articles."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from cleaning.errors import BadArgument
from storage.models import Run, StoredArticle
from storage.search.index import count_backlog, index_backlog, update_search_index
from storage.search.ranked import HitFilter, Order
from storage.search.search import SearchHit, search

if TYPE_CHECKING:
    from conftest import GiveArticles

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PIECES = [
    "Ferry", "ferries", "férry", "SUMMIT", "summit", "ministère", "Αθήνα", "ΑΘΗΝΑ", "Straße", "a1", "2026",
    "中国政府", "国", "政府", "国政", "ไทยแลนด์", "ไทย", "かな",
]  # fmt: skip
SEPARATORS = [" ", " ", " ", ", ", "\n", "-", ""]
UNSPACED = "[\u0e00-\u0eff\u3040-\u30ff\u4e00-\u9fff]"
ALL = HitFilter(include_duplicates=True, include_rejected=True)


def find(engine: Engine, words: str, wanted: HitFilter = ALL, **how: Any) -> list[str]:
    with engine.connect() as connection:
        return [hit.id for hit in search(connection, words, wanted=wanted, **how)]


def first(engine: Engine, words: str) -> SearchHit:
    with engine.connect() as connection:
        return next(search(connection, words, wanted=ALL))


def row(name: str, **columns: Any) -> dict[str, Any]:
    defaults = {
        "id": name,
        "url": f"https://news.example/{name}",
        "site": "courier",
        "title": "",
        "headline_key": "",
        "authors": [],
        "fetched_at": NOON,
        "language": "en",
        "language_probability": 0.9,
        "tags": [],
        "text": "",
        "words": 1,
        "cleaner_version": "1",
        "run_id": 1,
    }
    return defaults | columns


def naive_form(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(one for one in decomposed if one.isascii() or unicodedata.combining(one) != 230)
    spaced = re.sub(f"(?<={UNSPACED})(?!{UNSPACED})|(?<!{UNSPACED})(?={UNSPACED})", " ", re.sub(r"[\s,-]", " ", bare))
    return f" {' '.join(spaced.split())} "


def is_found(phrase: str, is_prefix: bool, texts: list[str]) -> bool:
    """Whether the folded phrase stands in one of the texts: any part of a run without spaces, else whole words."""
    form = naive_form(phrase).strip()
    before = "" if re.match(UNSPACED, form) else " "
    after = "" if is_prefix or re.match(UNSPACED, form[-1]) else " "
    return any(before + form + after in naive_form(text) for text in texts)


texts = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SEPARATORS)), max_size=12).map(
    lambda pieces: "".join(word + separator for word, separator in pieces)
)
phrases = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join)
terms = st.tuples(phrases, st.booleans(), st.booleans())  # the phrase, whether it is a beginning, whether excluded
changes = st.lists(
    st.tuples(st.sampled_from(["text", "title", "reject", "delete", "date"]), st.integers(0, 9), texts), max_size=8
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored=st.lists(st.tuples(texts, texts), min_size=1, max_size=8),
    changed=changes,
    queries=st.lists(st.lists(terms, min_size=1, max_size=3), min_size=1, max_size=6),
)
def test_a_search_finds_what_a_naive_search_finds(
    engine: Engine,
    stored: list[tuple[str, str]],
    changed: list[tuple[str, int, str]],
    queries: list[list[tuple[str, bool, bool]]],
) -> None:
    with engine.begin() as connection:
        connection.execute(delete(StoredArticle))
        connection.execute(delete(Run))
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        for number, (title, body) in enumerate(stored):
            connection.execute(insert(StoredArticle).values(row(f"{number:016x}", title=title, text=body)))
            update_search_index(connection, f"{number:016x}")
    for what, number, body in changed:
        with engine.begin() as connection:
            change(connection, what, f"{number:016x}", body)
    with engine.connect() as connection:
        assert count_backlog(connection) == 0
        kept = {found[0]: list(found[1:]) for found in connection.execute(
            select(StoredArticle.id, StoredArticle.title, StoredArticle.text)
        )}  # fmt: skip
    for query in queries:
        needed = [(phrase, is_prefix) for phrase, is_prefix, is_excluded in query if not is_excluded]
        excluded = [(phrase, is_prefix) for phrase, is_prefix, is_excluded in query if is_excluded]
        if not needed:
            continue
        words = " ".join(f'{"-" * out}"{phrase}"{"*" * is_prefix}' for phrase, is_prefix, out in query)
        expected = {
            name
            for name, both in kept.items()
            if all(is_found(*one, both) for one in needed) and not any(is_found(*one, both) for one in excluded)
        }
        for order in Order:
            assert set(find(engine, words, order=order)) == expected, words


def change(connection: Connection, what: str, name: str, body: str) -> None:
    if what == "delete":
        connection.execute(delete(StoredArticle).where(StoredArticle.id == name))
        return
    values: dict[str, Any] = {
        "text": {"text": body},
        "title": {"title": body},
        "reject": {"rejected": "section"},
        "date": {"published_at": NOON - timedelta(days=len(body))},
    }[what]
    connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(values))
    update_search_index(connection, name)


def test_duplicates_and_rejected_pages_are_found_only_where_asked_for(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(
        engine,
        [
            {"id": "a", "text": "the night ferry"},
            {"id": "b", "text": "the night ferry", "duplicate_of": "a"},
            {"id": "c", "text": "the night ferry", "rejected": "section"},
        ],
    )
    index_backlog(engine)
    assert find(engine, "ferry", HitFilter()) == ["a"]
    assert find(engine, "ferry", HitFilter(include_duplicates=True)) == ["a", "b"]
    assert find(engine, "ferry", HitFilter(include_rejected=True)) == ["a", "c"]
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).where(StoredArticle.id == "a").values(rejected="wall"))
        connection.execute(update(StoredArticle).where(StoredArticle.id == "b").values(duplicate_of=None))
    assert find(engine, "ferry", HitFilter()) == ["b"]


def test_hits_are_filtered_by_site_language_and_day(engine: Engine, give_articles: GiveArticles) -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    give_articles(
        engine,
        [
            {"id": "a", "text": "ferry", "site": "the-courier.example", "published_at": midnight},
            {"id": "b", "text": "ferry", "language": "pt-br", "published_at": midnight - timedelta(seconds=1)},
            {"id": "c", "text": "ferry", "fetched_at": midnight + timedelta(days=1)},
        ],
    )
    index_backlog(engine)
    assert find(engine, "ferry", HitFilter(sites=("the-courier.example",))) == ["a"]
    assert find(engine, "ferry", HitFilter(sites=("the-courier.example", "courier")), order=Order.NEWEST) == list("cab")
    assert find(engine, "ferry", HitFilter(languages=("pt-br",))) == ["b"]
    assert find(engine, "ferry", HitFilter(since=date(2026, 11, 21)), order=Order.NEWEST) == ["c", "a"]
    assert find(engine, "ferry", HitFilter(until=date(2026, 11, 21)), order=Order.NEWEST) == ["a", "b"]
    assert find(engine, "ferry", HitFilter(since=date(2026, 11, 21), until=date(2026, 11, 21))) == ["a"]


def test_the_best_hit_has_the_word_in_its_headline(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(
        engine,
        [
            {"id": "a", "text": "ferry " + "words of other things " * 30},
            {"id": "b", "text": "ferry ferry ferry " + "words of other things " * 30},
            {"id": "c", "title": "The ferry", "text": "words of other things " * 30},
        ],
    )
    index_backlog(engine)
    assert find(engine, "ferry", order=Order.BEST) == ["c", "b", "a"]
    assert find(engine, "ferry", order=Order.BEST, limit=1) == ["c"]


def test_the_newest_hits_of_a_common_word_are_found_block_by_block(engine: Engine, give_articles: GiveArticles) -> None:
    days = [(number * 7919) % 5000 for number in range(5000)]
    give_articles(
        engine,
        (
            {"id": f"{number:05}", "text": "ferry", "published_at": NOON - timedelta(days=day)}
            for number, day in enumerate(days)
        ),
    )
    index_backlog(engine)
    with engine.begin() as connection:
        # The oldest of all becomes the newest of all.
        oldest = days.index(4999)
        connection.execute(
            update(StoredArticle)
            .where(StoredArticle.id == f"{oldest:05}")
            .values(published_at=NOON + timedelta(days=1))
        )
    expected = sorted(range(5000), key=lambda number: -1 if number == oldest else days[number])
    for limit in (1, 10, 4000):
        found = find(engine, "ferry", order=Order.NEWEST, limit=limit)
        assert found == [f"{number:05}" for number in expected[:limit]]
    wanted = HitFilter(until=(NOON - timedelta(days=3000)).date())
    assert find(engine, "ferry", wanted, order=Order.NEWEST, limit=1) == [f"{days.index(3000):05}"]


def test_an_older_store_is_indexed_in_batches_that_outlast_an_interruption(
    engine: Engine, give_articles: GiveArticles
) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER search_article_added"))
    give_articles(engine, ({"id": f"{number:05}", "text": f"ferry {number}"} for number in range(1200)))
    with engine.begin() as connection:
        backlog = "INSERT INTO search_backlog (article_id) SELECT id FROM article WHERE true ON CONFLICT DO NOTHING"
        connection.execute(text(backlog))
    done: list[tuple[int, int]] = []

    def interrupt(count: int, total: int) -> None:
        done.append((count, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_backlog(engine, interrupt)
    assert done == [(500, 1200)]
    assert len(find(engine, "ferry")) == 500
    index_backlog(engine, lambda count, total: done.append((count, total)))
    assert done[1:] == [(500, 700), (700, 700)]
    assert len(find(engine, "ferry")) == 1200
    assert index_backlog(engine) == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("In İstanbul regnet es", "ISTANBUL"),
        ("Die Straße nach Łódź", "strasse lodz"),
        ("Ο Οδυσσέας", "ΟΔΥΣΣΕΑΣ"),
        ("Новый ёж", "еж"),
        ("قَالَ أحمد", "قال احمد"),
        ("정부가 오늘", "정부*"),
        ("日本の首相は今日", "首相"),
        ("日本の首相は今日", "首"),
        ("นายกรัฐมนตรีแถลง", "รัฐมนตรี"),
        ("NHK番組の案内", "nhk番組"),
        ("the state-of-the-art ferry", "state-of-the-art"),
        ("Don't stop", "don’t"),
    ],
)
def test_words_of_all_scripts_are_found(engine: Engine, give_articles: GiveArticles, body: str, words: str) -> None:
    give_articles(engine, [{"id": "a", "text": body}, {"id": "b", "text": "another"}])
    index_backlog(engine)
    assert find(engine, words) == ["a"]


def test_a_text_of_any_length_is_stored_and_found(engine: Engine, give_articles: GiveArticles) -> None:
    many = " ".join(f"word{number}" for number in range(100_000))
    give_articles(
        engine,
        [
            {"id": "a", "text": many},
            {"id": "b", "text": "ab" * 5000},
            {"id": "c", "text": "中国政府" * 50_000},
            {"id": "d", "text": "again " * 60_000},
            {"id": "e", "text": "'quoted' \\ \" : & | ! <-> *"},
        ],
    )
    index_backlog(engine)
    assert find(engine, "word100 word30000") == ["a"]
    assert find(engine, "ab" * 5000) == ["b"]
    assert find(engine, "政府") == ["c"]
    assert find(engine, "again") == ["d"]
    assert find(engine, "quoted") == ["e"]


def test_a_snippet_shows_the_hits(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(
        engine,
        [
            {
                "id": "a",
                "title": "The Élan ferry",
                "text": "Nothing here. " * 40 + "Then the night\nferry, an élan ferry, came. " + "Nothing more. " * 40,
            }
        ],
    )
    index_backlog(engine)
    hit = first(engine, 'elan* "night ferry"')
    assert hit.headline.split() == [("The ", False), ("Élan", True), (" ferry", False)]
    assert [piece for piece, is_hit in hit.snippet.split() if is_hit] == ["night ferry", "élan"]
    assert hit.snippet.text.startswith("… Nothing")
    assert hit.snippet.text.endswith(" …")
    assert len(hit.snippet.text) < 230


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "has no word in it"),
        ("!? ...", "has no word in it"),
        ("-ferry", "names none to find"),
        ('"night ferry', "is not closed"),
        ("f*", "at least 2 letters"),
        (" ".join(f"w{number}" for number in range(65)), "at most 64 words"),
    ],
)
def test_words_that_cannot_be_searched_are_refused_at_once(engine: Engine, words: str, said: str) -> None:
    with engine.connect() as connection, pytest.raises(BadArgument, match=said):
        search(connection, words)
