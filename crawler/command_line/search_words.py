"""The words of `scrapy search` as a shell hands them over: phrases without their quotes, -words that are no options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

_EXCLUSION = re.compile(r"-[^-=][^=]+", re.DOTALL)
_OPERATOR = re.compile(r'"|(^|\s)-\S|\*(\s|$)')


def set_exclusions_aside(parser: argparse.ArgumentParser) -> list[str]:
    """Have the parser leave out arguments like "-ice", and return the list in which it will put them.

    It would read "-storm" as "-s torm", a setting. An option and its value in one word need a "=": "-sLOG_FILE=log".
    """
    excluded: list[str] = []
    parse = parser.parse_known_args

    def parse_known_args(args: Sequence[str], namespace: None = None) -> tuple[argparse.Namespace, list[str]]:
        place = list(args).index("--") if "--" in args else len(args)
        options, words = args[:place], args[place + 1 :]
        excluded.extend(one for one in options if _EXCLUSION.fullmatch(one))
        excluded.extend(one for one in words if one.startswith("-"))
        opts, rest = parse([one for one in options if not _EXCLUSION.fullmatch(one)], namespace)
        return opts, [*rest, *(one for one in words if not one.startswith("-"))]

    parser.parse_known_args = parse_known_args  # type: ignore[method-assign, assignment]
    return excluded


def join_words(arguments: Sequence[str], excluded: Sequence[str]) -> str:
    """Return the search as storage.search.query reads it.

    An argument with spaces is a phrase: somebody put quotes around it, and the shell took them away.
    """
    return " ".join((*map(_quote_phrase, arguments), *(f"-{_quote_phrase(one[1:])}" for one in excluded)))


def _quote_phrase(argument: str) -> str:
    has_spaces = len(argument.split()) > 1
    return f'"{argument}"' if has_spaces and not _OPERATOR.search(argument) else argument
