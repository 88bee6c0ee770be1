"""Writes CITATION.cff, how to cite a release (Citation File Format 1.2.0, https://citation-file-format.github.io/)."""

from __future__ import annotations

import json
from typing import Any

from storage.export.description.common_licence import find_common_licence
from storage.export.description.facts import ReleaseFacts

CITATION_FILE = "CITATION.cff"


def make_title(facts: ReleaseFacts) -> str:
    """Return the title of a release."""
    return f"Broadsheet news corpus {make_version(facts)}"


def make_version(facts: ReleaseFacts) -> str:
    """Return the name of the release, or else the beginning of its release id."""
    return facts.name or facts.release_id[:16]


def build_citation(facts: ReleaseFacts) -> str:
    """Return the text of the file. The author is a placeholder for a person to change: it is not known here."""
    licence = find_common_licence(facts.counts.licences)
    lines: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this corpus, please cite it as below.",
        "type": "dataset",
        "title": make_title(facts),
        "authors": [{"name": f"The makers of the {make_title(facts)}"}],
        "version": make_version(facts),
        "abstract": f"{facts.counts.rows} news articles from {len(facts.counts.sites)} sites, collected and cleaned"
        " with Broadsheet; README.md describes them, manifest.json counts them.",
        "identifiers": [
            {
                "type": "other",
                "value": f"sha256:{facts.release_id}",
                "description": "release id, of the content; scrapy export --verify checks it",
            }
        ],
        "keywords": ["news", "corpus"],
    }
    if facts.counts.fetched:  # not today: the same store must give the same bytes
        lines["date-released"] = facts.counts.fetched.date().isoformat()
    if licence:
        lines["license"] = licence.upper()
    # A JSON value is also a YAML value, and contains no line end.
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in lines.items())
