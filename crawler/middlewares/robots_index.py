"""Scrapy's ROBOTSTXT_PARSER: Protego, with an index for files of many rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from re import compile as compile_pattern

# Not public; pyproject.toml bounds the version, and a test compares the verdicts.
from protego._ruleset import _Rule, _RuleSet
from protego._utils import _quote_path
from scrapy import Spider
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.python import to_unicode

MANY_RULES = 200  # of a group; with fewer, Protego itself is as fast
_GRAM = 4  # characters of the pieces that rules are looked up by
_WILDCARD = compile_pattern(r"\*+|\$$")


class IndexedRobotParser(ProtegoRobotParser):
    """Gives Protego's verdicts. Of a group of many rules, it compares only those that may match.

    Protego compares an address with each rule that has a wildcard: 20,000 of them hold the event loop for a tenth of a
    second a page, and once more for each AI agent whose rules are recorded. A group, which has most agents, is asked
    once for an address.
    """

    def __init__(self, robotstxt_body: bytes, spider: Spider | None) -> None:
        super().__init__(robotstxt_body, spider)
        self._indexes: dict[int, RuleIndex] = {}  # by the id of a group, which lives as long as its parser
        self._last_url: str | None = None
        self._last_verdicts: dict[int, bool] = {}  # of the last address, by the id of a group

    def build_indexes(self, user_agents: Iterable[str]) -> None:
        """Build the indexes that these agents need. Takes a second for the largest files: call it in a thread."""
        for agent in user_agents:
            group = self.rp._get_matching_rule_set(agent)
            if group is not None and len(group._rules) >= MANY_RULES and id(group) not in self._indexes:
                self._indexes[id(group)] = RuleIndex(group)

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        address, agent = to_unicode(url), to_unicode(user_agent)
        group = self.rp._get_matching_rule_set(agent)
        if group is None or "/robots.txt" in address:  # the file itself is always allowed
            return bool(super().allowed(address, agent))
        if address != self._last_url:
            self._last_url, self._last_verdicts = address, {}
        if (verdict := self._last_verdicts.get(id(group))) is None:
            index = self._indexes.get(id(group))
            verdict = bool(group.can_fetch(address)) if index is None else index.allows(address)
            self._last_verdicts[id(group)] = verdict
        return verdict


class RuleIndex:
    """The rules of one group, looked up by short pieces of text that an address must have for a rule to match it."""

    def __init__(self, group: _RuleSet) -> None:
        self._rules: list[_Rule] = group._rules  # the first that matches decides
        # Tuples of texts, which the garbage collector need not look through: it would hold up the event loop.
        pieces = [tuple(set(_list_grams(rule.value._pattern))) for rule in self._rules]
        frequencies = Counter(gram for grams in pieces for gram in grams)
        self._candidates: dict[str, list[int]] = {}
        for number, grams in enumerate(pieces):
            # Each rule is filed under its rarest piece; one without any ("*") may match every address.
            rarest = min(grams, key=lambda gram: (frequencies[gram], gram), default="")
            self._candidates.setdefault(rarest, []).append(number)

    def allows(self, url: str) -> bool:
        """Return whether the group allows the address, as Protego judges it."""
        path = _quote_path(url)
        for number in sorted(self.find_candidates(path)):
            if self._rules[number].value.match(path):
                return self._rules[number].field != "disallow"
        return True

    def find_candidates(self, path: str) -> list[int]:
        """Return the numbers of the rules that may match this path, normalised as Protego does."""
        grams = {path[start : start + size] for size in range(1, _GRAM + 1) for start in range(len(path))}
        return [number for gram in (grams | {""}) for number in self._candidates.get(gram, ())]


def _list_grams(pattern: str) -> Iterator[str]:
    """Yield the pieces of a pattern between its wildcards, in parts of up to _GRAM characters."""
    for piece in filter(None, _WILDCARD.split(pattern)):
        for start in range(max(1, len(piece) - _GRAM + 1)):
            yield piece[start : start + _GRAM]
