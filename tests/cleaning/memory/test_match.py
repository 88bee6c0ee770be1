"""Pages that are like the articles of their site, and pages that are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import trafilatura
from small_paper import LINKED_STORIES, SmallPaper, learn_memory_of, observe_pages

from cleaning.clean import clean
from cleaning.duplicates.fingerprint import fingerprint
from cleaning.memory.learning import learn_memory
from cleaning.records.block import BlockKind


@pytest.mark.parametrize("learned_from", [0, 6])
def test_a_redesign_loses_no_text(learned_from: int) -> None:
    """The memory knows the old template, or both, when a third of the articles have the new one."""
    paper = SmallPaper()
    old = [paper.page_with_boilerplate(number) for number in range(LINKED_STORIES)]
    new = [paper.page(number, template="redesign") for number in range(20, 26)]
    known = learn_memory_of([*old, *new[:learned_from]])
    for number, page in enumerate(new, 20):
        assert clean(page).text == paper.story(number).text
        assert clean(page, memory=known).text == paper.story(number).text
    for number, page in enumerate(old):
        assert clean(page, memory=known).text == paper.story(number).text


@pytest.mark.parametrize(("left", "links"), [(1, 0), (2, 0), (3, 0), (1, 4), (2, 4), (1, 10), (2, 10)])
def test_a_redesign_that_leaves_the_first_paragraphs_where_they_were_loses_no_text(left: int, links: int) -> None:
    paper = SmallPaper()
    known = learn_memory_of([paper.page(number) for number in range(LINKED_STORIES)])
    page, story = paper.page(20), paper.story(20)
    for text in story.paragraphs[left:]:
        page = replace(page, html=page.html.replace(f"<p>{text}</p>", ""))
    topics = "".join(f"<li><a href='/topic/{at}'>Topic number {at} of ours</a></li>" for at in range(links))
    rest = "".join(f"<p class='words'>{text}</p>" for text in story.paragraphs[left:])
    page = replace(
        page,
        html=page.html.replace(
            "</article>", f"<ul class='topics'>{topics}</ul><section class='rest'>{rest}</section></article>"
        ),
    )
    assert clean(page).text == story.text
    assert clean(page, memory=known).text == story.text


RESULTS = (
    "<table><tr><th>Town</th><th>Votes</th></tr><tr><td>Narwen</td><td>4,201</td></tr>"
    "<tr><td>Orrow</td><td>3,978</td></tr></table>"
)


@pytest.mark.parametrize(
    "insert",
    [
        RESULTS,
        "<pre>Roses are red\nthe mill is old</pre>",
        "<p>All of it is in <a href='https://council.example/r'>the report on the mill and the ferry</a>.</p>",
        "<div class='facts'><p>The mill has 4 stones.</p></div>",
    ],
    ids=["table", "poem", "linked sentence", "small box"],
)
def test_content_that_is_rare_on_the_site_is_kept_as_without_memory(insert: str) -> None:
    paper = SmallPaper()
    known = learn_memory_of([paper.page(number) for number in range(LINKED_STORIES)])
    page = paper.page(20, middle=insert)
    alone = clean(page).text
    assert alone != paper.story(20).text
    assert clean(page, memory=known).text == alone


def test_tables_that_the_site_often_has_look_alike_with_and_without_memory() -> None:
    paper = SmallPaper()
    towns = "Aldun Berl Cosk Dorm Elfi Frod Gant Hult Irsk Jolm Kelp Lurd".split()  # noqa: SIM905  # a word each
    pages = []
    for number, town in enumerate(towns):
        rows = "".join(
            f"<tr><th>{town} {thing}</th><td>{parts} of {town}</td></tr>"
            for thing, parts in (("mill", "wheels"), ("tower", "bells"))
        )
        pages.append(paper.page(number, middle=f"<table>{rows}</table>"))
    known = learn_memory_of(pages)
    for town, page in zip(towns, pages, strict=True):
        alone = clean(page).text
        assert f"{town} mill | wheels of {town}" in alone.split("\n")
        assert clean(page, memory=known).text == alone


def test_a_page_of_a_known_site_is_read_without_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    """trafilatura only extracts pages of another kind that leave doubt."""
    calls = []
    original = trafilatura.bare_extraction

    def record_call(*args: Any, **options: Any) -> object:
        calls.append(args)
        return original(*args, **options)

    monkeypatch.setattr(trafilatura, "bare_extraction", record_call)
    paper = SmallPaper()
    known = learn_memory_of([paper.page_with_boilerplate(number) for number in range(LINKED_STORIES)])
    calls.clear()
    assert clean(paper.page_with_boilerplate(40), memory=known).text == paper.story(40).text
    assert not calls
    assert clean(paper.page(41, template="redesign"), memory=known).text == paper.story(41).text
    assert not calls
    timetable = "<pre>ferry --depart 10:00\nferry --arrive 06:00</pre>"
    clean(paper.page(41, template="redesign", middle=timetable), memory=known)
    assert calls


def test_blocks_extracted_by_memory_have_kinds_and_paths_too() -> None:
    paper = SmallPaper()
    known = learn_memory_of([paper.page(number) for number in range(LINKED_STORIES)])
    article = clean(paper.page(20, middle="<h2>How the ferry came back to the town</h2>"), memory=known)
    kinds = {block.text: (block.kind, block.path) for block in article.blocks if block.is_kept}
    text = "main > article.story > div.story-text"
    assert kinds["How the ferry came back to the town"] == (BlockKind.HEADING, f"{text} > h2")
    assert kinds[paper.story(20).paragraphs[0]] == (BlockKind.PARAGRAPH, f"{text} > p")


@pytest.mark.parametrize("template", ["classic", "redesign"])
def test_a_block_that_a_keep_rule_names_is_kept_or_cut_by_another_rule_but_never_vanishes(template: str) -> None:
    """On a page that the memory knows, and on one that it does not know."""
    verse, form = "A verse for the day, by the printers", "Leave a Reply"
    paper = SmallPaper()
    below = f"<div class='box'><div>{verse}</div></div><form id='commentform'><div>{form}</div></form>"
    pages = [paper.page(number, below=below) for number in range(LINKED_STORIES)]
    page = paper.page(20, template=template, below=below)
    assert {verse, form}.isdisjoint(clean(page, memory=learn_memory_of(pages)).text.split("\n"))
    rules = {fingerprint(verse), fingerprint(form)}
    memory = learn_memory(observe_pages(pages), keep_rules=rules).memory
    blocks = {block.text: block for block in clean(page, memory=memory).blocks}
    assert blocks[verse].is_kept
    assert blocks[form].rule == "comment_form"
