"""Parse the rules of a site: CSS selectors of elements, and of values CSS selectors or paths into the page's JSON-LD.

text = "div.story"                          elements
published = "time.published"                a value: the text of the element, or its datetime attribute
published = "span.date::attr(data-time)"    a value: one attribute of the element
published = "jsonld:datePublished"          a value: what the page's JSON-LD says under this key
author = "jsonld:author.name"               the same, through an object
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import cssselect
from cssselect.parser import FunctionalPseudoElement
from lxml import etree

from cleaning.errors import BadSelector

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LINKED_DATA = "jsonld:"
MAX_CHARACTERS = 500  # of a rule
_KEY = re.compile(r"@?[A-Za-z][\w:-]*")  # of a JSON-LD object
_POSITION = re.compile(r" at \d+$")
_TRANSLATOR = cssselect.HTMLTranslator()


class ValueRule(NamedTuple):
    """Where a value stands: in elements (`find`), in an attribute of theirs, or under these keys of JSON-LD objects."""

    find: etree.XPath | None = None
    attribute: str | None = None
    keys: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def parse_selector(text: str) -> etree.XPath:
    """Return the search for the elements of a CSS selector. Raise BadSelector if it is none or has a pseudo-element."""
    find, attribute = _parse_css(text)
    if attribute is not None:
        raise BadSelector("::attr() names a value; an element is needed here")
    return find


@lru_cache(maxsize=1024)
def parse_value_rule(text: str) -> ValueRule:
    """Return the rule for a value. Raise BadSelector if it is neither a CSS selector nor a path into JSON-LD."""
    if text.startswith(LINKED_DATA):
        keys = tuple(text.removeprefix(LINKED_DATA).split("."))
        if len(text) > MAX_CHARACTERS or not all(_KEY.fullmatch(key) for key in keys):
            raise BadSelector("a path into JSON-LD is written like jsonld:datePublished or jsonld:author.name")
        return ValueRule(keys=keys)
    find, attribute = _parse_css(text)
    return ValueRule(find, attribute)


def find_elements(tree: HtmlElement, selector: str) -> tuple[list[HtmlElement], str]:
    """Return the elements of the page that the selector names, in page order, and the problem if it cannot be used."""
    try:
        return list(parse_selector(selector)(tree)), ""
    except BadSelector as error:
        return [], str(error)
    except etree.XPathError as error:  # too large for this page
        return [], f"cannot be evaluated on this page: {error}"


def _parse_css(text: str) -> tuple[etree.XPath, str | None]:
    """Return the search for a selector, and the attribute that it asks for."""
    if not text.strip():
        raise BadSelector("the selector is empty")
    if len(text) > MAX_CHARACTERS:
        raise BadSelector(f"the selector has more than {MAX_CHARACTERS} characters")
    try:
        selectors = cssselect.parse(text)
        attributes = {_read_attribute(selector) for selector in selectors}
        paths = [_TRANSLATOR.selector_to_xpath(selector) for selector in selectors]
        find = etree.XPath(" | ".join(paths))
        find(etree.Element("html"))  # a namespace that nobody declared is an error only when it is searched for
    except cssselect.SelectorError as error:
        raise BadSelector(_POSITION.sub("", str(error)).rstrip(".")) from error
    except (etree.XPathError, ValueError, RecursionError) as error:  # a NUL; hundreds of brackets
        raise BadSelector(f"it cannot be used: {error}") from error
    if len(attributes) > 1:
        raise BadSelector("all selectors of a list must name the same ::attr()")
    return find, attributes.pop()


def _read_attribute(selector: cssselect.Selector) -> str | None:
    """Return the attribute that a selector names as Scrapy's selectors do, by ::attr(NAME)."""
    pseudo = selector.pseudo_element
    if pseudo is None:
        return None
    if isinstance(pseudo, FunctionalPseudoElement):
        if pseudo.name == "attr" and pseudo.argument_types() in (["IDENT"], ["STRING"]):
            return str(pseudo.arguments[0].value)
        raise BadSelector(f"the pseudo-element ::{pseudo.name}() is unknown")
    if pseudo == "text":
        raise BadSelector("leave out ::text; the whole text of the element is read")
    raise BadSelector(f"the pseudo-element ::{pseudo} names no element of the page")
