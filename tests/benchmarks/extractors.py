"""Broadsheet and the extractors that it is measured beside, each with what its makers offer for articles.

They run in processes that may not ask the network: whatever of them tries is refused.
"""

from __future__ import annotations

import logging
import sys
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import trafilatura
from lxml.etree import iterwalk
from lxml.html import defs
from scoring import Answer
from trafilatura.settings import Document

from cleaning.article import Article, Page
from cleaning.clean import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

# Elements that go on in the line; all others begin one.
INLINE = (defs.special_inline_tags | defs.phrase_tags | defs.font_style_tags | {"mark", "time", "wbr"}) - {"br"}


OURS = "broadsheet"


class Extractor(NamedTuple):
    """`module` must be installed; `dates` says whether it answers with dates at all."""

    label: str
    module: str
    dates: bool
    answer: Callable[[str, str], Answer]


class Failed(Exception):
    """An extractor raised; the message is its own error."""


def broadsheet(url: str, html: str) -> Article:
    return clean(Page(url, html))


def read(article: Article) -> Answer:
    day = article.published_at.isoformat() if article.published_at else None
    return Answer(article.title, article.text, day)


def standard(url: str, html: str) -> Answer:
    return _trafilatura(url, html, precision=False)


def precision(url: str, html: str) -> Answer:
    return _trafilatura(url, html, precision=True)


def _trafilatura(url: str, html: str, *, precision: bool) -> Answer:
    document = trafilatura.bare_extraction(
        html, url=url, include_comments=False, with_metadata=True, favor_precision=precision
    )
    if not isinstance(document, Document):
        return Answer()
    return Answer(document.title or "", document.text or "", document.date)


def readability(url: str, html: str) -> Answer:
    from lxml.html import fromstring
    from readability import Document as Readable

    document = Readable(html, url=url)
    summary = document.summary(html_partial=True)
    return Answer(document.short_title() or "", _text(fromstring(summary)) if summary.strip() else "")


def newspaper(url: str, html: str) -> Answer:
    from newspaper import Article as Newspaper

    article = Newspaper(url)
    article.fetch_images = lambda: None  # its setting of this name keeps it from some of them alone
    article.download(input_html=html)
    article.parse()
    day = article.publish_date.isoformat() if article.publish_date else None
    return Answer(article.title or "", article.text or "", day)


def resiliparse(url: str, html: str) -> Answer:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(html)
    text = extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)
    return Answer(tree.title or "", text)


EXTRACTORS = {
    "trafilatura": Extractor("trafilatura", "trafilatura", True, standard),
    "precision": Extractor("trafilatura precision", "trafilatura", True, precision),
    "readability": Extractor("readability-lxml", "readability", False, readability),
    "newspaper": Extractor("newspaper4k", "newspaper", True, newspaper),
    "resiliparse": Extractor("resiliparse", "resiliparse", False, resiliparse),
}


def installed(name: str) -> bool:
    return find_spec(EXTRACTORS[name].module) is not None


def extract(name: str, url: str, html: str) -> Answer:
    """The answer of one of the EXTRACTORS; raises Failed, whatever the extractor raised."""
    try:
        return EXTRACTORS[name].answer(url, html)
    except Exception as error:
        raise Failed(f"{type(error).__name__}: {error}"[:200]) from error


def begin() -> None:
    """Ready this process: it asks no network, and the others' warnings stay out of the table."""
    warnings.simplefilter("ignore")
    for name in ("newspaper", "readability", "trafilatura"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, _: object) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("a benchmark asks no network")


def _text(tree: _Element) -> str:
    """The words of a tree, elements that begin a line on a line of their own."""
    parts: list[str] = []
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        begins_line = event in ("start", "end") and element.tag not in INLINE
        parts += ["\n" if begins_line else "", (element.text if event == "start" else element.tail) or ""]
    return "".join(parts)
