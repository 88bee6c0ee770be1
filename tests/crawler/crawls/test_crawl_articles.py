"""`scrapy crawl articles`, from the command to the store, with test newspapers on loopback."""

from __future__ import annotations

from pathlib import Path

from crawling import Scrapy, Store
from servers.paper import Answer, Paper, prose

ONE, TWO, THREE = "/2025/10/01/night-ferry-runs-again", "/2025/10/02/old-theatre-roof", "/2025/10/03/late-frost-in-may"


def test_a_site_is_crawled_and_its_articles_are_stored(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE, TWO, THREE)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 0, done.stderr
    assert store.texts() == {path: "\n".join(prose(path)) for path in (ONE, TWO, THREE)}
    article = store.articles()[ONE]
    assert (article.title, article.language) == ("Headline of night ferry runs again", "en")
    assert article.archive_file is not None
    row = next(line for line in done.stdout.splitlines() if paper.name in line)
    assert row.split()[1:5] == ["3", "3", "3", "0"]  # found, fetched, articles, duplicates
    assert "Traceback" not in done.stderr


def test_a_second_run_fetches_no_article_again(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE, TWO)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    before = store.texts()
    paper.asked.clear()
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 0, done.stderr
    assert paper.asked_articles() == []
    assert "/" in paper.asked
    assert store.texts() == before


def test_new_articles_are_fetched_in_the_next_run(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    paper.publish(TWO, ONE)
    paper.asked.clear()
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert paper.asked_articles() == [TWO]
    assert set(store.texts()) == {ONE, TWO}


def test_a_limit_takes_the_newest(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE, TWO, THREE)
    paper.front(ONE, head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">')
    paper.feed(
        "/feed.xml",
        (ONE, "Wed, 01 Oct 2025 08:00:00 GMT"),
        (THREE, "Fri, 03 Oct 2025 08:00:00 GMT"),
        (TWO, "Thu, 02 Oct 2025 08:00:00 GMT"),
    )
    scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-a", "limit=2")
    assert paper.asked_articles() == [THREE, TWO]
    scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-a", "limit=2")
    assert set(store.texts()) == {ONE, TWO, THREE}


def test_since_leaves_older_articles_alone(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    undated = "/night-ferry-that-nobody-dated-yet"
    paper.article(ONE, "One headline")
    paper.article(THREE, "Another headline")
    paper.article(undated, "A third headline", when="2024-02-01T08:00:00Z")
    paper.front(ONE, THREE, undated)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-a", "since=2025-10-02")
    assert set(store.texts()) == {THREE}
    assert paper.asked_articles() == [THREE]
    assert "1 before-since" in done.stdout
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert set(store.texts()) == {ONE, THREE, undated}


def test_sites_toml_names_the_sites(scrapy: Scrapy, store: Store, tmp_path: Path) -> None:
    with Paper() as harbour, Paper() as valley:
        harbour.publish(ONE)
        valley.publish(TWO, THREE)
        sites = tmp_path / "sites.toml"
        sites.write_text(
            f'[[site]]\nname = "harbour"\nurl = "{harbour.url}/"\n\n'
            f'[[site]]\nname = "valley"\nurl = "{valley.url}/"\nlimit = 1\n'
        )
        only = scrapy("crawl", "articles", "-a", "site=harbour", "-s", f"SITES_FILE={sites}")
        assert only.returncode == 0, only.stderr
        assert {row.site for row in store.articles().values()} == {"harbour"}
        assert valley.asked == []
        scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
        assert sorted(row.site for row in store.articles().values()) == ["harbour", "valley"]


def test_a_redirect_on_the_site_leads_to_the_article(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.article(ONE, "The story at its new place")
    paper.routes[TWO] = Answer("", 301, {"Location": ONE})
    paper.front(TWO)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert set(store.texts()) == {ONE}
    assert store.addresses()[TWO].state == "done"


def test_a_page_that_fails_for_a_moment_is_tried_again(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE)
    story = paper.routes[ONE]
    answers = iter([Answer("", 503), story])
    paper.routes[ONE] = lambda: next(answers)  # type: ignore[return-value]
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 0, done.stderr
    assert paper.asked.count(ONE) == 2
    assert set(store.texts()) == {ONE}


def test_a_dead_link_is_gone_and_not_tried_again(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE)
    paper.front(ONE, TWO)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert "1 http-404" in done.stdout
    assert store.addresses()[TWO].state == "gone"
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert paper.asked.count(TWO) == 1


def test_a_page_that_is_no_article_is_rejected_with_its_reason(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    paper.publish(ONE)
    paper.front(ONE, TWO, THREE)
    paper.routes[TWO] = Answer("<html><body><h1>Late frost</h1><p>More soon.</p></body></html>")
    paper.routes[THREE] = Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"})
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    reasons = {path: row.rejected for path, row in store.articles().items()}
    assert reasons == {ONE: None, TWO: "too-short", THREE: "not-html"}
    assert "1 not-html" in done.stdout
    assert "1 too-short" in done.stdout


def test_a_repeated_headline_is_a_duplicate_and_a_regular_column_is_not(
    paper: Paper, scrapy: Scrapy, store: Store
) -> None:
    again, monday, tuesday = (
        "/2025/10/05/night-ferry-again",
        "/2025/10/06/briefing-monday",
        "/2025/10/07/briefing-tuesday",
    )
    paper.article(ONE, "Night ferry runs again", text=prose("ferry"), when="2025-10-01T08:00:00Z")
    paper.article(again, "Night ferry runs again", text=prose("ferry"), when="2025-10-05T08:00:00Z")
    paper.article(monday, "Morning briefing", when="2025-10-06T06:00:00Z")
    paper.article(tuesday, "Morning briefing", when="2025-10-07T06:00:00Z")
    paper.front(tuesday, monday, again, ONE)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    articles = store.articles()
    assert {path: row.duplicate_rule for path, row in articles.items()} == {
        ONE: None,
        again: "repeated-headline",
        monday: None,
        tuesday: None,
    }
    assert articles[again].duplicate_of == articles[ONE].id


def test_two_addresses_of_one_canonical_url_are_one_article(paper: Paper, scrapy: Scrapy, store: Store) -> None:
    canonical = f'<link rel="canonical" href="{paper.url}{ONE}">'
    paper.article(ONE, "Night ferry runs again", text=prose("ferry"), head=canonical)
    paper.article(TWO, "Night ferry runs again (mobile)", text=prose("ferry"), head=canonical)
    paper.front(TWO, ONE)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    articles = store.articles()
    assert (articles[ONE].duplicate_of, articles[TWO].duplicate_of) == (None, articles[ONE].id)
    assert articles[TWO].duplicate_rule == "canonical-url"


def test_a_refused_connection_is_counted_and_gives_exit_status_1(scrapy: Scrapy) -> None:
    with Paper() as paper:
        url = paper.url
    done = scrapy("crawl", "articles", "-a", f"url={url}/")
    assert done.returncode == 1
    assert "connection-refused" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_crawl_into_postgresql(paper: Paper, scrapy: Scrapy, data: Path, postgres_database: str) -> None:
    paper.publish(ONE, TWO)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", DATABASE_URL=postgres_database)
    assert done.returncode == 0, done.stderr
    assert set(Store(data, postgres_database).texts()) == {ONE, TWO}
    assert not (data / "broadsheet.db").exists()
