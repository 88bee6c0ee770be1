"""Pages read twice: first to learn their sites, then to clean them. For `python -m cleaning --learn`.

What is learnt of a site is a function of the set of its pages: neither the order of the lines nor the number of
processes changes an answer.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from hashlib import sha256
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING

from cleaning.addresses import site
from cleaning.errors import UsageError
from cleaning.memory.learning import learn
from cleaning.memory.observation import Observation
from cleaning.page_lines import read_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from cleaning.article import Article, Page
    from cleaning.workers import Cleaners

SAMPLE = 100  # pages that a site is learnt from, as the crawl's MEMORY_SAMPLE
WAITING = 4  # pages a child that are read ahead


class Spool:
    """Lines in a temporary file, and of each site where its sample stands in it: the pages with the smallest names.

    A page's name is a hash of it: the sample is as good as drawn by lot, and the same in any order. The address says
    what site a page belongs to (`addresses.site`).
    """

    def __init__(self, lines: Iterable[bytes], *, sample: int = SAMPLE) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 -- kept until the last line is read again
        self._sample = sample
        self.samples: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)  # heaps of (-name, offset)
        try:
            for number, line in enumerate(lines, 1):
                self._keep(line, number)
            self._file.flush()
        except OSError as error:
            raise UsageError(
                f"the pages cannot be kept in {gettempdir()} while they are read: {error.strerror}"
            ) from error

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        return iter(self._file)

    def page_at(self, offset: int) -> Page:
        """The page in the line that begins at this byte."""
        self._file.seek(offset)
        found = read_page(self._file.readline(), 0)
        assert isinstance(found, tuple)  # noqa: S101 -- only such lines are in a sample
        return found[1]

    def _keep(self, line: bytes, number: int) -> None:
        offset = self._file.tell()
        self._file.write(line if line.endswith(b"\n") else line + b"\n")
        found = read_page(line, number) if line.strip() else {}
        if isinstance(found, dict):
            return
        page = found[1]
        name = int.from_bytes(sha256(f"{page.url}\n{page.html}".encode("utf-8", "surrogatepass")).digest()[:16])
        heap = self.samples[site(page.url)]
        if any(known == -name for known, _ in heap):  # the same page again
            return
        heapq.heappush(heap, (-name, offset))
        if len(heap) > self._sample:
            heapq.heappop(heap)


def learn_sites(spool: Spool, cleaners: Cleaners) -> dict[str, bytes]:
    """The memories of the sites in the spool, packed, by their names."""
    seen: defaultdict[str, dict[str, bytes]] = defaultdict(dict)  # packed: they are many
    waiting: deque[tuple[str, int, Future[Article]]] = deque()

    def take() -> None:
        name, key, answer = waiting.popleft()
        observation = answer.result().observation
        if observation:  # none of a page that its cleaner failed on
            seen[name][f"{key:032x}"] = observation

    chosen = sorted((offset, name, -key) for name, heap in spool.samples.items() for key, offset in heap)
    for offset, name, key in chosen:
        waiting.append((name, key, cleaners.submit(spool.page_at(offset), observe=True)))
        if len(waiting) > WAITING * cleaners.count:
            take()
    while waiting:
        take()
    memories = {}
    for name in sorted(seen):
        own = {page: Observation.unpacked(data) for page, data in seen.pop(name).items()}
        memory = learn(own).memory
        if memory.is_known:
            memories[name] = memory.packed()
    return memories
