"""The citation, the plots, the common licence and the loadable tables, made from facts only."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from lxml import etree

from storage.export.description.card import build_card
from storage.export.description.citation import build_citation
from storage.export.description.common_licence import find_common_licence
from storage.export.description.counts import ReleaseCounts
from storage.export.description.croissant import build_croissant
from storage.export.description.facts import ReleaseFacts
from storage.export.description.loading import build_configurations
from storage.export.description.plots import draw_plots
from storage.export.formats import load_format
from storage.export.released_file import ReleasedFile
from storage.export.schema import ARTICLES, Field, FieldKind, Table
from storage.export.selection.choose import LeftOutCounts
from storage.export.selection.selection import Selection

BY = "https://creativecommons.org/licenses/by/4.0/"
REMOVED = Table("removed", (Field("id", FieldKind.TEXT, "key of the article"),), "removed")
SVG = {"s": "http://www.w3.org/2000/svg"}


def make_counts(**counts: Any) -> ReleaseCounts:
    given = ReleaseCounts()
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


def make_facts(*paths: str, name: str | None = None, **counts: Any) -> ReleaseFacts:
    """Return the facts of a release with these files, each as in "parquet data/train.parquet train"."""
    files = []
    for one in paths or ("jsonl data/articles.jsonl",):
        kind, path, *split = one.split()
        table = path.partition("/")[0].replace("data", "articles")
        files.append(ReleasedFile(path, 10, 2, "0" * 64, table, kind, split[0] if split else None))
    return ReleaseFacts(
        name=name,
        release_id="ab" * 32,
        selection=Selection(),
        counts=make_counts(**counts),
        left_out=LeftOutCounts({}, {}),
        formats=tuple(dict.fromkeys(load_format(file.format or "") for file in files)),
        tables=(ARTICLES, REMOVED),
        splits=None,
        files=tuple(files),
    )


def parse_head(of: ReleaseFacts) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(build_card(of).split("---\n")[1])
    return found


def test_the_citation_has_what_its_format_asks_for() -> None:
    found = yaml.safe_load(build_citation(make_facts(name="v2026.11")))
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
    assert yaml.safe_load(build_citation(make_facts()))["version"] == "ab" * 8


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
def test_a_release_has_a_licence_if_all_its_articles_declare_it(
    declared: dict[str | None, int], name: str | None
) -> None:
    assert find_common_licence(declared) == name


@pytest.mark.parametrize(
    ("declared", "on_the_hub", "cited"),
    [({BY: 2}, "cc-by-4.0", "CC-BY-4.0"), ({BY: 1, None: 1}, "other", None), ({None: 2}, "unknown", None)],
)
def test_the_card_and_the_citation_state_the_licence(
    declared: dict[str | None, int], on_the_hub: str, cited: str | None
) -> None:
    of = make_facts(licences=declared)
    assert parse_head(of)["license"] == on_the_hub
    assert yaml.safe_load(build_citation(of)).get("license") == cited


@pytest.mark.parametrize(
    ("rows", "size"), [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**12, "n>1B")]
)
def test_the_card_states_the_size_category(rows: int, size: str) -> None:
    assert parse_head(make_facts(rows=rows))["size_categories"] == [size]


def test_the_card_states_languages_by_codes_of_the_hub() -> None:
    assert parse_head(make_facts(languages={"zh-cn": 1, "zh-tw": 1, "de": 1, "und": 1, "x: [": 1}))["language"] == [
        "de",
        "zh",
    ]
    assert "language" not in parse_head(make_facts(languages={"und": 1}))


def test_programs_load_the_articles_in_the_best_format_and_what_the_same_builder_reads() -> None:
    lines = ("urls data/articles.urls.jsonl", "jsonl data/articles.jsonl", "jsonl removed/removed.jsonl")
    assert [*build_configurations(make_facts(*lines))] == ["default", "urls", "removed"]
    assert [*build_configurations(make_facts(*lines, "parquet data/articles.parquet"))] == ["default"]
    both = build_configurations(make_facts(*lines, "parquet data/articles.parquet", "parquet removed/removed.parquet"))
    assert {name: one.format for name, one in both.items()} == {"default": "parquet", "removed": "parquet"}
    assert build_configurations(make_facts("tei data/articles.tei.xml")) == {}
    assert "configs" not in parse_head(make_facts("tei data/articles.tei.xml"))


def test_several_files_of_a_split_are_one_pattern_that_no_other_format_matches() -> None:
    shards = [f"jsonl data/train-0000{number}-of-00002.jsonl train" for number in (1, 2)]
    of = make_facts(*shards, "jsonl data/test.jsonl test", "urls data/train-00001-of-00002.urls.jsonl train")
    (config, _urls) = parse_head(of)["configs"]
    assert config["data_files"] == [
        {"split": "train", "path": "data/train-*-of-00002.jsonl"},
        {"split": "test", "path": "data/test.jsonl"},
    ]


def parse_bars(svg: str) -> list[tuple[str, str]]:
    texts = [one.text or "" for one in etree.fromstring(svg.encode()).iterfind("s:text", SVG)][1:]
    return list(zip(texts[::2], texts[1::2], strict=True))


def test_a_plot_of_many_sites_sums_up_the_smallest() -> None:
    drawn = draw_plots(make_facts(sites={f"site{number:04d}": 1000 - number for number in range(1000)}))[
        "plots/sites.svg"
    ]
    shown = parse_bars(drawn)
    assert len(shown) == 21
    assert shown[0] == ("site0000", "1,000")
    assert shown[-1] == ("980 other sites", f"{sum(range(1, 981)):,}")
    assert int(re.findall(r'height="(\d+)"', drawn)[0]) < 600


def test_empty_months_are_shown_and_very_many_months_become_years() -> None:
    few = draw_plots(make_facts(months={"2025-12": 4, "2026-03": 2}))["plots/months.svg"]
    assert re.findall(r">(20\d\d-\d\d)<", few) == ["2025-12", "2026-01", "2026-02", "2026-03"]
    heights = [float(one) for one in re.findall(r'height="([\d.]+)" fill="#3b6ea5"', few)]
    assert heights == [180.0, 0.0, 0.0, 90.0]
    many = draw_plots(make_facts(months={"1999-12": 1, "2026-03": 2}))["plots/months.svg"]
    assert ">Articles by year<" in many
    assert len(re.findall(r'fill="#3b6ea5"', many)) == 28


def test_the_same_counts_in_another_order_draw_the_same_bytes() -> None:
    one = draw_plots(make_facts(sites={"b": 1, "a": 1, "c": 5}, lengths={100: 1, 9000: 2}))
    other = draw_plots(make_facts(sites={"c": 5, "a": 1, "b": 1}, lengths={9000: 2, 100: 1}))
    assert one == other


def test_the_descriptions_contain_no_current_time() -> None:
    of = make_facts(name="v1")
    for text in (build_card(of), build_croissant(of), build_citation(of), *draw_plots(of).values()):
        assert set(re.findall(r"20\d\d-\d\d-\d\d", text)) <= {"2026-11-20"}
