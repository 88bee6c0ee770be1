"""Compute digests of all output for fixed input: they stay the same under a change that leaves behaviour alone.

    python tests/benchmarks/digests.py --out before.json
    python tests/benchmarks/digests.py DATA --against before.json

Crawls the demo newspapers into a folder of its own, sets the time of every fetch to a fixed one, and takes the SHA-256
of each file of a release in all formats and of the JSON that `scrapy explain`, `stories` and `sites show` print. With
DATA (a folder of NAME.jsonl.xz, see tests/benchmarks/gold.py) also of the answers of `python -m cleaning`, with and
without --learn. Everything runs as a user runs it, so that the script survives any change of names in the code.
--out writes the digests as JSON; --against lists those that differ, with exit status 1. --keep FOLDER keeps what was
digested, to be compared by eye. The demo takes half a minute, DATA about two minutes for 1,000 pages.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gold import add_data_options, find_data_sets, load_pages

from crawler.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
SCRAPY = Path(sys.executable).with_name("scrapy")
FETCHED_AT = "2026-01-02 03:04:05.000000"  # as SQLAlchemy writes a time into SQLite
FORMATS = ("jsonl", "jsonl.zst", "csv", "parquet", "tei", "text", "urls")
EXTRAS = ("rejected", "removed", "revisions")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser, required=False)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the digests to this file, as JSON")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with the digests in this file")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what was digested in this folder")
    options = parser.parse_args(arguments)
    digests: dict[str, str] = {}
    for name, content in outputs(parser, options):
        digests[name] = sha256(content).hexdigest()
        print(f"{digests[name]}  {name}", flush=True)
        if options.keep:
            path = options.keep / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    if options.out:
        options.out.write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    if options.against is None:
        return 0
    before: dict[str, str] = json.loads(options.against.read_text(encoding="utf-8"))
    differing = sorted(name for name in {*before, *digests} if before.get(name) != digests.get(name))
    print(f"{len(digests)} digests, {len(differing)} differ")
    for name in differing:
        print(f"differs: {name}")
    return 1 if differing else 0


def outputs(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of every output."""
    with TemporaryDirectory(prefix="broadsheet-digests-") as folder:
        yield from demo_outputs(Path(folder))
    if options.data is not None:
        for name, path in find_data_sets(parser, options.data, options.sets).items():
            lines = page_lines(path, options.sample)
            yield f"cleaning/{name}", run("-m", "cleaning", "--jobs", "2", given=lines)
            yield f"cleaning-learn/{name}", run("-m", "cleaning", "--jobs", "2", "--learn", given=lines)


def demo_outputs(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the outputs of the commands on a fresh crawl of the demo newspapers."""
    data, release = folder / "data", folder / "release"
    scrapy(data, "crawl", "articles", "--demo")
    fix_fetch_times(data / "broadsheet.db")
    formats = [word for name in FORMATS for word in ("--format", name)]
    extras = [word for name in EXTRAS for word in ("--include", name)]
    scrapy(data, "export", str(release), "--include-duplicates", *formats, *extras)
    for path in sorted(release.rglob("*")):
        if path.is_file():
            yield f"release/{path.relative_to(release)}", path.read_bytes()
    articles = [json.loads(line) for line in (release / "data" / "articles.jsonl").read_text("utf-8").splitlines()]
    yield "stories", scrapy(data, "stories", "--json")
    for article in articles:
        if article["duplicate_of"]:
            yield f"stories-of/{article['id']}", scrapy(data, "stories", article["url"], "--json")
    for site in sorted({article["site"] for article in articles}):
        yield f"sites/{site}", scrapy(data, "sites", "show", site, "--json")
    with DemoServer():
        for article in articles[::10]:
            allowed = ("-s", "ALLOWED_NETWORKS=127.0.0.0/8")
            yield f"explain/{article['id']}", scrapy(data, "explain", article["url"], "--json", *allowed)


def fix_fetch_times(database: Path) -> None:
    """Set every time of a fetch to FETCHED_AT: a release says when its pages were fetched."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            if "fetched_at" in columns and table != "revision":  # a revision is known by the time of its fetch
                connection.execute(f'UPDATE "{table}" SET fetched_at = ? WHERE fetched_at IS NOT NULL', (FETCHED_AT,))


def page_lines(path: Path, sample: int) -> bytes:
    """Return the pages of a data set as `python -m cleaning` reads them."""
    pages = ({key: page[key] for key in ("id", "url", "html")} for page in load_pages(path, sample))
    return b"".join(json.dumps(page).encode() + b"\n" for page in pages)


def scrapy(data: Path, *arguments: str) -> bytes:
    return execute([str(SCRAPY), *arguments, "-s", f"DATA_DIR={data}", "-s", "LOG_LEVEL=WARNING"])


def run(*arguments: str, given: bytes) -> bytes:
    return execute([sys.executable, *arguments], given)


def execute(command: list[str], given: bytes = b"") -> bytes:
    """Run a command and return what it prints; end the program with its messages where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
