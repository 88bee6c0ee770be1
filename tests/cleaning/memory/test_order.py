"""The texts are the same to the byte in whatever order the pages come."""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from small_paper import SmallPaper

from cleaning.clean import clean
from cleaning.memory.dependency import MemoryDependency
from cleaning.memory.learning import learn_memory
from cleaning.memory.observation import Observation, ObservedBlock, ObservedPosition
from cleaning.memory.site_memory import SiteMemory

if TYPE_CHECKING:
    from cleaning.records.given import Page

SHUFFLES = 20
LINES = (
    "<p>Every morning at six the press in Pell prints the news of the town, and carts bring it to all doors.</p>",
    "<p>Mara Lind covers harbours and the people who live from them.</p>",
    "<p>Set by hand on {number} May.</p>",
)


def list_pages() -> list[tuple[str, Page]]:
    """Return 24 pages of two sites, some with boilerplate, among them copies and a redesign."""
    found = []
    for paper in (SmallPaper("lantern"), SmallPaper("mercury", "de")):
        for number in range(12):
            end = "".join(line.format(number=number) for at, line in enumerate(LINES) if number % (at + 1) == 0)
            link = f"<p><a href='{paper.url(number + 1)}'>{paper.story(number + 1).headline}</a></p>"
            template = "redesign" if number >= 8 else "classic"
            story = paper.story(number - 1) if number in {4, 5} else None  # printed again
            middle = link if number % 3 else ""
            page = paper.page(number, middle=middle, end=end, template=template, story=story)
            found.append((paper.name, page))
    return found


def settle(pages: list[tuple[str, Page]]) -> str:
    """Observe each page in this order, learn each site, clean each page; return the hash of the sorted texts."""
    observed: dict[str, dict[str, Observation]] = {}
    for site, page in pages:
        seen = Observation.from_bytes(clean(page, observe=True).observation)
        observed.setdefault(site, {})[page.url] = seen
    memories = {site: learn_memory(seen).memory for site, seen in observed.items()}
    texts = sorted(clean(page, memory=memories[site]).text for site, page in pages)
    return sha256("\0".join(texts).encode()).hexdigest()


def test_twenty_orders_of_the_pages_end_in_the_same_texts() -> None:
    pages = list_pages()
    cold = sha256("\0".join(sorted(clean(page).text for _, page in pages)).encode()).hexdigest()
    sums = set()
    for seed in range(SHUFFLES):
        random.Random(seed).shuffle(pages)
        sums.add(settle(pages))
    assert len(sums) == 1
    assert sums != {cold}, "the memories have no effect"


def test_one_night_or_three_end_in_the_same_texts() -> None:
    """After each night only articles whose memory fingerprint has changed are cleaned again."""
    pages = list_pages()
    random.Random(0).shuffle(pages)
    stored: dict[str, tuple[str, str]] = {}
    observed: dict[str, dict[str, Observation]] = {"lantern": {}, "mercury": {}}
    cleaned = 0
    for night in (pages[:6], pages[6:14], pages[14:]):
        for site, page in night:
            observed[site][page.url] = Observation.from_bytes(clean(page, observe=True).observation)
        memories: dict[str, SiteMemory] = {site: learn_memory(seen).memory for site, seen in observed.items()}
        for site, page in pages[: sum(map(len, observed.values()))]:
            digest = MemoryDependency.from_bytes(clean(page, observe=True).memory_dependency).fingerprint_memory(
                memories[site]
            )
            if stored.get(page.url, ("", ""))[0] != digest:
                stored[page.url] = digest, clean(page, memory=memories[site]).text
                cleaned += 1
    texts = sorted(text for _, text in stored.values())
    assert len(texts) == 24 < cleaned
    assert sha256("\0".join(texts).encode()).hexdigest() == settle(pages)


POSITIONS = st.dictionaries(
    st.integers(1, 4),
    st.builds(ObservedPosition, st.sampled_from([0.0, 0.333, 0.5, 1.0]), st.sampled_from([None, 0.125, 0.9])),
)
BLOCKS = st.dictionaries(
    st.integers(1, 6),
    st.builds(ObservedBlock, st.sampled_from("abc"), st.sampled_from(["p", "div > p"]), st.booleans(), st.booleans()),
)
OBSERVATIONS = st.builds(
    Observation,
    accepted=st.sampled_from([True, True, True, False]),
    day=st.sampled_from(["", "2024-05-16", "2024-01-01"]),
    headline=st.integers(0, 5),
    titles=st.lists(st.sampled_from(["Lantern", "A ferry returns | Lantern", "City - Lantern"]), max_size=2).map(tuple),
    sketch=st.lists(st.integers(0, 40), max_size=6, unique=True).map(lambda hashes: tuple(sorted(hashes))),
    blocks=BLOCKS,
    paths=POSITIONS,
    patterns=POSITIONS,
)


@settings(deadline=None, max_examples=80)
@given(st.lists(OBSERVATIONS, min_size=5, max_size=24), st.randoms(use_true_random=False), st.integers(0, 30))
def test_the_order_of_the_observations_does_not_matter(
    pages: list[Observation], chance: random.Random, without: int
) -> None:
    named = [(f"/{number}", page) for number, page in enumerate(pages)]
    shuffled = [(name, replace(page, blocks=dict(reversed(list(page.blocks.items()))))) for name, page in named]
    chance.shuffle(shuffled)
    for left_out in (None, f"/{without}"):
        one, other = learn_memory(dict(named), without=left_out), learn_memory(dict(shuffled), without=left_out)
        assert one.memory.digest == other.memory.digest
        assert one.memory.to_bytes() == other.memory.to_bytes()
        assert one.blocks == other.blocks
