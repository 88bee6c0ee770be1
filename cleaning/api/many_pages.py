"""Clean any number of pages in child processes, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cleaning.api.make_pages import to_page
from cleaning.memory.site_memory import SiteMemory
from cleaning.page.addresses import get_site
from cleaning.workers import Cleaners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from cleaning.api.make_pages import PageInput
    from cleaning.records.article import Article
    from cleaning.records.given import Page

MAX_WAITING = 4  # pages a child process that may wait for it, or for the answers to earlier pages


def clean_many(
    pages: Iterable[PageInput],
    *,
    jobs: int = 1,
    site: SiteMemory | Mapping[str, SiteMemory] | None = None,
    deadline: float = 20.0,
) -> Iterator[Article]:
    """Yield the article of each page, in their order, cleaned in `jobs` child processes.

    A page is a `Page`, the `Path` of a file, or `(url, html)`, a tuple. `site` is the memory of the site that all pages
    are of, or the memories of several, as `learn_sites` gives them. A page that takes the processor longer than
    `deadline` seconds, or kills its process, gives an article that is rejected with that reason.

    Only a few pages are held at a time: `pages` is read as the articles are taken. If it raises an error, or has an
    item that is no page, the articles of the pages before come first, then the error. Raise TypeError or ValueError at
    once for other arguments that make no sense.

    >>> from cleaning import clean_many
    >>> pages = [(f"https://paper.example/{number}", f"<p>Page {number}") for number in range(3)]
    >>> [article.text for article in clean_many(pages, jobs=2)]
    ['Page 0', 'Page 1', 'Page 2']
    """
    memories = _to_memories(site)
    return run_in_children(
        pages,
        lambda cleaners, page: cleaners.submit(page, memories(page)),
        jobs=_check_jobs(jobs),
        deadline=_check_deadline(deadline),
    )


def run_in_children(
    pages: Iterable[PageInput],
    submit: Callable[[Cleaners, Page], Future[Article]],
    *,
    jobs: int,
    deadline: float = 20.0,
) -> Iterator[Article]:
    """Yield the result of `submit` for each page, in their order."""
    _check_jobs(jobs)
    if isinstance(pages, str | bytes | Mapping):
        raise TypeError(f"the pages must be an iterable of pages, got {type(pages).__name__}")
    return _generate(iter(pages), submit, Cleaners(jobs, deadline))


def _generate(
    pages: Iterator[PageInput], submit: Callable[[Cleaners, Page], Future[Article]], cleaners: Cleaners
) -> Iterator[Article]:
    waiting: deque[Future[Article]] = deque()
    error: Exception | None = None
    try:
        cleaners.start()
        while True:
            try:
                page = to_page(next(pages))
            except StopIteration:
                break
            except Exception as raised:  # noqa: BLE001 -- raised again below, after the articles before it
                error = raised
                break
            waiting.append(submit(cleaners, page))
            while waiting and (len(waiting) > MAX_WAITING * cleaners.count or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        cleaners.stop()
    if error is not None:
        raise error


def _to_memories(site: SiteMemory | Mapping[str, SiteMemory] | None) -> Callable[[Page], bytes | None]:
    """Return the function that finds the memory of a page's site, as bytes."""
    if site is None:
        return lambda _page: None
    if isinstance(site, SiteMemory):
        data = site.to_bytes()
        return lambda _page: data
    known = {name: memory.to_bytes() for name, memory in _check_memories(site).items()}
    return lambda page: known.get(get_site(page.url))


def _check_memories(site: object) -> Mapping[str, SiteMemory]:
    if isinstance(site, Mapping) and all(isinstance(memory, SiteMemory) for memory in site.values()):
        return site
    raise TypeError(f"site= must be a SiteMemory or the dict of them that learn_sites gives, got {type(site).__name__}")


def _check_jobs(jobs: object) -> int:
    if not isinstance(jobs, int) or isinstance(jobs, bool):
        raise TypeError(f"jobs= must be a whole number, got {type(jobs).__name__}")
    if jobs < 1:
        raise ValueError(f"jobs= must be at least 1, got {jobs}")
    return jobs


def _check_deadline(deadline: object) -> float:
    if not isinstance(deadline, int | float):
        raise TypeError(f"deadline= must be a number of seconds, got {type(deadline).__name__}")
    if not 0 < deadline < 1 << 31:
        raise ValueError(f"deadline= must be a number of seconds above 0, got {deadline}")
    return deadline
