"""Extract tables that lay out a page as paragraphs, and tables of figures as rows."""

from __future__ import annotations

from cleaning.article import BlockKind
from cleaning.extraction import build_extraction, extract
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs

LINES = (
    "The ice road over the lake was closed on Tuesday.",
    "It will not be opened again.",
    "The county wants a ferry for the children.",
    "“The ice sings at night,” said Per Lund.",
    "Then it does not.",
    "The ferry needs a crew of three people.",
)
PARAGRAPHS = "".join(f"<p>{line} {line} {line}</p>" for line in LINES)


def extract_blocks(body: str) -> list[tuple[BlockKind, str]]:
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    return [(block.kind, block.text) for block in extract(tree, "https://a.example/2024/05/a").blocks]


def test_short_paragraphs_in_a_cell_are_paragraphs() -> None:
    cell = "".join(f"<p>{line}</p>" for line in LINES)
    found = extract_blocks(f"<table><tr><td><a href='/'>Home</a></td><td><h1>Ice road</h1>{cell}</td></tr></table>")
    assert [text for _, text in found if text in LINES] == list(LINES)
    assert (BlockKind.PARAGRAPH, LINES[0]) in found


def test_short_lines_between_breaks_in_a_cell_are_separate_blocks() -> None:
    found = extract_blocks(f"<table><tr><td>Menu</td><td>{'<br><br>'.join(LINES)}</td></tr></table>")
    assert [text for _, text in found if text in LINES] == list(LINES)


def test_chinese_characters_in_a_cell_count_as_several_letters() -> None:
    lines = (
        "奥姆湖上的冰路星期二关闭，比往年早了两个星期。",
        "县政府希望在月底以前让渡轮下水，条件是风力允许。",
        "学生们要早起一个小时才能赶到学校。",
    )
    found = extract_blocks(f"<table><tr><td>首页</td><td>{'<br>'.join(lines)}</td></tr></table>")
    assert [text for _, text in found if text in lines] == list(lines)


def test_figures_and_notes_stay_rows() -> None:
    rows = [
        ("Team", "Points"),
        ("Hallin<br>United", "9<br>8"),
        ("<p>Orm</p><p>Town</p>", "3 goals. 2 cards."),
        ("Marta Hale", "She writes about the weather.<br>Born in Vessa."),
        ("Per Lund", "Has measured the ice since 1996. He lives in Vessa, where he was born and went to school."),
    ]
    table = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    found = extract_blocks(f"<article>{PARAGRAPHS}<table>{table}</table>{PARAGRAPHS}</article>")
    assert [text for kind, text in found if kind is BlockKind.ROW] == [
        "Team | Points",
        "Hallin United | 9 8",
        "Orm Town | 3 goals. 2 cards.",
        "Marta Hale | She writes about the weather. Born in Vessa.",
        "Per Lund | Has measured the ice since 1996. He lives in Vessa, where he was born and went to school.",
    ]


def test_the_cells_of_a_row_are_one_block_only_where_that_is_asked_for() -> None:
    tree = parse_tree(
        "<html><body><table><tr><td><p>Orm Town</p></td><td><p>3 goals</p></td></tr></table></body></html>"
    )
    assert tree is not None
    runs = read_runs(tree)

    def build(*, join_rows: bool) -> list[str]:
        extraction = build_extraction(runs, range(len(runs)), "https://a.example/", join_rows=join_rows)
        return [block.text for block in extraction.blocks]

    # A site memory reads a page of its site text by text, and what it reads must not depend on the rules of a site.
    assert build(join_rows=False) == ["Orm Town", "3 goals"]
    assert build(join_rows=True) == ["Orm Town | 3 goals"]
