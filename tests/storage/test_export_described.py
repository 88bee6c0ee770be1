"""The citation, the plots, the one licence, and what programs load: made from facts alone."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from lxml import etree

from storage.export.card import card
from storage.export.citation import citation
from storage.export.croissant import croissant
from storage.export.facts import Facts, ReleasedFile
from storage.export.formats import format_named
from storage.export.loading import configurations
from storage.export.one_licence import one_licence
from storage.export.plots import plots
from storage.export.schema import ARTICLES, Field, Kind, Table
from storage.export.selection import LeftOut, Selection
from storage.export.tally import Tally

BY = "https://creativecommons.org/licenses/by/4.0/"
REMOVED = Table("removed", (Field("id", Kind.TEXT, "key of the article"),), "removed")
SVG = {"s": "http://www.w3.org/2000/svg"}


def tally(**counts: Any) -> Tally:
    given = Tally()
    given.rows, given.words = 2, 300
    given.sites.update({"courier": 2})
    given.languages.update({"en": 2})
    given.months.update({"2026-11": 2})
    given.lengths.update({100: 2})
    given.licences.update({None: 2})
    given.cleaner_versions.update({"1": 2})
    given.first = given.last = given.fetched = datetime(2026, 11, 20, 8, tzinfo=UTC)
    for name, value in counts.items():
        setattr(given, name, Counter(value) if isinstance(value, dict) else value)
    return given


def facts(*paths: str, name: str | None = None, **counts: Any) -> Facts:
    """Of a release with these files: "parquet data/train.parquet train"."""
    files = []
    for one in paths or ("jsonl data/articles.jsonl",):
        kind, path, *split = one.split()
        table = path.partition("/")[0].replace("data", "articles")
        files.append(ReleasedFile(path, 10, 2, "0" * 64, table, kind, split[0] if split else None))
    return Facts(
        name=name,
        release_id="ab" * 32,
        selection=Selection(),
        tally=tally(**counts),
        left_out=LeftOut({}, {}),
        formats=tuple(dict.fromkeys(format_named(file.format or "") for file in files)),
        tables=(ARTICLES, REMOVED),
        splits=None,
        files=tuple(files),
    )


def head(of: Facts) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(card(of).split("---\n")[1])
    return found


def test_the_citation_has_what_its_format_asks_for() -> None:
    found = yaml.safe_load(citation(facts(name="v2026.11")))
    assert {"cff-version", "message", "title", "authors"} <= found.keys()  # which the schema requires
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "dataset"
    assert found["version"] == "v2026.11"
    assert found["date-released"] == "2026-11-20"
    assert [author.keys() for author in found["authors"]] == [{"name"}]
    assert [one["type"] for one in found["identifiers"]] == ["other"]
    assert found["identifiers"][0]["value"] == "sha256:" + "ab" * 32
    assert "license" not in found


def test_a_release_without_a_name_is_cited_by_its_id() -> None:
    assert yaml.safe_load(citation(facts()))["version"] == "ab" * 8


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ({BY: 3}, "cc-by-4.0"),
        ({BY: 3, "http://creativecommons.org/licenses/by/4.0/deed.de": 1}, "cc-by-4.0"),
        ({"https://creativecommons.org/publicdomain/zero/1.0/": 1}, "cc0-1.0"),
        ({BY: 3, None: 1}, None),
        ({BY: 3, "https://creativecommons.org/licenses/by/3.0/": 1}, None),
        ({"https://creativecommons.org/licenses/by-nd/2.5/": 1}, None),  # which the hub has no word for
        ({f"https://evil.example/?{BY}": 1}, None),
        ({"All rights reserved": 1}, None),
        ({None: 2}, None),
        ({}, None),
    ],
)
def test_a_release_has_one_licence_where_all_its_articles_declare_it(
    declared: dict[str | None, int], name: str | None
) -> None:
    assert one_licence(declared) == name


@pytest.mark.parametrize(
    ("declared", "on_the_hub", "cited"),
    [({BY: 2}, "cc-by-4.0", "CC-BY-4.0"), ({BY: 1, None: 1}, "other", None), ({None: 2}, "unknown", None)],
)
def test_the_hub_and_the_citation_are_told_the_licence(
    declared: dict[str | None, int], on_the_hub: str, cited: str | None
) -> None:
    of = facts(licences=declared)
    assert head(of)["license"] == on_the_hub
    assert yaml.safe_load(citation(of)).get("license") == cited


@pytest.mark.parametrize(
    ("rows", "size"), [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**12, "n>1B")]
)
def test_the_hub_is_told_the_size(rows: int, size: str) -> None:
    assert head(facts(rows=rows))["size_categories"] == [size]


def test_the_hub_is_told_languages_by_codes_that_it_knows() -> None:
    assert head(facts(languages={"zh-cn": 1, "zh-tw": 1, "de": 1, "und": 1, "x: [": 1}))["language"] == ["de", "zh"]
    assert "language" not in head(facts(languages={"und": 1}))


def test_programs_load_the_articles_in_the_best_format_and_what_the_same_builder_reads() -> None:
    lines = ("urls data/articles.urls.jsonl", "jsonl data/articles.jsonl", "jsonl removed/removed.jsonl")
    assert [*configurations(facts(*lines))] == ["default", "urls", "removed"]
    assert [*configurations(facts(*lines, "parquet data/articles.parquet"))] == ["default"]
    both = configurations(facts(*lines, "parquet data/articles.parquet", "parquet removed/removed.parquet"))
    assert {name: one.format for name, one in both.items()} == {"default": "parquet", "removed": "parquet"}
    assert configurations(facts("tei data/articles.tei.xml")) == {}
    assert "configs" not in head(facts("tei data/articles.tei.xml"))


def test_several_files_of_a_split_are_one_pattern_that_no_other_format_matches() -> None:
    shards = [f"jsonl data/train-0000{number}-of-00002.jsonl train" for number in (1, 2)]
    of = facts(*shards, "jsonl data/test.jsonl test", "urls data/train-00001-of-00002.urls.jsonl train")
    (config, _urls) = head(of)["configs"]
    assert config["data_files"] == [
        {"split": "train", "path": "data/train-*-of-00002.jsonl"},
        {"split": "test", "path": "data/test.jsonl"},
    ]


def bars(svg: str) -> list[tuple[str, str]]:
    texts = [one.text or "" for one in etree.fromstring(svg.encode()).iterfind("s:text", SVG)][1:]
    return list(zip(texts[::2], texts[1::2], strict=True))


def test_of_many_sites_a_plot_shows_the_largest_and_the_others_as_one() -> None:
    drawn = plots(facts(sites={f"site{number:04d}": 1000 - number for number in range(1000)}))["plots/sites.svg"]
    shown = bars(drawn)
    assert len(shown) == 21
    assert shown[0] == ("site0000", "1,000")
    assert shown[-1] == ("980 other sites", f"{sum(range(1, 981)):,}")
    assert int(re.findall(r'height="(\d+)"', drawn)[0]) < 600


def test_months_without_an_article_are_shown_as_such_and_very_many_as_years() -> None:
    few = plots(facts(months={"2025-12": 4, "2026-03": 2}))["plots/months.svg"]
    assert re.findall(r">(20\d\d-\d\d)<", few) == ["2025-12", "2026-01", "2026-02", "2026-03"]
    heights = [float(one) for one in re.findall(r'height="([\d.]+)" fill="#3b6ea5"', few)]
    assert heights == [180.0, 0.0, 0.0, 90.0]
    many = plots(facts(months={"1999-12": 1, "2026-03": 2}))["plots/months.svg"]
    assert ">Articles by year<" in many
    assert len(re.findall(r'fill="#3b6ea5"', many)) == 28


def test_the_same_counts_in_another_order_draw_the_same_bytes() -> None:
    one = plots(facts(sites={"b": 1, "a": 1, "c": 5}, lengths={100: 1, 9000: 2}))
    other = plots(facts(sites={"c": 5, "a": 1, "b": 1}, lengths={9000: 2, 100: 1}))
    assert one == other


def test_what_is_made_from_facts_names_no_clock() -> None:
    of = facts(name="v1")
    for text in (card(of), croissant(of), citation(of), *plots(of).values()):
        assert set(re.findall(r"20\d\d-\d\d-\d\d", text)) <= {"2026-11-20"}
