"""Lists that a feed takes for articles become sections, and papers without feed and sitemap are read by their links."""

from __future__ import annotations

from pathlib import Path

from crawling import Scrapy, Store
from nights import let_a_night_pass
from servers.real_web.list_papers import SECTIONS, BarePaper, ListPaper


def test_sections_in_a_feed_are_read_as_lists_and_stay_sections(scrapy: Scrapy, store: Store, data: Path) -> None:
    with ListPaper() as paper:
        paper.is_down = True  # the story's address shows a list, this night
        scrapy("crawl", "articles", "-a", f"url={paper.url}/")
        inside = {path for paths in paper.inside.values() for path in paths}
        assert set(store.texts()) == inside
        kinds = {path: row.kind for path, row in store.addresses().items()}
        assert [kinds[path] for path in (*SECTIONS, paper.story)] == ["section", "section", "article"]

        let_a_night_pass(data)
        paper.is_down = False
        paper.article("/2025/05/03/the-late-story-of-all", "The late story of the town is told at last")
        paper.routes["/politics/"] = paper.make_list(["/2025/05/03/the-late-story-of-all"])
        scrapy("crawl", "articles", "-a", f"url={paper.url}/")
        assert set(store.texts()) >= {*inside, "/2025/05/03/the-late-story-of-all"}
        assert [store.addresses()[path].kind for path in SECTIONS] == ["section", "section"]
        assert [paper.asked.count(path) for path in SECTIONS] == [2, 2]


def test_a_paper_without_feed_and_sitemap_is_read_by_its_headlines(scrapy: Scrapy, store: Store) -> None:
    with BarePaper() as paper:
        scrapy("crawl", "articles", "-a", f"url={paper.url}/")
        assert set(store.texts()) == {*paper.STORIES, *paper.OLDER, "/ferries"}
        assert not store.articles().keys() & {"/news-of-the-town/", "/the-whole-wide-world/"}
