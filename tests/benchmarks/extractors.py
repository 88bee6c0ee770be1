"""Broadsheet and the extractors beside which it is measured, each with its makers' settings for articles.

They run in processes without network access: every attempt to connect is refused.
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

from cleaning.clean import clean
from cleaning.records.article import Article
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

# Inline elements; all others begin a line.
INLINE = (defs.special_inline_tags | defs.phrase_tags | defs.font_style_tags | {"mark", "time", "wbr"}) - {"br"}


OURS = "broadsheet"


class Extractor(NamedTuple):
    """An extractor that needs `module`; `dates` says whether it finds dates."""

    label: str
    module: str
    dates: bool
    answer: Callable[[str, str], Answer]


class ExtractionFailed(Exception):
    """An extractor raised an error; the message is that error."""


def clean_page(url: str, html: str) -> Article:
    return clean(Page(url, html))


def make_answer(article: Article) -> Answer:
    day = article.published_at.isoformat() if article.published_at else None
    return Answer(article.title, article.text, day)


def extract_standard(url: str, html: str) -> Answer:
    return _extract_trafilatura(url, html, precision=False)


def extract_precision(url: str, html: str) -> Answer:
    return _extract_trafilatura(url, html, precision=True)


def _extract_trafilatura(url: str, html: str, *, precision: bool) -> Answer:
    document = trafilatura.bare_extraction(
        html, url=url, include_comments=False, with_metadata=True, favor_precision=precision
    )
    if not isinstance(document, Document):
        return Answer()
    return Answer(document.title or "", document.text or "", document.date)


def extract_readability(url: str, html: str) -> Answer:
    from lxml.html import fromstring
    from readability import Document as Readable

    document = Readable(html, url=url)
    summary = document.summary(html_partial=True)
    return Answer(document.short_title() or "", _read_text(fromstring(summary)) if summary.strip() else "")


def extract_newspaper(url: str, html: str) -> Answer:
    from newspaper import Article as Newspaper

    article = Newspaper(url)
    article.fetch_images = lambda: None  # its setting of this name only prevents some requests
    article.download(input_html=html)
    article.parse()
    day = article.publish_date.isoformat() if article.publish_date else None
    return Answer(article.title or "", article.text or "", day)


def extract_resiliparse(url: str, html: str) -> Answer:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(html)
    text = extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)
    return Answer(tree.title or "", text)


EXTRACTORS = {
    "trafilatura": Extractor("trafilatura", "trafilatura", True, extract_standard),
    "precision": Extractor("trafilatura precision", "trafilatura", True, extract_precision),
    "readability": Extractor("readability-lxml", "readability", False, extract_readability),
    "newspaper": Extractor("newspaper4k", "newspaper", True, extract_newspaper),
    "resiliparse": Extractor("resiliparse", "resiliparse", False, extract_resiliparse),
}


def is_installed(name: str) -> bool:
    return find_spec(EXTRACTORS[name].module) is not None


def extract(name: str, url: str, html: str) -> Answer:
    """Return the answer of one of the EXTRACTORS. Raise ExtractionFailed for any error of the extractor."""
    try:
        return EXTRACTORS[name].answer(url, html)
    except Exception as error:
        raise ExtractionFailed(f"{type(error).__name__}: {error}"[:200]) from error


def prepare_process() -> None:
    """Refuse network access in this process and silence the warnings of the extractors."""
    warnings.simplefilter("ignore")
    for name in ("newspaper", "readability", "trafilatura"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, _: object) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("a benchmark may not use the network")


def _read_text(tree: _Element) -> str:
    """Return the text of a tree, with a line for each element that is not inline."""
    parts: list[str] = []
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        begins_line = event in ("start", "end") and element.tag not in INLINE
        parts += ["\n" if begins_line else "", (element.text if event == "start" else element.tail) or ""]
    return "".join(parts)
