"""The `-a` arguments of a spider: refuse what is given twice, and recognise an argument that was typed as an option."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy import Spider


# How an argument takes several values at once.
_SEVERAL = {
    "url": ', several addresses with spaces between them: -a "url=A B"',
    "site": ", several names with commas: -a site=A,B",
}


def refuse_repeated(assignments: Iterable[str]) -> None:
    """Raise BadArgument if two of the `NAME=VALUE` have one name: Scrapy would silently keep the last."""
    names: set[str] = set()
    for assignment in assignments:
        name, is_assignment, _ = assignment.partition("=")
        if is_assignment and name in names:
            raise BadArgument(f"-a {name}= is given twice; give it once{_SEVERAL.get(name, '')}")
        names.add(name)


def list_argument_names(spider: type[Spider]) -> list[str]:
    """Return the arguments that a spider declares: its `argument_names`, else the parameters of its `__init__`."""
    declared: Sequence[str] | None = getattr(spider, "argument_names", None)
    if declared is not None:
        return sorted(declared)
    parameters = inspect.signature(spider.__init__).parameters.values()
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return sorted(one.name for one in parameters if one.kind not in variable and one.name not in ("self", "name"))


def find_argument(option: str, spiders: Iterable[type[Spider]]) -> str | None:
    """Return the argument of one of the spiders that an option like `--limit` or `--limit=5` was meant to be."""
    name = option.lstrip("-").partition("=")[0].replace("-", "_")
    return next((name for spider in spiders if name in list_argument_names(spider)), None)
