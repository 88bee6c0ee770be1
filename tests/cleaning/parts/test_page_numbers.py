"""The number of a part in its address."""

from __future__ import annotations

import pytest

from cleaning.parts.page_numbers import PartForm, read_part_addresses

FIRST = "https://paper.org/2026/11/a-long-read"


@pytest.mark.parametrize(
    ("url", "number"),
    [
        (f"{FIRST}?page=2", 2),
        (f"{FIRST}?seite=3", 3),
        (f"{FIRST}/2", 2),
        (f"{FIRST}/12/", 12),
        (f"{FIRST}/page/2/", 2),
        (f"{FIRST}/seite-2", 2),
        (f"{FIRST}-2.html", 2),
        (f"{FIRST}_2.html", 2),
        (f"{FIRST}-p2.shtml", 2),
        (f"{FIRST}?page=all", 0),
        (f"{FIRST}?singlepage=true", 0),
        (f"{FIRST}/komplettansicht", 0),
        (f"{FIRST}-all.html", 0),
    ],
)
def test_an_address_with_a_number_is_a_part_of_the_article_without_it(url: str, number: int) -> None:
    key = read_part_addresses(FIRST)[0].key
    assert [one.number for one in read_part_addresses(url) if one.key == key] == [number]


@pytest.mark.parametrize(
    "url",
    [
        "https://paper.org/",
        "https://paper.org/?page=2",
        "https://paper.org/news/2",
        "https://paper.org/2026/11",
        "https://paper.org/2026/11/29",
        "https://paper.org/article/98231",
        FIRST,
    ],
)
def test_an_address_without_such_a_number_is_a_first_page_only(url: str) -> None:
    assert [one.form for one in read_part_addresses(url)] == [PartForm.PLAIN]


def test_other_parameters_belong_to_the_article() -> None:
    key = read_part_addresses("https://paper.org/story.php?id=7")[0].key
    assert key in {one.key for one in read_part_addresses("https://paper.org/story.php?id=7&page=2") if one.number == 2}
    assert key not in {one.key for one in read_part_addresses("https://paper.org/story.php?id=8&page=2")}
