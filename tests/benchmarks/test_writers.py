"""Several processes store articles at once: the stories are those of one process, and no transaction is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import URL
from writers import count_verdicts, make_database, plan_articles, run_writers

from storage.database.engine import open_database

ARTICLES = 300


@pytest.mark.parametrize("seed", [19, 20, 26])
def test_four_writers_give_the_stories_of_one(postgres_url: URL, seed: int) -> None:
    alone = run_writers(make_database(postgres_url, f"writers_alone_{seed}"), 1, ARTICLES, seed)
    url = make_database(postgres_url, f"writers_four_{seed}")
    together = run_writers(url, 4, ARTICLES, seed)
    assert together.digest == alone.digest
    assert together.faults["conflict"] == 0
    engine = open_database(url)
    found = count_verdicts(engine)
    engine.dispose()
    assert found.total() == ARTICLES
    assert min(found[kind] for kind in ("article", "copy", "by chain", "wall")) > 0


def test_one_article_in_five_is_a_copy_and_copies_are_on_other_sites() -> None:
    plans = plan_articles(2_000, 1)
    stories = {plan.story for plan in plans if not plan.is_wall}
    copies = sum(not plan.is_wall for plan in plans) - len(stories)
    assert 0.1 < copies / len(plans) < 0.3
    assert any(plan.is_wall for plan in plans)
