"""The blocks of an article as one value: JSON in the column `article.blocks`, which the view `block` shows as rows.

{"paths": [...], "blocks": [[kind, text, length, path, rule, evidence, link_share, links, layout, entry], ...]}

A block that stands in the article's text has no text of its own: `text` is the position of its first character there,
`length` the number of its characters. Any other block, such as one that was cut, has its text, and null for the length.
`path` is an index of `paths`. What a block lacks is null, and nulls at its end are left out.

Another form needs a migration that converts the stored values, as 0019 made them of a table of blocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from cleaning.records.block import Block, BlockKind
from storage.database.types import make_storable

_KINDS = {str(kind): kind for kind in BlockKind}
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack_blocks(blocks: Iterable[Block], text: str) -> str | None:
    """Return the value of the sanitised blocks of an article with this text; None if there is no block."""
    paths: dict[str, int] = {}
    packed = []
    place = 0
    for block in blocks:
        own: list[Any] = [
            block.kind,
            block.text,
            None,
            paths.setdefault(block.path, len(paths)),
            block.rule,
            block.evidence,
            block.link_share or None,
            block.links or None,
            make_storable(block.layout) or None,
            block.entry,
        ]
        if block.rule is None and text.startswith(block.text, place):
            own[1:3] = place, len(block.text)
            place += len(block.text) + 1
        while own[-1] is None:
            own.pop()
        packed.append(own)
    return _write({"paths": list(paths), "blocks": packed}) if packed else None


def unpack_blocks(value: str | None, text: str) -> tuple[Block, ...]:
    """Return the blocks of the value that `pack_blocks` made, in reading order; `text` is that of the article."""
    return tuple(_unpack(value, text)) if value else ()


def _unpack(value: str, text: str) -> Iterator[Block]:
    read = json.loads(value)
    paths: list[str] = read["paths"]
    for own in read["blocks"]:
        kind, said, length, path, rule, evidence, link_share, links, layout, entry = own + [None] * (10 - len(own))
        yield Block(
            text=said if length is None else text[said : said + length],
            kind=_KINDS[kind],
            link_share=link_share or 0.0,
            links=tuple(links or ()),
            path=paths[path],
            rule=rule,
            evidence=evidence,
            layout=layout or "",
            entry=entry,
        )
