"""The rules of a site in sites.toml: in a crawl, its notices and stats, a replay, and a reclean after a change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawling import Scrapy, Store, run_scrapy
from manners import load_counts
from servers.paper import Answer, Paper, prose
from two_papers import query

PATHS = tuple(f"/2025/10/{number + 1:02}/story-{number}" for number in range(4))
BOX = "The box of the paper stands in each of its articles and asks its readers for a small sum of money."
RULES = """text = "div.column"
remove = ["p.box"]
title = "jsonld:alternativeHeadline"
author = "span.desk"
published = "span.day::attr(data-day)"
"""


def print_stories(paper: Paper) -> None:
    """Give the paper four articles whose metadata only the rules find."""
    for number, path in enumerate(PATHS):
        head = f'{{"@type": "NewsArticle", "headline": "Slogan {number}", "alternativeHeadline": "True head {number}"}}'
        story = "".join(f"<p>{paragraph}</p>" for paragraph in prose(path))
        paper.routes[path] = Answer(
            f'<html><head><title>Slogan {number}</title><script type="application/ld+json">{head}</script></head><body>'
            f'<h1>Slogan {number}</h1><div class="column"><span class="day" data-day="2025-10-0{number + 1}T08:00:00Z">'
            f'</span><p class="box">{BOX}</p>{story}<p>Score {number}:{number}</p></div>'
            f'<div><span class="desk">Desk of the Paper</span></div></body></html>'
        )
    paper.front(*PATHS)


def write_sites(folder: Path, paper: Paper, rules: str) -> tuple[str, str]:
    """Write sites.toml and return the option that names it."""
    path = folder / "sites.toml"
    path.write_text(f'[[site]]\nname = "gazette"\nurl = "{paper.url}/"\n{rules}')
    return "-s", f"SITES_FILE={path}"


def read_counts(data: Path) -> dict[str, Any]:
    """Return the stats of the site in the last run."""
    return load_counts(data)["gazette"]


def test_a_crawl_and_its_replay_follow_the_rules(
    paper: Paper, scrapy: Scrapy, store: Store, data: Path, tmp_path: Path
) -> None:
    print_stories(paper)
    sites = write_sites(tmp_path, paper, RULES)
    done = scrapy("crawl", "articles", *sites)
    assert done.returncode == 0, done.stderr
    assert "'text'" not in done.stdout
    rows = store.articles()
    for number, path in enumerate(PATHS):
        assert rows[path].title == f"True head {number}"
        assert rows[path].authors == ["Desk of the Paper"]
        assert rows[path].published_at.isoformat() == f"2025-10-0{number + 1}T08:00:00+00:00"
        assert BOX not in rows[path].text
        assert f"Score {number}:{number}" in rows[path].text
    assert query(data, "SELECT count(*) FROM block WHERE rule = 'site_rule' AND text = ?", BOX) == [(4,)]
    counts = read_counts(data)
    assert {f"site_rule/matched/{key}": 4 for key in ("text", "remove", "title", "author", "published")}.items() <= (
        counts.items()
    )

    replayed = tmp_path / "replayed"
    again = run_scrapy("crawl", "archive", "-a", f"path={data / 'archive'}", *sites, data=replayed)
    assert again.returncode == 0, again.stderr
    fields = ("title", "text", "authors", "published_at")
    copies = Store(replayed).articles()
    assert {path: [getattr(row, name) for name in fields] for path, row in copies.items()} == {
        path: [getattr(row, name) for name in fields] for path, row in rows.items()
    }


def test_a_rule_that_matches_no_page_is_told_and_costs_no_article(
    paper: Paper, scrapy: Scrapy, store: Store, data: Path, tmp_path: Path
) -> None:
    print_stories(paper)
    sites = write_sites(tmp_path, paper, 'text = "div.moved"\npublished = "span.desk"\nremove = [".ad"]\n')
    done = scrapy("crawl", "articles", *sites)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("gazette: "))
    assert "'text' in sites.toml (\"div.moved\") matched none of 4 pages" in line
    assert "'published' in sites.toml (\"span.desk\") matched none of 4 pages" in line
    assert ".ad" not in line  # not every page has an advertisement
    assert f"scrapy explain {paper.url}/2025/10/" in line
    assert line in done.stderr
    counts = read_counts(data)
    assert (counts["site_rule/unmatched/text"], counts["notice/rule-unmatched"]) == (4, 1)
    assert set(store.texts()) == set(PATHS)


def test_reclean_applies_changed_rules_to_stored_pages(
    paper: Paper, scrapy: Scrapy, store: Store, data: Path, tmp_path: Path
) -> None:
    print_stories(paper)
    sites = write_sites(tmp_path, paper, "")
    scrapy("crawl", "articles", *sites)
    before = store.articles()
    assert before[PATHS[0]].title == "Slogan 0"
    assert "Clean" not in scrapy("reclean", *sites).stdout
    assert {path: row.text for path, row in store.articles().items()} == {p: row.text for p, row in before.items()}

    # Changed: the next crawl tells it, and stores nothing new; reclean applies it.
    write_sites(tmp_path, paper, RULES)
    told = scrapy("crawl", "articles", *sites)
    assert (
        "gazette: 4 stored articles were cleaned by other rules than those in sites.toml now; "
        "scrapy reclean --site gazette applies them"
    ) in told.stdout
    assert store.articles()[PATHS[0]].title == "Slogan 0"
    paper.asked.clear()
    done = scrapy("reclean", "--site", "gazette", "--force", *sites)
    assert done.returncode == 0, done.stderr
    assert paper.asked == []
    after = store.articles()
    assert [after[path].title for path in PATHS] == [f"True head {number}" for number in range(4)]
    assert all(after[path].authors == ["Desk of the Paper"] for path in PATHS)
    assert all(BOX not in after[path].text for path in PATHS)

    # Only a date differs now: the text is the same, and the date is stored.
    write_sites(tmp_path, paper, RULES.replace('published = "span.day::attr(data-day)"\n', ""))
    assert scrapy("reclean", *sites).returncode == 0
    assert [store.articles()[path].published_at for path in PATHS] == [before[path].published_at for path in PATHS]
    assert "stored articles were cleaned by other rules" not in scrapy("crawl", "articles", *sites).stdout
    versions = query(data, "SELECT DISTINCT cleaner_version FROM observation")
    assert len(versions) == 1
    assert "+" in versions[0][0]
