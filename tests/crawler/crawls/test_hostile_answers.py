"""Responses that break off, have wrong headers or were made to fill the memory: each has its outcome, and the crawl
continues."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import pytest
from crawling import FAST, ROOT, Store, command, environment, run_scrapy
from manners import load_counts
from servers.paper import prose
from servers.rude import (
    HTML,
    MEGABYTE,
    Behaviour,
    Rude,
    answer,
    answer_chunked,
    answer_encoded,
    bomb,
    chunk,
    compress,
    endless,
    page,
    reset,
)
from sqlalchemy import Row

from storage.archive.read_back import find_archive_files, read_archive

MAX_SIZE = 10 << 20  # DOWNLOAD_MAXSIZE
# One text at many addresses would be a wall, if it had no date.
DATED = '<meta property="article:published_time" content="2025-10-01T08:00:00Z">'
WHOLE = page("The bridge", head=DATED).replace("><", ">\n<")  # in lines, like an HTTP header
LONG = page("The long bridge", paragraphs="".join(f"<p>{line}</p>" for line in prose("long", paragraphs=200)))
HEAD = f"HTTP/1.1 200 OK\r\n{HTML}\r\n".encode()
SETTINGS = ("-s", "BREAKER_FAILURES=1000", "-s", "RETRY_PAUSES=0.1,0.1,43200", "-s", "DOWNLOAD_TIMEOUT=10")

# Case 10 of SECURITY.md: responses that break off or are no HTTP, with the reason that is counted. Each is tried again.
BROKEN: dict[str, tuple[Behaviour, str]] = {
    "short body": (answer(WHOLE[:900], length=len(WHOLE)), "truncated"),
    "short gzip": (answer(compress(WHOLE, "gzip")[:-9], "Content-Encoding: gzip", length=len(WHOLE)), "truncated"),
    "reset in the body": (reset(answer(WHOLE[:900], length=len(WHOLE))), "truncated"),
    "chunk of no size": (answer_chunked(chunk(WHOLE.encode()[:500]), b"zz\r\nwhat\r\n0\r\n\r\n"), "truncated"),
    "chunk that is cut": (answer_chunked(chunk(WHOLE.encode()[:500]), b"1000\r\nwhat"), "truncated"),
    "chunks without an end": (answer_chunked(chunk(WHOLE.encode()[:900])), "truncated"),
    "reset at once": (reset(b""), "connection-lost"),
    "nothing": (b"", "connection-lost"),
    "head that is cut": (HEAD + b"X-Mo", "connection-lost"),
    "head without end": (endless(HEAD, b"X-More: " + b"x" * 1000 + b"\r\n", 200_000), "connection-lost"),
    "line without end": (endless(HEAD + b"X: ", b"x" * 65_536, 3_000), "connection-lost"),
    "no status line": (WHOLE.encode(), "bad-http"),
    "status that is no number": (b"HTTP/1.1 abc OK\r\n\r\n" + WHOLE.encode(), "bad-http"),
    "another protocol": (b"ICY 200 OK\r\n\r\n" + WHOLE.encode(), "bad-http"),
    "binary": (bytes(range(256)) * 4, "bad-http"),
    "two lengths": (HEAD + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + WHOLE.encode(), "bad-http"),
    "negative length": (HEAD + b"Content-Length: -5\r\n\r\n" + WHOLE.encode(), "bad-http"),
    "length that is no number": (HEAD + b"Content-Length: many\r\n\r\n" + WHOLE.encode(), "bad-http"),
    "header of bytes": (HEAD + b"X-\xe9: \xe9\r\n\r\n" + WHOLE.encode(), "bad-http"),
    "no gzip": (answer(b"\x80" * 500, "Content-Encoding: gzip"), "undecodable"),
    "no zstd": (answer(b"\x80" * 500, "Content-Encoding: zstd"), "undecodable"),
    "coding of its own": (answer(compress(WHOLE, "br"), "Content-Encoding: compress"), "undecodable"),
    "thirty codings": (answer_encoded(WHOLE, ", ".join(["gzip"] * 30)), "undecodable"),
}
# Complete responses, with the reason why the page is rejected, None for an article.
ANSWERED: dict[str, tuple[Behaviour, str | None]] = {
    "whole, but its length lies": (answer(WHOLE, length=len(WHOLE) + 500), None),
    "whole, in gzip, but its length lies": (
        answer(compress(WHOLE, "gzip"), "Content-Encoding: gzip", length=len(WHOLE)),
        None,
    ),
    "whole, then a reset": (reset(answer(WHOLE, length=len(WHOLE) + 500)), None),
    "whole, chunks without an end": (answer_chunked(chunk(WHOLE.encode())), None),
    "no length": (HEAD + b"\r\n" + WHOLE.encode(), None),
    "header without colon": (HEAD + b"This is no header\r\n\r\n" + WHOLE.encode(), None),
    "hostile header": (HEAD + b"X-Bad: \xff\x00\x1b[31m a\rX-Odd: b\r\n X-Folded: c\r\n\r\n" + WHOLE.encode(), None),
    "no type": (answer(WHOLE, "Content-Type:"), None),
    "type of bytes": (answer(WHOLE, "Content-Type: ;;;\x7f/"), None),
    "plain, called gzip": (answer(WHOLE, "Content-Encoding: gzip"), None),
    "plain, called deflate": (answer(WHOLE, "Content-Encoding: deflate"), None),
    "plain, called brotli": (answer(WHOLE, "Content-Encoding: br"), None),
    "plain, called zstd": (answer(WHOLE, "Content-Encoding: zstd"), None),
    "charset as coding": (answer(WHOLE, "Content-Encoding: utf-8"), None),
    "gzip": (answer_encoded(WHOLE, "gzip"), None),
    "deflate": (answer_encoded(WHOLE, "deflate"), None),
    "brotli": (answer_encoded(WHOLE, "br"), None),
    "zstd": (answer_encoded(WHOLE, "zstd"), None),
    "gzip in gzip": (answer_encoded(WHOLE, "gzip, gzip"), None),
    "empty": (answer(""), "no-text"),
    "no content": (answer("", status="204 No Content"), "no-text"),
    # Case 14 of SECURITY.md: never unpacked by the cleaner
    "gzip as html": (answer(compress(LONG, "gzip")), "not-html"),
    "deflate as html": (answer(compress(LONG, "deflate")), "not-html"),
    "brotli as html": (answer(compress(LONG, "br")), "not-html"),
    "zstd as html": (answer(compress(LONG, "zstd")), "not-html"),
    "pdf as html": (answer(b"%PDF-1.7\n1 0 obj <</Type /A>> stream " + compress(LONG, "deflate")), "not-html"),
    "json as html": (answer('{"html": "' + WHOLE.replace('"', '\\"') + '"}'), "not-html"),
    "json": (answer('{"html": "' + WHOLE.replace('"', '\\"') + '"}', "Content-Type: application/json"), "not-html"),
}  # fmt: skip

# Case 11 of SECURITY.md: encodings and what the header says of them: the bytes, the part of SENTENCE that is stored.
SENTENCE = "Der Fährmann grüßte — „schön“ 🛥"
_LINES = "".join(f"<p>{line}</p>" for line in (SENTENCE, *prose("f")))
_IN_PAGE = page("Die Fähre", paragraphs=_LINES, head=DATED)
_CP1252 = _IN_PAGE.replace("🛥", "").replace("Die", "Eine")
ENCODINGS: dict[str, tuple[bytes, str]] = {
    "utf-16 with a mark, called utf-8": (answer(_IN_PAGE.encode("utf-16")), SENTENCE),
    "utf-16 big endian, called so": (
        answer(_IN_PAGE.encode("utf-16-be"), "Content-Type: text/html; charset=utf-16be"),
        SENTENCE,
    ),
    "utf-8 with a mark, called latin-1": (
        answer(_IN_PAGE.encode("utf-8-sig"), "Content-Type: text/html; charset=iso-8859-1"),
        SENTENCE,
    ),
    "windows-1252, called latin-1": (
        answer(_CP1252.encode("cp1252"), "Content-Type: text/html; charset=iso-8859-1"),
        SENTENCE[:-2],
    ),
    "windows-1252, called a set that is none": (
        answer(_CP1252.encode("cp1252"), "Content-Type: text/html; charset=klingon"),
        SENTENCE[:-2],
    ),
    "utf-8 with invalid bytes": (
        answer(_IN_PAGE.encode().replace("grüßte".encode(), b"gr\xff\xc3(\xed\xa0\x80te\x00")),
        "Der Fährmann gr",
    ),
    "utf-8 and windows-1252 mixed": (
        answer(_IN_PAGE.encode().replace("Fährmann".encode(), "Fährmann".encode("cp1252"))),
        "grüßte — „schön“ 🛥",
    ),
}


@dataclass
class Night:
    """A finished crawl."""

    rude: Rude
    paths: dict[str, str]
    code: int
    log: str
    counts: dict[str, int]
    articles: dict[str, Row[Any]]
    addresses: dict[str, Row[Any]]
    data: Path
    memory: dict[str, int] = field(default_factory=dict)  # path -> peak memory in bytes when it was requested


def load_night(rude: Rude, paths: dict[str, str], data: Path, code: int, log: str) -> Night:
    store = Store(data)
    return Night(rude, paths, code, log, load_counts(data)[rude.name], store.articles(), store.addresses(), data)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    data = tmp_path_factory.mktemp("hostile") / "data"
    stories: dict[str, Behaviour] = {
        **{name: behaviour for name, (behaviour, _) in (BROKEN | ANSWERED).items()},  # type: ignore[dict-item]
        **{name: body for name, (body, _) in ENCODINGS.items()},
    }
    with Rude() as rude:
        paths = rude.publish({name.replace(" ", "-").replace(",", ""): one for name, one in stories.items()})
        paths = dict(zip(stories, paths.values(), strict=True))
        rude.front()
        done = run_scrapy("crawl", "articles", "-a", f"url={rude.url}/", *FAST, *SETTINGS, data=data, fast=False)
        yield load_night(rude, paths, data, done.returncode, done.stderr)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_response_is_tried_again_and_counted_once_by_its_reason(name: str, night: Night) -> None:
    path, reason = night.paths[name], BROKEN[name][1]
    address = night.addresses[path]
    assert (address.state, address.reason, address.tries) == ("pending", reason, 3)  # due again in another run
    assert night.rude.asked[path] == 3
    assert path not in night.articles


@pytest.mark.parametrize("name", ANSWERED)
def test_every_complete_response_is_judged_and_stored_with_its_verdict(name: str, night: Night) -> None:
    path, verdict = night.paths[name], ANSWERED[name][1]
    assert (night.addresses[path].state, night.rude.asked[path]) == ("done", 1)
    article = night.articles[path]
    assert article.rejected == verdict
    assert (article.text == "") == (verdict is not None)


def test_every_outcome_is_counted_once_and_the_crawl_ends_well(night: Night) -> None:
    reasons = [reason for _, reason in BROKEN.values()]
    for reason in set(reasons):
        assert night.counts[f"address/failed/{reason}"] == reasons.count(reason)
        assert night.counts[f"address/retried/{reason}"] == 2 * reasons.count(reason)
    verdicts = [verdict for _, verdict in ANSWERED.values()]
    assert night.counts["page/fetched"] == len(ANSWERED) + len(ENCODINGS)
    assert night.counts["article/rejected/not-html"] == verdicts.count("not-html")
    assert night.counts["article/rejected/no-text"] == verdicts.count("no-text")
    assert "address/unexplained" not in night.counts
    assert night.code == 0
    assert "Traceback" not in night.log


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_page_is_stored_as_unicode_whatever_its_header_says_of_the_encoding(name: str, night: Night) -> None:
    article = night.articles[night.paths[name]]
    assert article.rejected is None
    assert ENCODINGS[name][1] in article.text
    assert article.text.encode()
    assert "\x00" not in article.text


def test_every_coding_that_is_accepted_can_be_decoded(night: Night) -> None:
    accepted = re.search(rb"(?i)accept-encoding: (.*?)\r\n", night.rude.heard[night.paths["zstd"]])
    assert accepted is not None
    assert {coding.strip() for coding in accepted[1].split(b",")} == {b"gzip", b"deflate", b"br", b"zstd"}


def test_the_archive_of_hostile_answers_can_be_read(night: Night) -> None:
    (path,) = find_archive_files(night.data / "archive")
    responses = {"/" + one.url.split("/", 3)[3]: one for one in read_archive(path, Counter())}
    hostile = responses[night.paths["hostile header"]]
    assert hostile.body == WHOLE.encode()
    assert set(night.articles) <= set(responses)
    # A line end within a value does not begin a new header.
    assert {"x-odd", "x-folded"}.isdisjoint(name.lower() for name, _ in hostile.headers)


# Case 12 and 13 of SECURITY.md
ENDLESS: dict[str, Behaviour] = {
    "fifty megabytes": endless(HEAD + b"\r\n<html><body>", MEGABYTE, 50),
    "fifty megabytes, said before": endless(HEAD + b"Content-Length: 52428800\r\n\r\n", MEGABYTE, 50),
}
BOMBS = {"gzip": "gzip", "deflate": "deflate", "brotli": "br", "zstd": "zstd", "gzip in gzip": "gzip, gzip"}
TOO_MUCH = dict.fromkeys(ENDLESS, "too-large") | dict.fromkeys(BOMBS, "bomb")


@pytest.fixture(scope="module")
def heavy_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    data = tmp_path_factory.mktemp("heavy") / "data"
    behaviours = ENDLESS | {name: bomb(200, encoding) for name, encoding in BOMBS.items()}
    stories = {name.replace(" ", "-").replace(",", ""): behaviour for name, behaviour in behaviours.items()}
    memory: dict[str, int] = {}
    with Rude() as rude:
        ordinary = [*rude.publish({"one": answer(WHOLE), "two": answer(LONG)}, day="2025/10/03").values()]
        paths = dict(zip(TOO_MUCH, rude.publish(stories, day="2025/10/02").values(), strict=True))
        (after,) = rude.publish({"last": answer(page("The end"))}).values()
        rude.front()
        arguments = ("-a", f"url={rude.url}/", *FAST, *SETTINGS, "-s", f"LOG_FILE={data.parent / 'log'}")
        crawl = Popen(command("crawl", "articles", *arguments, data=data), cwd=ROOT, env=environment(), stdout=DEVNULL)
        rude.on_request = lambda path: memory.update({path: read_peak_memory(crawl.pid)})
        code = crawl.wait(60)
        night = load_night(rude, paths | {"ordinary": ordinary[-1], "last": after}, data, code, "")
        night.memory = memory
        yield night


def read_peak_memory(pid: int) -> int:
    """Return the peak memory of a process in bytes."""
    most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert most is not None
    return int(most[1]) << 10


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_response_that_is_too_large_is_given_up_with_its_reason(name: str, heavy_night: Night) -> None:
    path, reason = heavy_night.paths[name], TOO_MUCH[name]
    address = heavy_night.addresses[path]
    assert (address.state, address.reason) == ("failed", reason)
    assert heavy_night.rude.asked[path] == 1  # another try would not change it
    assert path not in heavy_night.articles


def test_large_responses_do_not_fill_the_memory_and_the_crawl_continues(heavy_night: Night) -> None:
    reasons = list(TOO_MUCH.values())
    for reason in ("bomb", "too-large"):
        assert heavy_night.counts[f"address/failed/{reason}"] == reasons.count(reason)
    last = heavy_night.paths["last"]
    assert heavy_night.articles[last].rejected is None
    assert heavy_night.code == 0
    assert heavy_night.memory[last] - heavy_night.memory[heavy_night.paths["ordinary"]] < 3 * MAX_SIZE
