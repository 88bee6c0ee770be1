"""Run the program `python -m cleaning`: pages in, articles out, as JSON Lines."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import threading
from functools import partial
from queue import Queue
from typing import IO, TYPE_CHECKING

from cleaning.errors import UsageError
from cleaning.interruption import raise_interrupts
from cleaning.page.addresses import get_site
from cleaning.program.learn_first import PageSpool, learn_spooled_sites
from cleaning.program.line_answers import PageLine, answer_line, finish_answer
from cleaning.program.page_lines import parse_page_line
from cleaning.workers import Cleaners

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future

    from cleaning.records.article import Article

MAX_WAITING = 4  # pages a child process that may wait for it, or for the answers to earlier lines

HELP = """\
Read one page a line from standard input,
    {"id": "1", "url": "https://example.org/a", "html": "<html>..."}
and write one article a line to standard output, in the same order and as soon as it is done:
    {"id": "1", "url": ..., "title": ..., "authors": [...], "source": ..., "published_at": ..., "language": ...,
     "text": ..., "removed": [{"text": ..., "rule": ..., "evidence": ...}],
     "rejected": null or the reason why it is no article}

An article that is a live blog has `entries` besides (docs/cleaning.md).
With --output markdown each article is written as Markdown instead: its id and metadata as YAML between two lines "---",
then the headline and the text.
The answer to a line that is no page is {"id": null or its id, "error": ..., "line": its number}. Empty lines have no
answer. The lines that follow are answered in either case.
"""
EXAMPLE = """\
example:
  python -m cleaning --jobs 2 < pages.jsonl > articles.jsonl
  python -m cleaning --jobs 2 --learn < pages.jsonl > articles.jsonl
  python -m cleaning --output markdown < pages.jsonl > articles.md
"""

Answer = tuple[PageLine, "Future[Article]"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m cleaning",
        description=HELP,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--jobs", type=_parse_count, default=1, metavar="N", help="processes that clean (default: 1)")
    parser.add_argument(
        "--learn",
        action="store_true",
        help="learn each site from its pages first, then clean: all of the input is read before the first answer",
    )
    parser.add_argument(
        "--output",
        choices=["jsonl", "markdown"],
        default="jsonl",
        help="what the articles are written as (default: jsonl)",
    )
    options = parser.parse_args(arguments)
    markdown = options.output == "markdown"
    jobs: int = options.jobs
    try:
        lines: Iterable[bytes] = _open_standard_input()
    except UsageError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return error.exit_status
    cleaners = Cleaners(count=jobs, work=partial(answer_line, markdown=markdown))
    answers: Queue[Answer | None] = Queue(maxsize=MAX_WAITING * jobs)
    try:
        raise_interrupts()
        cleaners.start()
        memories: dict[str, bytes] = {}
        if options.learn:
            lines = spool = PageSpool(lines)
            memories = learn_spooled_sites(spool, cleaners)
        threading.Thread(target=_submit_lines, args=(lines, cleaners, answers, memories), daemon=True).start()
        while (answer := answers.get()) is not None:
            line, future = answer
            sys.stdout.buffer.write(finish_answer(line, future.result(), markdown=markdown))
            sys.stdout.buffer.flush()
    except UsageError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write(f"{parser.prog}: interrupted\n")
        return 130
    except BrokenPipeError:  # the reader of standard output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    finally:
        cleaners.stop()
    return 0


def _open_standard_input() -> IO[bytes]:
    """Open a second reader of standard input: the interpreter cannot end while a thread waits inside sys.stdin."""
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe the pages into it, one a line")
    try:
        descriptor = os.dup(sys.stdin.fileno())
        mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from error
    if mode == os.O_WRONLY:
        raise UsageError("standard input is open for writing only; pipe the pages into it, one a line")
    return os.fdopen(descriptor, "rb")


def _submit_lines(
    lines: Iterable[bytes], cleaners: Cleaners, answers: Queue[Answer | None], memories: Mapping[str, bytes]
) -> None:
    """Put the future of an answer into the queue for every line. A full queue blocks."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            page = PageLine(f"line {number}", "", line=line, number=number)
            answers.put((page, cleaners.submit(page, _find_memory(page, memories) if memories else None)))
    answers.put(None)


def _find_memory(line: PageLine, memories: Mapping[str, bytes]) -> bytes | None:
    found = parse_page_line(line.line, line.number)
    return None if isinstance(found, dict) else memories.get(get_site(found[1].url))


def _parse_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)
