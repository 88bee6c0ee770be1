"""Finds what a page shows to one who runs no scripts: its letters, its scripts, its language, its editions."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree, html

from cleaning.metadata.language.codes import parse_tag
from cleaning.page.canonical import to_canonical_url
from cleaning.page.charset import decode_page

FEW_LETTERS = 300  # visible on a page that scripts fill; a real front page has thousands
_MAX_EDITIONS = 50
_UNSEEN = ("script", "style", "noscript", "template", "svg", "head")


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What a page shows without its scripts."""

    letters: int = 0  # of the text that a reader without scripts sees
    has_scripts: bool = False
    language: str | None = None  # that the page states: "de", "pt-br"
    editions: tuple[tuple[str, str], ...] = ()  # (language, address) of the same page in other languages

    @property
    def is_shell(self) -> bool:
        """Whether scripts would have to fill the page."""
        return self.has_scripts and self.letters < FEW_LETTERS


def find_page_signs(body: bytes, url: str, content_type: str = "") -> PageSigns:
    """Return the signs of the page at `url`. Blocking; never raises: what is no page shows nothing."""
    text, _, _ = decode_page(body, content_type)
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return PageSigns()
    language = _find_language(tree)
    editions = _find_editions(tree, url)
    has_scripts = next(tree.iter("script"), None) is not None
    etree.strip_elements(tree, *_UNSEEN, etree.Comment, with_tail=False)
    letters = sum(letter.isalpha() for piece in tree.itertext() for letter in str(piece))
    return PageSigns(letters, has_scripts, language, editions)


def _find_language(tree: html.HtmlElement) -> str | None:
    stated = [tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang"), tree.get("xml:lang")]
    for element in tree.iter("meta"):
        key = (element.get("property") or element.get("name") or element.get("http-equiv") or "").lower()
        if key in ("og:locale", "content-language", "language"):
            stated.append(element.get("content"))
    return next((code for tag in stated if tag and (code := parse_tag(tag))), None)


def _find_editions(tree: html.HtmlElement, url: str) -> tuple[tuple[str, str], ...]:
    """Return the front pages in other languages that the page names, on hosts of its domain or any other."""
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        tag = (link.get("hreflang") or "").strip().lower()
        if "alternate" not in (link.get("rel") or "").lower() or not tag or tag == "x-default":
            continue
        address = to_canonical_url(link.get("href") or "", url)
        if address is not None and address != to_canonical_url(url) and not _is_article_like(address):
            found.setdefault(address, tag)
        if len(found) == _MAX_EDITIONS:
            break
    return tuple((tag, address) for address, tag in found.items())


def _is_article_like(address: str) -> bool:
    """Return whether the path is longer than that of a front page of an edition."""
    return len([part for part in urlsplit(address).path.split("/") if part]) > 2
