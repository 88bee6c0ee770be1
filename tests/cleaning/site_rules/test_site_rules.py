"""What the operator of a site, or a spider, says of its pages, and what cleaning makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from cleaning.clean import clean
from cleaning.memory.dependency import MemoryDependency, hash_site_rules
from cleaning.memory.learning import learn_memory
from cleaning.memory.observation import Observation
from cleaning.records.article import Article
from cleaning.records.block import BlockKind
from cleaning.records.given import Known, Page, SiteRules

URL = "https://gazette.example/harbour/ships-late"
FETCHED = datetime(2026, 12, 1, tzinfo=UTC)
HEADS = ("fishermen", "pilots", "captains", "sailors")
PARAGRAPHS = "".join(
    f"<p>The {who} of the harbour said on Monday that the ships had come in late again, in spite of the calm sea.</p>"
    for who in HEADS
)
# Its article stands in an element with the name of boilerplate; it ends with lines that look like none of it.
HTML = f"""<html><head><title>Ships late - Gazette</title>
<script type="application/ld+json">{{"@graph": [{{"@type": "Organization", "name": "Gazette", "foundingDate": "1999"}},
 {{"@type": "NewsArticle", "headline": "Why the ships are late", "datePublished": "2026-11-01T10:00:00+01:00",
   "author": [{{"@type": "Person", "name": "Ann Lee"}}, {{"@type": "Person", "name": "Bo Ek"}}]}}]}}</script></head>
<body><nav><a href="/">Home</a><a href="/world">World</a></nav>
<h1 class="top">Ships late</h1>
<div class="related-content story">
 <p>The tide was high <span class="ad">Buy a boat!</span> when the first of the ships was seen from the tower.</p>
 {PARAGRAPHS}
 <table><tr><td>Ship</td><td>Hours late</td></tr><tr><td>Anna</td><td>3</td></tr></table>
 <ul class="log"><li>12:00 Anna</li><li>12:40 Berta</li></ul>
 <div class="share"><a href="/share">Share</a></div>
 <div class="box"><p>The box of the paper asks its readers each day for a small sum.</p></div>
 <p class="by" data-time="2026-11-03 12:00">dpa</p>
 <p class="when">on the 4th of November 2026, 9:30</p>
</div>
<div class="more"><p>Another story of the paper, which is a long paragraph, and has a page of its own.</p></div>
</body></html>"""


def cleaned(rules: SiteRules | None = None, known: Known | None = None, html: str = HTML) -> Article:
    return clean(Page(URL, html, fetched_at=FETCHED, rules=rules or SiteRules(), known=known or Known()), observe=True)


def outcomes(article: Article) -> dict[str, tuple[int, str]]:
    return {f"{one.key} {one.rule}": (one.found, one.problem) for one in article.site_rules}


def test_a_page_without_rules_has_no_outcomes() -> None:
    article = cleaned()
    assert article.site_rules == ()
    assert MemoryDependency.from_bytes(article.memory_dependency).rules == 0


# text


def test_the_article_is_all_text_in_the_elements_that_text_names() -> None:
    before, article = cleaned(), cleaned(SiteRules(text="div.story"))
    assert "12:00 Anna" not in before.text
    kept = article.text.split("\n")
    assert kept[0].startswith("The tide was high")
    assert kept[5:9] == ["Ship | Hours late", "Anna | 3", "12:00 Anna", "12:40 Berta"]
    assert "Another story" not in "".join(block.text for block in article.blocks)
    assert [block.kind for block in article.blocks if block.text == "Anna | 3"] == [BlockKind.ROW]
    assert outcomes(article) == {"text div.story": (1, "")}


def test_rules_of_the_cleaner_still_cut_in_it_but_the_name_of_the_element_itself_says_nothing() -> None:
    article = cleaned(SiteRules(text="div.story"))
    assert [(block.text, block.rule) for block in article.removed] == [("Share", "chrome")]
    assert "stands in “div.share”" in (article.removed[0].evidence or "")


def test_several_elements_are_read_in_the_order_of_the_page() -> None:
    article = cleaned(SiteRules(text=".log, div.more, .story > p:first-child"))
    assert [line[:8] for line in article.text.split("\n")] == ["The tide", "12:00 An", "12:40 Be", "Another "]
    assert outcomes(article)["text .log, div.more, .story > p:first-child"] == (3, "")


@pytest.mark.parametrize(
    ("selector", "found", "problem"),
    [
        ("div.moved", 0, ""),
        ("img, script", 1, "the element holds no text"),
        ("p::text", 0, "leave out ::text; the whole text of the element is read"),
    ],
)
def test_a_page_where_text_finds_nothing_is_cleaned_as_any_other(selector: str, found: int, problem: str) -> None:
    before, article = cleaned(), cleaned(SiteRules(text=selector))
    assert article.blocks == before.blocks
    assert article.rejected is None
    assert article.site_rules[0].found == found
    assert article.site_rules[0].problem == problem
    assert not article.site_rules[0].is_matched


def test_a_short_text_is_still_too_short() -> None:
    assert cleaned(SiteRules(text=".log")).rejected == "too-short"


# remove


def test_removed_elements_are_blocks_with_their_rule_at_their_place() -> None:
    article = cleaned(SiteRules(text="div.story", remove=("div.box", "span.ad", ".nothing")))
    assert "The tide was high when the first" in article.text
    assert "asks its readers" not in article.text
    texts = [block.text for block in article.blocks]
    assert texts.index("Buy a boat!") == 1
    assert texts[texts.index("12:40 Berta") : texts.index("dpa")] == [
        "12:40 Berta",
        "Share",
        "The box of the paper asks its readers each day for a small sum.",
    ]
    cut = {block.text: (block.rule, block.evidence) for block in article.removed}
    assert cut["Buy a boat!"] == ("site_rule", "'remove' in sites.toml: span.ad")
    assert cut[texts[-3]] == ("site_rule", "'remove' in sites.toml: div.box")
    assert outcomes(article)["remove .nothing"] == (0, "")


def test_remove_works_without_text_and_keeps_the_links_of_what_it_cuts() -> None:
    article = cleaned(SiteRules(remove=("nav", ".story > p:first-child")))
    nav = article.blocks[0]
    assert (nav.rule, nav.links) == ("site_rule", ("https://gazette.example/", "https://gazette.example/world"))
    assert not article.text.startswith("The tide")


def test_nested_elements_are_cut_once() -> None:
    article = cleaned(SiteRules(remove=("div.box", "div.box p", ".story .box")))
    assert [block.rule for block in article.blocks if "asks its readers" in block.text] == ["site_rule"]
    assert [one.found for one in article.site_rules] == [1, 1, 1]


def test_texts_around_a_removed_element_are_not_joined() -> None:
    html = HTML.replace("The tide was high", "Before it <div class=cut>Cut this line</div> after it")
    article = cleaned(SiteRules(text="div.story", remove=(".cut",)), html=html)
    texts = [block.text for block in article.blocks]
    assert texts[:2] == ["Before it", "Cut this line"]
    assert texts[2].startswith("after it")


@pytest.mark.parametrize("selector", ["body", "*", "html"])
def test_the_whole_page_is_not_removed(selector: str) -> None:
    article = cleaned(SiteRules(remove=(selector,)))
    assert article.text == cleaned().text
    assert outcomes(article) == {f"remove {selector}": (0, "names the whole page")}


# title, author, published


def test_title_author_and_date_come_from_where_the_rules_say() -> None:
    article = cleaned(SiteRules(title="jsonld:headline", author="p.by", published="p.by::attr(data-time)"))
    assert article.title == "Why the ships are late"
    assert article.headline_key == "why the ships are late"
    assert article.authors == ("dpa",)
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-11-03T12:00:00+00:00"
    assert article.sources["title"] == "sites.toml title: jsonld:headline"
    assert article.sources["authors"] == "sites.toml author: p.by"
    assert article.sources["published_at"] == "sites.toml published: p.by::attr(data-time)"


def test_a_path_into_json_ld_goes_through_objects_lists_and_the_graph() -> None:
    article = cleaned(SiteRules(title="jsonld:foundingDate", author="jsonld:author.name"))
    assert article.title == "1999"
    assert article.authors == ("Ann Lee", "Bo Ek")


def test_a_date_is_read_as_people_write_it() -> None:
    article = cleaned(SiteRules(published="p.when"))
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2026-11-04"


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (SiteRules(published="div.box"), "is no date"),
        (SiteRules(published="jsonld:foundingDate"), "“1999” is no date"),
        (SiteRules(published=".far"), "no plausible date"),
        (SiteRules(author="div.story"), "names no author"),
        (SiteRules(title="h7"), ""),
    ],
)
def test_a_value_that_cannot_be_used_leaves_what_the_page_states(rules: SiteRules, problem: str) -> None:
    html = HTML.replace("</nav>", "</nav><i class=far>2066-01-01</i>")
    before, article = cleaned(html=html), cleaned(rules, html=html)
    if problem:
        assert problem in article.site_rules[0].problem
        assert (article.title, article.authors, article.published_at) == (
            before.title,
            before.authors,
            before.published_at,
        )
    else:
        assert article.site_rules[0].problem == ""


# what a spider knows


def test_what_the_spider_knows_goes_before_sites_toml() -> None:
    published = datetime(2026, 10, 1, 8, tzinfo=UTC)
    known = Known(title="Known  title", authors=("Cy Dee",), published_at=published, text="div.more")
    rules = SiteRules(title="h1.top", author="p.by", published="p.when", text="div.story")
    article = cleaned(rules, known)
    assert (article.title, article.authors, article.published_at) == ("Known title", ("Cy Dee",), published)
    assert article.text.startswith("Another story")
    assert {article.sources[name] for name in ("title", "authors", "published_at")} == {"the spider"}
    assert [(one.key, one.origin) for one in article.site_rules][:1] == [("text", "the spider")]


def test_where_the_spiders_selector_finds_nothing_that_of_sites_toml_counts() -> None:
    article = cleaned(SiteRules(text="div.story"), Known(text="div.gone"))
    assert "Anna | 3" in article.text
    assert [(one.origin, one.found) for one in article.site_rules] == [("the spider", 0), ("sites.toml", 1)]


# memory


def observed(rules: SiteRules, count: int = 8) -> dict[str, Observation]:
    """Return the observations of pages with different stories in the same frame."""
    pages = {}
    for number in range(count):
        words = Random(number)
        sentences = (" ".join("".join(words.choices("abcdeilmnorstu", k=6)) for _ in range(14)) for _ in range(6))
        story = "".join(f"<p>{sentence.capitalize()}.</p>" for sentence in sentences)
        html = HTML.replace(PARAGRAPHS, story)
        for own in ("The tide was high", "when the first of the ships was seen from the tower", "Ships late"):
            html = html.replace(own, " ".join("".join(words.choices("abcdeilmnorstu", k=6)) for _ in range(8)))
        page = Page(f"{URL}-{number}", html, fetched_at=FETCHED + timedelta(number), rules=rules)
        pages[f"{number}"] = Observation.from_bytes(clean(page, observe=True).observation)
    return pages


def test_the_memory_of_the_site_cuts_in_the_element_that_text_names() -> None:
    rules = SiteRules(text="div.story")
    memory = learn_memory(observed(rules)).memory
    article = clean(Page(URL, HTML, fetched_at=FETCHED, rules=rules), memory=memory, observe=True)
    repeated = [block.text for block in article.removed if block.rule == "repeated_block"]
    assert "The box of the paper asks its readers each day for a small sum." in repeated
    assert PARAGRAPHS.count("<p>") == sum(
        line.startswith("The ") and "Monday" in line for line in article.text.split("\n")
    )


def test_learning_depends_on_pages_and_rules_alone() -> None:
    rules = SiteRules(text="div.story", remove=(".box",))
    one, two = observed(rules), observed(rules)
    assert learn_memory(one).memory.digest == learn_memory(dict(reversed(two.items()))).memory.digest


def test_the_dependency_says_by_which_rules_a_page_was_cleaned() -> None:
    rules = SiteRules(remove=(".box",))
    dependency = MemoryDependency.from_bytes(cleaned(rules).memory_dependency)
    assert dependency.rules == hash_site_rules(rules) != 0
    assert hash_site_rules(replace(rules, text="p")) != hash_site_rules(rules)
    assert hash_site_rules(SiteRules()) == 0
    assert MemoryDependency.merge([dependency, dependency]) == dependency


def test_the_parts_of_an_article_are_cleaned_by_the_same_rules() -> None:
    rules = SiteRules(text="div.story", remove=(".box",))
    second = HTML.replace(PARAGRAPHS, "<p>The second page tells of the night, and of the light on the tower there.</p>")
    first = Page(URL, HTML, fetched_at=FETCHED, rules=rules)
    part = Page(f"{URL}/2", second, fetched_at=FETCHED, rules=rules, first_page=URL)
    article = clean(replace(first, parts=(part,)), observe=True)
    assert "The second page tells of the night" in article.text
    assert "asks its readers" not in article.text
    assert MemoryDependency.from_bytes(article.memory_dependency).rules == hash_site_rules(rules)
