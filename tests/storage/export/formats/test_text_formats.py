"""CSV, TEI, plain text and urls: any text is written and read again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pyarrow as pa
import pytest
import trafilatura.xml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from storage.export.batch import Batch
from storage.export.formats import load_format
from storage.export.formats.csv import escape_formulas
from storage.export.formats.tei import NAMESPACE
from storage.export.schema import ARTICLES, FieldKind
from storage.export.text_hashes import hash_lines, hash_text

MOMENT = datetime(2026, 11, 20, 8, 0, 0, 5, tzinfo=UTC)
PLAIN: dict[FieldKind, Any] = {
    FieldKind.TEXT: "text",
    FieldKind.TEXTS: ["one"],
    FieldKind.TIME: MOMENT,
    FieldKind.COUNT: 3,
    FieldKind.SHARE: 0.5,
    FieldKind.BOOLEAN: True,
}
TEI = {"t": NAMESPACE}
# The characters of stored texts: no lone surrogates, which UTF-8 cannot encode.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def articles(*several: dict[str, Any]) -> Batch:
    """Return a batch of articles with a plain value in every field that is not given."""
    records = [
        tuple(one.get(field.name, None if field.nullable else PLAIN[field.kind]) for field in ARTICLES.fields)
        for one in several
    ]
    return Batch(ARTICLES, list(zip(*records, strict=True)))


def write(folder: Path, name: str, *several: dict[str, Any]) -> Path:
    path = folder / f"articles{load_format(name).suffix}"
    path.unlink(missing_ok=True)
    with load_format(name).open_writer(path, ARTICLES) as write:
        write(articles(*several))
    return path


def spreadsheet(path: Path, separator: str) -> list[str]:
    """Return the cells that a spreadsheet finds that separates them by `separator`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file, delimiter=separator) for cell in row]


def read_back(cell: str) -> str | None:
    return re.sub(r'((?:^|[;\t\r\n])[\s"]*)\'', r"\1", cell) if cell else None


@given(TEXTS | st.text("='\"+-@＝;\t\r\n ab"))
@example("'=1")
@example("\n\"';'\t''")
def test_any_text_survives_csv_and_is_never_taken_for_a_null(text: str) -> None:
    assert escape_formulas(text)
    assert read_back(escape_formulas(text)) == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("='\"+-@＝;,\t\r\n ab\xa0"), min_size=1, max_size=3))
@example(["x;=1+1", "\n=cmd", 'y","=2'])
def test_no_cell_is_a_formula_with_any_separator(tmp_path: Path, texts: list[str]) -> None:
    path = write(tmp_path, "csv", *({"title": text, "tags": [text], "text": text} for text in texts))
    for separator in ",;\t":
        for cell in spreadsheet(path, separator):
            assert not re.match(r'[\s"]*[=+\-@＝＋－＠]', cell)


def test_csv_follows_rfc_4180(tmp_path: Path) -> None:
    path = write(tmp_path, "csv", {"title": 'a "b"\nc', "free": None, "duplicate_share": 0.25, "tags": []})
    content = path.read_bytes().decode()
    header, rest = content.split("\r\n", 1)
    assert header == ",".join(f'"{name}"' for name in ARTICLES.names)
    assert rest.endswith("\r\n")
    assert '"a ""b""\nc"' in rest
    (record,) = csv.DictReader(io.StringIO(content, newline=""))
    assert (record["free"], record["tags"], record["words"], record["duplicate_share"]) == ("", "[]", "3", "0.25")
    assert record["fetched_at"] == "2026-11-20T08:00:00.000005Z"


@pytest.fixture(scope="module")
def tei_dtd() -> etree.DTD:
    """The DTD of TEI P5 for corpora, from trafilatura."""
    return etree.DTD(trafilatura.xml.TEI_SCHEMA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=3))
@example([("</title><script>", "]]>\x00\x0b\ufffe\ud800\r\n\u202e")])
def test_tei_is_valid_whatever_the_articles_say(
    tmp_path: Path, tei_dtd: etree.DTD, said: Sequence[tuple[str, str]]
) -> None:
    several: list[dict[str, Any]] = []
    for number, (title, text) in enumerate(said):
        one: dict[str, Any] = {"id": f"{number}", "title": title, "text": text}
        if number:
            one |= {
                field.name: title for field in ARTICLES.fields if field.kind is FieldKind.TEXT and field.name not in one
            }
            one |= {field.name: [title, text] for field in ARTICLES.fields if field.kind is FieldKind.TEXTS}
            one |= {"published_at": MOMENT, "modified_at": MOMENT, "tdm_reserved": True}
        several.append(one)
    corpus = etree.parse(write(tmp_path, "tei", *several))
    assert tei_dtd.validate(corpus), tei_dtd.error_log.filter_from_errors()
    texts = corpus.getroot().findall("t:TEI", TEI)
    assert len(texts) == len(said)
    for element, (_title, text) in zip(texts, said, strict=True):
        legal = "".join(re.findall("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text))
        assert "\n".join(block.text or "" for block in element.iterfind("t:text/t:body/t:p", TEI)) == legal
        assert not element.findall(".//t:script", TEI)


def test_tei_meets_the_schema_rules_beyond_the_dtd(tmp_path: Path) -> None:
    """The TEI schema has rules (types of attributes) that a DTD cannot state."""
    path = write(
        tmp_path,
        "tei",
        {"id": "1", "language": "zh-cn", "licence": "https://creativecommons.org/licenses/by/4.0/", "tags": ["a"]},
        {"id": "2", "language": "no such; language", "licence": "javascript:alert(1)", "published_at": MOMENT},
    )
    corpus = etree.parse(path).getroot()
    xml = "{http://www.w3.org/XML/1998/namespace}"
    assert [one.get(f"{xml}id") for one in corpus.iterfind("t:TEI", TEI)] == ["article-1", "article-2"]
    assert [one.get(f"{xml}lang") for one in corpus.iterfind("t:TEI", TEI)] == ["zh-cn", "und"]
    assert [one.get("ident") for one in corpus.iterfind(".//t:language", TEI)] == ["zh-cn", "und"]
    licences = [(one.get("target"), one.text) for one in corpus.iterfind(".//t:licence", TEI)]
    assert licences == [
        ("https://creativecommons.org/licenses/by/4.0/",) * 2,
        (None, "javascript:alert(1)"),  # no address that something follows
    ]
    for moment in corpus.iterfind(".//t:date", TEI):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", moment.get("when"))
    for element in corpus.iter(f"{{{NAMESPACE}}}fileDesc"):
        names = [etree.QName(child).localname for child in element]
        assert [name for name in names if name != "extent"] == ["titleStmt", "publicationStmt", "sourceDesc"]


def test_tei_comes_with_headline_language_licence_and_keywords(tmp_path: Path) -> None:
    path = write(
        tmp_path, "tei", {"id": "1", "title": "A & B", "tags": ["x"], "section": "Local", "text": "One.\nTwo."}
    )
    (one,) = etree.parse(path).getroot().iterfind("t:TEI", TEI)
    assert one.findtext(".//t:titleStmt/t:title", namespaces=TEI) == "A & B"
    assert [term.text for term in one.iterfind(".//t:keywords/t:term", TEI)] == ["x", "Local"]
    assert one.findtext(".//t:availability/t:p", namespaces=TEI) == "The page declares no licence."
    assert [block.text for block in one.find("t:text/t:body", TEI)] == ["A & B", "One.", "Two."]


def test_text_is_one_stored_file_an_article_named_by_its_id_alone(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "text",
        {"id": "00ff", "title": "A\nheadline", "text": "One.\n\nTwo."},
        {"id": "../../x", "title": "t", "text": "u"},
    )
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        assert [entry.filename for entry in archive.infolist()] == ["00ff.txt", "..%2F..%2Fx.txt"]
        assert {(entry.compress_type, entry.date_time) for entry in archive.infolist()} == {
            (ZIP_STORED, (1980, 1, 1, 0, 0, 0))
        }
        assert archive.read("00ff.txt").decode() == "A headline\n\nOne.\n\nTwo.\n"
        archive.extractall(tmp_path / "out")
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["..%2F..%2Fx.txt", "00ff.txt"]


def test_urls_have_hashes_and_no_word_of_the_article(tmp_path: Path) -> None:
    text = "Sesame opens.\nSesame shuts."
    secret = {"title": "Sesame", "text": text, "description": "Sesame", "authors": ["Sesame"]}
    path = write(tmp_path, "urls", {"id": "1", "url": "https://n.example/1"} | secret)
    assert "Sesame" not in path.read_text(encoding="utf-8")
    record = json.loads(path.read_text(encoding="utf-8"))
    assert (record["id"], record["url"], record["words"]) == ("1", "https://n.example/1", 3)
    assert record["sha256"] == hash_text(text)
    assert record["lines"] == hash_lines(text)


def test_unchanged_lines_are_recognised_by_their_hashes() -> None:
    before, after = hash_lines("One.\nTwo.\u2028Still two."), hash_lines("Zero.\nOne.\nTwo.\u2028Still two.")
    assert after[1:] == before
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in after)
    assert hash_lines("") == []


def test_compressed_lines_are_one_frame_of_the_same_lines(tmp_path: Path) -> None:
    several = [{"id": str(number), "text": "same text " * 20_000} for number in range(12)]
    plain = write(tmp_path, "jsonl", *several).read_bytes()
    packed = write(tmp_path, "jsonl.zst", *several).read_bytes()
    assert len(plain) > 2 << 20
    assert packed.count(b"\x28\xb5\x2f\xfd") == 1  # the number that a frame of Zstandard begins with
    assert pa.Codec("zstd").decompress(packed, len(plain)).to_pybytes() == plain
