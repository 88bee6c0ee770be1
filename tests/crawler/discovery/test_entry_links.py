"""The addresses of feed entries: which of several is offered, and how odd ones are written out."""

from __future__ import annotations

import pytest

from crawler.discovery.discover import discover
from crawler.sites.site import make_site
from storage.frontier.addresses import AddressKind

SITE = make_site("https://www.example.org/")
OWN = "https://www.example.org/2026/night-ferry"
FAR = "https://readers.counter.example/~r/harbour/~3/4711/"
SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:pheedo="http://www.pheedo.com/namespace/pheedo" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
)


def find(feed: str, url: str = SITE.url + "news/feed.xml") -> tuple[list[str], dict[str, int]]:
    found = discover(SITE, AddressKind.FEED, 0, url, feed.encode())
    return [offer.url for offer in found.offers], dict(found.refused)


def rss(*items: str, head: str = "") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>{head}<rss version="2.0" {SPACES}><channel>{body}</channel></rss>'


def atom(*entries: str, attributes: str = "") -> str:
    body = "".join(f"<entry><title>x</title>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{body}</feed>'


@pytest.mark.parametrize(
    "item",
    [
        f"<link>{OWN}</link><guid>{FAR}</guid>",
        f"<link>{FAR}</link><guid>{OWN}</guid>",
        f'<link>{FAR}</link><guid isPermaLink="true">{OWN}</guid>',
        f"<link>{FAR}</link><feedburner:origLink>{OWN}</feedburner:origLink>",
        f"<link>{FAR}</link><pheedo:origLink>{OWN}</pheedo:origLink>",
        f'<link>{FAR}</link><atom:link rel="alternate" href="{OWN}"/>',
        f'<link/><atom:link rel="self" href="{FAR}"/><guid>{OWN}</guid>',
        f"<link></link><guid> {OWN} </guid>",
        f"<guid><![CDATA[{OWN}]]></guid>",
        f"<link>https://click.example/?id=3&amp;url={OWN.replace(':', '%3A').replace('/', '%2F')}&amp;ref=rss</link>",
        f"<link>https://click.example/to?u={OWN.replace(':', '%253A').replace('/', '%252F')}</link>",
        f"<link>https://click.example/go/*{OWN}</link>",
        f"<link>https://feeds.example.org/~r/top/~3/1/</link><guid>{OWN}</guid>",
        f"<link>https://www.example.org/go?url={OWN}</link><guid>{OWN}</guid>",
        "<link>//www.example.org/2026/night-ferry</link>",
        "<link>www.example.org/2026/night-ferry</link>",
        "<link><![CDATA[\n /2026/night-ferry ]]></link>",
        "<link>../2026/night-ferry</link>",
        f"<link>{OWN}</link><content:encoded><![CDATA[<link>https://www.example.org/b-c-d</link>]]></content:encoded>",
        f'<link href="{OWN}"/>',
        f"<link>{OWN}</link><comments>{OWN}/comments</comments><source url='https://www.example.org/f'>x</source>",
    ],
)
def test_the_article_is_offered_and_no_counter(item: str) -> None:
    assert find(rss(item)) == ([OWN], {})


@pytest.mark.parametrize(
    "entry",
    [
        f'<link href="{FAR}"/><id>{OWN}</id>',
        f'<link rel="alternate" type="application/json" href="{OWN}.json"/><link type="text/html" href="{OWN}"/>',
        f'<link rel="replies" href="{OWN}/c"/><link rel="enclosure" href="{OWN}.mp3"/><link href="{OWN}"/>',
        f'<link rel="related" href="https://www.example.org/a-b-c-d"/><id>{OWN}</id>',
        f'<link rel="edit" href="{OWN}/edit"/><link rel="http://x.example/relation/alternate" href="{OWN}"/>',
        f'<link rel="self" href="{OWN}"/>',
        '<link href="night-ferry" xml:base="/2026/"/>',
        f"<link>{OWN}</link>",
    ],
)
def test_of_several_links_of_an_atom_entry_the_page_is_offered(entry: str) -> None:
    assert find(atom(entry)) == ([OWN], {})


def test_xml_base_counts_on_the_feed_and_on_the_entry() -> None:
    base = 'xml:base="https://www.example.org/2026/"'
    assert find(atom('<link href="night-ferry"/>', attributes=base))[0] == [OWN]


def test_a_guid_that_is_no_permanent_link_is_never_asked_for() -> None:
    item = f'<link>{FAR}</link><guid isPermaLink="false">{OWN}</guid>'
    assert find(rss(item, '<guid isPermaLink="false">4711</guid>')) == ([], {"other-host": 1})


def test_a_relative_link_that_looks_like_a_host_is_relative() -> None:
    found, _ = find(rss("<link>ferry.night.html</link>", "<link>example.org/2026/night-ferry-2</link>"))
    assert found == [SITE.url + "news/ferry.night.html", "https://example.org/2026/night-ferry-2"]


@pytest.mark.parametrize(
    "feed",
    [
        f'<rdf:RDF {SPACES} xmlns="http://purl.org/rss/1.0/"><item><link>{OWN}</link></item></rdf:RDF>',
        f'<rdf:RDF {SPACES} xmlns="http://purl.org/rss/1.0/"><item rdf:about="{OWN}"><title>x</title></item></rdf:RDF>',
        rss(f"<link>{OWN}</link>", head='<!DOCTYPE rss PUBLIC "-//Netscape//EN" "http://x.example/rss.dtd">'),
        rss(f"<link>{OWN}</link>", head='<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>'),
        f'<feed xmlns="http://purl.org/atom/ns#"><entry><link rel="alternate" href="{OWN}"/></entry></feed>',
        f'{{"version": "https://jsonfeed.org/version/1", "items": [{{"id": "{OWN}", "url": "{FAR}"}}]}}',
        "<br />\n<b>Warning</b>: feed.php on line 3<br />\n" + rss(f"<link>{OWN}</link>"),
        "\n\n" + rss(f"<link>{OWN}</link>") + "<script>count()</script> made in 0.2 s",
        rss(f"<title>a \x0b b \x00 &#11; &#x1F; &#55357;&#56832; c</title><link>{OWN}</link>"),
        rss(f"<title>Caf&eacute;&nbsp;&laquo;&undefined;</title><link>{OWN}</link>"),
        rss(f"<ns:thing a=b>x</ns:thing><link>{OWN}</link>"),
    ],
)  # fmt: skip
def test_old_and_broken_feeds_are_read(feed: str) -> None:
    assert find(feed) == ([OWN], {})


def test_entities_of_html_in_a_link_are_resolved_and_parameters_are_none() -> None:
    items = (
        "<link>https://www.example.org/caf&eacute;-opens-again-today</link>",
        "<link>https://www.example.org/caf&amp;eacute;-closes-again-today</link>",
        "<link>https://www.example.org/story?a=1&amp;copy=12345&amp;not=3</link>",
    )
    assert find(rss(*items))[0] == [
        "https://www.example.org/caf%C3%A9-opens-again-today",
        "https://www.example.org/caf%C3%A9-closes-again-today",
        "https://www.example.org/story?a=1&copy=12345&not=3",
    ]
