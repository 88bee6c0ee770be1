"""The text of an article that stands in a page's data alone is found there, whatever wrote it; and only then."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest

from cleaning.clean import clean
from cleaning.memory.observation import Observation
from cleaning.records.article import Article
from cleaning.records.given import Page

URL = "https://www.quay-courier.example/2025/03/04/pilots-of-vessa"
TITLE = "The pilots of Vessa get a boat that turns on the spot"
TEXT = tuple(
    """
The pilots of Vessa have a new boat, and it turns on the spot. It came through the lock on Tuesday, in tow.
“I drove it round the pier four times, because nobody had told me how to stop it,” said Rune Falk, the oldest pilot.
The old boat is forty-one years old. Its engine was repaired nineteen times, twice of them by Falk himself.
The county paid 2.1 million crowns for the new one; a third of that is for the two engines, which are electric & quiet.
In the summer the pilots will take children along on Sundays. Places are drawn by lot at the office of the harbour.
""".strip().split("\n")
)
BODY = "".join(f"<p>{html.escape(text)}</p>" for text in TEXT)
FORD = "The ford at Nether Loxley is closed, said the county, and stays so until the bridge is built. "
OTHER = {"headline": "Ford at Nether Loxley closed", "url": "/2025/03/03/ford-closed", "body": f"<p>{FORD * 20}</p>"}


def write_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def write_page(data: str, body: str = "<div id='root'></div>") -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{TITLE} | Quay Courier</title>"
        f"<meta property='og:site_name' content='Quay Courier'><link rel='canonical' href='{URL}'></head>"
        f"<body><header><a href='/'>Quay Courier</a></header>{body}{data}</body></html>"
    )


def clean_data(data: str, body: str = "<div id='root'></div>") -> Article:
    return clean(Page(URL, write_page(data, body)))


def write_script(value: object, name: str = "") -> str:
    return f"<script type='application/json' id='{name or 'state'}'>{write_json(value)}</script>"


def write_linked(**fields: object) -> str:
    value = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **fields}
    return f"<script type='application/ld+json'>{write_json(value)}</script>"


def flatten(value: object) -> list[Any]:
    """Write a value as Nuxt does: a list in which every number is the index of another value."""
    flat: list[Any] = []

    def add(one: object) -> int:
        at = len(flat)
        flat.append(one)
        if isinstance(one, dict):
            flat[at] = {key: add(inner) for key, inner in one.items()}
        elif isinstance(one, list):
            flat[at] = [add(inner) for inner in one]
        return at

    add(value)
    return flat


def write_chunks(texts: list[str]) -> str:
    return "".join(f"<script>self.__next_f.push({write_json([1, text])})</script>" for text in texts)


def kept_lines(article: Article) -> tuple[str, ...]:
    return tuple(article.text.split("\n"))


@pytest.mark.parametrize(
    "body",
    [
        "\n".join(TEXT),
        "\n\n".join(TEXT),
        "\r\n\r\n".join(TEXT),
        BODY,
        html.escape(BODY),
        list(TEXT),
        "<br><br>".join(TEXT),
    ],
    ids=["lines", "blank lines", "Windows", "HTML", "escaped HTML", "list", "breaks"],
)
def test_the_article_body_of_linked_data_has_its_paragraphs(body: object) -> None:
    article = clean_data(write_linked(articleBody=body))
    assert article.rejected is None
    assert kept_lines(article) == TEXT
    assert article.sources["text"] == "JSON-LD articleBody"
    assert {block.evidence for block in article.blocks if block.is_kept} == {
        "in the page's data only: JSON-LD articleBody"
    }


def test_an_article_body_without_line_ends_is_one_paragraph() -> None:
    assert kept_lines(clean_data(write_linked(articleBody=" ".join(TEXT)))) == (" ".join(TEXT),)


def test_the_article_body_of_microdata_is_found() -> None:
    stated = f"<meta itemprop='articleBody' content='{html.escape(' '.join(TEXT), quote=True)}'>"
    assert kept_lines(clean_data(stated)) == (" ".join(TEXT),)


def spans(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text[:20]}, {"type": "text", "marks": [{"type": "bold"}], "text": text[20:]}]


BODIES: dict[str, object] = {
    "HTML": BODY,
    "rendered": {"rendered": BODY, "protected": False},
    "strings": list(TEXT),
    "p": [{"p": text} for text in TEXT],
    "Arc": [{"type": "text", "content": html.escape(text)} for text in TEXT],
    "BBC": [{"type": "text", "model": {"blocks": [{"type": "paragraph", "model": {"text": text}}]}} for text in TEXT],
    "typename": [{"__typename": "ParagraphBlock", "html": html.escape(text)} for text in TEXT],
    "Portable Text": [
        {
            "_type": "block",
            "style": "normal",
            "children": [{"_type": "span", "text": text[:9]}, {"_type": "span", "text": text[9:]}],
        }
        for text in TEXT
    ],
    "ProseMirror": {"type": "doc", "content": [{"type": "paragraph", "content": spans(text)} for text in TEXT]},
    "Contentful": {
        "nodeType": "document",
        "content": [
            {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": text, "marks": []}]} for text in TEXT
        ],
    },
    "Lexical": {
        "root": {
            "type": "root",
            "children": [{"type": "paragraph", "children": [{"type": "text", "text": text}]} for text in TEXT],
        }
    },
    "Slate": [
        {"type": "paragraph", "children": [{"text": text[:8]}, {"text": text[8:], "bold": True}]} for text in TEXT
    ],
    "Draft.js": {"blocks": [{"key": "a", "text": text, "type": "unstyled"} for text in TEXT], "entityMap": {}},
    "Editor.js": {"time": 1, "blocks": [{"type": "paragraph", "data": {"text": html.escape(text)}} for text in TEXT]},
    "Gutenberg": [{"name": "core/paragraph", "attributes": {"content": html.escape(text)}} for text in TEXT],
    "hast": {
        "type": "root",
        "children": [
            {"type": "element", "tagName": "p", "children": [{"type": "text", "value": text}]} for text in TEXT
        ],
    },
}


@pytest.mark.parametrize("form", BODIES)
def test_the_bodies_of_editors_and_content_systems_are_read(form: str) -> None:
    state = {"page": {"article": {"title": TITLE, "body": BODIES[form]}, "related": [OTHER]}, "other": OTHER}
    assert kept_lines(clean_data(write_script(state))) == TEXT


STORY = {"title": TITLE, "slug": "pilots-of-vessa", "content": BODY}
STATE = {"news": {"items": [OTHER, STORY]}, "i18n": {"cookies": FORD * 30}}
PLACES: dict[str, str] = {
    "Next": write_script({"props": {"pageProps": STATE}, "page": "/[slug]"}, "__NEXT_DATA__"),
    "Nuxt 3": write_script(flatten({"data": {"story": STORY}, "state": OTHER}), "__NUXT_DATA__"),
    "Next, chunks": write_chunks(
        [
            f'1:I[12,["a.js"],"Story"]\n2:T{len(BODY.encode()):x},',
            BODY[:100],
            BODY[100:] + '3:["$","main",null,' + write_json({"story": {"title": TITLE, "body": "$2"}}) + "]\n",
        ]
    ),
    "Fusion": f"<script>window.Fusion=window.Fusion||{{}};Fusion.contentCache={write_json({'a': OTHER})};"
    f"Fusion.globalContent={write_json({'headlines': {'basic': TITLE}, 'content_elements': BODIES['Arc']})};</script>",
    "preloaded": f"<script>window.__PRELOADED_STATE__ = {write_json(STATE)};\nrun();</script>",
    "in brackets": f"<script>window['__STATE__']={write_json(STATE)}</script>",
    "Apollo": f"<script>window.__APOLLO_STATE__={write_json({'Story:1': STORY, 'Story:2': OTHER})};</script>",
    "passed on": f"<script>hydrate(document.body, {write_json(STATE)});</script>",
    "parsed": f"<script>window.s = JSON.parse({write_json(write_json(STATE))});</script>",
    "attribute": f"<div data-page='{html.escape(write_json(STATE), quote=True)}'></div>",
    "an object that is no JSON": f"<script>var a = {{title: '{TITLE}', body: '{BODY}', n: [1, 2,], f: !0}};</script>",
    "Nuxt 2": "<script>window.__NUXT__=(function(a,b,c){return {layout:'x',data:[{story:{title:a,premium:b,body:"
    + write_json(BODY).replace("<", "\\u003C")
    + f'}}}}],error:c,d:void 0}}}}("{TITLE}",false,null));</script>',
    "Astro": f"<astro-island props='{html.escape(write_json({'title': [0, TITLE], 'body': [0, BODY]}), quote=True)}'>"
    "</astro-island>",
}


@pytest.mark.parametrize("place", PLACES)
def test_the_data_are_found_wherever_a_framework_writes_them(place: str) -> None:
    assert kept_lines(clean_data(PLACES[place])) == TEXT


def test_headings_lists_and_links_stay_and_pictures_embeds_and_teasers_do_not() -> None:
    link = "<a href='/board'>board</a>"
    elements = [
        {"type": "text", "content": TEXT[0]},
        {"type": "image", "caption": "The boat lies at the pier in the morning of its first day."},
        {"type": "header", "level": 2, "content": "Nineteen repairs"},
        {"type": "text", "content": f"The {link} has the last word. {TEXT[1]}<script>track()</script>"},
        {"type": "interstitial_link", "content": "Ford closed", "url": "/ford"},
        {"type": "list", "items": [{"type": "text", "content": TEXT[2]}, {"type": "text", "content": TEXT[3]}]},
        {"type": "raw_html", "content": "<iframe src='https://video.example/1'></iframe>"},
        {"type": "quote", "content_elements": [{"type": "text", "content": TEXT[4]}]},
    ]
    article = clean_data(write_script({"headlines": {"basic": TITLE}, "content_elements": elements}))
    assert [(str(block.kind), block.text) for block in article.blocks if block.is_kept] == [
        ("paragraph", TEXT[0]),
        ("heading", "Nineteen repairs"),
        ("paragraph", f"The board has the last word. {TEXT[1]}"),
        ("item", TEXT[2]),
        ("item", TEXT[3]),
        ("quote", TEXT[4]),
    ]
    assert article.blocks[3].links == ("https://www.quay-courier.example/board",)


def test_the_teaser_in_the_tree_is_cut_with_the_reason() -> None:
    article = clean_data(write_script(STORY), f"<main><h1>{TITLE}</h1><p>{TEXT[0]}</p></main>")
    assert kept_lines(article) == TEXT
    (teaser,) = (block for block in article.removed if block.text == TEXT[0])
    assert (teaser.rule, teaser.evidence) == (
        "text_in_data",
        "the article's text is in the page's data: script #state",
    )


@pytest.mark.parametrize(
    "data",
    [
        write_script({"title": TITLE, "body": f"{BODY}<p>{FORD}</p>"}),
        write_linked(articleBody=f"{' '.join(TEXT)} {FORD}"),
    ],
)
def test_data_are_not_read_where_the_tree_has_the_article(data: str) -> None:
    article = clean_data(data, f"<main><article><h1>{TITLE}</h1>{BODY}</article></main>")
    assert kept_lines(article) == TEXT
    assert "text" not in article.sources


@pytest.mark.parametrize(
    "data",
    [
        write_script({"articles": [OTHER]}),
        write_script({"title": TITLE, "related": [OTHER], "consent": FORD * 20, "translations": {"a": FORD * 20}}),
        write_script({"title": TITLE, "body": "function f(a){return {b:a._c};} " * 40}),
        write_script({"title": TITLE, "body": "A short line. And one more."}),
        write_script({"title": TITLE, "isPremium": True, "body": BODY}),
        write_script({"title": TITLE, "access": "subscribers", "body": BODY}),
        write_linked(isAccessibleForFree=False) + write_script({"title": TITLE, "body": BODY}),
        "<div class='paywall'><p>Subscribe to read on.</p></div>" + write_script({"title": TITLE, "body": BODY}),
        write_script({"name": "Quay Courier", "about": BODY}),
    ],
    ids=["others", "beside", "code", "short", "premium", "subscribers", "not free", "paywall", "about the site"],
)
def test_nothing_else_in_the_data_is_taken(data: str) -> None:
    article = clean_data(data)
    assert "text" not in article.sources
    assert article.rejected is not None


@pytest.mark.parametrize(
    "data",
    [
        "<script type='application/json'>" + "[" * 5_000 + "]" * 5_000 + "</script>",
        "<script>a={" + '"a":{' * 5_000 + "</script>",
        write_script([{"data": 0}, {"a": 1}, 2], "__NUXT_DATA__"),
        write_script([["Reactive", 0], "x" * 400], "__NUXT_DATA__"),
        write_script({"title": TITLE, "body": [[[[]]]] * 200}),
        write_script({"title": TITLE, "body": {"children": [{"type": 3, "text": None, "x": TITLE * 9}]}}),
        write_chunks(["2:Tffffffff,x" * 40, '3:{"a":"$3"}\n']),
        "<script>x = {a: " * 900 + TITLE + "</script>",
        f"<script>(function(a,b){{return {{{'a:{' * 900}}}('{TITLE}'</script>",
        "<script>x = JSON.parse('" + "\\" * 399 + "');</script>",
    ],
)
def test_data_of_any_form_break_nothing(data: str) -> None:
    assert clean_data(data).rejected in ("too-short", "no-text")


def test_a_page_whose_text_is_in_its_data_teaches_nothing_of_places() -> None:
    page = Page(URL, write_page(write_script(STORY), f"<main><p>{TEXT[0]}</p></main>"))
    observation = Observation.from_bytes(clean(page, observe=True).observation)
    assert observation.accepted
    assert not observation.paths
    assert not observation.patterns


def test_a_correction_in_the_data_is_one() -> None:
    note = "Correction: The name of the pilot was misspelt as Falck when this was first published on Tuesday."
    article = clean_data(write_script({"title": TITLE, "body": f"{BODY}<p>{note}</p>"}))
    assert [block.text for block in article.blocks if block.kind == "correction"] == [note]
