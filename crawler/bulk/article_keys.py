"""The keys by which articles that may be one story are found: a task of stage 2 writes those of its articles, one of
stage 3 reads a bucket of them.

They are those of the index of a store (storage/articles/story_index.py): the values of the sketch, the canonical
address, and the headline on its site.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from cleaning.duplicates.article_sketch import unpack_sketch
from storage.articles.story_index import HOLDER_BITS, make_index_keys
from storage.models import StoredArticle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike

SKETCH, PAGE, HEADLINE = 0, 1, 2  # kinds of keys: a value of a sketch, a canonical address, a headline of a site
KEYS_FILE = "keys"
# `id` is the number that the article's id writes in hexadecimal digits, `when` its date in microseconds.
_KEY = [("bucket", "<u4"), ("kind", "u1"), ("key", "<u8"), ("id", "<u8"), ("share", "<u4"), ("when", "<i8")]
_BATCH = 1_000  # articles


def write_keys(folder: Path, connection: Connection, *, share: int, buckets: int) -> None:
    """Write the keys of all articles of a store, those of one bucket together."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    row = StoredArticle
    moment = func.coalesce(row.published_at, row.fetched_at)
    question = select(row.id, row.sketch, row.canonical_url, row.site, row.story_key, moment.label("when"))
    parts = [np.empty(0, dtype=_KEY)]
    for some in connection.execute(question.where(row.rejected.is_(None)).order_by(row.id)).partitions(_BATCH):
        found = [
            (key % buckets, kind, key, int(article.id, 16), share, round(article.when.timestamp() * 1_000_000))
            for article in some
            for kind, key in _make_keys(article)
        ]
        parts.append(np.array(found, dtype=_KEY))
    keys = np.concatenate(parts)
    keys[np.lexsort((keys["id"], keys["key"], keys["kind"], keys["bucket"]))].tofile(folder / KEYS_FILE)


def read_bucket(folder: Path, bucket: int) -> np.ndarray[Any, Any]:
    """Return the keys of a bucket from all stores, equal ones together, their articles by id."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    keys = load_slices(folder, KEYS_FILE, _KEY, column="bucket", value=bucket)
    return keys[np.lexsort((keys["id"], keys["key"], keys["kind"]))]


def load_slices(folder: Path, file: str, kind: DTypeLike, *, column: str, value: int) -> np.ndarray[Any, Any]:
    """Return the entries with this value in a column, from the files of this name that all tasks of a stage have made.

    The entries of each file are sorted by that column, so that little of it is read.
    """
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    parts = [np.empty(0, dtype=kind)]
    for path in sorted(folder.glob("[0-9]*")):
        if (path / file).stat().st_size:  # an empty file cannot be mapped
            mapped = np.memmap(path / file, dtype=kind, mode="r")
            first, last = np.searchsorted(mapped[column], [value, value + 1])
            parts.append(np.array(mapped[first:last]))
    return np.concatenate(parts)


def _make_keys(article: Any) -> list[tuple[int, int]]:
    """Return the keys of an article, each with its kind."""
    keys = [(SKETCH, key >> HOLDER_BITS) for key in make_index_keys(article.id, unpack_sketch(article.sketch))]
    keys.append((PAGE, _hash(article.canonical_url)))
    if article.story_key:
        keys.append((HEADLINE, _hash(f"{article.site}\n{article.story_key}")))
    return keys


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())
