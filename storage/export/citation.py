"""CITATION.cff: how a release is cited, in the Citation File Format 1.2.0 (https://citation-file-format.github.io/)."""

from __future__ import annotations

import json
from typing import Any

from storage.export.facts import Facts
from storage.export.one_licence import one_licence

FILE = "CITATION.cff"


def title(facts: Facts) -> str:
    """What a release is called where its makers have given it no more than a name."""
    return f"Broadsheet news corpus {version(facts)}"


def version(facts: Facts) -> str:
    """The name that the release was given, or else what its content gives it."""
    return facts.name or facts.release_id[:16]


def citation(facts: Facts) -> str:
    """The file's text. Who made the release is not known here: its author is named after it, for a person to change."""
    licence = one_licence(facts.tally.licences)
    lines: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this corpus, please cite it as below.",
        "type": "dataset",
        "title": title(facts),
        "authors": [{"name": f"The makers of the {title(facts)}"}],
        "version": version(facts),
        "abstract": f"{facts.tally.rows} news articles from {len(facts.tally.sites)} sites, collected and cleaned"
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
    if facts.tally.fetched:  # no clock is asked: a release is of the day of the latest article in it
        lines["date-released"] = facts.tally.fetched.date().isoformat()
    if licence:
        lines["license"] = licence.upper()
    # What JSON calls a value is one of YAML's too, and nothing in it can end the line.
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in lines.items())
