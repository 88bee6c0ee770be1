"""What robots.txt and tdmrep.json say of an address."""

from __future__ import annotations

import json
import time

import pytest
from scrapy.robotstxt import ProtegoRobotParser

from crawler.rights.agents import AGENTS, find_refused_agents
from crawler.rights.tdmrep import MalformedTdmFile, find_tdm_rule, parse_tdm_rules
from crawler.rights.usage import find_usage_preferences, parse_usage_rules

SITE = "https://paper.example"
FILE = f"{SITE}/.well-known/tdmrep.json"
ROBOTS = """\
User-agent: GPTBot
User-agent: ccbot
Disallow: /

User-agent: Google-Extended
Allow: /news/free/
Disallow: /news/

User-agent: *
Disallow: /news/closed/
"""


def agents(text: str, path: str) -> tuple[str, ...]:
    return find_refused_agents(ProtegoRobotParser(text.encode(), None), SITE + path)


def test_an_agent_is_refused_by_its_own_group_or_by_that_of_all() -> None:
    assert agents(ROBOTS, "/news/a") == ("ccbot", "google-extended", "gptbot")
    assert agents(ROBOTS, "/news/free/a") == ("ccbot", "gptbot")
    # The group of Google-Extended closes this path, too; for the others the group of "*" does.
    assert agents(ROBOTS, "/news/closed/a") == tuple(sorted(AGENTS))
    assert agents("User-agent: ClaudeBot\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a") == tuple(
        sorted(AGENTS.keys() - {"claudebot"})
    )


def test_without_rules_no_agent_is_refused() -> None:
    assert find_refused_agents(None, f"{SITE}/a") == agents("", "/a") == ()


def usage(text: str, path: str = "/news/a", robot: str = "Broadsheet") -> tuple[str, ...]:
    return find_usage_preferences(parse_usage_rules(text, robot), SITE + path)


def test_the_longest_path_decides_and_both_fields_are_noted() -> None:
    text = """\
        User-agent: *
        Allow: /
        Content-Usage: / train-ai=n
        Content-Usage: /ai-ok/ train-ai=y, search=y
        Content-Usage: /*.pdf$ train-ai=y
        Content-Signal: search=yes,ai-train=no # as they like it
        content-signal:/ai-ok/\tai-train=yes
        """
    assert usage(text) == ("train-ai=n", "search=yes", "ai-train=no")
    assert usage(text, "/ai-ok/x") == ("train-ai=y", "search=y", "ai-train=yes")
    assert usage(text, "/report.pdf") == ("train-ai=y", "search=yes", "ai-train=no")
    assert usage(text, "/report.pdf?x") == ("train-ai=n", "search=yes", "ai-train=no")


def test_a_group_that_names_us_replaces_the_group_of_all() -> None:
    text = (
        "User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: other\nUser-agent: broadsheet/1.0\n"
        "Sitemap: /map.xml\nUser-agent: third\nContent-Usage: train-ai=y\nContent-Usage: train-ai=n\n"
    )
    assert usage(text) == ("train-ai=y", "train-ai=n")
    assert usage(text, robot="Third") == ("train-ai=y", "train-ai=n")
    assert usage(text, robot="Somebody") == ("ai-train=no",)
    assert usage("Content-Signal: ai-train=no\n") == ()  # of no group
    assert usage("User-agent: *\nContent-Usage: nothing that is one\n") == ()


def rule(rules: object, path: str) -> tuple[bool | None, str | None] | None:
    found = find_tdm_rule(parse_tdm_rules(json.dumps(rules).encode(), FILE), SITE + path)
    return None if found is None else (found.reserved, found.policy)


def test_the_first_rule_that_matches_applies() -> None:
    rules = [
        {"location": "/free/*.html$", "tdm-reservation": 0, "tdm-policy": "/policy"},
        {"location": "/broken/", "tdm-reservation": 2},
        {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://paper.example/policy.json"},
        {"location": "/free/", "tdm-reservation": 0},
    ]
    assert rule(rules, "/free/a.html") == (False, f"{SITE}/policy")
    assert rule(rules, "/free/a.htm") == (True, f"{SITE}/policy.json")
    assert rule(rules, "/broken/a") == (None, None)
    assert rule(rules[:2], "/a") is None


@pytest.mark.parametrize(
    ("location", "holds"),
    [("/caf%C3%A9", True), ("/café", True), ("/CAF%c3%a9", False), ("/caf%C3%A9$", False), ("*/b", True), ("b", False)],
)
def test_a_location_is_compared_as_in_robots_txt(location: str, holds: bool) -> None:
    assert (rule([{"location": location, "tdm-reservation": 1}], "/caf%C3%A9/b") is not None) == holds


def test_invalid_rules_are_left_out_and_a_file_without_an_array_is_malformed() -> None:
    rules = [
        3,
        {"tdm-reservation": 1},
        {"location": "/\nAllow: /"},
        {"location": None},
        {"location": "x" * 9_000},
        {"location": "/", "tdm-reservation": "1", "tdm-policy": 3},
    ]
    assert rule(rules, "/a") == (True, None)
    for body in (b"", b"{}", b"<html>", b"\xff\xfe", b"[" * 200_000, b'"x"'):
        with pytest.raises(MalformedTdmFile):
            parse_tdm_rules(body, FILE)


def test_a_file_made_to_cost_time_does_not() -> None:
    rules = [{"location": "/" + "*a" * 900 + "b", "tdm-reservation": 1}] * 5_000
    began = time.process_time()
    assert rule(rules, "/" + "a" * 1_900) is None
    assert time.process_time() - began < 2
