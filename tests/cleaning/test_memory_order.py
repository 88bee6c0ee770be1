"""Whatever order the pages come in, the texts are the same to the byte."""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from small_paper import SmallPaper

from cleaning.clean import clean
from cleaning.memory.learning import learn
from cleaning.memory.observation import Observation, Seen, Voice
from cleaning.memory.site_memory import SiteMemory
from cleaning.memory.traces import Trace

if TYPE_CHECKING:
    from cleaning.article import Page

SHUFFLES = 20
LINES = (
    "<p>Every morning at six the press in Pell prints the news of the town, and carts bring it to all doors.</p>",
    "<p>Mara Lind covers harbours and the people who live from them.</p>",
    "<p>Set by hand on {number} May.</p>",
)


def papers() -> list[tuple[str, Page]]:
    """Twenty-four pages of two sites, with their chaff on some; copies and a redesign are among them."""
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


def settled(pages: list[tuple[str, Page]]) -> str:
    """Each page seen in this order, each site learnt, each page cleaned: the sum of the sorted texts."""
    observed: dict[str, dict[str, Observation]] = {}
    for site, page in pages:
        seen = Observation.unpacked(clean(page, observe=True).observation)
        observed.setdefault(site, {})[page.url] = seen
    memories = {site: learn(seen).memory for site, seen in observed.items()}
    texts = sorted(clean(page, memory=memories[site]).text for site, page in pages)
    return sha256("\0".join(texts).encode()).hexdigest()


def test_twenty_orders_of_the_pages_end_in_the_same_texts() -> None:
    pages = papers()
    cold = sha256("\0".join(sorted(clean(page).text for _, page in pages)).encode()).hexdigest()
    sums = set()
    for seed in range(SHUFFLES):
        random.Random(seed).shuffle(pages)
        sums.add(settled(pages))
    assert len(sums) == 1
    assert sums != {cold}, "the memories do nothing"


def test_one_night_or_three_end_in_the_same_texts() -> None:
    """Only what a trace tells to have changed is cleaned again after each night."""
    pages = papers()
    random.Random(0).shuffle(pages)
    stored: dict[str, tuple[str, str]] = {}
    observed: dict[str, dict[str, Observation]] = {"lantern": {}, "mercury": {}}
    cleaned = 0
    for night in (pages[:6], pages[6:14], pages[14:]):
        for site, page in night:
            observed[site][page.url] = Observation.unpacked(clean(page, observe=True).observation)
        memories: dict[str, SiteMemory] = {site: learn(seen).memory for site, seen in observed.items()}
        for site, page in pages[: sum(map(len, observed.values()))]:
            digest = Trace.unpacked(clean(page, observe=True).trace).digest(memories[site])
            if stored.get(page.url, ("", ""))[0] != digest:
                stored[page.url] = digest, clean(page, memory=memories[site]).text
                cleaned += 1
    texts = sorted(text for _, text in stored.values())
    assert len(texts) == 24 < cleaned
    assert sha256("\0".join(texts).encode()).hexdigest() == settled(pages)


VOICES = st.dictionaries(
    st.integers(1, 4), st.builds(Voice, st.sampled_from([0.0, 0.333, 0.5, 1.0]), st.sampled_from([None, 0.125, 0.9]))
)
BLOCKS = st.dictionaries(
    st.integers(1, 6),
    st.builds(Seen, st.sampled_from("abc"), st.sampled_from(["p", "div > p"]), st.booleans(), st.booleans()),
)
OBSERVATIONS = st.builds(
    Observation,
    accepted=st.sampled_from([True, True, True, False]),
    day=st.sampled_from(["", "2024-05-16", "2024-01-01"]),
    headline=st.integers(0, 5),
    titles=st.lists(st.sampled_from(["Lantern", "A ferry returns | Lantern", "City - Lantern"]), max_size=2).map(tuple),
    sketch=st.lists(st.integers(0, 40), max_size=6, unique=True).map(lambda hashes: tuple(sorted(hashes))),
    blocks=BLOCKS,
    paths=VOICES,
    patterns=VOICES,
)


@settings(deadline=None, max_examples=80)
@given(st.lists(OBSERVATIONS, min_size=5, max_size=24), st.randoms(use_true_random=False), st.integers(0, 30))
def test_the_order_of_the_observations_is_no_matter(
    pages: list[Observation], chance: random.Random, without: int
) -> None:
    named = [(f"/{number}", page) for number, page in enumerate(pages)]
    shuffled = [(name, replace(page, blocks=dict(reversed(list(page.blocks.items()))))) for name, page in named]
    chance.shuffle(shuffled)
    for left_out in (None, f"/{without}"):
        one, other = learn(dict(named), without=left_out), learn(dict(shuffled), without=left_out)
        assert one.memory.digest == other.memory.digest
        assert one.memory.packed() == other.memory.packed()
        assert one.blocks == other.blocks
