"""Answer a line of the input in a child process: parse it, clean its page, write its answer as bytes.

The parent then only hands lines over and answers on. It is one process whatever `--jobs` says: what it does itself,
more children do no faster.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cleaning.markdown.head import format_head
from cleaning.program.page_lines import parse_page_line
from cleaning.records.article import Article, make_failed_article
from cleaning.records.given import Page
from cleaning.records.times import format_iso
from cleaning.workers import clean_in_child


@dataclass(frozen=True, slots=True)
class PageLine(Page):
    """A line of the input that is not parsed yet. Its `url` names it in messages: "line 17"."""

    line: bytes = b""
    number: int = 0


@dataclass(frozen=True, slots=True)
class LineAnswer(Article):
    """The answer to a line, as it is written; `rejected` is that of its article."""

    written: bytes = b""


def answer_line(page: Page, memory: bytes | None = None, *, observe: bool = False, markdown: bool = False) -> Article:
    """Clean a page; where it is a line, return its answer instead of its article. For children of `Cleaners`."""
    if not isinstance(page, PageLine):
        return clean_in_child(page, memory, observe=observe)
    found = parse_page_line(page.line, page.number)
    if isinstance(found, dict):
        return LineAnswer(page.url, "", written=_write_record(found, markdown=markdown))
    identity, parsed = found
    article = clean_in_child(parsed, memory, observe=observe)
    written = _write_article(identity, article, markdown=markdown)
    return LineAnswer(page.url, "", rejected=article.rejected, written=written)


def finish_answer(line: PageLine, article: Article, *, markdown: bool) -> bytes:
    """Return the answer to a line; where its child could not write one, that its page is rejected."""
    if isinstance(article, LineAnswer):
        return article.written
    found = parse_page_line(line.line, line.number)
    if isinstance(found, dict):
        return _write_record(found, markdown=markdown)
    identity, page = found
    return _write_article(identity, make_failed_article(page, article.rejected or ""), markdown=markdown)


def _write_article(identity: object, article: Article, *, markdown: bool) -> bytes:
    """Return an article as a line of JSON or, for readers, as a document with an empty line behind it."""
    if not markdown:
        return _write_record(_make_record(identity, article), markdown=False)
    head, text = format_head({"id": identity}), article.to_markdown(head=True)
    return _end(head.removesuffix("---\n") + text.removeprefix("---\n"))


def _write_record(record: dict[str, Any], *, markdown: bool) -> bytes:
    """Return an answer without a text in the form of the others."""
    if markdown:
        return _end(format_head(record))
    try:
        line = json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate in an id or an address
        line = json.dumps(record).encode()
    return line + b"\n"


def _end(document: str) -> bytes:
    return document.encode("utf-8", "replace") + b"\n"


def _make_record(identity: object, article: Article) -> dict[str, Any]:
    return {
        "id": identity,
        "url": article.url,
        "title": article.title,
        "authors": list(article.authors),
        "source": article.source,
        "published_at": format_iso(article.published_at) if article.published_at else None,
        "language": article.language,
        "text": article.text,
        "removed": [{"text": block.text, "rule": block.rule, "evidence": block.evidence} for block in article.removed],
        "rejected": article.rejected,
        **({"entries": article.entries_to_list()} if article.entries else {}),
    }
