"""Live blogs of invented newspapers, each built in another way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MINISTER = "The minister opened the session with a short statement and thanked the staff of the town hall."
VOTE = "Members of the opposition left the chamber before the vote on the second motion was called."
BRIDGE = "The bridge on the Lindmouth road stays closed until the engineers have looked at the third pillar."
CROWD = "Two hundred people wait outside, and the police have asked them to go to the other bank."
RAIN = "It has rained since noon, and the lower meadow between the mill and the lock is under water."


class Post(NamedTuple):
    """An entry as a newsroom writes it."""

    time: str
    heading: str
    paragraphs: Sequence[str]
    name: str = ""


NEWEST = Post("18:20", "Debate begins", (MINISTER, VOTE), "p4")
POSTS = (
    NEWEST,
    Post("18:05", "Doors open", (BRIDGE, CROWD), "p3"),
    Post("17:40", "The queue forms", (CROWD, RAIN), "p2"),
    Post("17:12", "Good evening", (RAIN, BRIDGE), "p1"),
)


def make_page(title: str, body: str, *, head: str = "", language: str = "en") -> str:
    return (
        f"<html lang={language}><head><title>{title}</title>{head}</head><body>"
        "<nav><a href='/'>Front page</a><a href='/politics'>Politics</a></nav>"
        f"<main><h1>{title}</h1>{body}</main>"
        "<footer><p>Copyright 2026 The Lindmouth Post. All rights reserved.</p></footer></body></html>"
    )


def make_paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def make_articles(posts: Iterable[Post] = POSTS, title: str = "Council debate live: budget vote tonight") -> str:
    """A page of <article> elements, each with an id, a stated moment, a heading, a byline and a share bar."""
    entries = "".join(
        f"<article class=entry id={post.name}><time datetime='2026-11-30T{post.time}:00+00:00'>{post.time}</time>"
        f"<h3>{post.heading}</h3><p class=byline>By Ann Lee</p>{make_paragraphs(post.paragraphs)}"
        "<ul class=share><li><a href='https://social.example/send'>Tweet</a></li></ul></article>"
        for post in posts
    )
    head = '<meta property="article:published_time" content="2026-11-30T17:12:00+00:00">'
    return make_page(title, f"<p>The council of Lindmouth votes on its budget.</p><div>{entries}</div>", head=head)


def make_items(posts: Iterable[Post] = POSTS) -> str:
    """A list, its items with times and without headings."""
    items = "".join(f"<li><time>{post.time}</time>{make_paragraphs(post.paragraphs)}</li>" for post in posts)
    return make_page("Storm reaches the coast: live updates", f"<ol>{items}</ol>")


def make_plain(posts: Iterable[Post] = POSTS) -> str:
    """<div> elements without headings, and no word that says that it is live."""
    rows = "".join(
        f"<div class=row><span class=t>{post.time}</span><div class=c>{' '.join(post.paragraphs)}</div></div>"
        for post in posts
    )
    return make_page("Ride to the south, stage four", f"<div>{rows}</div>")


def make_flat(posts: Iterable[Post] = POSTS) -> str:
    """Headings with times between the paragraphs, without elements around the entries."""
    body = "".join(f"<h3>{post.time} Uhr: {post.heading}</h3>{make_paragraphs(post.paragraphs)}" for post in posts)
    return make_page("Liveticker: Sturm über Lindmouth", body, language="de")


def make_bold(posts: Iterable[Post] = POSTS) -> str:
    """The time in bold at the beginning of the first paragraph."""
    body = "".join(
        f"<p><strong>{post.time}:</strong> {post.paragraphs[0]}</p>{make_paragraphs(post.paragraphs[1:])}"
        for post in posts
    )
    return make_page("The flood, minute by minute", body)


def make_with_key_events(posts: Sequence[Post] = POSTS) -> str:
    """A box on top that leads to the entries, which stand between advertisements."""
    box = "".join(f"<li><a href='#{post.name}'><time>{post.time}</time> {post.heading}</a></li>" for post in posts)
    entries = "".join(
        f"<section class=post id={post.name}><p class=meta><time>{post.time}</time></p><h2>{post.heading}</h2>"
        f"{make_paragraphs(post.paragraphs)}</section><section class=ad>Advertisement</section>"
        for post in posts
    )
    return make_page("Council debate live", f"<div class=events><h2>Key events</h2><ul>{box}</ul></div>{entries}")


def make_with_data(shown: Iterable[Post], listed: Iterable[Post]) -> str:
    """Entries without times in the page, and a LiveBlogPosting whose data list others as well."""
    updates = [
        {
            "@type": "BlogPosting",
            "headline": post.heading,
            "datePublished": f"2026-11-30T{post.time}:00+01:00",
            "articleBody": "\n".join(post.paragraphs),
            "author": {"@type": "Person", "name": "Ann Lee"},
        }
        for post in listed
    ]
    title = "Budget night in the council"
    data = {"@type": "LiveBlogPosting", "headline": title, "liveBlogUpdate": updates}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    entries = "".join(
        f"<div id={post.name}><h2>{post.heading}</h2>{make_paragraphs(post.paragraphs)}</div>" for post in shown
    )
    return make_page(title, f"<div>{entries}</div>", head=head)


def make_arabic() -> str:
    posts = (
        ("١٨:٢٠", "بدء الجلسة", "افتتح رئيس المجلس الجلسة بكلمة قصيرة شكر فيها الأعضاء على حضورهم رغم الأمطار."),
        ("١٨:٠٥", "وصول الأعضاء", "وصل أعضاء المجلس إلى القاعة، وأغلقت الشرطة الشارع المؤدي إلى المبنى منذ ساعات."),
        ("١٧:٤٠", "قبل الجلسة", "قال المتحدث إن التصويت على الميزانية سيجري مساء اليوم بعد انتهاء المناقشة العامة."),
    )
    body = "".join(
        f"<section class=khabar><span class=waqt>{time}</span><h2>{heading}</h2><p>{text}</p></section>"
        for time, heading, text in posts
    )
    return make_page("جلسة البرلمان لحظة بلحظة", body, language="ar")


def make_japanese() -> str:
    posts = (
        (
            "18時20分",
            "審議始まる",
            "市長は冒頭、職員への感謝を述べたうえで、来年度の予算案について三十分にわたり説明した。",
        ),
        ("18時05分", "開場", "傍聴席はすでに満席で、廊下にも百人あまりの市民が並んでいるという。"),
        ("17時40分", "開会前", "議長は記者団に対し、採決は今夜遅くになるとの見通しを示した。"),
    )
    body = "".join(f"<dt>{time}　{heading}</dt><dd><p>{text}</p></dd>" for time, heading, text in posts)
    return make_page("市議会の審議を実況", f"<dl>{body}</dl>", language="ja")
