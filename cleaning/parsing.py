"""HTML text to a tree, whatever the text is and however large, without the characters that no reader sees."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Longer pages are cut here: the longest article page that we have seen has 3 million characters.
LONGEST_PAGE = 10_000_000
# Elements around an element, at most: at 256 libxml2 stops reading the page. Of a page with more this many bytes are
# read, as the time for end tags that end nothing grows with its depth.
DEEPEST = 240
LONGEST_DEEP_PAGE = 1_000_000
# Cleaning takes up to a tenth of a millisecond and 4 kB an element: of a page with this many, 15 s and 600 MB on the
# machine where that was measured, and a slower one needs room. Of 656 pages of newspapers the largest has 4,731.
MOST_ELEMENTS = 150_000
# Characters of an id or a class: every block's path holds those of all elements around it. The longest seen is 7,060.
LONGEST_NAME = 10_000

# What is no text of its author's, for paragraphs and titles alike; nothing of it can be seen:
# - control characters, lone surrogates, code points that are no characters: most of them lxml cannot hold;
# - soft hyphen, zero-width space, word joiner, byte order mark: where a line may break, and ours does not;
# - direction marks, embeddings, isolates: how a line lies on a screen that ours is not on;
# - invisible operators, marks of annotations, and private letters, which only the site's own font can show.
# What shapes letters is spelling and stays as the page has it: the joiner and non-joiner (U+200D, U+200C) of Persian,
# Indian scripts and emoji, variation selectors, Arabic number signs, the tags of flags.
INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u00ad\u200b\u2060\ufeff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
    "\u2061-\u2064\ufff9-\ufffb\ue000-\uf8ff\U000f0000-\U0010ffff"
    "]"
)
_NAMED = "|".join(sorted(name for name, text in html5.items() if name.endswith(";") and INVISIBLE.fullmatch(text)))
REFERENCE = re.compile(
    rf"&(?:#[xX]0*([0-9a-fA-F]{{1,6}})(?![0-9a-fA-F]);?|#0*([0-9]{{1,7}})(?![0-9]);?|{_NAMED})".encode(),
)
# Joiners shape the letter or emoji before them; after Latin letters, signs and spaces editors have left them behind.
IDLE_JOINER = re.compile("[\u200c\u200d](?<![\u0300-\u1fff\u2070-\U0010ffff].)")
# Control characters that browsers show: the form feed as a space, the others as letters of Windows' character set.
SHOWN = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)} | {"\f": " "}
SHOWN_CONTROL = re.compile("[\f\x80-\x9f]")
# Most pages have none of both, which is seen soonest without the ASCII characters that are usual.
UNUSUAL = re.compile(f"{INVISIBLE.pattern}|{SHOWN_CONTROL.pattern}")
USUAL = bytes(code for code in range(0x80) if not UNUSUAL.match(chr(code)))

ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
TAG = re.compile(r"<[a-zA-Z!]")
# What is sent in place of a page, whatever it is called: documents, and bytes that were never text. Of compressed bytes
# or pictures read as text every tenth character is one of these controls, and none of these tags stands among them. NUL
# is not: UTF-16 that is read as another encoding is half of that.
DOCUMENT = re.compile(r"\s*(?:%PDF-|\{\s*[\"}]|\[\s*[{\"\]])")
BINARY = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
PAGE = re.compile(r"<(?:!doctype|html|head|body|title|meta|div|article)\b", re.IGNORECASE)
SAMPLE, SHARE = 4_000, 0.03  # characters of the beginning that are looked at, and the share of controls that is much
LONG_NAMES = etree.XPath(f"//@id[string-length() > {LONGEST_NAME}]/.. | //@class[string-length() > {LONGEST_NAME}]/..")


class Parsed(NamedTuple):
    """The tree of a page, None where the text holds no markup; and the limits that the page hit.

    "length": it was cut; "depth": it was flattened; "attribute": an id or a class was cut; "elements": it has more
    than `MOST_ELEMENTS`, and is not to be cleaned.
    """

    tree: HtmlElement | None
    limited: tuple[str, ...] = ()


def parse(html: str) -> HtmlElement | None:
    """The tree of a page, as of `parsed`."""
    return parsed(html).tree


def parsed(html: str) -> Parsed:
    """The tree of a page: always an <html> element with a <body>; None where the text holds no markup.

    Comments and processing instructions are left out, and so are invisible characters, written as references or not.
    Elements nested deeper than `DEEPEST` stand one after the other at that depth, each with its text: every later walk
    over the tree stays within the interpreter's stack. MemoryError where memory is too short for it: never a part of
    the page for the whole.
    """
    limited = []
    if len(html) > LONGEST_PAGE:
        html = html[:LONGEST_PAGE]
        limited.append("length")
    if not _is_markup(html):
        return Parsed(None, tuple(limited))
    text = REFERENCE.sub(_visible, _without_invisible(html))
    # A parser of its own for every page: one that is shared keeps state when a page breaks it.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html looks up a class for each element in Python, a tenth of all cleaning; forms need none of their own.
    parser.set_element_class_lookup(ONE_CLASS)
    try:
        tree = document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError):  # nothing but white space or comments
        tree = parser.makeelement("html")
    last_error = parser.error_log.last_error
    if last_error is not None and last_error.type == etree.ErrorTypes.ERR_NO_MEMORY:
        raise MemoryError
    if last_error is not None and last_error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        tree = _flattened(text, parser)
        limited += ["depth", "length"] if len(text) > LONGEST_DEEP_PAGE else ["depth"]
    if tree.find("body") is None:  # frames, or a head alone
        etree.SubElement(tree, "body")
    if _shorten_names(tree):
        limited.append("attribute")
    # An element has a bracket at least; to count these takes no time.
    if text.count(b"<") > MOST_ELEMENTS and sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
        limited.append("elements")
    return Parsed(tree, tuple(limited))


def _shorten_names(tree: HtmlElement) -> bool:
    """Whether an id or a class was longer than may be; then it is cut."""
    elements = LONG_NAMES(tree)
    for element in elements:
        for name in ("id", "class"):
            if value := element.get(name):
                element.set(name, value[:LONGEST_NAME])
    return bool(elements)


def _is_markup(html: str) -> bool:
    """Whether the text is a page, or a part of one, as far as its first characters and a tag can tell."""
    if not TAG.search(html) or DOCUMENT.match(html):
        return False
    start = html[:SAMPLE]
    return len(BINARY.findall(start)) <= SHARE * len(start) or PAGE.search(start) is not None


def _without_invisible(html: str) -> bytes:
    """The page as UTF-8, without invisible characters that are no references."""
    text = html.encode("utf-8", "surrogatepass")
    rest = text.translate(None, USUAL)
    if rest and UNUSUAL.search(rest.decode("utf-8", "surrogatepass")):
        return INVISIBLE.sub("", SHOWN_CONTROL.sub(lambda control: SHOWN[control[0]], html)).encode()
    return text


def _visible(reference: re.Match[bytes]) -> bytes:
    """The reference as it stands, b"" where what it stands for is invisible."""
    hexadecimal, decimal = reference.groups()
    if hexadecimal is None and decimal is None:
        return b""
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code > 0x10FFFF:
        return reference[0]
    letter = chr(code)
    return SHOWN[letter].encode() if letter in SHOWN else b"" if INVISIBLE.match(letter) else reference[0]


def legible(text: str) -> str:
    """A text without what no reader sees."""
    return text if text.isascii() and text.isprintable() else IDLE_JOINER.sub("", INVISIBLE.sub("", text))


def _flattened(text: bytes, parser: HTMLParser) -> HtmlElement:
    """The tree of a page that is too deep for libxml2's own trees; its events know no depth."""
    target = _Flattening(parser.makeelement)
    tree: HtmlElement = etree.fromstring(text[:LONGEST_DEEP_PAGE], HTMLParser(target=target, encoding="utf-8"))
    return tree


class _Flattening:
    """A tree built from a parser's events: where it is as deep as may be, an element ends when another begins in it.

    An element that has held nothing by then is left out.
    """

    def __init__(self, make: Callable[..., HtmlElement]) -> None:
        self.builder = etree.TreeBuilder(element_factory=make)
        self.ended: list[bool] = []  # for each element that the page has open, whether it was ended before its time
        self.open: list[tuple[int, str]] = []  # the indexes of those that were not, and their tags

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self.open) == DEEPEST:
            index, outer = self.open.pop()
            self.ended[index] = True
            element = self.builder.end(outer)
            if not len(element) and not (element.text or "").strip():
                element.getparent().remove(element)
        self.open.append((len(self.ended), tag))
        self.ended.append(False)
        self.builder.start(tag, dict(attributes))

    def end(self, tag: str) -> None:
        if not self.ended.pop():
            self.open.pop()
            self.builder.end(tag)

    def data(self, text: str) -> None:
        self.builder.data(text)

    def close(self) -> HtmlElement:
        return self.builder.close()
