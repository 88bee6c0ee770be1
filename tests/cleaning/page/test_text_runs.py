from __future__ import annotations

import pytest

from cleaning.extraction import extract
from cleaning.markdown.layout import MAX_COLUMNS
from cleaning.page.block_elements import ShownElement
from cleaning.page.parsing import parse_tree
from cleaning.page.run_numbers import restore_line, write_numbers
from cleaning.page.symbols import MAX_RUNS
from cleaning.page.text_runs import TextRun, read_runs
from cleaning.records.block import BlockKind


def read_numbered_runs(body: str) -> tuple[list[TextRun], str]:
    """Return the runs of a page, and its text with their numbers in it."""
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    runs = read_runs(tree)
    write_numbers(runs)
    return runs, "\n".join(tree.itertext())


def test_block_boundaries_and_breaks_separate_runs_and_inline_elements_do_not() -> None:
    runs, _ = read_numbered_runs("<div>One <b>and</b> the same<br>next<p>third</p>fourth</div>")
    assert [run.text for run in runs] == ["One and the same", "next", "third", "fourth"]


def test_numbers_keep_the_length_and_are_restored_to_the_original_text() -> None:
    body = "<p>First line of <a href='/x'>text</a></p><ul><li>An item</li></ul><p>  spaced</p>"
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    before = tree.text_content()
    runs = read_runs(tree)
    write_numbers(runs)
    after = tree.text_content()
    assert len(after) == len(before)
    assert after != before
    assert restore_line(after, runs) == (before, [0, 1, 2])


def test_link_characters_and_targets_are_counted_by_run() -> None:
    (run,), _ = read_numbered_runs("<p>See <a href='/a'>this</a> and <a href='/b'>that</a></p>")
    assert (run.characters, run.link_characters, run.links) == (14, 8, ["/a", "/b"])


def test_scripts_and_forms_fields_have_no_runs() -> None:
    runs, _ = read_numbered_runs("<p>text</p><script>var x</script><style>p{}</style><textarea>type</textarea>tail")
    assert [run.text for run in runs] == ["text", "tail"]


def test_a_run_without_words_has_no_number_and_one_of_a_single_letter_neither() -> None:
    runs, text = read_numbered_runs("<p>***</p><p>|</p><p>a</p>")
    assert len(runs) == 3
    assert restore_line(text, runs)[1] == []


@pytest.mark.parametrize(
    ("body", "kind", "path"),
    [
        ("<main id='m'><p class='a b'>text</p></main>", BlockKind.PARAGRAPH, "main#m > p.a.b"),
        ("<h2><span>text</span></h2>", BlockKind.HEADING, "h2"),
        ("<ul><li><p>text</p></li></ul>", BlockKind.ITEM, "ul > li > p"),
        ("<blockquote><p>text</p></blockquote>", BlockKind.QUOTE, "blockquote > p"),
        ("<table><tr><td>text</td></tr></table>", BlockKind.ROW, "table > tr > td"),
        ("<table><tr><td><p>text</p></td></tr></table>", BlockKind.PARAGRAPH, "table > tr > td > p"),
        ("<figure><figcaption>text</figcaption></figure>", BlockKind.CAPTION, "figure > figcaption"),
        ("<pre>text</pre>", BlockKind.CODE, "pre"),
    ],
)
def test_a_run_has_the_kind_and_path_of_its_element(body: str, kind: BlockKind, path: str) -> None:
    (run,), _ = read_numbered_runs(body)
    assert (run.element.kind, run.element.path) == (kind, path)


def test_runs_beyond_the_last_number_are_listed_without_one() -> None:
    runs, text = read_numbered_runs("<p>ab</p>" * (MAX_RUNS + 5))
    assert len(runs) == MAX_RUNS + 5
    assert restore_line(text, runs)[1] == list(range(MAX_RUNS))


FLAG = "\U0001f3f4" + "".join(chr(0xE0000 + code) for code in (*b"gbeng", 0x7F))
SPELLINGS = (
    "می\u200cخواهم بدانم که چرا کشتی\u200cها در بندر مانده\u200cاند و چه زمانی به راه می\u200cافتند، گفت ناخدا.",
    "श्री\u200dमान ने मंगलवार को कहा कि नाव की चालीस में से ग्यारह प्लेटें बहुत पतली थीं, इसलिए उसे हटा दिया गया।",
    f"A family 👨\u200d👩\u200d👧 under the flag {FLAG} waited for the ferry that was to come on Tuesday, and it came.",
)


@pytest.mark.parametrize("text", SPELLINGS, ids=["Persian", "Hindi", "emoji"])
@pytest.mark.parametrize("frame", ["<p>{}</p>", "<ul><li>{}</li></ul>", "<blockquote><p>{} <b>{}</b></p></blockquote>"])
def test_a_block_has_the_pages_own_spelling(text: str, frame: str) -> None:
    tree = parse_tree(f"<html><body><article>{frame.format(text, text) * 3}</article></body></html>")
    assert tree is not None
    blocks = extract(tree, "https://a.example/2024/05/a").blocks
    assert [block.text for block in blocks] == [" ".join([text] * frame.count("{}"))] * 3


def test_our_symbols_are_left_out_where_a_page_has_them() -> None:
    runs, text = read_numbered_runs("<p>Old \U0001d200\U0001d000 music \u0605 and more</p>")
    assert restore_line(text, runs) == ("Old  music \u0605 and more", [0])
    assert runs[0].text == "Old music \u0605 and more"


def test_columns_beyond_the_last_that_markdown_writes_are_not_counted() -> None:
    """A row of a few thousand cells that span a thousand columns each would take minutes and all memory."""
    tree = parse_tree(f"<html><body><table><tr>{'<td colspan=1000 rowspan=65000>a</td>' * 3_000}</table></body></html>")
    assert tree is not None
    cells = [run.element.cell for run in read_runs(tree)]
    assert [cell.number for cell in cells if cell is not None] == [1] + [0] * 2_999
    assert cells[0] is not None
    row = cells[0].parent
    assert row is not None
    table = next(one for one in row.walk_up() if isinstance(one, ShownElement) and one.tag == "table")
    assert table.taken is not None
    assert len(table.taken) == MAX_COLUMNS


def test_a_row_outside_of_any_table_does_not_keep_the_walk_forever() -> None:
    tree = parse_tree("<html><body><div><tr><td>One cell</td><td>another</td></tr></div></body></html>")
    assert tree is not None
    assert [(run.text, run.element.layout) for run in read_runs(tree)] == [("One cell", ":1"), ("another", ":2")]
