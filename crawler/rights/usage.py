"""Preferences for uses by AI in a robots.txt, which parsers of robots.txt pass over: Content-Usage and Content-Signal.

    User-agent: *
    Content-Usage: /archive/ train-ai=n
    Content-Signal: search=yes, ai-train=no

The first is draft-ietf-aipref-attach of the IETF (work in progress), the second what Cloudflare writes into the files
of its customers (https://contentsignals.org). Both stand in a group and hold for the robots that it names. The rule
with the longest path that holds for an address is its own, one without a path holds for all ("/"); of several with the
same path all are noted, be they at odds. What one says is not weighed against what the other says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaning.article import MOST_WORDS
from cleaning.rights import preferences
from crawler.rights.paths import matches

_MOST_RULES = 500  # of one group
_FIELD = re.compile(r"\s*([a-z-]+)\s*:\s*(.*)")
_AGENT, _USAGE, _SIGNAL = "user-agent", "content-usage", "content-signal"
_OF_NO_GROUP = {"sitemap", "host"}  # they may stand anywhere, between the names of a group too


class UsageRule(NamedTuple):
    """One line: which of the two fields, the path that it holds for, what it prefers."""

    field: str
    path: str
    words: tuple[str, ...]


def usage_rules(text: str, robot: str) -> tuple[UsageRule, ...]:
    """The rules of the groups for `robot`, a product token; where no group names it, those for everybody."""
    own: list[UsageRule] = []
    everybody: list[UsageRule] = []
    named = False
    for agents, rules in _groups(text):
        if robot.lower() in agents:
            named = True
            own += rules
        elif "*" in agents:
            everybody += rules
    return tuple(own if named else everybody)[:_MOST_RULES]


def usage_of(rules: Sequence[UsageRule], url: str) -> tuple[str, ...]:
    """What the rules prefer for one address, each word once."""
    words: list[str] = []
    for field in (_USAGE, _SIGNAL):
        held = [rule for rule in rules if rule.field == field and (rule.path == "/" or matches(rule.path, url))]
        longest = max((len(rule.path) for rule in held), default=0)
        words += [word for rule in held if len(rule.path) == longest for word in rule.words]
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def _groups(text: str) -> Iterator[tuple[set[str], list[UsageRule]]]:
    """The groups of a robots.txt (RFC 9309, 2.2): whom each is for, and its rules for uses."""
    agents: set[str] = set()
    rules: list[UsageRule] = []
    in_names = False
    for line in text.splitlines():
        match = _FIELD.match(line.partition("#")[0].lower().lstrip("\ufeff"))
        if match is None or match[1] in _OF_NO_GROUP:
            continue
        field, value = match[1], match[2].strip()
        if field == _AGENT:
            if not in_names:
                yield agents, rules
                agents, rules = set(), []
            agents.add(value.partition("/")[0].strip())
        elif field in (_USAGE, _SIGNAL):
            path, words = _path_and_words(line.partition("#")[0].partition(":")[2].strip())
            if words:
                rules.append(UsageRule(field, path, words))
        in_names = field == _AGENT
    yield agents, rules


def _path_and_words(value: str) -> tuple[str, tuple[str, ...]]:
    path, rest = "/", value
    if value.startswith(("/", "*")):
        path, _, rest = value.partition(" ") if " " in value else value.partition("\t")
    return path, tuple(preferences([rest]))
