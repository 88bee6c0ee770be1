"""The stages that find duplicates: the matches and verdicts of a store, from articles that lie in several stores."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scale_store import TextMaker
from sqlalchemy import Connection, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.bulk import candidates
from crawler.bulk.article_keys import SKETCH, write_keys
from crawler.bulk.candidates import FindCandidates
from crawler.bulk.match_articles import MatchArticles, read_matches
from crawler.bulk.page_files import choose_share
from crawler.bulk.plan import BulkPlan
from crawler.bulk.site_store import STORE_FILE, make_site_store
from crawler.bulk.stories import VERDICTS_FILE, JudgeStories
from crawler.storing.deduplicate import deduplicate, keep_sketch
from storage import runs
from storage.articles.saving import make_article_id, save_article
from storage.database.engine import make_database_url, open_database
from storage.models import StoredArticle, StoredMatch

START = datetime(2026, 11, 1, tzinfo=UTC)


class Written(NamedTuple):
    """An article of one of the sites."""

    site: str
    article: Article
    fetched_at: datetime


def write_articles(number: int, seed: int) -> list[Written]:
    """Return made articles of seven sites: originals, copies, cut copies, follow-ups with the same headline."""
    chance, texts = random.Random(seed), TextMaker(seed)
    written: list[Written] = []
    for place in range(number):
        original = chance.randrange(place + 1) if chance.random() < 0.4 else place
        lines = list(texts.make_text(original).lines)
        if original != place and chance.random() < 0.5:
            lines = lines[: max(3, len(lines) * chance.randint(4, 9) // 10)]
        if original != place and chance.random() < 0.3:
            lines[0] = " ".join(texts.make_text(place).lines[0].split())
        site = f"site-{chance.randrange(7)}"
        url = f"https://{site}.example/{place}"
        moment = START + timedelta(hours=chance.randrange(500))
        article = Article(
            url=url,
            title=" ".join(texts.make_text(chance.choice((original, place))).lines[0].split()[:6]),
            blocks=tuple(map(Block, lines)),
            published_at=None if chance.random() < 0.2 else moment,
            canonical_url=f"https://site-0.example/{original}" if chance.random() < 0.1 else None,
        )
        written.append(Written(site, article, START + timedelta(hours=600)))
    return written


def save(connection: Connection, one: Written) -> str:
    save_article(connection, one.article, site=one.site, run=1, fetched_at=one.fetched_at, location=None)
    return make_article_id(one.article.url)


def judge_in_one_store(written: list[Written], folder: Path) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """Return matches and verdicts as a crawl finds them."""
    engine = open_database(make_database_url(folder, None))
    with engine.begin() as connection:
        runs.begin(connection, spider="articles", now=START)
        for one in written:
            deduplicate(connection, save(connection, one))
    row = StoredArticle
    verdicts = select(
        row.id,
        row.duplicate_of,
        row.duplicate_rule,
        row.duplicate_kind,
        row.duplicate_via,
        row.duplicate_likeness,
        row.duplicate_share,
    ).where(row.duplicate_of.is_not(None))
    with engine.connect() as connection:
        matches = {tuple(one) for one in connection.execute(select(StoredMatch.__table__))}
        found = {tuple(one) for one in connection.execute(verdicts)}
    engine.dispose()
    return matches, found


def judge_in_shares(
    written: list[Written], folder: Path, shares: int
) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """Return matches and verdicts as the stages of a bulk run find them."""
    plan = BulkPlan((), str(folder), shares, ("jsonl",), None, {})
    for share in range(shares):
        store = plan.work / "sites" / f"{share:05d}"
        store.mkdir(parents=True)
        with make_site_store(store / STORE_FILE) as engine, engine.begin() as connection:
            for one in written:
                if choose_share(one.site, shares) == share:
                    keep_sketch(connection, save(connection, one))
            write_keys(store, connection, share=share, buckets=shares)
    for stage, tasks in ((FindCandidates(plan), shares), (MatchArticles(plan), shares), (JudgeStories(plan), 1)):
        stage.folder.mkdir()
        for task in range(tasks):
            stage.work(task, tasks)
    matches = {
        (*sorted((one.id, other.id)), match.rule, match.likeness, match.share)
        for one, other, match in read_matches(MatchArticles(plan).folder)
    }
    names = ("id", "duplicate_of", "rule", "kind", "via", "likeness", "share")
    lines = (JudgeStories(plan).folder / VERDICTS_FILE).read_text("utf-8").splitlines()
    return matches, {tuple(json.loads(line)[name] for name in names) for line in lines}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("shares", [1, 3])
def test_matches_and_verdicts_are_those_of_one_store(seed: int, shares: int, tmp_path: Path) -> None:
    written = write_articles(120, seed)
    (tmp_path / "store").mkdir()
    matches, verdicts = judge_in_one_store(written, tmp_path / "store")
    assert len(verdicts) > 20
    assert len(Counter(rule for _, _, rule, *_ in verdicts)) > 1
    found, judged = judge_in_shares(written, tmp_path / "bulk", shares)
    assert found == matches
    assert judged == verdicts


def test_copies_of_a_value_that_very_many_hold_are_still_one_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MAX_HOLDERS", 6)
    monkeypatch.setattr(candidates, "FEW_HOLDERS", 3)
    lines = TextMaker(5).make_text(1).lines
    written = [
        Written(
            f"site-{number}",
            Article(
                url=f"https://site-{number}.example/story",
                title="The night ferry runs again",
                blocks=tuple(map(Block, lines)),
                published_at=START + timedelta(hours=number),
            ),
            START + timedelta(hours=60),
        )
        for number in range(20)
    ]
    found = {}
    for shares in (1, 4):
        matches, verdicts = judge_in_shares(written, tmp_path / str(shares), shares)
        assert len(verdicts) == 19
        found[shares] = matches, verdicts
    assert found[1] == found[4]


def test_many_pairs_are_sorted_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = 0
    sum_up = candidates.sum_up_pairs

    def count(pairs: Any) -> Any:
        nonlocal sums
        sums += 1
        return sum_up(pairs)

    monkeypatch.setattr(candidates, "sum_up_pairs", count)
    monkeypatch.setattr(candidates, "_MAX_PENDING", 10)
    counter = candidates._PairCounter()
    for number in range(2_000):
        group = np.zeros(2, dtype=[("id", "<u8"), ("share", "<u4"), ("when", "<i8")])
        group["id"] = 2 * number, 2 * number + 1
        counter.add(group, SKETCH)
    assert len(counter.sum_up()) == 2_000
    assert sums < 20
