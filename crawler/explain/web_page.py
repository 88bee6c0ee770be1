"""Render an explanation as one self-contained web page, without scripts, other files or network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.explain.explanation import PageExplanation
from crawler.terminal.characters import escape_for_terminal


def render_web_page(explanation: PageExplanation, sections: Sequence[tuple[str, str]] = ()) -> str:
    """Return the whole web page. All text of the explained page is escaped in it.

    `sections` stand below the blocks: each a heading and lines of text.
    """
    return _TEMPLATE.render(
        explanation=explanation,
        article=explanation.article,
        stated=[field for field in explanation.fields if field.value is not None],
        missing=[field.name for field in explanation.fields if field.value is None],
        sections=[(heading, [line.rstrip() for line in text.splitlines()]) for heading, text in sections],
    )


def _escape(value: Any) -> Any:
    # Control characters harm a web page, too: a direction override reverses a line.
    return escape_for_terminal(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    finalize=_escape,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
).get_template("page.html")
