"""The rules of a site: which are accepted, and what is said of the others."""

from __future__ import annotations

import pytest

from cleaning.errors import BadSelector
from cleaning.page.parsing import parse_tree
from cleaning.site_rules.selectors import MAX_CHARACTERS, find_elements, parse_selector, parse_value_rule

PAGE = "<html><body><DIV class='Story main'><p>One</p></DIV><div id=two><p>Two</p></div><p>Three</p></body></html>"


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("div.Story p", ["One"]),
        ("DIV.Story > p", ["One"]),  # HTML has no upper case
        ("#two, .Story", ["One", "Two"]),  # in the order of the page
        ("div:not(.Story) p", ["Two"]),
        ("body > p", ["Three"]),
        ("div:has(p) p", ["One", "Two"]),
        (".none", []),
    ],
)
def test_a_selector_finds_elements_in_page_order(selector: str, texts: list[str]) -> None:
    tree = parse_tree(PAGE)
    assert tree is not None
    elements, problem = find_elements(tree, selector)
    assert ["".join(element.itertext()) for element in elements] == texts
    assert problem == ""


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("div..story", "Expected ident"),
        ("div[", "Expected"),
        ("div:frist-child", "unknown"),
        ("p::text", "leave out ::text"),
        ("p::before", "names no element"),
        ("p::attr(title)", "an element is needed"),
        ("p::first(2)", "unknown"),
        ("a" * (MAX_CHARACTERS + 1), "more than"),
        (":not(:not(p))", "Got nested"),
        ("svg|path", "Undefined namespace prefix"),
    ],
)
def test_what_is_no_selector_is_refused_in_one_line(selector: str, message: str) -> None:
    with pytest.raises(BadSelector, match=message) as refused:
        parse_selector(selector)
    assert "\n" not in str(refused.value)


def test_a_selector_that_cannot_be_used_finds_nothing_and_says_why() -> None:
    tree = parse_tree(PAGE)
    assert tree is not None
    assert find_elements(tree, "p::text") == ([], "leave out ::text; the whole text of the element is read")


def test_a_value_is_a_text_an_attribute_or_a_path_into_json_ld() -> None:
    assert parse_value_rule("h1.top").attribute is None
    assert parse_value_rule("span::attr(data-time)").attribute == "data-time"
    assert parse_value_rule("jsonld:author.name").keys == ("author", "name")
    assert parse_value_rule("jsonld:@graph.datePublished").keys == ("@graph", "datePublished")


@pytest.mark.parametrize("path", ["jsonld:", "jsonld:a..b", "jsonld:.a", "jsonld:a b", "jsonld:a[0]"])
def test_what_is_no_path_into_json_ld_is_refused(path: str) -> None:
    with pytest.raises(BadSelector, match=r"jsonld:author\.name"):
        parse_value_rule(path)


def test_selectors_of_a_list_ask_for_one_attribute() -> None:
    with pytest.raises(BadSelector, match="same ::attr"):
        parse_value_rule("time::attr(datetime), span::attr(title)")
