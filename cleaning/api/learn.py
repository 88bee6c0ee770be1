"""Learn the memory of a site from its pages: what it repeats, and where its articles stand."""

from __future__ import annotations

import heapq
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

from cleaning.api.make_pages import to_page
from cleaning.api.many_pages import run_in_children
from cleaning.memory.learning import learn_memory
from cleaning.memory.observation import Observation
from cleaning.page.addresses import get_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cleaning.api.make_pages import PageInput
    from cleaning.memory.site_memory import SiteMemory
    from cleaning.records.given import Page

SAMPLE = 100  # pages that a site is learnt from, as the crawl's MEMORY_SAMPLE


def learn_site(pages: Iterable[PageInput], *, jobs: int = 1) -> SiteMemory:
    """Return the memory of the one site that all pages are of, whatever their addresses.

    It is learnt from at most 100 pages, the same ones in any order of the pages. `is_known` tells whether it was learnt
    from enough articles; one that was not changes nothing. Pages and errors are those of `clean_many`.

    >>> from cleaning import learn_site
    >>> memory = learn_site([("https://paper.example/a", "<p>One page is not enough.")])
    >>> memory.articles, memory.is_known
    (0, False)
    """
    sample = _Sample(lambda _page: "")
    sample.observe(pages, jobs)
    return sample.learn("")


def learn_sites(pages: Iterable[PageInput], *, jobs: int = 1) -> dict[str, SiteMemory]:
    """Return the memories of all sites of these pages that have enough articles, by host without "www".

    `clean_many` takes them as `site=`.
    """
    sample = _Sample(lambda page: get_site(page.url))
    sample.observe(pages, jobs)
    memories = {name: sample.learn(name) for name in sample.names}
    return {name: memory for name, memory in memories.items() if memory.is_known}


class _Sample:
    """The observations of each site's sample: the pages with the smallest names, a name being a hash of the page.

    The sample is as good as a random one, and the same in any order of the pages. A page that is not in the sample of
    the pages before it is not cleaned, so that a large site costs little more than a small one.
    """

    def __init__(self, name_site: Callable[[Page], str]) -> None:
        self._name_site = name_site
        self._heaps: defaultdict[str, list[int]] = defaultdict(list)  # of negative names
        self._observed: defaultdict[str, dict[int, bytes]] = defaultdict(dict)

    @property
    def names(self) -> list[str]:
        return sorted(self._observed)

    def observe(self, pages: Iterable[PageInput], jobs: int) -> None:
        chosen: list[tuple[str, int]] = []  # of the pages that are being cleaned, in their order

        def choose() -> Iterator[Page]:
            for given in pages:
                page = to_page(given)
                site, key = self._name_site(page), _hash_page(page)
                if self._take(site, key):
                    chosen.append((site, key))
                    yield page

        answers = run_in_children(choose(), lambda cleaners, page: cleaners.submit(page, observe=True), jobs=jobs)
        for article in answers:
            site, key = chosen.pop(0)
            if article.observation and -key in self._heaps[site]:  # it is empty where the cleaner failed
                self._observed[site][key] = article.observation

    def learn(self, site: str) -> SiteMemory:
        heap = set(self._heaps[site])
        observed: Mapping[str, Observation] = {
            f"{key:032x}": Observation.from_bytes(data)
            for key, data in sorted(self._observed[site].items())
            if -key in heap
        }
        return learn_memory(observed).memory

    def _take(self, site: str, key: int) -> bool:
        """Take a page into the sample of its site; return whether it is new there."""
        heap = self._heaps[site]
        if -key in heap or (len(heap) == SAMPLE and key > -heap[0]):
            return False
        heapq.heappush(heap, -key)
        if len(heap) > SAMPLE:
            self._observed[site].pop(-heapq.heappop(heap), None)
        return True


def _hash_page(page: Page) -> int:
    return int.from_bytes(sha256(f"{page.url}\n{page.html}".encode("utf-8", "surrogatepass")).digest()[:16])
