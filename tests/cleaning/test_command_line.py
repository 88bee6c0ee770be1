from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cleaning"]


def run_command(lines: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], input=lines, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )


def read_answers(lines: str, *arguments: str) -> list[dict[str, Any]]:
    done = run_command(lines, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def make_line(identity: object, html: str) -> str:
    return json.dumps({"id": identity, "url": "https://www.harbour-post.example/a", "html": html}) + "\n"


def test_every_page_is_answered_in_the_order_of_the_lines(news_page: Any) -> None:
    pages = [news_page.html(), "<p>short</p>", news_page.html(top=f"<p>{news_page.headline}</p>")] * 5
    found = read_answers("".join(make_line(number, html) for number, html in enumerate(pages)), "--jobs", "2")
    assert [record["id"] for record in found] == list(range(15))
    assert found[0]["title"] == news_page.headline
    keys = {"id", "url", "title", "authors", "source", "published_at", "language", "text", "removed", "rejected"}
    assert set(found[0]) == keys
    assert found[0]["rejected"] is None
    assert (found[1]["rejected"], found[1]["text"]) == ("too-short", "short")
    assert found[2]["removed"][-1]["rule"] == "repeated_headline"
    assert set(found[2]["removed"][-1]) == {"text", "rule", "evidence"}


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("2024-05-01T23:30:00-04:00", "2024-05-01T23:30:00-04:00"),
        ("2024-05-01T23:30:00.5+00:00", "2024-05-01T23:30:00Z"),
        ("2024-05-01", "2024-05-01T00:00:00Z"),
    ],
)
def test_a_time_is_written_in_the_zone_that_the_page_states(news_page: Any, stated: str, written: str) -> None:
    head = f"<meta property='article:published_time' content='{stated}'>"
    (record,) = read_answers(make_line(1, news_page.html(head=head)))
    assert record["published_at"] == written


def test_broken_lines_are_answered_and_the_next_ones_go_on() -> None:
    lines = [
        "{",
        "[1]",
        '{"id": "x", "url": 3, "html": ""}',
        '{"id": 7, "url": "http://a.example/"}',
        "\x00",
        "9" * 5000,
    ]
    found = read_answers("\n".join([*lines, make_line("last", "<p>words</p>")]))
    assert [(record["id"], record.get("line")) for record in found] == [
        (None, 1), (None, 2), ("x", 3), (7, 4), (None, 5), (None, 6), ("last", None),
    ]  # fmt: skip
    assert all(record["error"] for record in found[:6])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '{"a": [NaN]}'])
def test_an_id_that_json_cannot_hold_is_an_error(number: str) -> None:
    line = f'{{"id": {number}, "url": "http://a.example/", "html": "<p>words</p>"}}\n'
    broken, last = read_answers(line + make_line(1.5, "<p>words</p>"))
    assert (broken["id"], broken["line"]) == (None, 1)
    assert "is not a finite number" in broken["error"]
    assert last["id"] == 1.5


@pytest.mark.parametrize("redirection", ["<&-", "0>/dev/null"])
def test_an_unreadable_standard_input_gives_one_line_and_status_2(redirection: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" "$@" {redirection}', *COMMAND],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("python -m cleaning: standard input is ")


def test_empty_input_gives_empty_output() -> None:
    assert read_answers("") == []


def test_lone_surrogates_are_escaped() -> None:
    (record,) = read_answers('{"id": "\\ud800", "url": "http://a.example/\\ud800", "html": "<p>a \\ud800 b</p>"}')
    assert record["id"] == "\ud800"


def test_a_page_is_answered_before_the_next_one_is_sent() -> None:
    with subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for number in range(3):
            program.stdin.write(make_line(number, "<p>words</p>"))
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["id"] == number
        program.stdin.close()
        assert program.wait(30) == 0


@pytest.mark.parametrize("jobs", ["0", "-1", "two", ""])
def test_an_invalid_number_of_jobs_is_refused(jobs: str) -> None:
    done = run_command("", f"--jobs={jobs}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "must be a whole number of at least 1" in done.stderr


def test_help_shows_an_example() -> None:
    done = run_command("", "--help")
    assert done.returncode == 0
    assert "python -m cleaning --jobs 2 < pages.jsonl > articles.jsonl" in done.stdout


def test_ctrl_c_and_a_reader_that_leaves_are_quiet() -> None:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(make_line(1, "<p>words</p>"))
        program.stdin.flush()
        program.stdout.readline()
        os.kill(program.pid, signal.SIGINT)
        assert program.wait(30) == 130
        assert program.stderr is not None
        assert program.stderr.read() == "python -m cleaning: interrupted\n"
    many = "".join(make_line(number, "<p>words</p>") for number in range(200))
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdin.write(many)
        program.stdin.close()
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(30) == 141
        assert program.stderr.read() == ""


@pytest.mark.parametrize("moment", ["pebble", "a child"])
def test_ctrl_c_at_the_start_is_one_line(moment: str) -> None:
    """Of the program and its children, which get it too at a terminal."""
    command = [sys.executable, *(["-X", "importtime"] if moment == "pebble" else []), *COMMAND[1:]]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes) as program:
        assert program.stderr is not None
        while moment == "pebble" and not program.stderr.readline().rstrip().endswith(" pebble"):
            pass
        threads = Path(f"/proc/{program.pid}/task")
        while moment == "a child" and not any(file.read_text() for file in threads.glob("*/children")):
            assert program.poll() is None
        os.killpg(program.pid, signal.SIGINT)
        _out, error = program.communicate(timeout=60)
    lines = [line for line in error.splitlines() if not line.startswith("import time:")]
    assert (program.returncode, lines) == (130, ["python -m cleaning: interrupted"])
