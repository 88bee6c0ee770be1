"""`open_store`: what a Python program reads of a store, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.exc import DBAPIError

from cleaning.errors import ArticleMissing, BadAddress, BadArgument, DatabaseMissing, LibraryMissing, StoreOutdated
from cleaning.records.article import Article
from cleaning.records.block import Block, BlockKind
from storage import ArticleRecord, Store, open_store, runs
from storage.articles.diff import EditKind
from storage.articles.saving import make_article_id, save_article
from storage.articles.tombstones import add_tombstones
from storage.database.engine import make_database_url, open_database, open_read_only
from storage.export.release import ReleaseOptions, export_release
from storage.export.schema import ARTICLES
from storage.export.selection.selection import Selection
from storage.models import Address, StoredPart, Twin
from storage.search.index import index_backlog

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
FERRY = "The night ferry runs again from June, the council said on Monday."
NEWSLETTER = "Every morning at six we send you the news by letter."


def name(number: int) -> str:
    return f"{number:016x}"


ROWS: list[dict[str, Any]] = [
    {
        "id": name(1),
        "site": "herald",
        "authors": ["Ada Reed", "Ömer Şen"],
        "published_at": datetime(2026, 11, 3, 23, 59, 59, 999999, tzinfo=UTC),
        "published_offset": -300,
        "free": False,
        "section": "Stadt",
        "licence": "CC BY 4.0",
        "ai_refused": ["GPTBot"],
        "text": "Nine years.\nThen a “bridge”.\u2028Still the same block.",
        "words": 9,
    },
    {"id": name(2), "site": "courier", "language": "de", "published_at": datetime(2026, 11, 4, tzinfo=UTC)},
    {"id": name(3), "site": "courier", "fetched_at": datetime(2026, 11, 2, 12, 0, 0, 7, tzinfo=UTC)},
    {
        "id": name(4),
        "site": "courier",
        "published_at": datetime(2026, 11, 5, tzinfo=UTC),
        "duplicate_of": name(1),
        "duplicate_rule": "near-duplicate",
        "duplicate_kind": "abridged",
        "duplicate_likeness": 0.25,
        "duplicate_share": 0.9375,
    },
    {"id": name(5), "site": "courier", "text": "A list.", "words": 2, "rejected": "section"},
    {"id": name(6), "site": "courier", "text": "Not to be kept.", "words": 4, "rejected": "robots-noarchive"},
    {"id": name(7), "site": "Zeitung", "published_at": datetime(2026, 10, 31, 6, tzinfo=UTC), "cleaner_version": "2"},
]
FILTERS: list[dict[str, Any]] = [
    {},
    {"site": "courier"},
    {"site": ["herald", "Zeitung"], "since": "2026-11-01"},
    {"language": "de"},
    {"since": date(2026, 11, 2), "until": date(2026, 11, 3)},
    {"section": "stadt"},
    {"licence": "cc-by"},
    {"min_words": 5},
    {"where": "words >= 4 and 'Ada Reed' not in authors"},
    {"include_duplicates": True},
    {"one_per_story": True, "site": "courier"},
]


@pytest.fixture
def corpus(engine: Engine, give_articles: Any) -> Engine:
    give_articles(engine, ROWS)
    index_backlog(engine)
    return engine


@pytest.fixture
def store(corpus: Engine) -> Any:
    with open_store(corpus.url) as store:
        yield store


def list_ids(store: Store, **filters: Any) -> list[int]:
    return [int(article.id, 16) for article in store.articles(**filters)]


def test_the_record_has_the_fields_of_a_release_in_their_order() -> None:
    assert tuple(field.name for field in fields(ArticleRecord)) == (*ARTICLES.names, "rejected")


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_articles_are_those_of_a_release_with_the_same_filters_field_by_field(
    corpus: Engine, store: Store, tmp_path: Path, filters: dict[str, Any]
) -> None:
    asked = dict(filters)
    for keyword, several in (("site", "sites"), ("language", "languages"), ("section", "sections")):
        if keyword in asked:
            words = asked.pop(keyword)
            asked[several] = (words,) if isinstance(words, str) else tuple(words)
    if "licence" in asked:
        asked["licences"] = (asked.pop("licence"),)
    for bound in ("since", "until"):
        if isinstance(asked.get(bound), str):
            asked[bound] = date.fromisoformat(asked[bound])
    formats = ReleaseOptions(("jsonl", "parquet"))
    export_release(corpus, tmp_path / "out", Selection(**asked), formats, progress=lambda _done, _total: None)
    lines = (tmp_path / "out/data/articles.jsonl").read_text("utf-8").split("\n")[:-1]
    assert [article.to_dict() for article in store.articles(**filters)] == [json.loads(line) for line in lines]
    assert store.count(**filters) == len(lines)
    table = store.to_arrow(**filters)
    assert table.equals(pyarrow.parquet.read_table(tmp_path / "out/data/articles.parquet"))


def test_rejected_pages_come_with_their_reason_and_without_a_text_that_is_not_to_be_kept(store: Store) -> None:
    assert list_ids(store, include_rejected=True, site="courier") == [3, 2, 5, 6]
    found = {article.id: article for article in store.articles(include_rejected=True)}
    assert (found[name(5)].rejected, found[name(5)].text) == ("section", "A list.")
    assert (found[name(6)].rejected, found[name(6)].text, found[name(6)].blocks) == ("robots-noarchive", "", ())
    assert found[name(5)].to_dict()["rejected"] == "section"
    assert "rejected" not in found[name(1)].to_dict()
    frame = store.to_pandas(include_rejected=True)
    assert frame.set_index("id").loc[name(6), ["rejected", "text"]].tolist() == ["robots-noarchive", ""]


def test_a_record_is_typed_and_says_in_one_line_what_it_is(store: Store) -> None:
    article = store.article(name(1))
    assert article.authors == ("Ada Reed", "Ömer Şen")
    assert article.published_at == datetime(2026, 11, 3, 23, 59, 59, 999999, tzinfo=UTC)
    assert article.published_local == "2026-11-03T18:59:59.999999-05:00"
    assert (article.free, article.ai_refused, article.duplicate_of) == (False, ("GPTBot",), None)
    assert repr(article) == f"<ArticleRecord {name(1)} herald 2026-11-03 'Headline of {name(1)}'>"


def test_a_data_frame_has_a_column_a_field(store: Store) -> None:
    frame = store.to_pandas()
    assert [*frame.columns] == [*ARTICLES.names]
    assert frame["site"].tolist() == ["Zeitung", "courier", "courier", "herald"]
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert frame["published_at"].dt.month.tolist()[0] == 10
    assert frame["authors"].explode().dropna().tolist() == ["Ada Reed", "Ömer Şen"]
    assert frame["free"].isna().tolist() == [True, True, True, False]
    assert store.to_pandas(where="words > 1000").shape == (0, len(ARTICLES.names))
    assert store.to_arrow(where="words > 1000").num_rows == 0


def test_a_library_that_is_not_installed_is_named_with_how_to_install_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, library, None)  # as if it were not installed
    with pytest.raises(LibraryMissing, match=r"^to_pandas needs pandas, .*; run: pip install pandas$"):
        store.to_pandas()
    with pytest.raises(LibraryMissing, match=r"^to_arrow needs pyarrow, .*; run: .* -e '\.\[parquet\]'$"):
        store.to_arrow()


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"site": "nowhere"}, "site: the store has no article of 'nowhere'; choose from: Zeitung, courier, herald"),
        ({"language": "xx"}, "language: the store has no article of 'xx'"),
        ({"since": "yesterday"}, "since must be a day, as '2026-11-30', got 'yesterday'"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "until 2026-11-01 is before since 2026-11-02"),
        ({"min_words": -1}, "min_words must be a whole number"),
        ({"where": "colour == 'red'"}, "where: unknown field: 'colour'"),
        ({"sites": "herald"}, "there is no filter 'sites'; choose from: site, language"),
        ({"include_duplicates": True, "one_per_story": True}, "one_per_story and include_duplicates contradict"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_at_once(store: Store, filters: dict[str, Any], said: str) -> None:
    for ask in (store.articles, store.count, store.to_pandas, store.to_arrow):
        with pytest.raises(BadArgument) as refused:
            ask(**filters)
        assert str(refused.value).startswith(said)
    with pytest.raises(TypeError):
        store.articles(site=[b"herald"])  # type: ignore[list-item]


def test_the_store_is_read_while_it_is_written_and_each_iterator_sees_one_state(corpus: Engine, store: Store) -> None:
    articles = store.articles()
    first = next(articles)
    with corpus.begin() as connection:
        connection.execute(text("UPDATE article SET title = 'changed'"))
    assert {article.title for article in (first, *articles)} == {
        f"Headline of {name(number)}" for number in (1, 2, 3, 7)
    }
    assert {article.title for article in store.articles()} == {"changed"}


def test_nothing_can_be_written(corpus: Engine) -> None:
    engine = open_read_only(corpus.url)
    for statement in ("DELETE FROM article", "CREATE TABLE x (y integer)"):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()


def test_several_threads_read_at_once(store: Store) -> None:
    with ThreadPoolExecutor(20) as threads:
        held = [store.articles() for _ in range(40)]
        assert all(threads.map(next, held))  # each has its connection
        counts = [thread.result() for thread in [threads.submit(list_ids, store) for _ in range(20)]]
    assert counts == [[7, 3, 2, 1]] * 20


def test_a_closed_store_says_so_and_its_records_can_be_used(store: Store) -> None:
    articles = store.articles()
    article = next(articles)
    blocks = article.blocks
    store.close()
    for ask in (store.count, store.articles, lambda: list(store.runs()), lambda: store.article(name(1))):
        with pytest.raises(ValueError, match="is closed"):
            ask()
    assert (article.blocks, repr(store)[-10:]) == (blocks, " (closed)>")


def test_a_record_that_is_sent_to_another_process_has_no_store(store: Store) -> None:
    article = store.article(name(1))
    sent = pickle.loads(pickle.dumps(article))
    assert sent == article
    with pytest.raises(ValueError, match="open the store there"):
        assert sent.blocks


def test_an_article_is_found_by_every_address_that_leads_to_it(engine: Engine) -> None:
    url = "https://courier.example/ferry?page=a"
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
        article = Article(url, "Ferry", (Block(FERRY),), canonical_url="https://courier.example/f")
        save_article(connection, article, site="courier", run=run, fetched_at=NIGHT, location=None)
        wall = Article("https://courier.example/wall", "Wall", (Block("Pay."),), rejected="paywall")
        save_article(connection, wall, site="courier", run=run, fetched_at=NIGHT, location=None)
        part = {"article_id": make_article_id(url), "position": 1, "url": "https://courier.example/ferry/2"}
        connection.execute(insert(StoredPart).values(**part, archive_file="a.warc.gz", archive_offset=0))
        addresses = [
            {"id": 1, "url": url, "state": "done", "kind": "article"},
            {"id": 2, "url": "https://courier.example/old", "state": "done", "kind": "article"},
            {"id": 3, "url": "https://courier.example/frost", "state": "gone", "kind": "article", "reason": "http-404"},
            {"id": 4, "url": "https://courier.example/feed", "state": "done", "kind": "feed"},
        ]
        for row in addresses:
            needed = {"site": "courier", "source": "feed", "depth": 0, "rank": 0, "offered_at": NIGHT, "tries": 0}
            connection.execute(
                insert(Address).values(
                    **needed | row, first_run=run, last_run=run, due_at=NIGHT, host="courier.example"
                )
            )
        connection.execute(insert(Twin).values(address_id=2, group_key=1, target_id=1))
        gone = [("https://courier.example/gone", "courier", ())]
        add_tombstones(connection, gone, removed_at=NIGHT, reason="a court's order")
    with open_store(engine.url) as store:
        for spelling in (
            url,
            make_article_id(url),
            "HTTPS://courier.example:443/ferry?utm_source=feed&page=a#top",
            "https://courier.example/f",  # as the page declares it
            "https://courier.example/ferry/2",  # its second page
            "https://courier.example/old",  # redirects to it
        ):
            assert store.article(spelling).url == url, spelling
            assert spelling in store
        for spelling, said in {
            "https://courier.example/frost": "the crawl knows it, as gone (http-404)",
            "https://courier.example/gone": "it was taken down on 2026-11-20 (a court's order)",
            "https://courier.example/feed": "it is a feed of its site",
            "https://courier.example/ferry?page=b": f"the nearest are {url}",
            "https://elsewhere.example/a": "no crawl has found it",
            "0123456789abcdef": "no page with the id 0123456789abcdef",
            "https://courier.example/wall": "is no article: paywall",
        }.items():
            with pytest.raises(ArticleMissing) as missing:
                store.article(spelling)
            assert said in str(missing.value)
            assert spelling not in store
        assert store.article("https://courier.example/wall", include_rejected=True).rejected == "paywall"
        with pytest.raises(BadAddress):
            store.article("ferry")
        assert "ferry" not in store


def test_blocks_come_with_their_rules_and_versions_with_what_was_edited(engine: Engine) -> None:
    url = "https://courier.example/ferry"
    cut = Block(NEWSLETTER, BlockKind.ITEM, 0.5, ("https://courier.example/letter",), "main > p", "tail", "after it")
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
        for night, says in enumerate(("on Monday", "on Monday", "on Tuesday")):
            blocks = (Block(FERRY, BlockKind.HEADING), cut, Block(f"It said so {says}."))
            article = Article(url, f"Ferry {says}", blocks, cleaner_version="1")
            when = NIGHT + timedelta(days=night)
            save_article(connection, article, site="courier", run=run, fetched_at=when, location=None)
        runs.end(connection, run, outcome="finished", exit_code=0, counts={"courier": {"page/fetched": 3}}, now=NIGHT)
    with open_store(engine.url) as store:
        article = store.article(url)
        assert (article.blocks, article.removed) == (blocks, (cut,))
        assert article.to_markdown() == f"# Ferry on Tuesday\n\n## {FERRY}\n\nIt said so on Tuesday.\n"
        assert article.to_markdown(head=True).startswith(f'---\nid: "{article.id}"\n')
        before, now = store.revisions(url)
        assert (before.title, before.text, before.words) == ("Ferry on Monday", f"{FERRY}\nIt said so on Monday.", 17)
        assert (before.since, before.until) == (NIGHT, NIGHT + timedelta(days=1))
        assert [(change.kind, change.before, change.after) for change in now.changes] == [
            (EditKind.HEADLINE, "Ferry on Monday", "Ferry on Tuesday"),
            (EditKind.CHANGED, "It said so on Monday.", "It said so on Tuesday."),
        ]
        (done,) = store.runs()
        assert (done.outcome, done.exit_code, done.counts) == ("finished", 0, {"courier": {"page/fetched": 3}})


def test_words_are_searched_with_the_filters_of_the_articles(store: Store) -> None:
    assert [int(hit.id, 16) for hit in store.search("nine years")] == [1]
    assert [int(hit.id, 16) for hit in store.search("text", order="newest")] == [2, 3, 7]
    assert [int(hit.id, 16) for hit in store.search("text", language="de", since="2026-11-04")] == [2]
    assert [int(hit.id, 16) for hit in store.search("text", include_duplicates=True, site="courier", limit=1)] != []
    (hit,) = store.search('"a bridge"')
    assert [piece for piece, is_hit in hit.snippet.split() if is_hit] != []
    assert store.article(hit.id).id == name(1)
    for words, filters in (
        ("", {}),
        ("text", {"order": "oldest"}),
        ("text", {"limit": 0}),
        ("text", {"site": "nowhere"}),
        ("text", {"where": "words > 1"}),
    ):
        with pytest.raises(BadArgument):
            store.search(words, **filters)  # type: ignore[arg-type]


def test_stories_have_their_members(store: Store) -> None:
    (story,) = store.stories()
    assert [int(member.id, 16) for member in story.members] == [1, 4]
    assert story == store.story(name(4)) == next(store.stories(site="courier", kind="abridged", since="2026-11-04"))
    assert [*store.stories(kind="verbatim")] == [] == [*store.stories(min_members=3)]
    assert len(store.story(name(2)).members) == 1
    for filters in ({"site": "nowhere"}, {"kind": "nothing"}, {"since": "x"}):
        with pytest.raises(BadArgument):
            store.stories(**filters)  # type: ignore[arg-type]


def test_memory_does_not_grow_with_the_store(sqlite_engine: Engine, give_articles: Any) -> None:
    long_words = f"{'w' * 999} " * 20  # the search indexes few words in a third of the time
    give_articles(sqlite_engine, ({"id": name(number), "text": long_words} for number in range(5_000)))
    sqlite_engine.dispose()
    code = f"""
import resource
from storage import open_store
store = open_store({str(sqlite_engine.url)!r})
assert sum(1 for article in store.articles(where="words > 100")) == 0
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert sum(len(article.text) for article in store.articles()) == 100_000_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60_000  # kilobytes, of 100 MB of texts


def test_a_store_that_cannot_be_read_is_named(tmp_path: Path, postgres_database: str) -> None:
    with pytest.raises(DatabaseMissing, match="there is no database at"):
        open_store(tmp_path)
    (tmp_path / "broadsheet.db").write_bytes(b"no database, but some other file of text" * 99)
    with pytest.raises(DatabaseMissing, match="file is not a database"):
        open_store(tmp_path)
    create_engine(f"sqlite:///{tmp_path}/empty.db").connect().exec_driver_sql("CREATE TABLE t (x)").close()
    with pytest.raises(DatabaseMissing, match="holds no corpus yet"):
        open_store(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(DatabaseMissing, match="holds no corpus yet"):
        open_store(postgres_database.replace("+psycopg", ""))
    with pytest.raises(DatabaseMissing, match="no driver"):
        open_store("nonsense://host/name")


def test_an_older_store_is_not_changed_and_the_command_is_named_that_does(corpus: Engine) -> None:
    with corpus.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    with pytest.raises(StoreOutdated, match="scrapy db upgrade"):
        open_store(corpus.url)
    with corpus.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0009"
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseMissing, match="newer version"):
        open_store(corpus.url)


def test_a_damaged_database_is_named_while_it_is_read(sqlite_engine: Engine, give_articles: Any) -> None:
    give_articles(sqlite_engine, ({"id": name(number), "text": "word " * 900} for number in range(2_000)))
    sqlite_engine.dispose()
    path = Path(sqlite_engine.url.database or "")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 3)
        file.write(b"\xff" * (path.stat().st_size // 3))
    with open_store(path) as store, pytest.raises(DatabaseMissing, match="cannot read the database"):
        list(store.articles())


def test_importing_storage_loads_nothing_heavy() -> None:
    code = "import sys, storage; print(sorted({'sqlalchemy', 'alembic', 'lxml', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert {"open_store", "Store", "ArticleRecord", "RawPage"} <= set(dir(__import__("storage")))
    with pytest.raises(AttributeError):
        _ = __import__("storage").nothing


@pytest.mark.parametrize("is_written", [False, True], ids=["at rest", "being written"])
def test_a_store_is_read_where_its_folder_cannot_be_written(give_articles: Any, is_written: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's, which is closed to other users
        engine = open_database(make_database_url(Path(folder), None))
        give_articles(engine, ROWS)
        if not is_written:
            engine.dispose()
        shutil.copytree(folder, f"{folder}/other")
        for path in (Path(folder), *Path(folder).iterdir()):
            path.chmod(0o555)
        code = f"""
import os
from storage import open_store
open_store({f"{folder}/other"!r}).close()  # loads all modules, which another user may not read
if os.geteuid() == 0:  # root may write everywhere
    os.setgid(65534)
    os.setuid(65534)
print(open_store({folder!r}).count())
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        engine.dispose()
        assert (done.stdout, done.stderr) == ("4\n", "")
