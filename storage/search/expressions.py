"""Turns a query into an expression of SQLite's FTS5 and of PostgreSQL's tsquery. Both find the same articles."""

from __future__ import annotations

from collections.abc import Sequence

from storage.search.index import to_label
from storage.search.query import Query, Term


def to_fts5(query: Query, *, sites: Sequence[str] = (), languages: Sequence[str] = ()) -> str:
    """Return the FTS5 expression for articles of one of the sites and languages; of all where none is named.

    Without a term, a site or a language it is empty.
    """
    parts = [f"({{title text}} : ({' AND '.join(map(_to_fts5_phrase, query.terms))}))"] if query.terms else []
    for kind, values in (("s", sites), ("l", languages)):
        if values:
            parts.append(f"(labels : ({' OR '.join(to_label(kind, value) for value in values)}))")
    expression = " AND ".join(parts)
    if query.excluded:
        expression = f"({expression}) NOT ({{title text}} : ({' OR '.join(map(_to_fts5_phrase, query.excluded))}))"
    return expression


def to_tsquery(query: Query, *, sites: Sequence[str] = (), languages: Sequence[str] = ()) -> str:
    """Return the same as PostgreSQL reads a tsquery."""
    parts = [*map(_to_tsquery_phrase, query.terms), *(f"!{_to_tsquery_phrase(term)}" for term in query.excluded)]
    parts += [
        f"({' | '.join(_quote_label(kind, value) for value in values)})"
        for kind, values in (("s", sites), ("l", languages))
        if values
    ]
    return " & ".join(parts)


def _to_fts5_phrase(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" * term.is_prefix}'


def _to_tsquery_phrase(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]  # folded words have no quotation mark and no backslash
    if term.is_prefix:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"


def _quote_label(kind: str, value: str) -> str:
    return f"':{to_label(kind, value)}'"
