"""Every regular expression of the package takes time in proportion to its text."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cleaning import phrases

# By the files: beside tests/cleaning, `cleaning` itself is not always the package under test.
HOME = Path(str(phrases.__file__)).parents[1]
LENGTH = 30_000
LIMIT = 0.3  # seconds; what backtracks would need many, or hours
PIECES = (
    *(
        "a",
        "é",
        "中",
        "व",
        "आ ",
        "1",
        " ",
        "\n",
        "\t \u3000",
        ".",
        "-",
        ":",
        "//",
        "<",
        "©",
        "(c)",
        "copyright ",
        "A. ",
    ),
    *("- ", "| ", "<a ", "2024-", "1.1.", "by a and ", "a1-", ";a,", "see also ", "w_", "aA"),
)
MAKERS = frozenset(("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"))


def adversaries(length: int) -> Iterator[str]:
    """Texts of one piece again and again, with an end that fits no pattern."""
    return (f"{piece * (length // len(piece))}\0!" for piece in PIECES)


def slowest(work: Callable[[str], object], texts: Callable[[int], Iterable[str]] = adversaries) -> float:
    """The most seconds that the work takes on a text of LENGTH characters.

    Texts of a tenth come first: what is too slow for them is not waited for, ten times theirs is answered.
    """
    longest = 0.0
    for share in (10, 1):
        for text in texts(LENGTH // share):
            seconds = share * min(time_tries(work, text, share))
            longest = max(longest, seconds)
            if longest > LIMIT:
                return longest
    return longest


def time_tries(work: Callable[[str], object], text: str, share: int) -> Iterator[float]:
    """Time the work in seconds of the processor. What seems too slow is tried again: a busy machine slows it, too."""
    for _ in range(3):
        began = time.process_time()
        work(text)
        seconds = time.process_time() - began
        yield seconds
        if share * seconds <= LIMIT or share * seconds > 5 * LIMIT:  # the work itself is slow: it is not waited for
            return


def measured(pattern: re.Pattern[str], methods: Iterable[str]) -> float:
    """The same for a pattern: where the package only matches with it, from the beginning of texts; or else anywhere."""
    ways = {"match": pattern.match, "fullmatch": pattern.fullmatch}

    def work(text: str) -> None:
        for method in methods or {"search"}:
            if method in ways:
                ways[method](text)
            else:
                deque(pattern.finditer(text), maxlen=0)

    return slowest(work)


@cache
def modules() -> list[tuple[ModuleType, ast.Module]]:
    found = []
    for file in sorted(HOME.rglob("*.py")):
        name = ".".join(("cleaning", *file.relative_to(HOME).with_suffix("").parts)).removesuffix(".__init__")
        if file.stem != "__main__":
            found.append((importlib.import_module(name), ast.parse(file.read_text("utf-8"))))
    return found


def held(value: Any, name: str, home: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that a value is or holds: in containers, and in the classes that its module defines."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield name, value
    elif isinstance(value, dict):
        yield from held(tuple(value.values()), name, home)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for at, one in enumerate(value):
            yield from held(one, f"{name}[{at}]", home)
    elif isinstance(value, type) and value.__module__ == home:
        for inner, one in vars(value).items():
            yield from held(one, f"{name}.{inner}", home)


def written(tree: ast.Module) -> Iterator[ast.Call]:
    """The calls of `re` in a module's source."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in MAKERS
        ):
            yield node


def inside_functions(tree: ast.Module) -> set[int]:
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for inner in ast.walk(node)
    }


def uses() -> dict[str, set[str]]:
    """The methods called on what has a name or is held by it, in any module: WORDS.findall, FORMS[key].match."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS:
                held_by = node.func.value
                while isinstance(held_by, (ast.Subscript, ast.Call)):
                    held_by = held_by.value if isinstance(held_by, ast.Subscript) else held_by.func
                if isinstance(held_by, (ast.Name, ast.Attribute)):
                    found[held_by.id if isinstance(held_by, ast.Name) else held_by.attr].add(node.func.attr)
    return found


def patterns() -> dict[str, tuple[re.Pattern[str], set[str]]]:
    """Every pattern that a module holds, and those that are written where they are used, with the methods called."""
    found: dict[str, tuple[re.Pattern[str], set[str]]] = {}
    used = uses()
    for module, tree in modules():
        for name, value in vars(module).items():
            for where, pattern in held(value, f"{module.__name__}.{name}", module.__name__):
                found.setdefault(where, (pattern, used[name]))
        for call in written(tree):
            text = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
            methods = set() if call.func.attr == "compile" else {call.func.attr}
            if isinstance(text, str) and text not in {pattern.pattern for pattern, _ in found.values()}:
                found[f"{module.__name__}, line {call.lineno}"] = (re.compile(text), methods)
    return found


PATTERNS = patterns()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_linear(name: str) -> None:
    assert measured(*PATTERNS[name]) < LIMIT


@pytest.mark.parametrize("kind", ["see_also", "more", "form", "act", "rights", "by", "error"])
def test_the_search_for_phrases_is_linear(kind: str) -> None:
    def work(text: str) -> None:
        phrases.find_opening_phrase(kind, text)
        phrases.find_phrase(kind, text)

    def texts(length: int) -> Iterator[str]:
        yield from adversaries(length)
        yield from (piece * (length // len(piece)) for piece in ("see also ", "版权所", "subscribe to ou"))

    assert slowest(work, texts) < LIMIT


def test_no_pattern_is_made_inside_a_function_from_what_is_not_written_there() -> None:
    """Such a one would not be measured: it belongs at the top of its module."""
    hidden = [
        f"{module.__name__}, line {call.lineno}"
        for module, tree in modules()
        for inner in [inside_functions(tree)]
        for call in written(tree)
        if id(call) in inner and not isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


def test_no_module_calls_the_functions_of_re_by_another_name() -> None:
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module != "re", module.__name__
            elif isinstance(node, ast.Import):
                assert all(alias.asname is None for alias in node.names if alias.name == "re"), module.__name__


def test_patterns_are_found_at_the_top_of_modules_and_inside_of_functions() -> None:
    assert {
        "cleaning.page.headline_key.ESSENTIAL_MARKS",
        "cleaning.page.parsing.TAG",
        "cleaning.rules.rights.SIGN",
    } <= set(PATTERNS)
    assert any(name.startswith("cleaning.rules.comment_form, line") for name in PATTERNS)


def test_patterns_are_found_in_classes_and_containers() -> None:
    class Holder:
        own = re.compile("a")

    value = {"one": (Holder, [re.compile("b")])}
    assert {pattern.pattern for _, pattern in held(value, "value", __name__)} == {"a", "b"}


@pytest.mark.parametrize("pattern", [r"\s+$", r"(?:- )+x"])
def test_a_pattern_that_backtracks_is_noticed(pattern: str) -> None:
    assert measured(re.compile(pattern), {"search"}) > LIMIT


def test_a_pattern_that_would_take_for_ever_is_noticed() -> None:
    assert slowest(re.compile(r"(?:a|a)+c").match, lambda length: ["a" * 21]) > LIMIT / 10
