"""A user's mistake is one clear line and exit status 2, and nothing is asked of any site."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.command import upgrade
from alembic.config import Config
from crawling import Scrapy
from scrapy.settings import Settings
from servers.paper import Paper
from sqlalchemy import create_engine, insert

from cleaning.errors import BadArgument
from crawler import settings as our_settings
from crawler.command_line.check_settings import check_assignments, check_settings
from storage.database.engine import make_database_url, open_database
from storage.database.schema import MIGRATIONS
from storage.models import Run

OURS = {name: value for name, value in vars(our_settings).items() if name.isupper()}
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["articles", "-a", "url=not a url"], '"not" is not an address'),
        (["articles", "-a", "url=example.org"], "did you mean https://example.org"),
        (["articles", "-a", "url=ftp://example.org/"], "ftp"),
        (["articles", "-a", "site=nowhere"], "nowhere"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "limit=none"], "limit="),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "since=yesterday"], "YYYY-MM-DD"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "site=x"], "not both"),
        (["articles", "-a", "url="], "is empty"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "--demo"], "not both"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "since=2999-01-01"], "a date in the past"),
        (["articles", "-a", "url"], "NAME=VALUE"),
        (["articles", "-a", "url=http://127.0.0.1:9/a/ http://127.0.0.1:9/b/"], "two addresses are on one host"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "REPLAY_AT_ONCE=-3"], "REPLAY_AT_ONCE"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "CLEANING_DEADLINE=soon"], "CLEANING_DEADLINE"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "PROGRESS_INTERVAL=0"], "PROGRESS_INTERVAL"),
        (["articles", "-a", "color=red"], "unknown argument 'color' of 'articles'; choose from: article, limit"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "url=http://127.0.0.1:10/"], "-a url= is given twice; "),
        (["articles", "-a", "site=one", "-a", "site=two"], "several names with commas: -a site=A,B"),
        (["articles", "-a", "site=one,tow"], 'no site "tow" in the list of sites; choose from: one'),
        (["articles", "-a", "article=www.example.org/a"], "did you mean https://www.example.org/a?"),
        (["articles", "-a", "article=http://127.0.0.1:9/a", "-a", "limit=1"], "give either -a article= or -a limit="),
        (["articles", "--limit", "5"], "there is no option --limit; use -a limit=VALUE"),
        (["articles", "--limit=5"], "use -a limit=5"),
        (["--limit", "5"], "use -a limit=VALUE"),
        (["articles", "limit=5"], "an argument of a spider begins with -a: -a limit=5"),
        (["articles", "--dmeo"], "there is no option --dmeo; did you mean --demo?"),
        (["articles", "-a"], "expected one argument"),
        (["articles", "-L", "LOUD"], "there is no log level 'LOUD'; choose from: DEBUG, INFO,"),
        (
            ["articles", "--logfile", "/nonexistent/crawl.log"],
            "cannot write the log file /nonexistent/crawl.log: no such",
        ),
        (["articles", "--logfile", "/"], "cannot write the log file /: is a directory"),
        (["articles", "--pidfile", "/"], "cannot write the file of --pidfile /: is a directory"),
        (["articles", "--profile", "/"], "cannot write the file of --profile /: is a directory"),
        (["weather"], "no spider 'weather'"),
        (["archive"], "-a path="),
        (["archive", "-a", "path=nowhere.warc.gz"], "no WARC file"),
        (["archive", "-a", "path=pyproject.toml"], "is not a WARC file"),
        (
            ["articles", "-s", "SITES_FILE=nowhere.toml"],
            "nowhere.toml does not exist; scrapy sites add URL writes it, or copy sites.example.toml to nowhere.toml",
        ),
        (["articles", "-s", "SITES_FILE=sites.example.toml"], "lists no site"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "DATABASE_URL=nonsense"], "DATABASE_URL"),
    ],
)
def test_one_line_and_exit_status_2(
    scrapy: Scrapy, data: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text('[[site]]\nname = "one"\nurl = "http://127.0.0.1:9/"\n')
    done = scrapy("crawl", *([] if "-s" in arguments else ["-s", f"SITES_FILE={sites}"]), *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stderr.startswith("scrapy crawl: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[[site]]\nname = "one"\nurl = "http://x.example/"\ndelay = "fast"\n', "line 4"),
        ('[[site]]\nname = "one"\n', "url"),
        ('[[site]]\nname = "a"\nurl = "http://x.example/"\n[[site]]\nname = "b"\nurl = "http://x.example"\n', "line 6"),
        ('[[site]]\nname = "one\n', "line 2"),
        ('[[site]]\nname = "one"\nurl = "http://x.example/"\ncolour = "red"\n', "colour"),
    ],
)
def test_a_malformed_sites_toml_names_the_key_and_the_line(
    scrapy: Scrapy, tmp_path: Path, toml: str, said: str
) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text(toml)
    done = scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_data_folder_that_cannot_be_written(scrapy: Scrapy, data: Path) -> None:
    data.write_text("a file where the folder should be")
    done = scrapy("crawl", "articles", "-a", "url=http://127.0.0.1:9/")
    assert done.returncode == 2
    assert "cannot write to the data folder" in done.stderr
    assert done.stderr.count("\n") == 1


def apply_setting(assignment: str) -> None:
    """Check a setting as a command does that got it by `-s`."""
    check_assignments([assignment])
    settings = Settings(OURS)
    settings.set(*assignment.split("=", 1), priority="cmdline")
    check_settings(settings)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("DOWNLOAD_DELAY=abc", "DOWNLOAD_DELAY must be a number of at least 0, got 'abc'"),
        ("DOWNLOAD_DELAY=-1", "DOWNLOAD_DELAY must be a number of at least 0, got '-1'"),
        ("DOWNLOAD_TIMEOUT=soon", "DOWNLOAD_TIMEOUT must be a number"),
        ("CONCURRENT_REQUESTS=1.5", "CONCURRENT_REQUESTS must be a whole number of at least 1, got '1.5'"),
        ("CONCURRENT_REQUESTS=0", "CONCURRENT_REQUESTS must be a whole number of at least 1"),
        ("CLOSESPIDER_TIMEOUT=8h", "CLOSESPIDER_TIMEOUT must be a number"),
        ("CLOSESPIDER_ITEMCOUNT=many", "CLOSESPIDER_ITEMCOUNT must be a whole number"),
        ("AUTOTHROTTLE_ENABLED=perhaps", "AUTOTHROTTLE_ENABLED must be True or False, got 'perhaps'"),
        ("TDMREP_ASKED=perhaps", "TDMREP_ASKED must be True or False"),
        ("CLEANING_PROCESSES=1.5", "CLEANING_PROCESSES must be a whole number"),
        ("ITEM_PIPELINES=mine", "ITEM_PIPELINES must be a JSON object, like {\"name\": 1}, got 'mine'"),
        ("DOWNLOAD_DELAY", "-s takes NAME=VALUE, got 'DOWNLOAD_DELAY'"),
    ],
)
def test_a_wrong_value_of_a_setting_of_ours_or_of_scrapy(setting: str, said: str) -> None:
    with pytest.raises(BadArgument) as caught:
        apply_setting(setting)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments", [("crawl", "articles", "-s", "DOWNLOAD_DELAY=abc"), ("sites", "-s", "LOG_LEVEL=LOUD")]
)
def test_a_wrong_value_is_refused_before_scrapy_reads_it(scrapy: Scrapy, arguments: tuple[str, ...]) -> None:
    done = scrapy(*arguments, fast=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "abc" in done.stderr or "LOUD" in done.stderr


def test_every_number_and_switch_of_scrapy_and_ours_is_checked_and_has_a_valid_default() -> None:
    settings = Settings(OURS)
    check_settings(settings)
    names = [name for name, value in settings.items() if isinstance(value, bool | int | float) and name.isupper()]
    assert len(names) > 100
    for name in names:
        wrong = settings.copy()
        wrong.set(name, "x", priority="cmdline")
        with pytest.raises(BadArgument, match=f"the setting {name} must be "):
            check_settings(wrong)


def test_a_setting_may_have_what_scrapy_gives_a_meaning() -> None:
    apply_setting("FEED_EXPORT_INDENT=-1")
    settings = Settings(OURS)
    settings.set("FEED_EXPORT_INDENT", None, priority="cmdline")  # the most compact form
    check_settings(settings)


def test_a_level_may_be_written_in_small_letters(scrapy: Scrapy) -> None:
    done = scrapy("crawl", "articles", "-L", "error", "-a", "url=")
    assert "-a url= is empty" in done.stderr


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(scrapy: Scrapy) -> None:
    wrong = {"DOWNLOAD_DELY": "DOWNLOAD_DELAY", "data_dir": "DATA_DIR", "BAREN_PAGES": "BARREN_PAGES"}
    own = "MY_PAPERS_PASSWORD"  # of a spider of the user's
    done = scrapy("sites", *[part for name in (*wrong, own) for part in ("-s", f"{name}=3")])
    *warnings, error = done.stderr.splitlines()
    assert warnings == [
        f"scrapy sites: there is no setting {name}, so it has no effect; did you mean {near}?"
        for name, near in wrong.items()
    ]
    assert "there is no database" in error


def test_a_reading_command_on_a_damaged_database(scrapy: Scrapy, data: Path) -> None:
    data.mkdir()
    database = data / "broadsheet.db"
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        connection.execute(insert(Run), [{"spider": "articles", "started_at": NOON, "counts": {}}] * 5_000)
        kept = ("alembic_version", "sqlite_autoindex_alembic_version_1")
        roots = connection.exec_driver_sql("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0").all()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    engine.dispose()  # the last connection writes the log of changes into the file
    with database.open("r+b") as file:  # the first page of every table and index but those of the schema's version
        for name, page in roots:
            if name not in (*kept, "sqlite_schema"):
                file.seek(size * (page - 1))
                file.write(b"\xff" * size)
    for command in (["sites"], ["sites", "nights"], ["stories"], ["export", str(data / "out")]):
        done = scrapy(*command)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode in (1, 2), command
        assert "malformed" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_reading_command_asks_for_the_upgrade_of_an_old_store(scrapy: Scrapy, data: Path) -> None:
    data.mkdir()
    engine = create_engine(make_database_url(data, None))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, "0007")
    engine.dispose()
    before = (data / "broadsheet.db").read_bytes()
    for command in ("sites", "stories"):
        done = scrapy(command)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith("was made by an older version of Broadsheet; upgrade it with: scrapy db upgrade\n")
    assert scrapy("db").stdout.startswith(f"sqlite:///{data}/broadsheet.db has schema 0007; this version needs ")
    with sqlite3.connect(data / "broadsheet.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0007",)]
    assert before[100:] == (data / "broadsheet.db").read_bytes()[100:]  # but for the header, which says WAL now
    done = scrapy("db", "upgrade")
    copied, newest = done.stdout.splitlines()
    assert (done.returncode, newest) == (0, f"sqlite:///{data}/broadsheet.db has the newest schema")
    copy = Path(copied.partition(" is the store as it was")[0])
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0007",)]
    assert "it is upgraded from schema 0007 to " in done.stderr
    assert "INFO: schema 0008 is in place (" in done.stderr
    assert scrapy("sites").returncode == 0
    assert scrapy("db").stdout == f"{newest}\n"
    again = scrapy("db", "upgrade")
    assert (again.returncode, again.stdout) == (0, f"{newest}\n")  # nothing to copy
    assert scrapy("db", "downgrade").returncode == 2


@pytest.mark.parametrize(("contact", "warnings"), [("", 1), ("desk@paper.example", 0)])
def test_a_crawl_without_a_contact_warns_once(scrapy: Scrapy, paper: Paper, contact: str, warnings: int) -> None:
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", BROADSHEET_CONTACT=contact)
    assert done.stderr.count("WARNING: no newspaper can reach you: set BROADSHEET_CONTACT") == warnings
