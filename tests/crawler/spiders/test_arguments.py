"""The arguments of the spider `articles`: as texts from the command line, and as what they mean from Python."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from cleaning.errors import BadArgument, UnknownSite, UsageError
from crawler.spiders.arguments import CrawlPlan, plan_crawl

SITES = "".join(f'[[site]]\nname = "{name}"\nurl = "https://{name}.example/"\n' for name in ("a", "b", "c"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "sites.toml"
    path.write_text(SITES)
    return Settings({"SITES_FILE": str(path)})


def names_of(plan: CrawlPlan) -> list[str]:
    return [site.name for site in plan.sites]


@pytest.mark.parametrize(
    ("from_python", "as_text"),
    [
        ({"limit": 5}, {"limit": "5"}),
        ({"since": date(2026, 11, 1)}, {"since": "2026-11-01"}),
        ({"since": datetime(2026, 11, 1, 8, tzinfo=UTC)}, {"since": "2026-11-01"}),
        ({"site": ["c", "a"]}, {"site": "c, a"}),
        ({"site": "b", "limit": None}, {"site": "b"}),
        ({"url": ["https://x.example/", "https://y.example/"]}, {"url": "https://x.example/ https://y.example/"}),
    ],
)
def test_a_value_from_python_means_what_its_text_means(
    settings: Settings, from_python: dict[str, Any], as_text: dict[str, str]
) -> None:
    assert plan_crawl(settings, **from_python) == plan_crawl(settings, **as_text)


def test_several_sites_are_crawled_each_once_and_in_the_order_of_the_file(settings: Settings) -> None:
    plan = plan_crawl(settings, site="c,A,c")
    assert names_of(plan) == ["a", "c"]
    assert [site.name for site in plan.all_sites] == ["a", "b", "c"]  # an address may belong to one that is not asked


def test_an_article_belongs_to_the_site_that_owns_it_else_to_one_of_its_host(settings: Settings) -> None:
    plan = plan_crawl(settings, article="https://b.example/2026/ferry?utm_source=x")
    assert (names_of(plan), plan.article) == (["b"], "https://b.example/2026/ferry")
    assert names_of(plan_crawl(settings, article="https://other.example/x")) == ["other.example"]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"limit": 0}, BadArgument, "limit= must be a whole number of at least 1, got 0"),
        ({"limit": True}, BadArgument, "limit="),
        ({"limit": 2.5}, BadArgument, "got 2.5"),
        ({"since": 20261101}, BadArgument, "since= must be a date as YYYY-MM-DD, got 20261101"),
        ({"site": 7}, BadArgument, "site= must be a text or a list of texts, got 7"),
        ({"site": " , "}, BadArgument, "site= is empty"),
        ({"site": "a,x"}, UnknownSite, 'no site "x" in the list of sites; choose from: a, b, c$'),
        ({"release": 3}, BadArgument, "release="),
        ({"article": 3}, UsageError, "article="),
        ({"article": "https://a.example/x", "site": "a"}, BadArgument, "either -a article= or -a site="),
        ({"colour": 1}, BadArgument, "unknown argument 'colour' of 'articles'; choose from: article, limit, release"),
    ],
)
def test_a_wrong_value_is_one_line(
    settings: Settings, arguments: dict[str, Any], error: type[UsageError], said: str
) -> None:
    with pytest.raises(error, match=said):
        plan_crawl(settings, **arguments)
