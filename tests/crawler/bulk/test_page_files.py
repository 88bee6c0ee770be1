"""The files by which the pages of a site come together."""

from __future__ import annotations

from pathlib import Path

from cleaning.records.given import Page
from crawler.bulk.page_files import PageFileWriter, PageRecord, choose_share, read_pages_of_share
from storage.archive.location import ArchiveLocation

SHARES = 7
PAGES = [  # (site, address): "courier" is what a crawl of our own calls courier.example, "post" has two hosts
    ("courier", "https://courier.example/1"),
    ("post", "https://post.example/1"),
    ("courier.example", "https://courier.example/1"),
    ("post", "https://news.example/1"),
    ("news.example", "https://news.example/2"),
    ("herald", "https://herald.example/1"),
    ("courier", "https://courier.example/2"),
]


def test_each_page_is_in_one_share_and_sites_with_a_common_host_in_the_same_one(tmp_path: Path) -> None:
    for task in (0, 1):
        folder = tmp_path / f"{task:05d}"
        folder.mkdir()
        with PageFileWriter(folder) as file:
            for number in range(task, len(PAGES), 2):
                site, url = PAGES[number]
                file.add(PageRecord(Page(url, ""), site, ArchiveLocation("a.warc", number), None), number)
    found = [list(read_pages_of_share(tmp_path, share, SHARES)) for share in range(SHARES)]
    assert sorted((one.site, one.page.url) for some in found for one in some) == sorted(PAGES)
    assert len({choose_share(site, SHARES) for site in ("courier", "courier.example")}) == 2
    shares = {
        site: {place for place, some in enumerate(found) for one in some if one.site == site} for site, _ in PAGES
    }
    assert shares["courier"] == shares["courier.example"]
    assert shares["post"] == shares["news.example"]
    assert shares["herald"] == {choose_share("herald", SHARES)}
    for some in found:
        numbers = [one.location.offset for one in some]
        assert numbers == sorted(numbers)
