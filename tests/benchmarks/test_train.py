"""The training of the model, if LightGBM is installed: CONTRIBUTING.md says how."""

from __future__ import annotations

import json
import lzma
import re
import subprocess
import sys
from pathlib import Path

import pytest
from servers.paper import prose

from cleaning.classifier.features import FEATURES
from cleaning.classifier.model import TreeModel
from cleaning.clean import clean
from cleaning.records.given import Page

pytest.importorskip("lightgbm", reason="LightGBM, of the extra `benchmarks`, is not installed", exc_type=ImportError)

SCRIPT = Path(__file__).with_name("train.py")
SITES, PAGES = 4, 20
BOILERPLATE = "Our reporters are at the quay on every day of the week"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two sets of pages with an <article> and a line of boilerplate below its text."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("first", "second"):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
            for number in range(PAGES):
                paragraphs = prose(f"{name} {number}")
                html = (
                    "<html><head><title>Of ships</title></head><body><article><h1>Of ships</h1>"
                    + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
                    + f"<div class='note'>{BOILERPLATE}</div></article></body></html>"
                )
                page = {
                    "id": f"{name}-{number}",
                    "group": f"site-{number % SITES}.example",
                    "url": f"https://site-{number % SITES}.example/{name}/{number}",
                    "html": html,
                    "text": "\n".join(paragraphs),
                }
                lines.write(json.dumps(page) + "\n")
    return folder


def run_script(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        cwd=SCRIPT.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_cleaner_reads_the_model_that_was_written(data: Path, tmp_path: Path) -> None:
    models = [tmp_path / name for name in ("one.json", "again.json")]
    for model in models:
        done = run_script(data, "--out", model)
        assert done.returncode == 0, done.stderr
        assert re.match(r"\d+ texts\n", done.stdout)
    written, again = (model.read_text("utf-8") for model in models)
    assert written == again
    read = TreeModel.from_json(written)
    assert read.to_json() == written
    lengths = [read.predict([length if name == "length" else 0.0 for name in FEATURES]) for length in (50.0, 900.0)]
    assert all(0 < likelihood < 1 for likelihood in lengths)
    with lzma.open(data / "first.jsonl.xz", "rt", encoding="utf-8") as lines:
        page = json.loads(next(lines))
    assert clean(Page(page["url"], page["html"]), read).text == page["text"]


def test_pages_are_measured_by_models_that_have_not_seen_their_site_or_their_set(data: Path) -> None:
    done = run_script(data, "--folds", 2, "--by-set")
    assert done.returncode == 0, done.stderr
    for title in ("one site in 2 held out", "one set held out"):
        assert re.search(rf"^{title}\nfirst +20 +f1=1\.0000 .*\nsecond +20 +f1=1\.0000 ", done.stdout, re.MULTILINE)


def test_a_folder_without_data_gives_one_line_and_status_2(tmp_path: Path) -> None:
    done = run_script(tmp_path)
    assert (done.returncode, done.stderr.count("error:")) == (2, 1)
    assert "Traceback" not in done.stderr


def test_the_model_is_trained_on_what_the_cleaner_shows_it() -> None:
    """Another article below the page's own is cut before anything is classified."""
    from train import extract_rows

    def write_story(title: str, headline: str) -> str:
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(title))
        return f"<article><h1>{headline}</h1><time>1 May 2024</time>{text}</article>"

    url, own = "https://site.example/ships", write_story("Of ships and the sea", "Of ships and the sea")
    other = write_story("Of bread and its bakers", "<a href='/bread-and-bakers'>Of bread and its bakers</a>")
    page = {"id": "1", "url": url, "text": "\n".join(prose("Of ships and the sea"))}
    head = "<html><head><title>Of ships and the sea</title></head><body>"
    alone = extract_rows({**page, "html": f"{head}{own}</body></html>"})
    endless = extract_rows({**page, "html": f"{head}{own}{other}</body></html>"})
    for one, other_one in zip(alone, endless, strict=True):
        assert len(one.rows) > 2
        assert len(other_one.rows) == len(one.rows)
