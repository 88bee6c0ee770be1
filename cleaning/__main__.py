"""python -m cleaning: pages in, articles out, as JSON Lines."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import threading
from queue import Queue
from typing import IO, TYPE_CHECKING, Any

from cleaning.addresses import site
from cleaning.article import Article, iso
from cleaning.errors import UsageError
from cleaning.page_lines import read_page
from cleaning.two_passes import Spool, learn_sites
from cleaning.workers import Cleaners

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future

WAITING = 4  # pages a child that may wait for it, or for the answer before theirs

HELP = """\
Reads one page a line from standard input,
    {"id": "1", "url": "https://example.org/a", "html": "<html>..."}
and writes one article a line to standard output, in the same order and as soon as it is done:
    {"id": "1", "url": ..., "title": ..., "authors": [...], "published_at": ..., "language": ..., "text": ...,
     "removed": [{"text": ..., "rule": ..., "evidence": ...}], "rejected": null or the reason why it is no article}
A line that is no page is answered by {"id": null or what it is, "error": ..., "line": its number}, an empty one by
nothing; the next ones go on.
"""
EXAMPLE = """\
example:
  python -m cleaning --jobs 2 < pages.jsonl > articles.jsonl
  python -m cleaning --jobs 2 --learn < pages.jsonl > articles.jsonl
"""

# What stands in the queue for one line: an answer that is complete, or the line's id and its article to come.
Answer = tuple[object, "Future[Article]"] | dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m cleaning",
        description=HELP,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--jobs", type=_count, default=1, metavar="N", help="processes that clean (default: 1)")
    parser.add_argument(
        "--learn",
        action="store_true",
        help="learn each site from its pages first, then clean: all of the input is read before the first answer",
    )
    options = parser.parse_args(arguments)
    jobs: int = options.jobs
    try:
        lines: Iterable[bytes] = _standard_input()
    except UsageError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return error.exit_status
    cleaners = Cleaners(count=jobs)
    answers: Queue[Answer | None] = Queue(maxsize=WAITING * jobs)
    try:
        cleaners.start()
        memories: dict[str, bytes] = {}
        if options.learn:
            lines = spool = Spool(lines)
            memories = learn_sites(spool, cleaners)
        threading.Thread(target=_read, args=(lines, cleaners, answers, memories), daemon=True).start()
        while (answer := answers.get()) is not None:
            _write(answer, sys.stdout.buffer)
    except UsageError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # nobody reads on: nothing to do, and nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    finally:
        cleaners.stop()
    return 0


def _standard_input() -> IO[bytes]:
    """A reader of its own: the interpreter cannot end while a thread waits inside sys.stdin."""
    if sys.stdin is None:
        raise UsageError("standard input is closed; give it the pages, one a line")
    try:
        own = os.dup(sys.stdin.fileno())
        mode = fcntl.fcntl(own, fcntl.F_GETFL) & os.O_ACCMODE
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from error
    if mode == os.O_WRONLY:
        raise UsageError("standard input is open for writing only; give it the pages, one a line")
    return os.fdopen(own, "rb")


def _read(
    lines: Iterable[bytes], cleaners: Cleaners, answers: Queue[Answer | None], memories: Mapping[str, bytes]
) -> None:
    """Put an answer, or the promise of one, into the queue for every line; it holds no more than fit."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            answers.put(_promise(line, number, cleaners, memories))
    answers.put(None)


def _promise(line: bytes, number: int, cleaners: Cleaners, memories: Mapping[str, bytes]) -> Answer:
    found = read_page(line, number)
    if isinstance(found, dict):
        return found
    identity, page = found
    return identity, cleaners.submit(page, memories.get(site(page.url)))


def _write(answer: Answer, out: IO[bytes]) -> None:
    record = answer if isinstance(answer, dict) else _record(answer[0], answer[1].result())
    try:
        line = json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate in an id or an address
        line = json.dumps(record).encode()
    out.write(line + b"\n")
    out.flush()


def _record(identity: object, article: Article) -> dict[str, Any]:
    return {
        "id": identity,
        "url": article.url,
        "title": article.title,
        "authors": list(article.authors),
        "published_at": iso(article.published_at) if article.published_at else None,
        "language": article.language,
        "text": article.text,
        "removed": [{"text": block.text, "rule": block.rule, "evidence": block.evidence} for block in article.removed],
        "rejected": article.rejected,
    }


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
