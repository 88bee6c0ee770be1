"""Learn sites from pages before the pages are cleaned, for `python -m cleaning --learn`. Pages are read twice.

A site's memory is a function of the set of its pages: neither the order of the lines nor the number of processes
changes an answer.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from hashlib import sha256
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING

from cleaning.errors import UsageError
from cleaning.memory.learning import learn_memory
from cleaning.memory.observation import Observation
from cleaning.page.addresses import get_site
from cleaning.program.page_lines import parse_page_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from cleaning.records.article import Article
    from cleaning.records.given import Page
    from cleaning.workers import Cleaners

SAMPLE = 100  # pages that a site is learnt from, as the crawl's MEMORY_SAMPLE
MAX_WAITING = 4  # pages a child process that are read ahead


class PageSpool:
    """A temporary file of lines, with the offsets of each site's sample: the pages with the smallest names.

    A page's name is a hash of the page, so the sample is as good as a random one, and the same in any order of the
    lines. The address tells the site of a page (`addresses.get_site`).
    """

    def __init__(self, lines: Iterable[bytes], *, sample: int = SAMPLE) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 -- open until the last line is read again
        self._sample = sample
        self.samples: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)  # heaps of (-name, offset)
        try:
            for number, line in enumerate(lines, 1):
                self._add_line(line, number)
            self._file.flush()
        except OSError as error:
            raise UsageError(
                f"the pages cannot be kept in {gettempdir()} while they are read: {error.strerror}"
            ) from error

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        return iter(self._file)

    def read_page_at(self, offset: int) -> Page:
        """Return the page in the line that begins at this byte."""
        self._file.seek(offset)
        found = parse_page_line(self._file.readline(), 0)
        assert isinstance(found, tuple)  # noqa: S101 -- a sample holds only lines with a page
        return found[1]

    def _add_line(self, line: bytes, number: int) -> None:
        offset = self._file.tell()
        self._file.write(line if line.endswith(b"\n") else line + b"\n")
        found = parse_page_line(line, number) if line.strip() else {}
        if isinstance(found, dict):
            return
        page = found[1]
        name = int.from_bytes(sha256(f"{page.url}\n{page.html}".encode("utf-8", "surrogatepass")).digest()[:16])
        heap = self.samples[get_site(page.url)]
        if any(known == -name for known, _ in heap):  # the page is in the sample already
            return
        heapq.heappush(heap, (-name, offset))
        if len(heap) > self._sample:
            heapq.heappop(heap)


def learn_spooled_sites(spool: PageSpool, cleaners: Cleaners) -> dict[str, bytes]:
    """Return the memories of the sites in the spool, as bytes, by the names of the sites."""
    observed: defaultdict[str, dict[str, bytes]] = defaultdict(dict)  # as bytes, which take less memory
    waiting: deque[tuple[str, int, Future[Article]]] = deque()

    def take_answer() -> None:
        name, key, answer = waiting.popleft()
        observation = answer.result().observation
        if observation:  # empty where the cleaner failed on the page
            observed[name][f"{key:032x}"] = observation

    samples = sorted((offset, name, -key) for name, heap in spool.samples.items() for key, offset in heap)
    for offset, name, key in samples:
        waiting.append((name, key, cleaners.submit(spool.read_page_at(offset), observe=True)))
        if len(waiting) > MAX_WAITING * cleaners.count:
            take_answer()
    while waiting:
        take_answer()
    memories = {}
    for name in sorted(observed):
        observations = {page: Observation.from_bytes(data) for page, data in observed.pop(name).items()}
        memory = learn_memory(observations).memory
        if memory.is_known:
            memories[name] = memory.to_bytes()
    return memories
