"""Render an explanation as one JSON object."""

from __future__ import annotations

import json
from typing import Any

from crawler.explain.explanation import PageExplanation
from crawler.terminal.characters import replace_surrogates


def explanation_to_json(explanation: PageExplanation) -> str:
    """Return one JSON object and a line end. It is valid UTF-8 and valid JSON whatever text the page holds."""
    document = explanation_to_document(explanation)
    # Only the strings of the page can hold a surrogate: what json.dumps escapes is ASCII.
    return replace_surrogates(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)) + "\n"


def explanation_to_document(explanation: PageExplanation) -> dict[str, Any]:
    """Return the explanation as JSON has it."""
    article, counts = explanation.article, explanation.counts
    return {
        "url": explanation.address,
        "verdict": "article" if article.rejected is None else "rejected",
        "rejected": article.rejected,
        "metadata": {field.name: {"value": field.value, "source": field.source} for field in explanation.fields}
        | {"language_probability": {"value": article.language_probability, "source": None}},
        "site_memory": explanation.memory or None,
        "site_rules": [
            {
                "key": outcome.key,
                "rule": outcome.rule,
                "origin": outcome.origin,
                "found": outcome.found,
                "used": outcome.is_matched,
                "problem": outcome.problem or None,
            }
            for outcome in article.site_rules
        ],
        "blocks": [
            {
                "text": block.text,
                "kind": block.kind.value,
                "kept": block.is_kept,
                "rule": block.rule,
                "evidence": block.evidence,
                "link_share": block.link_share,
                "links": list(block.links),
                "path": block.path,
                "entry": block.entry,
            }
            for block in article.blocks
        ],
        "entries": article.entries_to_list(),
        "entry_order": article.entry_order,
        "sums": {
            "blocks": {"kept": counts.kept, "cut": counts.cut},
            "words": {"kept": counts.words_kept, "cut": counts.words_cut},
            "cuts": counts.cuts,
        },
        "cleaner_version": article.cleaner_version,
    }
