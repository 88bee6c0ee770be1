from __future__ import annotations

import json
import lzma
import re
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
import quality
from answers import Extractions
from extractors import ExtractionFailed, extract
from servers.paper import prose
from stages import STAGES, Stages

from cleaning.clean import clean
from cleaning.memory.site_memory import SiteMemory
from cleaning.records.given import Page

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two sets: three articles and a page that is too short."""
    folder = tmp_path_factory.mktemp("data")
    pages = []
    for number in range(3):
        paragraphs = prose(number)
        title = prose(f"title {number}", 1, 1)[0].partition(",")[0]
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        pages.append(
            {
                "id": f"page-{number}",
                "url": f"https://www.example.org/{number}",
                "html": f"<html><head><title>{title}</title><meta property='article:published_time' "
                f"content='2024-05-0{number + 1}T10:00:00Z'></head><body><article><h1>{title}</h1>{body}"
                f"</article><footer>© 2024 Example</footer></body></html>",
                "text": "\n".join(paragraphs),
                "with": [paragraphs[1]],
                "without": ["© 2024 Example"],
                "title": title,
                "date": f"2024-05-0{number + 1}",
                "headline_in_gold": False,
            }
        )
    short = {"id": "short", "url": "https://www.example.org/s", "html": "<p>A line.</p>", "text": "A line."}
    for name, those in (("first", pages[:2]), ("second", [pages[2], short])):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(page) + "\n" for page in those)
    return folder


def run_script(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HERE / script, *map(str, arguments)],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


def test_quality_prints_every_figure_and_every_cut_to_the_end(data: Path) -> None:
    done = run_script(
        "quality.py", data, "--extractors", "broadsheet,trafilatura", "--jobs", 1, "--rule", "tail", "--losses"
    )
    assert done.returncode == 0, done.stderr
    assert "first: 2 pages, 2 with gold text" in done.stdout
    assert re.search(r"f1 +p +r +exact +seg\.f +leak +lost +title +date\nBroadsheet( +1\.0000){4}", done.stdout)
    assert re.search(r"^trafilatura( +[\d.]{6}){9}$", done.stdout, re.MULTILINE)
    assert (
        "Broadsheet rejects 1 of 2 pages, too-short 1; falsely, as they have gold, 1: short (too-short)" in done.stdout
    )
    assert "mean of 2 sets" in done.stdout
    assert "rejects 1 of 4 pages" in done.stdout
    assert re.search(r"^repeated_headline +\d+ ", done.stdout, re.MULTILINE)
    assert re.search(r"^all +\d+ +0\.00% +0\.00% +0\.00%$", done.stdout, re.MULTILINE)
    assert "tail: 0 of 0 cut blocks that stand in the gold" in done.stdout
    assert "words lost by extraction: the most, of 0 pages" in done.stdout
    assert done.stderr.splitlines() == ["first: 4 of 4 answers", "second: 4 of 4 answers"]


def test_quality_takes_a_sample_of_chosen_sets(data: Path) -> None:
    done = run_script("quality.py", data, "--extractors", "trafilatura", "--jobs", 1, "--sample", 2, "--sets", "second")
    assert "second: 1 pages, 1 with gold text" in done.stdout
    assert "first" not in done.stdout
    assert "rule" not in done.stdout


def test_jobs_compares_several_children_with_one(data: Path) -> None:
    done = run_script("jobs.py", data, "--rounds", 1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^2 +4 +\d+\.\d\d", done.stdout, re.MULTILINE)
    assert re.search(r"^2 jobs are \d+\.\d\d times as fast as one$", done.stdout, re.MULTILINE)


def test_speed_prints_both_and_the_time_of_each_stage(data: Path) -> None:
    done = run_script("speed.py", data, "--largest", 2, "--slowest", 1)
    assert done.returncode == 0, done.stderr
    for name, pages in (("first", 2), ("second", 2), ("all", 4)):
        assert re.search(rf"^{name} +{pages}( +[\d.]+){{3}}$", done.stdout, re.MULTILINE)
    for stage in (*STAGES, "rest"):
        assert re.search(rf"^{stage} +[\d.]+ +[\d.]+%$", done.stdout, re.MULTILINE)
    assert re.search(r"^all +[\d.]+ +100\.0%$", done.stdout, re.MULTILINE)
    assert len(re.findall(r"^ +[\d.]+  https://www\.example\.org/", done.stdout, re.MULTILINE)) == 1
    assert len(re.findall(r"^(?:broadsheet|trafilatura) +\d+ MB, \d+ before", done.stdout, re.MULTILINE)) == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["."], "no *.jsonl.xz in ."),
        (["DATA", "--sets", "third"], "no set third in"),
        (["DATA", "--sample", "0"], "'0' is not a whole number of at least 1"),
        (["DATA", "--extractors", "oracle"], "no extractor oracle; choose from: broadsheet, trafilatura"),
    ],
)
def test_wrong_arguments_give_one_line_and_status_2(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], complaint: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        quality.main([str(data) if argument == "DATA" else argument for argument in arguments])
    assert end.value.code == 2
    assert complaint in capsys.readouterr().err


def test_an_extractor_that_is_not_installed_is_named_and_left_out(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quality, "is_installed", lambda _: False)
    with pytest.raises(SystemExit):
        quality.main([str(data), "--extractors", "newspaper"])
    shown = capsys.readouterr()
    assert "newspaper4k is not installed and left out" in shown.out
    assert "no extractor is left" in shown.err


def test_an_extractor_that_raises_gives_empty_answers_and_is_counted() -> None:
    pages = [{"id": "7", "url": "https://www.example.org/", "html": "<p>text</p>"}]
    with Extractions(["unheard-of"], jobs=1) as extractions:
        articles, given, failures = extractions.collect("set", pages)
    assert articles == []
    assert [answer.text for answer in given["unheard-of"]] == [""]
    assert failures["unheard-of"] == ["7: KeyError: 'unheard-of'"]


@pytest.mark.parametrize(
    ("name", "module"), [("readability", "readability"), ("newspaper", "newspaper"), ("resiliparse", "resiliparse")]
)
def test_an_extractor_answers_with_title_and_text(name: str, module: str) -> None:
    pytest.importorskip(module, reason="the extra `benchmarks` is not installed")
    paragraphs = prose(1)
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    answer = extract(name, "https://www.example.org/a", f"<title>Ships at sea now</title><article>{body}</article>")
    assert answer.title == "Ships at sea now"
    assert answer.text.split() == " ".join(paragraphs).split()


def test_an_extractor_may_not_ask_the_network() -> None:
    program = "import socket, extractors; extractors.prepare_process(); socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", program], cwd=HERE, capture_output=True, text=True, check=False)
    assert "OSError: a benchmark may not use the network" in done.stderr


def test_any_error_of_an_extractor_is_a_failure() -> None:
    with pytest.raises(ExtractionFailed, match="KeyError"):
        extract("unheard-of", "https://www.example.org/", "")


def test_the_stages_are_timed_and_restored() -> None:
    places = [(vars(import_module(module)), name) for modules, name in STAGES.values() for module in modules]
    before = [module[name] for module, name in places]
    stages = Stages()
    start = time.process_time()
    with stages.measure():
        clean(Page("https://www.example.org/", f"<p>{' '.join(prose(1))}</p>"), memory=SiteMemory(articles=5))
    spent = time.process_time() - start
    assert set(stages.seconds) == set(STAGES)
    assert 0 < sum(stages.seconds.values()) <= spent
    assert [module[name] for module, name in places] == before


def test_the_time_of_an_inner_stage_does_not_count_for_the_outer() -> None:
    stages = Stages()

    def busy() -> None:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass

    inner = stages._make_timed("inner", busy)
    stages._make_timed("outer", inner)()
    assert stages.seconds["inner"] >= 0.05
    assert stages.seconds["outer"] < 0.04
