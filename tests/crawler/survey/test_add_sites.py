"""`scrapy sites add`: what it finds of a newspaper, and the table that it writes."""

from __future__ import annotations

import gzip
import json
import signal
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from crawling import FAST, ROOT, Store, command, environment, run_scrapy
from servers.paper import Answer, Paper, prose
from servers.rude import Rude, answer, bomb, page, reset
from surveys import STORIES, add_feed, add_sitemap, publish, read_tables, run_sites

SHELL = '<!doctype html><html><head><script src="/app.js"></script></head><body><div id="app"></div></body></html>'


def test_what_the_crawl_finds_by_itself_is_shown_and_not_written(tmp_path: Path) -> None:
    with Paper() as paper:
        feed = '<link rel="alternate" type="application/rss+xml" href="/news.rss">'
        publish(paper, head=feed, robots="Sitemap: /all.xml\n")
        add_feed(paper, "/news.rss")
        add_sitemap(paper, "/all.xml")
        done = run_sites("add", f"{paper.url}/", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_tables(tmp_path) == [{"name": paper.name, "url": f"{paper.url}/"}]
    assert f"{paper.url}/news.rss : 12 articles, 2025-10-01 08:00 to 2025-10-12 08:00 UTC, about 1 a day" in done.stdout
    assert f"{paper.url}/all.xml : sitemap, 12 articles" in done.stdout
    assert "10 of 10 are articles" in done.stdout
    assert done.stdout.count("begins: The ") == 3
    assert len([path for path in paper.asked if path in STORIES]) == 10
    assert not (tmp_path / "data").exists()


def test_lists_that_the_site_does_not_name_are_written_once_each(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        add_feed(paper, "/rss.xml")
        paper.routes["/rss"] = Answer("", 301, {"Location": "/rss.xml"})
        add_feed(paper, "/feed/", STORIES[:5])  # nothing that the other has not
        add_sitemap(paper, "/sitemap_news.xml", is_news=True)
        paper.routes["/sitemap.xml"] = paper.routes["/"]  # a page at the address of a sitemap is none
        done = run_sites("add", paper.url, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (table,) = read_tables(tmp_path)
    assert (table["feeds"], table["sitemaps"]) == (["/rss.xml"], ["/sitemap_news.xml"])


def test_a_crawl_takes_the_table_as_it_is(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        paper.routes["/"] = Answer(SHELL)  # only the feed leads to the articles
        add_feed(paper, "/rss.xml")
        done = run_sites("add", paper.url, "--name", "harbour", folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        crawl = run_scrapy("crawl", "articles", "-s", f"SITES_FILE={tmp_path / 'sites.toml'}", data=tmp_path / "data")
    assert crawl.returncode == 0, crawl.stderr
    assert set(Store(tmp_path / "data").texts()) == set(STORIES)


def test_comments_and_order_stay_and_the_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "sites.toml"
    before = '# ours\n\n[[site]]\nurl = "https://b.example/"  # the second\nname = "b"\n\n# to be sorted\n'
    file.write_text(before)
    file.chmod(0o600)
    with Paper() as paper:
        publish(paper)
        done = run_sites("add", paper.url, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert file.read_text().startswith(before)
    assert [table["name"] for table in read_tables(tmp_path)] == ["b", paper.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_there_already_is_refused_with_its_line_and_asked_nothing(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        entry = f'# ours\n[[site]]\nname = "one"\nurl = "{paper.url}/"\nhosts = ["paper-two.org"]\n'
        (tmp_path / "sites.toml").write_text(entry)
        host = run_sites("add", paper.url, folder=tmp_path)
        name = run_sites("add", "https://other.example/", "--name", "one", folder=tmp_path)
        second = run_sites("add", "http://www.paper-two.org/", folder=tmp_path)
    assert (host.returncode, name.returncode, second.returncode) == (2, 2, 2)
    file = tmp_path / "sites.toml"
    assert host.stderr == f'scrapy sites: {file}, line 4: the site "one" already has {paper.url}/\n'
    assert name.stderr == f'scrapy sites: {file}, line 3: another site is already called "one"; give a --name\n'
    two = 'the site "one" already has the host of http://www.paper-two.org/'
    assert second.stderr == f"scrapy sites: {file}, line 5: {two}\n"
    assert paper.asked == []


def test_an_edition_becomes_a_site_of_its_folder(tmp_path: Path) -> None:
    french = [f"/fr{story}" for story in STORIES]
    with Paper() as paper:
        publish(paper, STORIES + french)
        front = paper.routes["/"]
        paper.routes["/fr/"] = front  # it links to both, as menus do
        add_feed(paper, "/fr/feed/", french)
        add_sitemap(paper, "/sitemap.xml", STORIES + french)
        done = run_sites("add", f"{paper.url}/fr/", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (table,) = read_tables(tmp_path)
    assert table["name"] == f"{paper.name}-fr"
    assert table["include"] == ["/fr/"]
    assert table["feeds"] == ["/fr/feed/"]
    assert {path for path in paper.asked if "/2025/" in path} <= set(french)


def test_language_pause_and_zone_are_written_where_only_they_tell(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper, robots="Crawl-delay: 1.5\nSitemap: /all.xml\n")
        add_sitemap(paper, "/all.xml", STORIES[:2])
        for story in STORIES[:2]:
            text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(story))
            paper.routes[story] = Answer(
                f"<html><head><title>A story</title></head><body><h1>A story</h1>{text}</body></html>"
            )
        paper.front(*STORIES[:2])
        # The survey asks for some thirty addresses, and keeps the pause before each.
        done = run_sites("add", paper.url, "--json", "-s", "CRAWL_DELAY_MAX=0.05", folder=tmp_path)
    found = json.loads(done.stdout)
    assert (found["table"]["language"], found["table"]["delay"]) == ("en", 1.5)
    assert found["found"]["robots_delay"] == 1.5
    assert "timezone" not in found["table"]
    assert found["problem"] == "only 2 pages were found to look at"
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        ("gone", "its host refuses the connection; try again later"),
        ("robots", "its robots.txt forbids us its front page; ask the publisher for permission"),
        ("shell", "its front page is filled by JavaScript"),
        ("shells", "none of 10 pages is an article (10 no-text): they are filled by JavaScript"),
        ("wall", "none of 10 pages is an article (10 wall): it shows a wall instead"),
        ("forbidden", "its host answers 403 Forbidden; "),
        ("empty", "neither its front page nor a feed or sitemap names an article"),
        ("moved", "its front page redirects to another domain, http://127.0.0.9:1/"),
    ],
)
def test_a_site_that_gives_nothing_is_told_in_one_line_and_not_written(
    trouble: str, problem: str, tmp_path: Path
) -> None:
    with Paper() as paper:
        publish(paper, robots="Disallow: /\n" if trouble == "robots" else "")
        match trouble:
            case "shell":
                paper.routes = {"/": Answer(SHELL)}
            case "shells":
                paper.routes |= dict.fromkeys(STORIES, Answer(SHELL))
            case "wall":
                consent = "".join(f"<p>{paragraph}</p>" for paragraph in prose("consent"))
                head = "<head><title>Before you go on</title></head>"
                page = f"<html lang=en>{head}<body><h1>Before you go on</h1>{consent}</body></html>"
                paper.routes |= dict.fromkeys(STORIES, Answer(page))
            case "forbidden":
                paper.routes = {"/": Answer("no", 403)}
            case "empty":
                paper.routes["/"] = Answer(
                    "<html><body><p>Nothing is printed here for the time being.</p></body></html>"
                )
            case "moved":
                paper.routes["/"] = Answer("", 301, {"Location": "http://127.0.0.9:1/"})
            case "gone":
                paper.__exit__()
        done = run_sites("add", paper.url, folder=tmp_path)
        assert not (tmp_path / "sites.toml").exists()
        assert done.returncode == 1
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("needs a look: ")]
        assert line.startswith(f"needs a look: {paper.url}/: {problem}"), done.stdout
        assert done.stderr == ""
        if trouble == "empty":
            done = run_sites("add", paper.url, "--anyway", folder=tmp_path)
            assert "neither its front page nor a feed or sitemap" in (tmp_path / "sites.toml").read_text()
            assert [table["url"] for table in read_tables(tmp_path)] == [f"{paper.url}/"]


def test_the_guard_holds_and_nothing_is_connected_to(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        done = run_sites("add", paper.url, "-s", "ALLOWED_NETWORKS=10.0.0.0/8", folder=tmp_path)
    assert done.returncode == 1
    assert "it is no address of the public internet" in done.stdout
    assert "ALLOWED_NETWORKS=NETWORK" in done.stdout
    assert paper.asked == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["add"], "add takes one URL"),
        (["add", "ftp://x.example/"], '"ftp://x.example/" is not an http(s) address'),
        (["add", "https://x.example/", "--name", "A b"], "the name must be 1 to 64 letters"),
        (["add", "https://x.example/", "--from", "x.csv"], "add takes one URL"),
        (["add", "--from", "x.csv", "--name", "x"], "--name is of one site"),
        (["add", "--from", "missing.csv"], "--from: missing.csv cannot be read: no such file or directory"),
        (["--dry-run"], "--dry-run belongs to: scrapy sites add URL"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(words: list[str], message: str, tmp_path: Path) -> None:
    done = run_sites(*words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"scrapy sites: {message}")
    assert done.stderr.count("\n") == 1


def test_a_dry_run_writes_nothing_and_shows_the_table(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        done = run_sites("add", paper.url, "--dry-run", folder=tmp_path)
    assert done.returncode == 0
    assert "[[site]]\n# added" in done.stdout
    assert not (tmp_path / "sites.toml").exists()


def test_what_a_hostile_site_says_of_itself_stays_text(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        for story in STORIES:
            title = f"\x1b[2J Red \u202e story &#10;[[site]] {story[-2:]}"
            paper.article(story, title, text=[f"\x1b]0;owned\x07 {paragraph}" for paragraph in prose(story)])
        done = run_sites("add", paper.url, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
    assert len(read_tables(tmp_path)) == 1


def test_lists_that_break_off_explode_or_never_end_cost_themselves_only(tmp_path: Path) -> None:
    with Rude() as rude:
        stories = [f"/2025/10/01/story-number-{number}-of-the-day" for number in range(10)]
        rude.routes |= {path: answer(page(f"Headline of {path}")) for path in stories}
        rude.routes["/robots.txt"] = answer("User-agent: *\nSitemap: /all.xml\n", "Content-Type: text/plain")
        entries = "".join(f"<item><link>{rude.url}{path}</link></item>" for path in stories)
        rude.routes["/rss.xml"] = answer(f"<rss><channel>{entries}</channel></rss>", "Content-Type: text/xml")
        rude.routes["/feed/"] = bomb(60, "gzip")
        rude.routes["/rss"] = reset(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n<rss><channel>")
        rude.routes["/atom.xml"] = b"\x00\x01 no answer at all"
        rude.routes["/index.xml"] = answer("<rss><channel>" + "<item><title>x</title></item>" * 2_000)
        rude.routes["/all.xml"] = answer("<sitemapindex><sitemap><loc>/all.xml</loc></sitemap></sitemapindex>")
        links = "".join(f'<li><a href="{path}">A link to {path}</a></li>' for path in stories)
        rude.routes["/"] = answer(f"<html><head><title>Rude</title></head><body><ul>{links}</ul></body></html>")
        done = run_sites("add", rude.url, "--name", "rude", folder=tmp_path)
    assert done.stderr == ""
    assert done.returncode == 0, done.stdout
    assert read_tables(tmp_path) == [{"name": "rude", "url": f"{rude.url}/", "feeds": ["/rss.xml"]}]


def test_what_was_whole_when_it_was_interrupted_is_written(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    with Paper() as quick, Paper("127.0.0.2") as slow:  # a delay is of a host, whatever its port
        publish(quick)
        publish(slow, robots="Crawl-delay: 20\n")
        listed.write_text(f"url,name\n{quick.url}/,quick\n{slow.url}/,slow\n")
        words = command(
            "sites",
            *FAST,
            "-s",
            f"SITES_FILE={tmp_path / 'sites.toml'}",
            "add",
            "--from",
            str(listed),
            data=tmp_path / "data",
        )
        env = environment(BROADSHEET_CONTACT="desk@paper.example")
        with Popen(words, stdout=PIPE, stderr=PIPE, text=True, env=env, cwd=ROOT) as process:
            while len(set(STORIES) & set(quick.asked)) < 10:
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert [table["name"] for table in read_tables(tmp_path)] == ["quick"]
    assert "interrupted before it was looked at" in out


def test_a_survey_ends_in_time_and_says_so_of_a_site_that_is_not_whole(tmp_path: Path) -> None:
    end = datetime.now(UTC) + timedelta(seconds=8)
    with Paper() as paper:
        publish(paper, robots="Crawl-delay: 60\n")
        done = run_sites("add", paper.url, "-s", f"CRAWL_ENDS_AT={end.isoformat()}", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "the time of the survey was over before a page came" in done.stdout
    assert not (tmp_path / "sites.toml").exists()


BOMB = Answer(gzip.compress(bytes(60 << 20)), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("paths", "ill", "problem"),
    [
        (["/"], Answer("", 302, {"Location": "/"}), "it redirects endlessly; open it in a browser"),
        (["/"], BOMB, "it unpacks to more than the crawl accepts (DOWNLOAD_MAXSIZE); give the address of a page"),
        (STORIES, Answer("", 404), "(10 http-404): its lists name pages that are gone; look at http"),
    ],
)
def test_what_to_do_is_told_of_answers_for_which_to_wait_does_not_help(
    paths: list[str], ill: Answer, problem: str, tmp_path: Path
) -> None:
    with Paper() as paper:
        publish(paper)
        paper.routes |= dict.fromkeys(paths, ill)
        done = run_sites("add", paper.url, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert problem in done.stdout
