"""The explanation as one JSON object."""

from __future__ import annotations

import json
from typing import Any

from crawler.explain.characters import encodable
from crawler.explain.explanation import Explanation


def document(explanation: Explanation) -> str:
    """One object and a line end. Whatever the page holds, it can be encoded in UTF-8 and read by any JSON parser."""
    article, sums = explanation.article, explanation.sums
    record: dict[str, Any] = {
        "url": explanation.address,
        "verdict": "article" if article.rejected is None else "rejected",
        "rejected": article.rejected,
        "metadata": {fact.name: {"value": fact.value, "source": fact.source} for fact in explanation.facts}
        | {"language_probability": {"value": article.language_probability, "source": None}},
        "blocks": [
            {
                "text": block.text,
                "kind": block.kind.value,
                "kept": block.kept,
                "rule": block.rule,
                "evidence": block.evidence,
                "link_share": block.link_share,
                "links": list(block.links),
                "path": block.path,
            }
            for block in article.blocks
        ],
        "sums": {
            "blocks": {"kept": sums.kept, "cut": sums.cut},
            "words": {"kept": sums.words_kept, "cut": sums.words_cut},
            "cuts": sums.cuts,
        },
        "cleaner_version": article.cleaner_version,
    }
    # A surrogate can stand in any string of it, and nowhere else: what is escaped is ASCII.
    return encodable(json.dumps(record, ensure_ascii=False, allow_nan=False, indent=2)) + "\n"
