from __future__ import annotations

import hashlib
import json
import resource
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from sqlalchemy import Engine, update

from cleaning.errors import BadArgument, BroadsheetError, ExportRefused
from storage.export.release import ExportResult, ReleaseOptions, export_release
from storage.export.rows.read import BATCH_ROWS
from storage.export.rows.splits import parse_splits
from storage.export.schema import ARTICLES
from storage.export.selection.selection import Selection
from storage.models import StoredArticle

BOTH = ("jsonl", "parquet")
CORPUS: list[dict[str, Any]] = [
    {
        "id": "a1",
        "site": "herald",
        "title": "Harbour bridge opens",
        "canonical_url": "https://herald.example/bridge",
        "site_name": "The Herald",
        "authors": ["Ada Reed", "Ömer Şen"],
        "source": "Reuters, Herald Desk",
        "published_at": datetime(2026, 11, 3, 23, 59, 59, 999999, tzinfo=UTC),
        "published_offset": -300,
        "modified_at": datetime(2026, 11, 4, 7, tzinfo=UTC),
        "modified_offset": 0,
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "free": False,
        "page_kind": "news",
        "description": "After nine years.",
        "section": "Stadt",
        "robots": ["max-snippet:-1"],
        "tdm_reserved": True,
        "tdm_policy": "https://herald.example/tdm",
        "ai_refused": ["GPTBot"],
        "usage": ["train-ai=n"],
        "tags": ["harbour", "bridges"],
        "image": "https://herald.example/bridge.jpg",
        "text": "Nine years.\nThen a “bridge”.\u2028Still the same block.",
    },
    {"id": "a2", "site": "courier", "language": "de", "published_at": datetime(2026, 11, 4, tzinfo=UTC)},
    {"id": "a3", "site": "courier", "fetched_at": datetime(2026, 11, 2, 12, tzinfo=UTC)},
    {
        "id": "a4",
        "site": "courier",
        "published_at": datetime(2026, 11, 5, tzinfo=UTC),
        "duplicate_of": "a1",
        "duplicate_rule": "near-duplicate",
        "duplicate_kind": "abridged",
        "duplicate_via": "a2",
        "duplicate_likeness": 0.25,
        "duplicate_share": 0.9375,
    },
    {"id": "a5", "site": "courier", "text": "", "words": 0, "rejected": "section"},
    {"id": "a6", "site": "Zeitung", "published_at": datetime(2026, 10, 31, 6, tzinfo=UTC), "cleaner_version": "2"},
]


def ignore_progress(_done: int, _total: int) -> None:
    """Do nothing with the progress."""


def export(engine: Engine, folder: Path, formats: tuple[str, ...] = ("jsonl",), **asked: Any) -> ExportResult:
    return export_release(engine, folder, Selection(**asked), ReleaseOptions(formats), progress=ignore_progress)


def read_records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "data/articles.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]


def read_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_ids(folder: Path) -> list[str]:
    return [record["id"] for record in read_records(folder)]


@pytest.fixture
def corpus(engine: Engine, give_articles: Any) -> Engine:
    give_articles(engine, CORPUS)
    return engine


@pytest.fixture
def on_sqlite(sqlite_engine: Engine, give_articles: Any) -> Engine:
    give_articles(sqlite_engine, CORPUS)
    return sqlite_engine


def test_the_corpus_is_what_is_neither_rejected_nor_a_duplicate_in_a_stated_order(
    corpus: Engine, tmp_path: Path
) -> None:
    release = export(corpus, tmp_path / "out")
    assert read_ids(tmp_path / "out") == ["a6", "a3", "a2", "a1"]  # site by its bytes, then day, published or fetched
    assert release.left_out.duplicates == {"near-duplicate": 1}
    assert release.left_out.rejected == {"section": 1}


def test_a_record_has_every_field_of_the_store(corpus: Engine, tmp_path: Path) -> None:
    export(corpus, tmp_path / "out")
    record = read_records(tmp_path / "out")[-1]
    assert tuple(record) == ARTICLES.names
    assert record == {
        "id": "a1",
        "url": "https://news.example/a1",
        "canonical_url": "https://herald.example/bridge",
        "site": "herald",
        "site_name": "The Herald",
        "title": "Harbour bridge opens",
        "authors": ["Ada Reed", "Ömer Şen"],
        "source": "Reuters, Herald Desk",
        "published_at": "2026-11-03T23:59:59.999999Z",
        "published_local": "2026-11-03T18:59:59.999999-05:00",
        "modified_at": "2026-11-04T07:00:00Z",
        "modified_local": "2026-11-04T07:00:00.000000+00:00",
        "fetched_at": "2026-11-20T08:00:00Z",
        "gone_at": None,
        "language": "en",
        "language_probability": 0.99,
        "description": "After nine years.",
        "tags": ["harbour", "bridges"],
        "image": "https://herald.example/bridge.jpg",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "free": False,
        "page_kind": "news",
        "section": "Stadt",
        "robots": ["max-snippet:-1"],
        "tdm_reserved": True,
        "tdm_policy": "https://herald.example/tdm",
        "ai_refused": ["GPTBot"],
        "usage": ["train-ai=n"],
        "text": "Nine years.\nThen a “bridge”.\u2028Still the same block.",
        "words": 4,
        "cleaner_version": "1",
        "story": "a1",
        "duplicate_of": None,
        "duplicate_rule": None,
        "duplicate_kind": None,
        "duplicate_via": None,
        "duplicate_likeness": None,
        "duplicate_share": None,
    }


def test_a_time_without_a_zone_has_no_local_form(on_sqlite: Engine, tmp_path: Path) -> None:
    export(on_sqlite, tmp_path / "out", languages=("de",))
    (record,) = read_records(tmp_path / "out")
    assert (record["published_at"], record["published_local"]) == ("2026-11-04T00:00:00Z", None)


def test_duplicates_come_on_request_and_name_what_they_repeat(corpus: Engine, tmp_path: Path) -> None:
    release = export(corpus, tmp_path / "out", include_duplicates=True)
    assert read_ids(tmp_path / "out") == ["a6", "a3", "a2", "a4", "a1"]
    duplicate = read_records(tmp_path / "out")[3]
    assert duplicate["duplicate_of"] == "a1"
    assert duplicate["story"] == "a1"
    assert duplicate["duplicate_rule"] == "near-duplicate"
    assert duplicate["duplicate_kind"] == "abridged"
    assert duplicate["duplicate_via"] == "a2"
    assert (duplicate["duplicate_likeness"], duplicate["duplicate_share"]) == (0.25, 0.9375)
    assert release.counts.duplicate_kinds == {"abridged": 1}
    assert release.left_out.duplicates == {}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"sites": ("herald",)}, ["a1"]),
        ({"sites": ("herald", "Zeitung")}, ["a6", "a1"]),
        ({"languages": ("DE",)}, ["a2"]),
        ({"since": date(2026, 11, 4)}, ["a2"]),  # a1 is of the last microsecond of the day before
        ({"until": date(2026, 11, 3)}, ["a6", "a3", "a1"]),  # ... and a3, without a date, of the day it was fetched
        ({"since": date(2026, 11, 2), "until": date(2026, 11, 2)}, ["a3"]),
        ({"sections": ("STADT",)}, ["a1"]),
        ({"licences": ("cc-by",)}, ["a1"]),
        ({"min_words": 4, "rights": ("licensed",), "where": "not free"}, ["a1"]),
        ({"where": "site != 'courier'"}, ["a6", "a1"]),
        ({"since": date(1, 1, 1), "until": date(9999, 12, 31), "languages": ("en",), "sites": ("courier",)}, ["a3"]),
    ],
)
def test_filters_take_whole_days_in_utc_and_combine(
    corpus: Engine, tmp_path: Path, asked: dict[str, Any], expected: list[str]
) -> None:
    export(corpus, tmp_path / "out", **asked)
    assert read_ids(tmp_path / "out") == expected


def test_the_same_store_gives_the_same_bytes_whatever_the_order_of_arrival_and_the_database(
    corpus: Engine, sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, [CORPUS[index] for index in (5, 2, 0, 4, 1, 3)])
    export(corpus, tmp_path / "one", BOTH)
    export(corpus, tmp_path / "again", BOTH)
    export(sqlite_engine, tmp_path / "other", BOTH)
    assert {path for path in read_files(tmp_path / "one") if path.startswith("data/")} == {
        "data/articles.jsonl",
        "data/articles.parquet",
    }
    assert read_files(tmp_path / "one") == read_files(tmp_path / "again") == read_files(tmp_path / "other")


def test_filters_given_in_another_order_or_twice_give_the_same_release(on_sqlite: Engine, tmp_path: Path) -> None:
    export(on_sqlite, tmp_path / "one", sites=("herald", "courier"), languages=("en", "de"))
    export(on_sqlite, tmp_path / "two", sites=("courier", "herald", "courier"), languages=("DE", "en"))
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")


def test_both_formats_hold_the_same_records(on_sqlite: Engine, tmp_path: Path) -> None:
    export(on_sqlite, tmp_path / "out", BOTH, include_duplicates=True)
    table = pa.parquet.read_table(tmp_path / "out/data/articles.parquet")
    assert table.schema.field("published_at").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("authors").type == pa.list_(pa.string())
    assert table.schema.names == list(ARTICLES.names)
    as_json = [
        {
            name: value.replace(tzinfo=None).isoformat() + "Z" if isinstance(value, datetime) else value
            for name, value in record.items()
        }
        for record in table.to_pylist()
    ]
    assert as_json == read_records(tmp_path / "out")


def test_a_line_is_a_record_also_for_readers_who_split_at_every_line_end(on_sqlite: Engine, tmp_path: Path) -> None:
    export(on_sqlite, tmp_path / "out")
    text = (tmp_path / "out/data/articles.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == read_records(tmp_path / "out")


def test_the_manifest_counts_and_checks_every_file(on_sqlite: Engine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(on_sqlite, out, BOTH, since=date(2026, 11, 1), sites=("courier", "herald"))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"] == {
        "rows": 3,
        "words": 12,
        "by_site": {"courier": 2, "herald": 1},
        "by_language": {"de": 1, "en": 2},
        "by_month": {"2026-11": 3},
        "by_split": {},
        "duplicates_by_rule": {},
        "duplicates_by_kind": {},
    }
    assert manifest["left_out"] == {"duplicates": {"near-duplicate": 1}, "rejected": {"section": 1}}
    assert manifest["filters"] == {
        "sites": ["courier", "herald"],
        "languages": [],
        "since": "2026-11-01",
        "until": None,
        "min_words": None,
        "sections": [],
        "licences": [],
        "rights": [],
        "where": None,
        "include_duplicates": False,
        "one_per_story": False,
        "include": [],
    }
    assert manifest["cleaner_versions"] == {"1": 3}
    assert [field["name"] for field in manifest["schema"]["articles"]] == list(ARTICLES.names)
    found = read_files(out)
    del found["manifest.json"]
    assert {file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]} == {
        path: (len(content), hashlib.sha256(content).hexdigest()) for path, content in found.items()
    }
    assert [file["rows"] for file in manifest["files"] if file["table"]] == [3, 3]
    assert manifest["written_with"] == {"pyarrow": pa.__version__}


def test_a_release_shows_one_state_of_the_store_though_it_is_written_to_meanwhile(
    engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(engine, [{"id": f"{number:04d}"} for number in range(BATCH_ROWS + 1)])
    seen = []

    def meanwhile(done: int, total: int) -> None:
        seen.append((done, total))
        with engine.begin() as connection:
            connection.execute(update(StoredArticle).values(text="Cleaned again.", rejected="section"))

    export_release(engine, tmp_path / "out", Selection(), progress=meanwhile)
    assert seen == [(BATCH_ROWS, BATCH_ROWS + 1), (BATCH_ROWS + 1, BATCH_ROWS + 1)]
    assert read_records(tmp_path / "out")[-1]["text"] == f"The text of {BATCH_ROWS:04d}."


def test_an_empty_folder_is_used_and_missing_parents_are_made(on_sqlite: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    export(on_sqlite, tmp_path / "link")
    assert (tmp_path / "empty/manifest.json").is_file()
    export(on_sqlite, tmp_path / "new/2026/november")
    assert (tmp_path / "new/2026/november/manifest.json").is_file()


def test_a_folder_that_is_not_empty_is_refused_and_left_unchanged(on_sqlite: Engine, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    with pytest.raises(ExportRefused, match="is not empty; name a new one"):
        export(on_sqlite, tmp_path / "out")
    with pytest.raises(ExportRefused, match="is a file; name a new folder"):
        export(on_sqlite, tmp_path / "out/thesis.tex")
    with pytest.raises(ExportRefused, match=r"cannot write the folder .*: not a directory"):
        export(on_sqlite, tmp_path / "out/thesis.tex/below")
    with pytest.raises(ExportRefused, match="file name too long"):
        export(on_sqlite, tmp_path / ("x" * 300))
    assert read_files(tmp_path / "out") == {"thesis.tex": b"years of work"}


def test_the_longest_folder_name_of_the_file_system_is_possible(on_sqlite: Engine, tmp_path: Path) -> None:
    export(on_sqlite, tmp_path / ("x" * 255))
    assert (tmp_path / ("x" * 255) / "manifest.json").is_file()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interrupted_export_leaves_nothing(on_sqlite: Engine, tmp_path: Path, error: type[BaseException]) -> None:
    before = set(tmp_path.iterdir())

    def stop(_done: int, _total: int) -> None:
        assert list((tmp_path / "new").glob(".out.partial-*/data/.articles-1.jsonl"))  # it was under way
        raise error

    with pytest.raises(error):
        export_release(on_sqlite, tmp_path / "new/out", Selection(), ReleaseOptions(BOTH), progress=stop)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("format_name", BOTH)
def test_a_full_disk_is_one_line_and_leaves_nothing(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path, format_name: str
) -> None:
    noise = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(20_000))  # does not compress
    give_articles(sqlite_engine, [{"id": "long", "text": noise}])
    before = set(tmp_path.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(BroadsheetError, match=r"nothing was kept: writing beside .*out failed: .*too large"):
            export(sqlite_engine, tmp_path / "out", (format_name,))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_appears_meanwhile_is_not_overwritten(on_sqlite: Engine, tmp_path: Path) -> None:
    def take(_done: int, _total: int) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out/theirs").touch()

    with pytest.raises(ExportRefused, match="is not empty"):
        export_release(on_sqlite, tmp_path / "out", Selection(), progress=take)
    assert read_files(tmp_path / "out") == {"theirs": b""}
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"sites": ("curier",)}, BadArgument, "--site: .* 'curier'; choose from: Zeitung, courier, herald"),
        ({"sections": ("sport",)}, BadArgument, "--section: .* 'sport'; choose from: Stadt"),
        ({"licences": ("cc-by-nc",)}, BadArgument, "--licence: .* 'cc-by-nc'; choose from: https://creativecommons"),
        ({"languages": ("fr",)}, BadArgument, "--language: .* 'fr'; choose from: de, en"),
        ({"since": date(2027, 1, 1)}, ExportRefused, "no article of the store matches the filters"),
        ({"sites": ("herald",), "languages": ("de",)}, ExportRefused, "no article of the store matches"),
        (
            {"since": date(2026, 11, 5), "until": date(2026, 11, 5)},
            ExportRefused,
            r"\(1 duplicates and 0 rejected pages left out\)",
        ),
    ],
)
def test_filters_without_a_match_are_refused_and_write_nothing(
    corpus: Engine, tmp_path: Path, asked: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        export(corpus, tmp_path / "out", **asked)
    assert not (tmp_path / "out").exists()


def test_an_empty_store_has_nothing_to_export(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="the store holds no article"):
        export(engine, tmp_path / "out")


def test_an_unknown_format_is_refused_with_the_known_ones(on_sqlite: Engine, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match=r"unknown format 'xlsx'; choose from: jsonl, jsonl\.zst, parquet,"):
        export(on_sqlite, tmp_path / "out", ("jsonl", "xlsx"))


def test_days_that_cross_are_refused() -> None:
    with pytest.raises(BadArgument, match="--until 2026-11-01 is before --since 2026-11-02"):
        Selection(since=date(2026, 11, 2), until=date(2026, 11, 1))


def test_invalid_numbers_and_names_are_refused() -> None:
    with pytest.raises(BadArgument, match="--min-words"):
        Selection(min_words=-1)
    with pytest.raises(BadArgument, match="--rights: unknown value 'mine'"):
        Selection(rights=("mine",))
    with pytest.raises(BadArgument, match="--one-per-story and --include-duplicates contradict"):
        Selection(include_duplicates=True, one_per_story=True)
    with pytest.raises(BadArgument, match="--shard-size"):
        ReleaseOptions(shard_size=0)
    for name in ("", "../v1", "v 1", ".v1", "x" * 65, "v1\n"):
        with pytest.raises(BadArgument, match="--name must be"):
            ReleaseOptions(name=name)


def test_an_unknown_table_or_one_that_no_format_can_hold_is_refused(on_sqlite: Engine, tmp_path: Path) -> None:
    with pytest.raises(
        BadArgument, match="--include: unknown value 'photos'; choose from: entries, rejected, removed, revisions"
    ):
        export(on_sqlite, tmp_path / "out", include=("photos",))
    with pytest.raises(BadArgument, match="--include removed: tei cannot hold this table; add --format jsonl"):
        export(on_sqlite, tmp_path / "out", ("tei",), include=("removed",))
    assert not (tmp_path / "out").exists()


def test_one_per_story_takes_the_first_article_that_passes_the_filters(
    engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    later = datetime(2026, 11, 2, tzinfo=UTC)
    give_articles(
        engine,
        [
            {"id": "first", "site": "agency", "published_at": datetime(2026, 10, 31, tzinfo=UTC), "language": "de"},
            *(
                {"id": key, "duplicate_of": "first", "duplicate_rule": "near-duplicate"} | row
                for key, row in {
                    "late": {"published_at": later, "words": 900},
                    "short": {"published_at": day, "words": 10},
                    "full": {"published_at": day, "words": 20, "url": "https://news.example/b"},
                    "address": {"published_at": day, "words": 20, "url": "https://news.example/a"},
                }.items()
            ),
            {"id": "other", "published_at": day},
        ],
    )
    export(engine, tmp_path / "default", languages=("en",))
    release = export(engine, tmp_path / "one", languages=("en",), one_per_story=True)
    assert set(read_ids(tmp_path / "default")) == {"other"}
    assert set(read_ids(tmp_path / "one")) == {"address", "other"}
    assert release.left_out.duplicates == {"near-duplicate": 3}
    export(engine, tmp_path / "all", one_per_story=True)
    assert set(read_ids(tmp_path / "all")) == {"first", "other"}


def test_shards_have_the_given_size_and_together_the_content_of_one_file(on_sqlite: Engine, tmp_path: Path) -> None:
    export_release(
        on_sqlite, tmp_path / "out", Selection(), ReleaseOptions(BOTH, shard_size=3), progress=ignore_progress
    )
    export(on_sqlite, tmp_path / "whole")
    names = [f"articles-0000{number}-of-00002{suffix}" for suffix in (".jsonl", ".parquet") for number in (1, 2)]
    assert {path.name for path in (tmp_path / "out/data").iterdir()} == set(names)
    parts = b"".join((tmp_path / "out/data" / name).read_bytes() for name in names[:2])
    assert parts == (tmp_path / "whole/data/articles.jsonl").read_bytes()
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert [file["rows"] for file in manifest["files"] if file["table"]] == [3, 1, 3, 1]


def test_the_release_id_depends_on_the_content(on_sqlite: Engine, give_articles: Any, tmp_path: Path) -> None:
    def release_id(folder: str, name: str | None = None, **asked: Any) -> str:
        form = ReleaseOptions(name=name)
        return export_release(
            on_sqlite, tmp_path / folder, Selection(**asked), form, progress=ignore_progress
        ).release_id

    first = release_id("one")
    assert release_id("two", name="v2026.11") == first  # the name is not content
    assert release_id("three", min_words=1) != first  # the same articles, asked for in another way
    with on_sqlite.begin() as connection:
        connection.execute(update(StoredArticle).where(StoredArticle.id == "a1").values(title="Bridge opens"))
    assert release_id("four") != first


def test_a_hostile_site_names_no_file_of_a_release(on_sqlite: Engine, give_articles: Any, tmp_path: Path) -> None:
    sites = ["../../up", "/etc/passwd", "a/b", "=1+1", "<b>", "nul\u2028\n"]
    give_articles(on_sqlite, [{"id": f"h{number}", "site": site} for number, site in enumerate(sites)])
    form = ReleaseOptions(BOTH, splits=parse_splits("train=0.5,test=0.5", "site"))
    export_release(on_sqlite, tmp_path / "in/out", Selection(), form, progress=ignore_progress)
    export(on_sqlite, tmp_path / "in/tame", sites=("herald",))
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("store.db")} == {"in"}
    stems = {path.split(".")[0].replace("data/train", "data/articles") for path in read_files(tmp_path / "in/out")}
    tame = {path.split(".")[0] for path in read_files(tmp_path / "in/tame")}
    assert stems - {"data/test"} == tame


def test_formats_in_another_order_are_the_same_release(on_sqlite: Engine, tmp_path: Path) -> None:
    one = export(on_sqlite, tmp_path / "one", ("jsonl", "csv", "urls"))
    other = export(on_sqlite, tmp_path / "other", ("urls", "csv", "jsonl", "csv"))
    assert one.release_id == other.release_id
    assert read_files(tmp_path / "one") == read_files(tmp_path / "other")
