"""Stage 5: the duplicate verdicts, from all matches. Each article is judged after those that come before it by rank, so
that every verdict that it depends on is known: the outcome is the one of any other order."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import asdict

from cleaning.duplicates.judge import DuplicateMatch, RankedArticle, judge_duplicate
from crawler.bulk.match_articles import MatchArticles, read_matches
from crawler.bulk.stage import Stage

VERDICTS_FILE = "verdicts.jsonl"


class JudgeStories(Stage):
    """One task. In memory are the articles that match another one, without their texts."""

    name = "stories"
    doing = "judging"
    things = "stories"
    needs = MatchArticles
    is_divided = False

    def work(self, task: int, tasks: int) -> Counter[str]:  # noqa: ARG002 (there is one)
        ranked: dict[str, RankedArticle] = {}
        matches: defaultdict[str, dict[str, DuplicateMatch]] = defaultdict(dict)
        for one, other, match in read_matches(MatchArticles(self.plan).folder):
            for article in (one, other):
                ranked.setdefault(article.id, article)
            matches[one.id][other.id] = matches[other.id][one.id] = match
        representatives: dict[str, str | None] = {}
        counts: Counter[str] = Counter()
        with (
            self.draft(self.folder / VERDICTS_FILE) as draft,
            draft.open("w", encoding="utf-8") as file,
        ):
            for article in sorted(ranked.values(), key=lambda one: one.precedence):
                before = {
                    ranked[name]: (match, representatives[name])
                    for name, match in matches[article.id].items()
                    if name in representatives
                }
                verdict = judge_duplicate(article, before)
                representatives[article.id] = verdict.duplicate_of if verdict else None
                if verdict is not None:
                    counts["article/duplicate"] += 1
                    file.write(json.dumps({"id": article.id, **asdict(verdict)}) + "\n")
        counts["story/several"] = len({name for name in representatives.values() if name})
        return counts
