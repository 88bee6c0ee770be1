"""The explanation as one web page that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.explain.characters import shown
from crawler.explain.explanation import Explanation


def web_page(explanation: Explanation) -> str:
    """The whole page; all that comes from the explained one is escaped text in it."""
    return _TEMPLATE.render(
        explanation=explanation,
        article=explanation.article,
        stated=[fact for fact in explanation.facts if fact.value is not None],
        missing=[fact.name for fact in explanation.facts if fact.value is None],
    )


def _plain(value: Any) -> Any:
    # Not only a terminal has to be kept from them: a direction override turns a line around here, too.
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    finalize=_plain,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
).get_template("page.html")
