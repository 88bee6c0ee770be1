"""The extra tables: removed blocks, rejected pages, revisions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from give_blocks import give_blocks
from sqlalchemy import Connection, Engine, event, update

from cleaning.records.article import Article
from cleaning.records.block import Block, LiveEntry
from storage import runs
from storage.articles import saving
from storage.articles.saving import make_article_id
from storage.export.option_words import EXTRA_TABLE_NAMES
from storage.export.schema import FieldKind
from storage.export.selection.choose import choose_articles
from storage.export.selection.selection import Selection
from storage.export.tables import EXTRA_TABLES
from storage.models import StoredArticle

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TYPES = {
    FieldKind.TEXT: str,
    FieldKind.TEXTS: list,
    FieldKind.TIME: datetime,
    FieldKind.COUNT: int,
    FieldKind.SHARE: float,
    FieldKind.BOOLEAN: bool,
}
FERRY = "The night ferry runs again from June, the council said on Monday."


def save(connection: Connection, name: str, *, days: int = 0, site: str = "courier", **more: Any) -> str:
    values: dict[str, Any] = {
        "title": f"Headline of {name}",
        "blocks": (Block(FERRY), Block(f"So {name} says.")),
    } | more
    article = Article(f"https://{site}.example/{name}", cleaner_version="1", published_at=NOON, **values)
    run = runs.begin(connection, spider="articles", now=NOON)
    fetched_at = NOON + timedelta(days=days)
    saving.save_article(connection, article, site=site, run=run, fetched_at=fetched_at, location=None)
    return make_article_id(article.url)


def export_rows(engine: Engine, table: str, **asked: Any) -> list[dict[str, Any]]:
    """Return all rows of a table in a release of this selection, and check the type of each value."""
    extra, selection = EXTRA_TABLES[table], Selection(**asked)
    with engine.connect() as connection:
        choose_articles(connection, selection)
        found = [row for batch in extra.stream_batches(connection, selection) for row in batch.records]
        assert extra.count_rows(connection, selection) == len(found)
        connection.rollback()
    for row in found:
        for field, value in zip(extra.table.fields, row, strict=True):
            assert isinstance(value, TYPES[field.kind]) or (field.nullable and value is None), field.name
            assert not isinstance(value, datetime) or value.tzinfo is UTC
    return [dict(zip(extra.table.names, row, strict=True)) for row in found]


def test_removed_has_every_cut_block_of_the_released_articles_in_their_order(engine: Engine) -> None:
    cut = Block("Read also: quays", rule="see_also", evidence="begins with Read also")
    with engine.begin() as connection:
        second = save(connection, "b", site="herald", blocks=(cut, Block(FERRY), Block("Share", rule="share_bar")))
        first = save(connection, "a", site="courier", blocks=(Block(FERRY), cut))
        save(connection, "c", blocks=(Block(FERRY), cut), rejected="section")
        of = save(connection, "d", blocks=(Block(FERRY), cut))
        connection.execute(update(StoredArticle).where(StoredArticle.id == of).values(duplicate_of=first))
    found = export_rows(engine, "removed")
    assert [(row["article_id"], row["position"], row["rule"]) for row in found] == [
        (first, 1, "see_also"),
        (second, 0, "see_also"),
        (second, 2, "share_bar"),
    ]
    assert (found[0]["kind"], found[0]["text"], found[0]["evidence"]) == ("paragraph", cut.text, cut.evidence)
    assert found[2]["evidence"] is None
    assert {row["article_id"] for row in export_rows(engine, "removed", sites=("herald",))} == {second}
    assert of in {row["article_id"] for row in export_rows(engine, "removed", include_duplicates=True)}


def test_rejected_has_the_pages_that_pass_the_filters_with_their_reasons(engine: Engine) -> None:
    with engine.begin() as connection:
        save(connection, "article", site="herald")
        save(connection, "article")
        save(connection, "z", rejected="section", robots=("noarchive",))
        save(connection, "y", site="herald", rejected="paywall")
    found = export_rows(engine, "rejected")
    assert [(row["site"], row["rejected"], row["robots"]) for row in found] == [
        ("courier", "section", ["noarchive"]),
        ("herald", "paywall", []),
    ]
    assert (found[0]["url"], found[0]["text"], found[0]["words"]) == (
        "https://courier.example/z",
        f"{FERRY}\nSo z says.",
        15,
    )
    assert [row["site"] for row in export_rows(engine, "rejected", sites=("herald",))] == ["herald"]


def test_a_page_that_asks_not_to_be_kept_is_listed_without_its_text(engine: Engine) -> None:
    with engine.begin() as connection:
        save(connection, "article")
        save(connection, "z", rejected="robots-noindex", robots=("noindex",))
    (row,) = export_rows(engine, "rejected")
    assert (row["rejected"], row["text"]) == ("robots-noindex", None)


def test_revisions_have_the_former_versions_and_their_changes(engine: Engine) -> None:
    with engine.begin() as connection:
        name = save(connection, "a", site="herald")
        save(connection, "a", site="herald", days=1)
        save(
            connection,
            "a",
            site="herald",
            days=2,
            title="Another headline",
            blocks=(Block("So a says."), Block("“End”")),
        )
        early = save(connection, "b", days=5)
        save(connection, "b", days=6, blocks=(Block(FERRY),))
        save(connection, "c")
        save(connection, "c", days=1, rejected="robots-noindex")
    found = export_rows(engine, "revisions")
    assert [(row["article_id"], row["fetched_at"], row["last_fetched_at"], row["replaced_at"]) for row in found] == [
        (early, *(NOON + timedelta(days=days) for days in (5, 5, 6))),
        (name, *(NOON + timedelta(days=days) for days in (0, 1, 2))),
    ]
    row = found[1]
    assert (row["title"], row["text"], row["words"]) == ("Headline of a", f"{FERRY}\nSo a says.", 15)
    assert row["published_at"] == NOON
    assert [json.loads(change) for change in row["changes"]] == [
        {"kind": "headline", "before": "Headline of a", "after": "Another headline"},
        {"kind": "removed", "before": FERRY, "at": 0},
        {"kind": "added", "after": "“End”", "to": 1},
    ]
    assert "“" in row["changes"][2]
    assert export_rows(engine, "revisions", sites=("courier",)) == found[:1]


def test_newly_learnt_boilerplate_is_no_revision(engine: Engine) -> None:
    with engine.begin() as connection:
        save(connection, "a", blocks=(Block(FERRY), Block("A verse for the day")))
        save(connection, "a", days=1, blocks=(Block(FERRY), Block("A verse for the day", rule="repeated_block")))
    assert export_rows(engine, "revisions") == []


def test_help_lists_every_table() -> None:
    assert tuple(EXTRA_TABLES) == EXTRA_TABLE_NAMES


@pytest.mark.parametrize("table", EXTRA_TABLES)
def test_the_tables_do_not_depend_on_the_order_of_arrival(engine: Engine, sqlite_engine: Engine, table: str) -> None:
    def fill(engine: Engine, numbers: list[int]) -> None:
        with engine.begin() as connection:
            for number in numbers:
                site = ("Zeitung", "courier", "älter")[number % 3]
                for days in (0, 1) if number % 2 else (1, 0):
                    said = Block(f"It says {'one' if days else 'two'} of {number}.")
                    blocks: tuple[Block, ...] = (Block(FERRY), said, Block("Share", rule="share_bar"))
                    entries: tuple[LiveEntry, ...] = ()
                    if table == "entries":
                        blocks, entries = (replace(said, entry=0),), (LiveEntry(clock="18:20", anchor="p1"),)
                    save(connection, f"p{number}", site=site, days=days, blocks=blocks, entries=entries)
                save(connection, f"r{number}", site=site, rejected="section")

    fill(engine, list(range(9)))
    fill(sqlite_engine, [4, 7, 1, 8, 0, 5, 2, 6, 3])
    found = export_rows(engine, table)
    assert len(found) == 9
    assert found == export_rows(sqlite_engine, table)


def test_on_sqlite_no_text_is_sorted(sqlite_engine: Engine) -> None:
    """A sort holds its rows, in memory or on the disk; for a large corpus it must hold only keys."""
    with sqlite_engine.begin() as connection:
        name = save(connection, "a")
        give_blocks(connection, name, [Block("x", rule="tail")] * 48)
    asked: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda _conn, _cursor, statement, *_: asked.append(statement))
    selection = Selection()
    with sqlite_engine.connect() as connection:
        choose_articles(connection, selection)
        del asked[:]
        assert sum(map(len, EXTRA_TABLES["removed"].stream_batches(connection, selection))) == 48
        (question,) = asked
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}").all()
    assert not any("TEMP B-TREE" in str(step) for step in plan), plan
