"""Parse HTML to a tree, whatever the text is and however large, without the characters that no reader sees."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Longer pages are cut here. The longest article page of our data has 3 million characters.
MAX_PAGE_CHARACTERS = 10_000_000
# Most elements around an element: at 256 libxml2 stops reading the page. Of a deeper page only the first bytes are
# read, because the time for end tags that end nothing grows with the depth.
MAX_DEPTH = 240
MAX_DEEP_PAGE_BYTES = 1_000_000
# Cleaning takes up to a tenth of a millisecond and 4 kB an element. A page with this many took 15 s and 600 MB on the
# machine where it was measured, and a slower machine takes longer. The largest of 656 newspaper pages has 4,731.
MAX_ELEMENTS = 150_000
# Characters of an id or a class: a block's path holds those of all elements around it. The longest seen has 7,060.
MAX_NAME_CHARACTERS = 10_000

# Characters that cannot be seen and are not part of the author's text, in paragraphs and titles alike:
# - control characters, lone surrogates and code points that are no characters: lxml cannot hold most of them;
# - soft hyphen, zero-width space, word joiner, byte order mark: they say where a line may break on a screen;
# - direction marks, embeddings, isolates: they say how a line lies on a screen;
# - invisible operators, marks of annotations, and private letters, which only the site's own font can show.
# Characters that shape letters are spelling and stay: the joiner and non-joiner (U+200D, U+200C) of Persian, Indian
# scripts and emoji, variation selectors, Arabic number signs, the tags of flags.
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
# Joiners shape the letter or emoji before them; after Latin letters, signs and spaces they are left-overs of editing.
IDLE_JOINER = re.compile("[\u200c\u200d](?<![\u0300-\u1fff\u2070-\U0010ffff].)")
UNSEEN = re.compile(f"{INVISIBLE.pattern[:-1]}\u200c\u200d]")
# Control characters that browsers show: the form feed as a space, the others as letters of Windows' character set.
WINDOWS_LETTERS = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)} | {"\f": " "}
WINDOWS_CONTROL = re.compile("[\f\x80-\x9f]")
# Most pages have neither. The check is fastest once the usual ASCII characters are taken out.
UNUSUAL = re.compile(f"{INVISIBLE.pattern}|{WINDOWS_CONTROL.pattern}")
MAX_REPLACED = 20  # different ones that are replaced one by one
USUAL = bytes(code for code in range(0x80) if not UNUSUAL.match(chr(code)))

ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
TAG = re.compile(r"<[a-zA-Z!]")
# Content that is sent in place of a page, whatever its declared type: documents, and bytes that were never text. In
# compressed bytes or pictures that are read as text, every tenth character is one of these controls, and none of these
# tags occurs. NUL is left out: half of a UTF-16 text that is read in another encoding is NUL.
DOCUMENT = re.compile(r"\s*(?:%PDF-|\{\s*[\"}]|\[\s*[{\"\]])")
BINARY = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
PAGE = re.compile(r"<(?:!doctype|html|head|body|title|meta|div|article)\b", re.IGNORECASE)
# Characters at the beginning that are examined, and the largest share of controls that a page has.
SAMPLE, MAX_BINARY_SHARE = 4_000, 0.03
LONG_NAMES = etree.XPath(
    f"//@id[string-length() > {MAX_NAME_CHARACTERS}]/.. | //@class[string-length() > {MAX_NAME_CHARACTERS}]/.."
)


class ParsedPage(NamedTuple):
    """The tree of a page, None where the text holds no markup, and the limits that the page exceeded.

    "length": the page was cut; "depth": it was flattened; "attribute": an id or a class was cut; "elements": it has
    more than MAX_ELEMENTS and must not be cleaned.

    `elements` are all elements of the tree. lxml makes a Python object of each that a walk comes to, and forgets it
    behind it: whoever holds this list spares a dozen walks over the page to make the objects again.
    """

    tree: HtmlElement | None
    limits_hit: tuple[str, ...] = ()
    elements: Sequence[HtmlElement] = ()


def parse_tree(html: str) -> HtmlElement | None:
    """Return the tree of a page, as `parse_html` does."""
    return parse_html(html).tree


def parse_html(html: str) -> ParsedPage:
    """Parse a page. The tree is an <html> element with a <body>; it is None where the text holds no markup.

    Comments, processing instructions and invisible characters are left out, also where they are written as references.
    Elements nested deeper than MAX_DEPTH stand one after the other at that depth, each with its text, so that every
    later walk over the tree stays within the interpreter's stack. Raise MemoryError where memory is too short: a part
    of the page is never returned for the whole.
    """
    limits_hit = []
    if len(html) > MAX_PAGE_CHARACTERS:
        html = html[:MAX_PAGE_CHARACTERS]
        limits_hit.append("length")
    if not _is_markup(html):
        return ParsedPage(None, tuple(limits_hit))
    text = REFERENCE.sub(_replace_reference, _encode_visible(html))
    # One parser a page: a shared one keeps state when a page breaks it.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html looks up a class for each element in Python, which takes a tenth of all cleaning; one class is enough.
    parser.set_element_class_lookup(ONE_CLASS)
    try:
        tree = document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError):  # nothing but white space or comments
        tree = parser.makeelement("html")
    last_error = parser.error_log.last_error
    if last_error is not None and last_error.type == etree.ErrorTypes.ERR_NO_MEMORY:
        raise MemoryError
    if last_error is not None and last_error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        tree = _flatten(text, parser)
        limits_hit += ["depth", "length"] if len(text) > MAX_DEEP_PAGE_BYTES else ["depth"]
    if tree.find("body") is None:  # frames, or a head alone
        etree.SubElement(tree, "body")
    if _shorten_names(tree):
        limits_hit.append("attribute")
    # Every element has at least one bracket, and brackets are counted in no time.
    if text.count(b"<") > MAX_ELEMENTS and sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        limits_hit.append("elements")
        return ParsedPage(tree, tuple(limits_hit))
    return ParsedPage(tree, tuple(limits_hit), list(tree.iter()))


def _shorten_names(tree: HtmlElement) -> bool:
    """Cut ids and classes that are too long; return whether there were any."""
    elements = LONG_NAMES(tree)
    for element in elements:
        for name in ("id", "class"):
            if value := element.get(name):
                element.set(name, value[:MAX_NAME_CHARACTERS])
    return bool(elements)


def _is_markup(html: str) -> bool:
    """Return whether the text is a page or a part of one, judged by its first characters and a tag."""
    if not TAG.search(html) or DOCUMENT.match(html):
        return False
    start = html[:SAMPLE]
    return len(BINARY.findall(start)) <= MAX_BINARY_SHARE * len(start) or PAGE.search(start) is not None


def _encode_visible(html: str) -> bytes:
    """Encode the page as UTF-8, without invisible characters that are not written as references."""
    text = html.encode("utf-8", "surrogatepass")
    rest = text.translate(None, USUAL)
    found = set(UNUSUAL.findall(rest.decode("utf-8", "surrogatepass"))) if rest else ()
    if len(found) > MAX_REPLACED:
        return INVISIBLE.sub("", WINDOWS_CONTROL.sub(lambda control: WINDOWS_LETTERS[control[0]], html)).encode()
    # Mostly a soft hyphen or a zero-width space: replaced one after the other in a tenth of the time.
    for letter in found:
        text = text.replace(letter.encode("utf-8", "surrogatepass"), WINDOWS_LETTERS.get(letter, "").encode())
    return text


def _replace_reference(reference: re.Match[bytes]) -> bytes:
    """Return the reference as it stands, b"" where its character is invisible."""
    hexadecimal, decimal = reference.groups()
    if hexadecimal is None and decimal is None:
        return b""
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code > 0x10FFFF:
        return reference[0]
    letter = chr(code)
    return (
        WINDOWS_LETTERS[letter].encode()
        if letter in WINDOWS_LETTERS
        else b""
        if INVISIBLE.match(letter)
        else reference[0]
    )


def strip_invisible(text: str) -> str:
    """Return the text without the characters that no reader sees."""
    if (text.isascii() and text.isprintable()) or not UNSEEN.search(text):
        return text
    return IDLE_JOINER.sub("", INVISIBLE.sub("", text))


def _flatten(text: bytes, parser: HTMLParser) -> HtmlElement:
    """Build the tree of a page that is too deep for libxml2's trees, from its events, which have no limit of depth."""
    target = _FlatTreeBuilder(parser.makeelement)
    tree: HtmlElement = etree.fromstring(text[:MAX_DEEP_PAGE_BYTES], HTMLParser(target=target, encoding="utf-8"))
    return tree


class _FlatTreeBuilder:
    """Builds a tree from a parser's events. At the greatest depth an element ends when another begins in it.

    An element that is empty by then is left out.
    """

    def __init__(self, make: Callable[..., HtmlElement]) -> None:
        self.builder = etree.TreeBuilder(element_factory=make)
        self.ended: list[bool] = []  # for each open element of the page, whether it was ended early
        self.open: list[tuple[int, str]] = []  # index and tag of those that were not

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self.open) == MAX_DEPTH:
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
