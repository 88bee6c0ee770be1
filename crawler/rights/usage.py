"""Parses preferences for AI uses in a robots.txt, which other parsers ignore: Content-Usage and Content-Signal.

    User-agent: *
    Content-Usage: /archive/ train-ai=n
    Content-Signal: search=yes, ai-train=no

Content-Usage is draft-ietf-aipref-attach of the IETF (work in progress). Content-Signal is what Cloudflare writes into
the files of its customers (https://contentsignals.org). Both belong to a group, and apply to the robots that it names.
The rule with the longest matching path applies to an address. A rule without a path has the path "/". All rules with
the same path are recorded, even if they contradict each other. The two fields are not weighed against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaning.metadata.rights import parse_preferences
from cleaning.records.given import MAX_WORDS
from crawler.rights.paths import matches

_MAX_RULES = 500  # of one group
_FIELD = re.compile(r"\s*([a-z-]+)\s*:\s*(.*)")
_AGENT, _USAGE, _SIGNAL = "user-agent", "content-usage", "content-signal"
_OUTSIDE_GROUPS = {"sitemap", "host"}  # allowed anywhere, even between the user-agent lines of a group


class UsageRule(NamedTuple):
    """One line: the field (one of the two), its path, and the preferences."""

    field: str
    path: str
    words: tuple[str, ...]


def parse_usage_rules(text: str, robot: str) -> tuple[UsageRule, ...]:
    """Return the rules of the groups that name `robot`, a product token; if none does, those of the groups for "*"."""
    for_robot: list[UsageRule] = []
    for_all: list[UsageRule] = []
    is_named = False
    for agents, rules in _parse_groups(text):
        if robot.lower() in agents:
            is_named = True
            for_robot += rules
        elif "*" in agents:
            for_all += rules
    return tuple(for_robot if is_named else for_all)[:_MAX_RULES]


def find_usage_preferences(rules: Sequence[UsageRule], url: str) -> tuple[str, ...]:
    """Return the preferences that the rules state for an address, each once."""
    words: list[str] = []
    for field in (_USAGE, _SIGNAL):
        matching = [rule for rule in rules if rule.field == field and (rule.path == "/" or matches(rule.path, url))]
        longest = max((len(rule.path) for rule in matching), default=0)
        words += [word for rule in matching if len(rule.path) == longest for word in rule.words]
    return tuple(dict.fromkeys(words))[:MAX_WORDS]


def _parse_groups(text: str) -> Iterator[tuple[set[str], list[UsageRule]]]:
    """Yield the groups of a robots.txt (RFC 9309, 2.2): the agents that each names, and its usage rules."""
    agents: set[str] = set()
    rules: list[UsageRule] = []
    is_in_names = False
    for line in text.splitlines():
        match = _FIELD.match(line.partition("#")[0].lower().lstrip("\ufeff"))
        if match is None or match[1] in _OUTSIDE_GROUPS:
            continue
        field, value = match[1], match[2].strip()
        if field == _AGENT:
            if not is_in_names:
                yield agents, rules
                agents, rules = set(), []
            agents.add(value.partition("/")[0].strip())
        elif field in (_USAGE, _SIGNAL):
            path, words = _split_path(line.partition("#")[0].partition(":")[2].strip())
            if words:
                rules.append(UsageRule(field, path, words))
        is_in_names = field == _AGENT
    yield agents, rules


def _split_path(value: str) -> tuple[str, tuple[str, ...]]:
    path, rest = "/", value
    if value.startswith(("/", "*")):
        path, _, rest = value.partition(" ") if " " in value else value.partition("\t")
    return path, tuple(parse_preferences([rest]))
