"""Check properties of cleaning that hold for every page, whatever its content."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pebble import ProcessPool
from timed_cleaning import clean_with_cpu_time

from cleaning.classifier.classify import classify
from cleaning.classifier.model import load_model
from cleaning.clean import clean, decide_again
from cleaning.extraction import extract
from cleaning.foreign.hidden_text import judge_hidden_parts
from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.reading.prepare_page import prepare_page
from cleaning.records.article import Article
from cleaning.records.block import LEFT_OUT
from cleaning.records.given import Page

URL = "https://www.harbour-post.example/2024/05/16/page"
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Sentences, labels and lines in other languages, for the rules to judge.
TEXTS = st.sampled_from(
    """
    The board had taken the boat out of service in January, when a survey found that eleven of forty plates were thin.
    Die Reederei wartet seit dem Winter auf neue Platten, und die Werft in Pell wartet auf das Geld der Reederei.
    Ночной паром между Линдмутом и Орроу снова пойдёт с первого июня, решила портовая комиссия в четверг вечером.
    港务局星期四晚上决定，林德茅斯与奥罗之间的夜间渡轮将从六月一日起恢复运行，委员们一致通过了这个决定。
    नाव की चालीस में से ग्यारह प्लेटें बहुत पतली थीं, इसलिए बोर्ड ने उसे जनवरी में सेवा से हटा दिया था।
    See also|Read more:|Lesen Sie auch|Читайте также:|延伸阅读|Print|Share|© 2024|All rights reserved|Leave a Reply
    By Anna Berg|16 May 2024|Comment|Your email address will not be published.|Sign up for our newsletter|Yes.|&lt;b&gt;
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("|")
    .split("|")
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<>&"), max_size=40)
CLASSES = st.sampled_from(
    ["", " class='share'", " class='related-box'", " class='byline'", " id='comments'", " hidden"]
)


def wrap_in_element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy for HTML in an element, in a link, or beside other HTML."""
    tag = st.sampled_from(
        [
            "p",
            "div",
            "li",
            "h2",
            "h3",
            "blockquote",
            "strong",
            "em",
            "span",
            "td",
            "pre",
            "figcaption",
            "section",
            "aside",
        ]
    )
    return (
        st.builds(lambda name, attribute, html: f"<{name}{attribute}>{html}</{name}>", tag, CLASSES, inner)
        | st.builds(lambda html: f"<a href='/2024/05/other'>{html}</a>", inner)
        | st.builds(lambda html: f"<ul><li>{html}</li></ul>", inner)
        | st.builds(lambda html: f"<table><tr><td>{html}</td><td>1</td></tr></table>", inner)
        | st.builds("{}<br>{}".format, inner, inner)
        | st.builds("{}{}".format, inner, inner)
    )


HTML = st.recursive(TEXTS, wrap_in_element, max_leaves=25)
PAGES = st.builds(
    "<html><head><title>{} - Harbour Post</title></head><body><h1>{}</h1><main>{}</main>{}</body></html>".format,
    TEXTS,
    TEXTS,
    HTML,
    HTML,
)


def select_letters(text: str) -> str:
    """Return the text's letters and digits, without marks, spaces and invisible characters."""
    return "".join(letter for letter in text if letter.isalnum() and not unicodedata.combining(letter))


@SLOW
@given(PAGES)
def test_cleaning_again_gives_the_same_article(html: str) -> None:
    assert clean(Page(URL, html)) == clean(Page(URL, html))


@SLOW
@given(PAGES)
def test_deciding_again_gives_the_same_article(html: str) -> None:
    article = clean(Page(URL, html), observe=True)
    again = decide_again(article.reading)
    assert article.reading
    assert again is not None
    assert repr(again) == repr(article)
    assert (again.observation, again.sources) == (article.observation, article.sources)


@SLOW
@given(PAGES)
def test_the_words_of_every_block_are_in_the_page_in_the_same_order(html: str) -> None:
    tree = parse_tree(html)
    assert tree is not None
    page = select_letters(tree.find("body").text_content())
    for block in clean(Page(URL, html)).blocks:
        for word in re.findall(r"\w+", block.text):
            assert select_letters(word) in page
        rest = iter(page)
        assert all(letter in rest for letter in select_letters(block.text))


@SLOW
@given(PAGES)
@example(
    "<html><body><h1>Ferry</h1><main>Ferry</main><strong hidden>The boat sails at night again.</strong></body></html>"
)
def test_kept_and_cut_blocks_are_all_extracted_blocks_in_order(html: str) -> None:
    tree = parse_tree(html)
    assert tree is not None
    page = Page(URL, html)
    # Words within a line that no reader sees are erased before anything is extracted.
    prepared = prepare_page(tree, page, read_metadata(tree, page))
    unseen = judge_hidden_parts(prepared.hidden, prepared.runs)
    found = replace(extract(tree, URL, prepared.runs), unseen=unseen)
    grown = classify(found, load_model(), prepared.metadata, URL).extraction
    extracted = [(block.text, block.kind, block.path) for block in grown.blocks]
    article = clean(page)
    # What no step took, or no reader sees, stands among them as a cut block.
    waiting, added = list(extracted), []
    for block in article.blocks:
        if waiting and (block.text, block.kind, block.path) == waiting[0]:
            del waiting[0]
        else:
            added.append(block)
    assert waiting == []
    assert {block.rule for block in added} <= {LEFT_OUT, "hidden"}
    assert len(article.removed) + len([block for block in article.blocks if block.is_kept]) == len(article.blocks)


@SLOW
@given(PAGES)
def test_every_cut_has_a_rule_and_evidence(html: str) -> None:
    article = clean(Page(URL, html))
    assert article.rejected != "cleaner-error"
    for block in article.blocks:
        assert (block.rule is None) is block.is_kept
        if block.is_kept:
            assert block.evidence is None or block.evidence.startswith("left out at first")
        else:
            assert block.evidence
        assert block.text == " ".join(block.text.split())
        assert 0 <= block.link_share <= 1
    assert article.text == "\n".join(block.text for block in article.blocks if block.is_kept)


@SLOW
@given(
    st.text()
    | st.binary().map(lambda raw: raw.decode("latin-1"))
    | st.binary().map(lambda raw: raw.decode("utf-16", "replace"))
)
@example("<html><body><p>\ud800</p>")
@example("\0")
def test_no_text_raises(html: str) -> None:
    article = clean(Page(URL, html))
    assert isinstance(article, Article)
    assert article.rejected not in (None, "cleaner-error")
    article.text.encode()


@SLOW
@given(st.text(max_size=80), PAGES)
def test_no_address_raises(url: str, html: str) -> None:
    assert clean(Page(url, html)).rejected != "cleaner-error"


PARAGRAPH = "<p>The board had taken the boat out of service in January, when a survey found the plates too thin.</p>"
LINKS = "".join(
    f"<li><a href='/2024/05/{at}'>A headline of the story number {at} of this year</a></li>" for at in range(300)
)
TEASERS = "".join(
    f"<div><h2><a href='/2024/{at}'>A headline of story number {at}</a></h2>{PARAGRAPH}</div>" for at in range(20)
)
# Bad input with the reason of its rejection, None where an article comes out.
BAD = {
    "empty": ("", "no-text"),
    "white space": (" \r\n\t" * 1_000, "no-text"),
    "binary": ("".join(map(chr, range(256))) * 5_000, "not-html"),
    "an image": ("\x89PNG\r\n\x1a\n" + "\x00\xff\x10" * 100_000, "not-html"),
    "5 MB of one line": (f"<html><body><p>{'word ' * 1_000_000}</p></body></html>", None),
    "5 MB without a space": (f"<html><body><p>{'x' * 5_000_000}</p></body></html>", None),
    "5 MB without markup": ("word " * 1_000_000, "not-html"),
    "50,000 short paragraphs": (f"<html><body>{'<p>A short one.</p>' * 50_000}</body></html>", None),
    "50,000 short linked paragraphs": (
        f"<html><body>{'<p><a href=/a>A short one</a></p>' * 50_000}</body></html>",
        None,
    ),
    "20,000 nested divisions": (
        f"<html><body>{'<div>' * 20_000}{PARAGRAPH * 3}{'</div>' * 20_000}</body></html>",
        None,
    ),
    "20,000 nested quotations": (f"<html><body>{'<blockquote>' * 20_000}{PARAGRAPH * 3}</body></html>", None),
    "20,000 nested links": (f"<html><body>{'<a href=/a>' * 20_000}{PARAGRAPH * 3}</body></html>", "section"),
    "NUL between the letters": (f"<html><body>{PARAGRAPH * 3}</body></html>".replace("o", "o\0"), None),
    "lone surrogates": (f"<html><body>{PARAGRAPH * 3}\udcff<p>\ud800</p></body></html>", None),
    "a wrong charset": (
        f"<html><head><meta charset='utf-16'></head><body>{PARAGRAPH * 3}</body></html>",
        None,
    ),
    "a charset that is none": (f"<html><meta charset='klingon'><body>{PARAGRAPH * 3}</body></html>", None),
    "no charset, wrong letters": (f"<html><body>{PARAGRAPH * 3}<p>FÃ¤hre</p></body></html>", None),
    "frames only": ("<html><frameset cols='20%,*'><frame src='a'><frame src='b'></frameset></html>", "no-text"),
    "a frame in the body": ("<html><body><iframe src='/a'></iframe></body></html>", "no-text"),
    "scripts only": ("<html><body><script>let page = '<p>words</p>'</script></body></html>", "no-text"),
    "only links": (f"<html><body><ul>{LINKS}</ul></body></html>", "section"),
    "only teasers": (f"<html><body>{TEASERS}</body></html>", "section"),
    "100,000 unclosed elements": ("<html><body>" + "<p><b><i>x" * 33_000, None),
    "100,000 attributes": ("<html><body><p " + "a " * 100_000 + f">{PARAGRAPH * 3}</body></html>", None),
    "a table of 40,000 cells": (
        f"<html><body><table>{'<tr><td>1</td><td>2</td></tr>' * 20_000}</table></body></html>",
        None,
    ),
}
CPU_SECONDS = 30.0  # a page, as CLEANING_DEADLINE
GIVE_UP = 110.0  # seconds; a busy machine may need several for one of the processor's


@pytest.fixture(scope="module")
def child() -> Iterator[ProcessPool]:
    """A process that a page cannot take the tests down with."""
    with ProcessPool(max_workers=1, context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize(("html", "reason"), BAD.values(), ids=BAD)
def test_bad_input_is_rejected_in_time_with_the_right_reason(html: str, reason: str | None, child: ProcessPool) -> None:
    article, seconds = child.schedule(clean_with_cpu_time, args=(Page(URL, html),), timeout=GIVE_UP).result()
    assert article.rejected == reason
    assert seconds < CPU_SECONDS
