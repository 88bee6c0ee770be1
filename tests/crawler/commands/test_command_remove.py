"""`scrapy remove`: a takedown on a real crawl, from the store to the archive, and what cannot bring it back."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crawling import ROOT, Scrapy, Store, command, environment, run_scrapy
from prepared_scrapy import run_prepared
from servers.paper import Answer, Paper

from storage.archive.location import ArchiveLocation
from storage.archive.read_back import ArchiveReader
from storage.database.engine import make_database_url, open_database

ONE, TWO, THREE = "/2025/10/01/night-ferry-runs-again", "/2025/10/02/old-theatre-roof", "/2025/10/03/late-frost-in-may"
WARCIO = Path(sys.executable).with_name("warcio")


@pytest.fixture
def crawled(paper: Paper, scrapy: Scrapy) -> Paper:
    for path in (ONE, TWO, THREE):
        paper.article(path, path.rpartition("/")[2].replace("-", " "), when=f"{path[1:11].replace('/', '-')}T08:00:00Z")
    paper.front(ONE, TWO, THREE)
    assert scrapy("crawl", "articles", "-a", f"url={paper.url}/").returncode == 0
    return paper


def list_files(data: Path) -> list[Path]:
    return sorted((data / "archive").glob("*.warc.gz"))


@pytest.mark.timeout(300)  # a dozen commands, three at once
def test_a_takedown_is_for_good(crawled: Paper, scrapy: Scrapy, data: Path, store: Store, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(data / "archive", backup)
    row, url = store.articles()[ONE], crawled.url + ONE
    place = ArchiveLocation(row.archive_file, row.archive_offset)
    sizes = [path.stat().st_size for path in list_files(data)]
    release = tmp_path / "before"
    assert scrapy("export", str(release), "--format", "jsonl").returncode == 0
    assert scrapy("report").returncode == 0
    assert len(list((data / "reports").rglob("*.html"))) == 4
    (data / "reports" / "mine.html").write_text("a file of the operator")

    done = scrapy("remove", url, "--yes", "--reason", "a letter")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Removed 1 page from the store, and 1 record from the archive."

    assert set(store.articles()) == {TWO, THREE}
    assert [path.name for path in (data / "reports").rglob("*")] == ["mine.html"]
    assert [path.stat().st_size for path in list_files(data)] == sizes
    for path in list_files(data):
        subprocess.run([WARCIO, "check", str(path)], check=True, capture_output=True)
    with ArchiveReader(data / "archive") as reader:
        with pytest.raises(Exception, match="no HTTP response"):
            reader.read(place)
        kept = store.articles()[TWO]
        assert reader.read(ArchiveLocation(kept.archive_file, kept.archive_offset)).url == crawled.url + TWO

    # Neither a crawl, nor a replay of a copy of the archive, nor a recleaning brings it back.
    crawled.asked.clear()
    assert scrapy("crawl", "articles", "-a", f"url={crawled.url}/").returncode == 0
    assert ONE not in crawled.asked
    replayed = scrapy("crawl", "archive", "-a", f"path={backup}")
    assert replayed.returncode == 0
    assert "1 removed" in replayed.stdout
    assert scrapy("reclean").returncode == 0
    assert set(store.articles()) == {TWO, THREE}

    after = tmp_path / "after"
    assert scrapy("export", str(after), "--format", "jsonl").returncode == 0
    compared = scrapy("export", "--compare", str(release), str(after)).stdout
    assert url in compared
    listed = json.loads(scrapy("remove", "--list", "--json").stdout)
    assert (listed["url"], listed["reason"], listed["erased"]) == (url, "a letter", True)

    assert scrapy("remove", "--lift", url).returncode == 0
    assert scrapy("crawl", "archive", "-a", f"path={backup}").returncode == 0
    assert set(store.articles()) == {ONE, TWO, THREE}


def test_a_dry_run_and_a_no_change_nothing(crawled: Paper, scrapy: Scrapy, data: Path, store: Store) -> None:
    url = crawled.url + ONE
    shown = scrapy("remove", "--dry-run", "--json", url)
    assert json.loads(shown.stdout)["records"] == 1
    refused = scrapy("remove", url)
    assert refused.returncode == 2
    assert refused.stderr.strip() == (
        "scrapy remove: nobody can be asked here; give --yes to remove it, or --dry-run to see what would go"
    )
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    asked = subprocess.run(
        command("remove", url, data=data),
        cwd=ROOT,
        env=environment(),
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == 0
    assert "nothing was removed" in asked.stderr
    assert ONE in store.articles()


def test_a_killed_takedown_is_finished_by_the_next(
    crawled: Paper, scrapy: Scrapy, data: Path, store: Store, tmp_path: Path
) -> None:
    """The store is done first: a removal that is killed before the archive leaves a record that is due."""
    row, url = store.articles()[ONE], crawled.url + ONE
    program = (
        "import os, signal, sys\n"
        "import crawler.removing.erase_archive as room\n"
        "room.erase_records = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from scrapy.cmdline import execute\n"
        "execute(sys.argv)\n"
    )
    line = [sys.executable, "-c", program, *command("remove", url, "--yes", data=data)[1:]]
    killed = run_prepared(line, ROOT, environment(), timeout=100)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert ONE not in store.articles()
    place = ArchiveLocation(row.archive_file, row.archive_offset)
    with ArchiveReader(data / "archive") as reader:
        assert reader.read(place).url == url
    assert "the archive still holds it" in scrapy("remove", "--list").stdout
    finished = scrapy("remove", url, "--yes")  # as the one who was interrupted types it again
    assert finished.stdout == "Removed 0 pages from the store, and 1 record from the archive.\n"
    with ArchiveReader(data / "archive") as reader, pytest.raises(Exception, match="no HTTP response"):
        reader.read(place)


def test_a_site_that_was_killed_halfway_is_finished_by_the_next(
    crawled: Paper, scrapy: Scrapy, data: Path, store: Store
) -> None:
    site = store.articles()[ONE].site
    program = (
        "import os, signal, sys\n"
        "import crawler.removing.remove as room\n"
        "room._BATCH = 1\n"
        "room.add_tombstones = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from scrapy.cmdline import execute\n"
        "execute(sys.argv)\n"
    )
    line = [sys.executable, "-c", program, *command("remove", "--site", site, "--yes", data=data)[1:]]
    killed = run_prepared(line, ROOT, environment(), timeout=100)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert set(store.articles()) == {ONE, TWO, THREE}
    finished = scrapy("remove")
    assert finished.returncode == 0, finished.stderr
    assert "Removed 3 pages from the store" in finished.stdout
    assert (store.articles(), store.addresses()) == ({}, {})


def test_an_address_that_leads_to_a_page_takes_the_page_down(crawled: Paper, scrapy: Scrapy, store: Store) -> None:
    short = "/2025/10/05/short-address"
    crawled.routes[short] = Answer("", 301, {"Location": ONE})
    crawled.front(ONE, TWO, THREE, short)
    scrapy("crawl", "articles", "-a", f"url={crawled.url}/")
    done = scrapy("remove", crawled.url + short, "--yes")
    assert done.returncode == 0, done.stderr
    assert f"leads to {crawled.url}{ONE}" in done.stdout
    assert set(store.articles()) == {TWO, THREE}
    assert {store.addresses()[path].reason for path in (ONE, short)} == {"removed"}


def test_a_site_goes_as_a_whole(crawled: Paper, scrapy: Scrapy, data: Path, store: Store) -> None:
    site = store.articles()[ONE].site
    done = scrapy("remove", "--site", site, "--yes")
    assert done.returncode == 0, done.stderr
    assert (store.articles(), store.addresses()) == ({}, {})
    for path in list_files(data):
        listed = subprocess.run(
            [WARCIO, "index", "-f", "warc-type", str(path)], check=True, capture_output=True, text=True
        ).stdout
        assert '"response"' not in listed
        assert '"request"' in listed
    again = scrapy("crawl", "articles", "-a", f"url={crawled.url}/")
    assert store.articles() == {}
    assert again.returncode == 1  # its entry should go, too
    assert "taken down" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["https://nowhere.example/a", "--yes"], "the store has no page of https://nowhere.example/a"),
        (["nonsense", "--yes"], "takes addresses of articles"),
        (["https://a.example/", "--site", "a", "--yes"], "give either addresses or --site"),
        (["--site", "nobody", "--yes"], 'no site "nobody" in the store'),
        (["--list", "--lift"], "--list stands alone"),
        (["--lift"], "--lift needs an address"),
        (["--lift", "https://nowhere.example/a"], "was not taken down"),
        (["--json", "https://nowhere.example/a"], "--json goes with --list or --dry-run"),
    ],
)
def test_a_mistake_is_answered_in_one_line(tmp_path: Path, arguments: list[str], problem: str) -> None:
    open_database(make_database_url(tmp_path, None)).dispose()
    done = run_scrapy("remove", *arguments, data=tmp_path)
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_address_that_was_only_found_is_refused_from_then_on(crawled: Paper, scrapy: Scrapy, store: Store) -> None:
    crawled.front(ONE, TWO, THREE, "/2025/10/04/no-such-page")
    scrapy("crawl", "articles", "-a", f"url={crawled.url}/")
    url = f"{crawled.url}/2025/10/04/no-such-page"
    done = scrapy("remove", url, "--yes")
    assert done.returncode == 0, done.stderr
    assert store.addresses()["/2025/10/04/no-such-page"].reason == "removed"
