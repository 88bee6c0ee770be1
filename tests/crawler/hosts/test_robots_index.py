"""The index of a robots.txt of many rules gives the verdicts of Protego."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from crawler.middlewares.robots_index import IndexedRobotParser, RuleIndex

HOST = "https://paper.example"
_PIECES = ["/", "a", "b", "ab", "/news", "-", "*", "**", "$", "%2F", "%C3%A9", "é", "%41", "?", "=", "index.html", "#"]
PATHS = st.lists(st.sampled_from(_PIECES), max_size=8).map("".join)
RULES = st.lists(st.tuples(st.sampled_from(["Allow", "Disallow"]), PATHS), max_size=30)


@settings(max_examples=400, deadline=None)
@given(RULES, st.lists(PATHS, min_size=1, max_size=5))
def test_each_verdict_is_that_of_protego(rules: list[tuple[str, str]], paths: list[str]) -> None:
    text = "User-agent: *\n" + "".join(f"{field}: {path}\n" for field, path in rules)
    protego = Protego.parse(text)
    group = protego._get_matching_rule_set("broadsheet")
    assert group is not None
    index = RuleIndex(group)
    for path in paths:
        for url in (f"{HOST}/{path}", HOST + path):
            if "/robots.txt" not in url:
                assert index.allows(url) == protego.can_fetch(url, "broadsheet"), (text, url)


def _make_file(number: int) -> str:
    rules = "".join(f"Disallow: /*/{n:x}*-{n * 7:x}$\nDisallow: /archive/*page={n}\n" for n in range(number // 2))
    return f"User-agent: *\n{rules}Allow: /*/open/\nUser-agent: GPTBot\nDisallow: /\n"


def test_each_agent_is_judged_by_its_own_group() -> None:
    parser = IndexedRobotParser(_make_file(1_000).encode(), None)
    parser.build_indexes(["Broadsheet", "gptbot", "claudebot"])
    protego = Protego.parse(_make_file(1_000))
    for path in ("/a/1f-d9", "/archive/?page=7", "/archive/open/?page=7", "/news/2026/a-story", "/robots.txt", ""):
        for agent in ("Broadsheet", "gptbot", "claudebot"):
            assert parser.allowed(HOST + path, agent) == protego.can_fetch(HOST + path, agent), (path, agent)


def test_of_twenty_thousand_rules_an_address_is_compared_with_few() -> None:
    group = Protego.parse(_make_file(20_000))._get_matching_rule_set("broadsheet")
    assert group is not None
    index = RuleIndex(group)
    for path in ("/news/2026/12/01/the-story-of-the-bridge", "/archive/?page=17", "/"):
        assert len(index.find_candidates(path)) < 500
