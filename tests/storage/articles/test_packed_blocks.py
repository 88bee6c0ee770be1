"""The blocks of an article as one value, and as rows of the view `block`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from give_blocks import give_blocks
from sqlalchemy import Engine, select

from cleaning.records.block import Block, BlockKind
from storage.models import StoredBlock
from storage.models.packed_blocks import pack_blocks, unpack_blocks

if TYPE_CHECKING:
    from conftest import GiveArticles

NAME = "0123456789abcdef"
PATH = "main > article.story > p"
BLOCKS = (
    Block("The ferry runs again", BlockKind.HEADING, path="main > h1", rule="repeated-headline", evidence='as "title"'),
    Block("Die Fähre 🛥 fährt wieder.", path=PATH, links=("https://ferry.example/a?b=1&c='2'",), link_share=1 / 3),
    Block("Share this 🛥", BlockKind.ITEM, path="main > ul > li", rule="share_bar", layout="ul.1 > li.2"),
    Block("", path=PATH),
    Block('Line "one"\n\ttwo \\ back', BlockKind.CODE, path="main > pre", evidence="added by the classifier"),
    Block("The ferry runs again", BlockKind.QUOTE, path="", entry=0, layout="blockquote.1"),
    Block("“Ende”", path=PATH, entry=3),
)
TEXT = "\n".join(block.text for block in BLOCKS if block.is_kept)
# A text that a former cleaner made, a block that is none of it, and a text that has only a part of the blocks.
TEXTS = [TEXT, "", "Another text.", TEXT + " more", TEXT[10:], BLOCKS[1].text]


@pytest.mark.parametrize("text", TEXTS)
def test_blocks_come_back_as_they_were_whatever_the_text(text: str) -> None:
    assert unpack_blocks(pack_blocks(BLOCKS, text), text) == BLOCKS


def test_no_blocks_are_no_value() -> None:
    assert pack_blocks((), TEXT) is None
    assert unpack_blocks(None, TEXT) == ()


def test_what_stands_in_the_text_is_not_stored_twice_and_a_path_once() -> None:
    value = pack_blocks(BLOCKS, TEXT) or ""
    assert "Ende" not in value
    assert value.count("fährt") == 0
    assert value.count("Share this 🛥") == 1
    assert value.count(PATH) == 1


@pytest.mark.parametrize("text", TEXTS)
def test_the_view_shows_a_row_for_each_block(engine: Engine, give_articles: GiveArticles, text: str) -> None:
    give_articles(engine, [{"id": NAME, "text": text}, {"id": "f" * 16, "text": TEXT}])
    assert read_view(engine, BLOCKS) == BLOCKS


def test_the_view_shows_texts_of_any_length(engine: Engine, give_articles: GiveArticles) -> None:
    # PostgreSQL reads a text in pieces of 16,384 characters: blocks that end, begin and lie across their borders.
    lengths = (16_383, 0, 16_384, 3, 40_000, 9_000, 1, 16_380, 70_000)
    blocks = tuple(Block(letter * length) for letter, length in zip("aé🛥bcأde🎈", lengths, strict=True))
    give_articles(engine, [{"id": NAME, "text": "\n".join(block.text for block in blocks)}])
    assert read_view(engine, blocks) == blocks


def read_view(engine: Engine, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Give the article these blocks, and return what the view shows."""
    with engine.begin() as connection:
        give_blocks(connection, NAME, blocks)
        rows = connection.execute(select(StoredBlock.__table__).order_by(StoredBlock.position)).all()
    assert [(row.article_id, row.position) for row in rows] == [(NAME, place) for place in range(len(blocks))]
    return tuple(
        Block(
            row.text,
            BlockKind(row.kind),
            row.link_share,
            tuple(row.links),
            row.path,
            row.rule,
            row.evidence,
            row.layout or "",
            row.entry,
        )
        for row in rows
    )
