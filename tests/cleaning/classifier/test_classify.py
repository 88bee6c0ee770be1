"""Which runs are added to an extraction and which blocks get a low score, by models made for one test each."""

from __future__ import annotations

from typing import Any

import pytest

from cleaning.classifier.classify import Classification, classify
from cleaning.classifier.features import FEATURES
from cleaning.classifier.model import TreeModel
from cleaning.clean import clean
from cleaning.extraction import Extraction, build_block, extract
from cleaning.metadata.collect import Metadata, read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.page.run_numbers import write_numbers
from cleaning.page.text_runs import read_runs
from cleaning.records.article import Article
from cleaning.records.block import BlockKind
from cleaning.records.given import Page

URL = "https://www.harbour-post.example/2024/05/16/ferry"
PROSE = (
    "The board had taken the boat out of service in January, when a survey found that eleven plates were too thin.",
    "New plates were fitted at the yard in Pell during March and April, and the work cost a third more than planned.",
    "The timetable is the same as before: the boat leaves Lindmouth at ten and arrives at Orrow at six in the morning.",
)


def split_on(name: str, threshold: float, low: float, high: float) -> TreeModel:
    """Return a model of one node: the log-odds of texts with at most the threshold, and of those with more."""
    return TreeModel(((FEATURES.index(name), threshold, low, high, 0.0),))


EVERYTHING, NOTHING = TreeModel((5.0,)), TreeModel((-5.0,))
LONG_TEXTS = split_on("length", 80, -5.0, 5.0)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def extract_spans(body: str, *spans: tuple[int, ...]) -> tuple[Extraction, Metadata]:
    """Return the extraction of a page, with one block for each of these spans of runs, and its metadata."""
    html = f"<html><body>{body}</body></html>"
    tree = parse_tree(html)
    assert tree is not None
    metadata = read_metadata(tree, Page(URL, html))
    runs = read_runs(tree)
    write_numbers(runs)
    blocks = []
    for span in spans:
        block = build_block(" ".join(runs[number].text for number in span), [runs[number] for number in span], URL)
        assert block is not None
        blocks.append(block)
    return Extraction(tuple(blocks), spans, tuple(runs), URL), metadata


def classify_body(model: TreeModel, body: str, *spans: tuple[int, ...]) -> Classification:
    extraction, metadata = extract_spans(body, *spans)
    return classify(extraction, model, metadata, URL)


def texts(found: Classification) -> list[str]:
    return [block.text for block in found.extraction.blocks]


def test_a_paragraph_left_out_between_two_like_it_is_added_at_its_position_with_evidence() -> None:
    body = "".join(f"<div class='row'><div class='text'><p>{text}</p></div></div>" for text in PROSE)
    found = classify_body(LONG_TEXTS, body, (0,), (2,))
    assert texts(found) == list(PROSE)
    assert found.extraction.spans == ((0,), (1,), (2,))
    first, added, last = found.extraction.blocks
    assert (first.evidence, last.evidence) == (None, None)
    assert added.evidence == f"left out at first, 99% likely: {len(PROSE[1])} letters"
    assert (added.kind, added.path, added.is_kept) == (BlockKind.PARAGRAPH, "div.row > div.text > p", True)
    assert not found.low_scores


@pytest.mark.parametrize(("likely", "is_added"), [(-0.6, True), (-2.5, False)])
def test_the_paragraphs_of_an_equal_part_are_added_together_by_their_mean(likely: float, is_added: bool) -> None:
    longer = f"{PROSE[2]} That is what the board says."
    parts = (PROSE[:2], (longer, PROSE[2]))
    body = "".join(f"<div class='row'><div class='text'>{paragraphs(*part)}</div></div>" for part in parts)
    found = classify_body(split_on("length", len(PROSE[2]), -3.0, likely), body, (0,), (1,))
    assert (found.likelihoods[3] < 0.05, texts(found)) == (True, [*PROSE[:2], *(parts[1] if is_added else ())])


def test_an_added_block_has_its_links_and_its_kind() -> None:
    item = f"<ul><li>{PROSE[1]} <a href='/pell'>The yard</a></li></ul>"
    found = classify_body(LONG_TEXTS, paragraphs(PROSE[0]) + item + paragraphs(PROSE[2]), (0,), (2,))
    added = found.extraction.blocks[1]
    assert (added.kind, added.links) == (BlockKind.ITEM, ("https://www.harbour-post.example/pell",))


def test_a_text_is_added_with_a_high_likelihood_and_a_paragraph_with_a_medium_one() -> None:
    for text, log_odds, count in ((PROSE[1], 5.0, 3), (PROSE[1], 0.0, 3), (PROSE[1], -3.0, 2), ("Two words", 0.0, 2)):
        body = paragraphs(PROSE[0], text, PROSE[2])
        assert len(classify_body(TreeModel((log_odds,)), body, (0,), (2,)).extraction.blocks) == count


def test_blocks_are_in_page_order_each_with_its_runs() -> None:
    body = paragraphs(*PROSE, "Two words", *PROSE)
    found = classify_body(EVERYTHING, body, (1,), (5,))
    runs = found.extraction.runs
    assert found.extraction.spans == tuple((number,) for number in range(7))
    assert texts(found) == [run.text for run in runs]


def test_a_block_that_cannot_be_traced_stays_behind_the_one_before_it_and_is_not_scored() -> None:
    extraction, metadata = extract_spans(paragraphs(*PROSE), (0,), (2,))
    untraced = build_block("Nobody knows where this stood", [], URL)
    assert untraced is not None
    extraction = Extraction(
        (extraction.blocks[0], untraced, extraction.blocks[1]), ((0,), (), (2,)), extraction.runs, URL
    )
    grown = classify(extraction, EVERYTHING, metadata, URL)
    assert texts(grown) == [PROSE[0], untraced.text, PROSE[1], PROSE[2]]
    extraction, metadata = extract_spans(paragraphs("Two words", "Three small words"), (0,), (1,))
    extraction = Extraction(
        (extraction.blocks[0], untraced, extraction.blocks[1]), ((0,), (), (1,)), extraction.runs, URL
    )
    assert classify(extraction, NOTHING, metadata, URL).low_scores.keys() == {0, 2}


def test_a_text_without_a_number_is_not_added_because_it_may_be_there_already() -> None:
    body = paragraphs(PROSE[0]) + "<p>A</p>" + paragraphs(PROSE[2])
    assert texts(classify_body(EVERYTHING, body, (0,), (2,))) == [PROSE[0], PROSE[2]]


def test_a_low_score_has_the_likelihood_and_the_reasons() -> None:
    found = classify_body(LONG_TEXTS, paragraphs(PROSE[0], "Two words", PROSE[2]), (0,), (1,), (2,))
    assert found.low_scores.keys() == {1}
    assert found.low_scores[1].evidence == "1% likely: 9 letters"
    assert found.low_scores[1].likelihood == pytest.approx(0.0067, abs=0.0001)


def test_low_scores_are_indexed_after_the_additions() -> None:
    found = classify_body(LONG_TEXTS, paragraphs(*PROSE, "Two words"), (1,), (3,))
    assert [texts(found)[index] for index in found.low_scores] == ["Two words"]


def test_an_unlikely_line_of_a_paragraph_is_split_off() -> None:
    found = classify_body(LONG_TEXTS, f"<p>{PROSE[0]}<br>Photo: Berg<br>{PROSE[1]}</p>", (0, 1, 2))
    assert texts(found) == [PROSE[0], "Photo: Berg", PROSE[1]]
    assert found.extraction.spans == ((0,), (1,), (2,))
    assert found.low_scores.keys() == {1}


@pytest.mark.parametrize("model", [EVERYTHING, NOTHING])
def test_a_paragraph_with_only_likely_or_only_unlikely_lines_stays_whole(model: TreeModel) -> None:
    found = classify_body(model, "<p>Two words<br>Photo: Berg<br>Three small words</p>", (0, 1, 2))
    assert found.extraction.spans == ((0, 1, 2),)


def test_a_paragraph_stays_whole_where_its_words_are_not_those_of_its_lines() -> None:
    extraction, metadata = extract_spans(f"<p>{PROSE[0]}<br>Photo: Berg</p>", (0, 1))
    other = build_block(f"{PROSE[0]} Photo by Berg", extraction.runs, URL)
    assert other is not None
    extraction = Extraction((other,), extraction.spans, extraction.runs, URL)
    assert classify(extraction, LONG_TEXTS, metadata, URL).extraction.blocks == (other,)


def test_preformatted_text_stays_whole() -> None:
    found = classify_body(LONG_TEXTS, f"<pre>{PROSE[0]}<br>print()</pre>", (0, 1))
    assert found.extraction.spans == ((0, 1),)


def test_a_table_of_results_gets_no_low_score_and_a_row_of_links_does() -> None:
    row = "<tr><td>Pell</td><td>2:1</td></tr>"
    extraction, metadata = _table(row, "| Pell | 2:1 |")
    assert not classify(extraction, NOTHING, metadata, URL).low_scores
    extraction, metadata = _table(row.replace("Pell", "<a href='/pell'>Pell</a>"), "| Pell | 2:1 |")
    assert classify(extraction, NOTHING, metadata, URL).low_scores.keys() == {1}


def test_a_paragraph_among_those_that_were_taken_is_not_classified() -> None:
    found = classify_body(NOTHING, paragraphs(*PROSE, "Two words"), (0,), (1,), (2,), (3,))
    assert found.low_scores.keys() == {3}


def _table(row: str, line: str) -> tuple[Extraction, Metadata]:
    extraction, metadata = extract_spans(f"{paragraphs(PROSE[0])}<table>{row}</table>", (0,))
    block = build_block(line, extraction.runs[1:], URL)
    assert block is not None
    assert block.kind is BlockKind.ROW
    return Extraction((*extraction.blocks, block), ((0,), (1, 2)), extraction.runs, URL), metadata


@pytest.mark.parametrize("model", [EVERYTHING, NOTHING])
def test_a_page_without_text_gives_nothing(model: TreeModel) -> None:
    metadata = read_metadata(None, Page(URL, ""))
    assert classify(Extraction(), model, metadata, URL) == (Extraction(), {}, {})


@pytest.mark.parametrize("model", [EVERYTHING, NOTHING, LONG_TEXTS, TreeModel(())])
def test_blocks_and_their_runs_stay_parallel(model: TreeModel, news_page: Any) -> None:
    html = news_page.html(
        middle="<p>One<br>two<br>three</p><table><tr><td>Pell</td><td>2:1</td></tr></table><pre>a = 1\nb = 2</pre>",
        below="<div class='share'><p>Share</p><ul><li>An item</li></ul></div>",
    )
    tree = parse_tree(html)
    assert tree is not None
    metadata = read_metadata(tree, Page(URL, html))
    grown, low_scores, _ = classify(extract(tree, URL), model, metadata, URL)
    assert len(grown.blocks) == len(grown.spans)
    firsts = [span[0] for span in grown.spans if span]
    assert firsts == sorted(firsts)
    assert all(0 <= index < len(grown.blocks) for index in low_scores)
    for block, span in zip(grown.blocks, grown.spans, strict=True):
        assert not span or block.path == grown.runs[span[0]].element.path


LEFT_OUT = (
    "<div class='{}'><p>Forty men of the yard worked on her by day and night, and two of them came from Orrow.</p>"
    "</div>"
)


def clean_with(model: TreeModel, page: str) -> Article:
    return clean(Page(URL, page), model)


def test_a_part_of_the_article_that_trafilatura_left_out_comes_back_into_the_text(news_page: Any) -> None:
    page = news_page.html(middle=LEFT_OUT.format("noprint"))
    assert "Forty men" not in clean_with(TreeModel(()), page).text
    article = clean_with(LONG_TEXTS, page)
    assert article.text.split("\n")[3].startswith("Forty men")
    (block,) = [block for block in article.blocks if block.text.startswith("Forty men")]
    assert block.is_kept
    assert (block.evidence or "").startswith("left out at first, 99% likely: ")


def test_rules_cut_added_blocks_too(news_page: Any) -> None:
    page = news_page.html(end=LEFT_OUT.format("newsletter"))
    (block,) = [block for block in clean_with(LONG_TEXTS, page).blocks if block.text.startswith("Forty men")]
    assert (block.is_kept, block.rule) == (False, "chrome")
    assert "left out" not in (block.evidence or "")


@pytest.mark.parametrize("name", ["article-body", "story__part", "content", "column"])
def test_an_article_in_several_equal_parts_is_found_whole(name: str) -> None:
    texts = [
        f"The harbour board of Lindmouth decided on Monday that ferry number {number} will run again, after {number}"
        " months of repairs at the yard in Pell and a winter without any boat."
        for number in range(15)
    ]
    parts = "".join(
        f"<div class='row'><div class='{name}'>{paragraphs(*texts[at : at + 5])}</div><aside>Adverts</aside></div>"
        for at in (0, 5, 10)
    )
    page = f"<html><head><title>Ferries</title></head><body><main><h1>Ferries</h1>{parts}</main></body></html>"
    assert clean(Page(URL, page)).text.split("\n") == texts
