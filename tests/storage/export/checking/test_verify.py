from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, insert

from cleaning.errors import ExportRefused
from storage.database.engine import open_database
from storage.export.checking.verify import check_release
from storage.export.description.manifest import compute_release_id
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection
from storage.models import Run, StoredArticle

FORMATS = ("jsonl", "jsonl.zst", "parquet", "sqlite", "csv", "urls", "text", "tei", "markdown")
MOMENT = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a release in every format, of articles with several lines of text."""
    folder = tmp_path_factory.mktemp("whole")
    engine = open_database(URL.create("sqlite", database=str(folder / "store.db")))
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=MOMENT, counts={}))
        for number in range(5):
            connection.execute(
                insert(StoredArticle).values(
                    id=str(number),
                    url=f"https://news.example/{number}",
                    site="courier",
                    title="Headline",
                    headline_key="headline",
                    authors=[],
                    fetched_at=MOMENT,
                    language="en",
                    language_probability=1.0,
                    tags=[],
                    text=f"One.\nTwo, {number}.",
                    words=3,
                    cleaner_version="1",
                    run_id=1,
                )
            )
    export_release(
        engine,
        folder / "release",
        Selection(),
        ReleaseOptions(FORMATS, shard_size=3),
        progress=lambda _done, _total: None,
    )
    engine.dispose()
    return folder / "release"


@pytest.fixture
def release(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "release"))


def list_differences(release: Path) -> str:
    return "\n".join(check_release(release).differences)


def change_manifest(release: Path, change: Callable[[dict[str, Any]], object], *, new_id: bool = False) -> None:
    path = release / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    if new_id:
        content["release_id"] = compute_release_id(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def find_file(content: dict[str, Any], path: str) -> dict[str, Any]:
    (file,) = [file for file in content["files"] if file["path"] == path]
    found: dict[str, Any] = file
    return found


def test_a_release_is_whole_as_written_and_as_copied(whole: Path, release: Path) -> None:
    for folder in (whole, release):
        found = check_release(folder)
        assert found.differences == ()
        assert found.files == sum(path.is_file() for path in folder.rglob("*")) - 1


@pytest.mark.parametrize(
    "suffix", ["jsonl", "jsonl.zst", "parquet", "sqlite", "csv", "urls.jsonl", "txt.zip", "md.zip"]
)
def test_one_changed_byte_of_any_file_is_found(release: Path, suffix: str) -> None:
    path = release / f"data/articles-00001-of-00002.{suffix}"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert f"{path.name}: has another SHA-256" in list_differences(release)


def test_missing_truncated_and_extra_files_are_reported(release: Path) -> None:
    (release / "README.md").unlink()
    with (release / "CITATION.cff").open("a") as file:
        file.write(" ")
    (release / "data/notes.txt").touch()
    (release / ".hidden").touch()
    (release / "empty/below").mkdir(parents=True)
    found = list_differences(release)
    assert "README.md: is missing" in found
    assert "CITATION.cff: has " in found
    for path in ("data/notes.txt", ".hidden", "empty/below"):
        assert f"{path}: is not in the manifest" in found


def test_rows_are_counted_in_the_files(release: Path) -> None:
    for suffix in ("jsonl", "jsonl.zst", "parquet", "csv", "urls.jsonl", "txt.zip", "md.zip"):
        name = f"data/articles-00002-of-00002.{suffix}"
        change_manifest(release, lambda content, name=name: find_file(content, name).update(rows=3), new_id=True)  # type: ignore[misc]  # mypy takes no defaults of a lambda
        assert f"{name}: has 2 rows, not 3" in list_differences(release)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["counts"].update(words=1),
        lambda content: content["left_out"]["duplicates"].update({"near-duplicate": 5}),
        lambda content: content["filters"].update(sites=["herald"]),
        lambda content: content["schema"]["articles"].pop(),
        lambda content: content.update(release_id="0" * 64),
    ],
)
def test_a_changed_manifest_has_another_release_id(release: Path, change: Callable[[dict[str, Any]], object]) -> None:
    change_manifest(release, change)
    assert "manifest.json: the release id does not match the content" in list_differences(release)


def test_wrong_counts_are_found_even_with_a_matching_release_id(release: Path) -> None:
    change_manifest(release, lambda content: content["counts"]["by_site"].update(herald=1), new_id=True)
    assert "counts: by_site sums to 6, not to 5" in list_differences(release)
    change_manifest(release, lambda content: content.update(files=[]), new_id=True)
    assert "the files of jsonl have 0 articles, not 5" in list_differences(release)


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/hostname", "data/../../secret", "", ".", "data//x", "a\\b", "manifest.json", "x\n", 5]
)
def test_no_path_of_a_manifest_leads_out_of_the_folder(release: Path, path: object) -> None:
    (release.parent / "secret").write_text("secret")
    change_manifest(release, lambda content: content["files"][0].update(path=path))
    assert "manifest.json: file 1 of the list" in list_differences(release)


def test_no_link_is_followed(release: Path) -> None:
    for name, target in (("README.md", "README.md"), ("plots", "plots")):
        shutil.move(release / name, release.parent / target)
        (release / name).symlink_to(release.parent / target)
    (release / "loop").symlink_to(release)
    found = list_differences(release)
    assert "README.md: cannot be read: is a link" in found
    assert "plots/sites.svg: cannot be read: is a link" in found
    assert "loop: is not in the manifest" in found
    assert "secret" not in found


def test_opening_a_pipe_does_not_block(release: Path) -> None:
    (release / "README.md").unlink()
    os.mkfifo(release / "README.md")
    assert "README.md: cannot be read: is not a regular file" in list_differences(release)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"a": NaN}', "is not JSON"),
        ("\ud800", "is not JSON"),
        ("[]", "is not an object"),
        ("{}", "has no 'release_id'"),
        ('{"manifest_version": true}', "'manifest_version' is bool"),
        ('{"manifest_version": 1}', "manifest_version is 1; this program reads 2"),
        ('{"files": [5, {}]}', "file 1 of the list is not an object"),
    ],
)
def test_an_invalid_manifest_is_a_difference(release: Path, text: str, message: str) -> None:
    (release / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert re.search(rf"manifest\.json:? {re.escape(message)}", list_differences(release))


def test_a_file_listed_twice_is_found(release: Path) -> None:
    change_manifest(release, lambda content: content["files"].append(content["files"][0]))
    assert "is listed 2 times" in list_differences(release)


def test_a_folder_that_is_not_a_release_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match=r"is not a release: it contains no manifest\.json"):
        check_release(tmp_path)
    with pytest.raises(ExportRefused, match="cannot read the folder"):
        check_release(tmp_path / "missing")


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ('"filters": {"x": 1e999,', "manifest.json is not JSON"),  # an infinite number
        ('"filters": {"x": "\\ud800",', "manifest.json is not JSON"),  # a lone surrogate
        (f'"filters": {{"x": {"9" * 4300},', "manifest.json is not JSON"),
        (f'"filters": {{"x": {"[" * 100_000}', "manifest.json is not JSON"),
        ('"filters": {"sites": ["of another"],', "manifest.json is not JSON"),  # which reader takes which?
        ('"filters": {"x": 1,', "the release id does not match the content"),
    ],
)
def test_invalid_json_in_a_manifest_is_reported_and_never_a_crash(release: Path, hidden: str, said: str) -> None:
    path = release / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"filters": {', hidden, 1), encoding="utf-8")
    assert said in list_differences(release)


def test_a_format_that_is_not_a_name_is_reported(release: Path) -> None:
    change_manifest(release, lambda content: content.update(formats=[["jsonl"]]), new_id=True)
    assert list_differences(release) == "manifest.json: 'formats' must hold only names"


def test_endlessly_nested_folders_are_reported_and_not_followed(release: Path) -> None:
    place = os.open(release, os.O_RDONLY)
    for _level in range(300):
        os.mkdir("d", dir_fd=place)
        below = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(place)
    assert re.fullmatch(r"(d/){100,130}d: is not in the manifest", list_differences(release))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_an_unreadable_folder_is_reported(release: Path) -> None:
    (release / "closed").mkdir()
    (release / "closed/notes.txt").touch()
    (release / "closed").chmod(0)
    assert list_differences(release) == "closed: is not in the manifest"
    (release / "closed").chmod(0o700)
