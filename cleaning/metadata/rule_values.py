"""Read title, authors and date of publication where the page's spider or sites.toml says that they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from cleaning.errors import BadSelector
from cleaning.metadata.authors.names import MAX_AUTHORS, MAX_NAME_CHARACTERS, split_byline
from cleaning.metadata.dates.choose_date import ChosenTime, is_plausible
from cleaning.metadata.dates.machine_times import parse_page_time
from cleaning.metadata.displayed_title import Title
from cleaning.metadata.linked_data import MAX_OBJECTS, read_strings
from cleaning.page.lines import normalize_line
from cleaning.records.article import RuleOutcome
from cleaning.site_rules.selectors import ValueRule, parse_value_rule
from cleaning.site_rules.text_place import SPIDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from lxml.html import HtmlElement

    from cleaning.metadata.dates.day_month_order import DateOrder
    from cleaning.metadata.structured import StructuredData
    from cleaning.records.given import Page

MAX_VALUES = 50  # that are read of one rule
MAX_TITLE_CHARACTERS = 1_000


class RuleValues(NamedTuple):
    """The values that go before those which the page states; None and () where there is none."""

    title: Title | None = None
    authors: tuple[str, ...] = ()
    authors_source: str = ""
    publication: ChosenTime | None = None
    outcomes: tuple[RuleOutcome, ...] = ()


class _Value(NamedTuple):
    text: str
    element: HtmlElement | None = None


def read_rule_values(tree: HtmlElement, structured: StructuredData, page: Page, order: DateOrder) -> RuleValues:
    """Read the values that `page.known` and `page.rules` give. Of two for one field the spider's counts."""
    known, rules, outcomes = page.known, page.rules, list[RuleOutcome]()

    def read(key: str, rule: str | None) -> list[_Value]:
        if rule is None:
            return []
        values, problem = _find_values(tree, structured, rule)
        outcomes.append(RuleOutcome(key, rule, len(values), problem=problem))
        return values

    def report(problem: str) -> None:
        outcomes[-1] = replace(outcomes[-1], problem=problem)

    title = _choose_title(read("title", rules.title), rules.title)
    if known.title:
        title = Title(normalize_line(known.title)[:MAX_TITLE_CHARACTERS], SPIDER)
    authors, authors_source = (
        _choose_authors(read("author", rules.author), report),
        f"sites.toml author: {rules.author}",
    )
    if known.authors:
        authors, authors_source = known.authors[:MAX_AUTHORS], SPIDER
    moment = _choose_time(read("published", rules.published), page, order, report)
    publication = ChosenTime(moment, f"sites.toml published: {rules.published}") if moment else None
    if known.published_at:
        publication = ChosenTime(known.published_at, SPIDER)
    return RuleValues(title, authors, authors_source, publication, tuple(outcomes))


def _choose_title(values: Sequence[_Value], rule: str | None) -> Title | None:
    if not values:
        return None
    return Title(values[0].text[:MAX_TITLE_CHARACTERS], f"sites.toml title: {rule}", values[0].element)


def _choose_authors(values: Sequence[_Value], report: Callable[[str], None]) -> tuple[str, ...]:
    names = dict.fromkeys(name for value in values for name in _read_names(value.text))
    if values and not names:
        report(f"“{_shorten(values[0].text)}” names no author")
    return tuple(names)[:MAX_AUTHORS]


def _choose_time(
    values: Sequence[_Value], page: Page, order: DateOrder, report: Callable[[str], None]
) -> datetime | None:
    moment = next((moment for value in values if (moment := parse_page_time(value.text, order))), None)
    if values and (moment is None or not is_plausible(moment, page.fetched_at)):
        report(f"“{_shorten(values[0].text)}” is no {'plausible ' if moment else ''}date")
        return None
    return moment


def _find_values(tree: HtmlElement, structured: StructuredData, text: str) -> tuple[list[_Value], str]:
    """Return the values that the page has where the rule says, in page order, and the problem if it cannot be used."""
    try:
        rule = parse_value_rule(text)
        found = _read_linked_data(structured, rule.keys) if rule.keys else _read_elements(tree, rule)
        return [value for value in found if value.text][:MAX_VALUES], ""
    except BadSelector as error:
        return [], str(error)
    except etree.XPathError as error:  # too large for this page
        return [], f"cannot be evaluated on this page: {error}"


def _read_elements(tree: HtmlElement, rule: ValueRule) -> Iterator[_Value]:
    for element in rule.find(tree) if rule.find is not None else ():
        if rule.attribute is not None:
            yield _Value(normalize_line(element.get(rule.attribute) or ""), element)
        elif element.tag == "meta":
            yield _Value(normalize_line(element.get("content") or ""))
        else:
            if element.tag == "time" and element.get("datetime"):
                yield _Value(normalize_line(element.get("datetime")), element)
            yield _Value(normalize_line(" ".join(element.itertext())), element)


def _read_linked_data(structured: StructuredData, keys: Sequence[str]) -> Iterator[_Value]:
    """Yield what the first object says that has these keys: of an article, else of any other."""
    others = (item for item in structured.objects if item not in structured.articles)
    for item in (*structured.articles, *others):
        if found := [text for value in _walk(item, keys) for text in read_strings(value)]:
            yield from map(_Value, found)
            return


def _walk(item: Any, keys: Sequence[str]) -> Iterator[Any]:
    if isinstance(item, list):
        for one in item[:MAX_OBJECTS]:
            yield from _walk(one, keys) if not isinstance(one, list) else ()
    elif not keys:
        yield item
    elif isinstance(item, dict) and keys[0] in item:
        yield from _walk(item[keys[0]], keys[1:])


def _read_names(text: str) -> list[str]:
    """Return the names in a byline. The rule says that it is one: a word alone ("dpa") counts as a name, too."""
    return split_byline(text) or ([text] if len(text) <= MAX_NAME_CHARACTERS else [])


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
