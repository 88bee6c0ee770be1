"""The pages of the papers: one template each, those of a new design, and what stands in place of an article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from servers.night_press.stories import PaperPlan, Story, make_slug
from servers.night_press.words import load_language


@dataclass(frozen=True)
class Sheet:
    """A story with all that its page shows of it and of the paper."""

    plan: PaperPlan
    story: Story
    url: str
    published: datetime | None
    teasers: Sequence[Story]
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, with the newsletter's line in two stories of three."""
        lines = [f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs]
        if len(self.story.path) % 3:
            lines.insert(2, f"<p class=letter>{load_language(self.plan.language).newsletter}</p>")
        return "\n".join(lines)

    @property
    def links(self) -> str:
        return "".join(f'<li><a href="{other.path}">{escape(other.headline)}</a></li>' for other in self.teasers)

    @property
    def stamp(self) -> str:
        return self.published.isoformat(timespec="seconds") if self.published else ""


def render(template: str, sheet: Sheet) -> str:
    """Return the HTML of a story's page."""
    head, body = TEMPLATES[template](sheet)
    title = escape(sheet.story.headline)
    footer = f"<footer><p>{sheet.plan.name.title()} is printed on paper from the woods of Orrow.</p></footer>"
    return (
        f"<!doctype html><html lang={sheet.plan.language}><head><meta charset=utf-8>"
        f"<title>{title} | {sheet.plan.name.title()}</title>{head}</head><body>{body}{footer}</body></html>"
    )


def _render_classic(sheet: Sheet) -> tuple[str, str]:
    story = sheet.story
    head = f'<meta property="article:published_time" content="{sheet.stamp}">' if sheet.stamp else ""
    if story.author:
        head += f'<meta name=author content="{story.author}">'
    return head, (
        f"{_menu(sheet.plan)}<main><article class=story><h1>{escape(story.headline)}</h1><p class=byline>"
        f"{story.author}</p><div class=story-text>{sheet.text}</div></article><aside><ul>{sheet.links}</ul></aside>"
        f"</main>"
    )


def _render_plain(sheet: Sheet) -> tuple[str, str]:
    story = sheet.story
    time = f'<time datetime="{sheet.stamp}">{sheet.stamp[:10]}</time>' if sheet.stamp else ""
    author = f'<a rel=author href="/staff/">{story.author}</a>' if story.author else ""
    return "", (
        f"{_menu(sheet.plan)}<div id=content><h1>{escape(story.headline)}</h1><div class=meta>{author} {time}</div>"
        f"{sheet.text}</div><div class=related><ul>{sheet.links}</ul></div>"
    )


def _render_boxes(sheet: Sheet) -> tuple[str, str]:
    story = sheet.story
    data: dict[str, object] = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": story.headline}
    if sheet.stamp:
        data["datePublished"] = sheet.stamp
    if story.author:
        data["author"] = {"@type": "Person", "name": story.author}
    return f"<script type=application/ld+json>{json.dumps(data)}</script>", (
        f"<div class=page>{_menu(sheet.plan)}<div class=col><h1 class=top>{escape(story.headline)}</h1>"
        f"<section class=body>{sheet.text}</section></div><div class=box><ul>{sheet.links}</ul></div></div>"
    )


def _render_schema(sheet: Sheet) -> tuple[str, str]:
    story = sheet.story
    time = f'<time itemprop=datePublished datetime="{sheet.stamp}">{sheet.stamp[:10]}</time>' if sheet.stamp else ""
    author = f"<span itemprop=author>{story.author}</span>" if story.author else ""
    return f'<meta property="og:title" content="{escape(story.headline)}">', (
        f"<header>{_menu(sheet.plan)}</header><article itemscope itemtype='https://schema.org/NewsArticle'>"
        f"<h1 itemprop=headline>{escape(story.headline)}</h1>{author}{time}<div itemprop=articleBody>{sheet.text}</div>"
        f"</article><nav class=more><ul>{sheet.links}</ul></nav>"
    )


def _render_redesign(sheet: Sheet) -> tuple[str, str]:
    """Other elements and classes, teasers with sentences between the paragraphs, date and author drawn by a script."""
    boxes = [
        f"<div class=x-card><div class=x-kick>{escape(other.headline)}</div><div class=x-sum>"
        f"{escape(other.paragraphs[0])}</div></div>"
        for other in sheet.teasers
    ]
    lines = [f"<div class='x-par x-w8'><span>{escape(paragraph)}</span></div>" for paragraph in sheet.paragraphs]
    for number, box in enumerate(boxes):
        lines.insert(1 + 2 * number, box)
    return "", (
        f"<div class=x-root><div class=x-bar>{_menu(sheet.plan)}</div><div class=x-head>{escape(sheet.story.headline)}"
        f"</div><div class=x-stream>{''.join(lines)}</div></div><script src=/x.js></script>"
    )


def _render_lead(sheet: Sheet) -> tuple[str, str]:
    """A design that shows the beginning alone, and loads the rest when a reader asks for it."""
    head, body = _render_classic(sheet)
    lead = escape(sheet.paragraphs[0])
    return head, body.replace(sheet.text, f"<p>{lead}</p><button data-more=/more.json>+</button>")


def _render_bare(sheet: Sheet) -> tuple[str, str]:
    """A design of lines without paragraphs, date and author."""
    text = "<br><br>".join(map(escape, sheet.paragraphs))
    return "", (
        f"<table><tr><td>{_menu(sheet.plan)}</td><td><b>{escape(sheet.story.headline)}</b><br><br>{text}</td>"
        f"<td><ul>{sheet.links}</ul></td></tr></table>"
    )


def _render_crowded(sheet: Sheet) -> tuple[str, str]:
    """A design with a long notice of the house in the middle of each story, and another below it."""
    words = load_language(sheet.plan.language)
    lines = [f"<div class=par><p>{escape(paragraph)}</p></div>" for paragraph in sheet.paragraphs]
    notice = f"<div class=promo><p>{words.newsletter}</p><p>{words.newsletter.upper()} {words.menu}</p></div>"
    return "", (
        f"<div class=shell>{_menu(sheet.plan)}<h2 class=t>{escape(sheet.story.headline)}</h2><div class=txt>"
        f"{notice.join(lines)}</div>{notice * 3}<div>{sheet.links}</div></div>"
    )


TEMPLATES = {
    "classic": _render_classic,
    "plain": _render_plain,
    "boxes": _render_boxes,
    "schema": _render_schema,
    "redesign": _render_redesign,
    "lead": _render_lead,
    "bare": _render_bare,
    "crowded": _render_crowded,
}


def render_shell(plan: PaperPlan, headline: str, kind: str) -> str:
    """Return a page that a script fills: "shell", "noscript" with a line for readers without, "head" with a title."""
    notice = "<noscript>You need to enable JavaScript to run this app.</noscript>" if kind == "noscript" else ""
    title = f'{escape(headline)}</title><meta property="og:title" content="{escape(headline)}">'
    head = title if kind == "head" else f"{plan.name.title()}</title>"
    return (
        f"<!doctype html><html lang={plan.language}><head><meta charset=utf-8><title>{head}</head><body>{notice}"
        f"<div id=root></div><script>window.__CONFIG__={{}}</script><script src=/static/app.4f1c.js></script></body>"
        f"</html>"
    )


def render_consent(plan: PaperPlan) -> str:
    """Return a consent wall: a page of its own, without an article."""
    return (
        f"<!doctype html><html lang={plan.language}><head><meta charset=utf-8><title>{plan.name.title()}</title></head>"
        f"<body>{make_consent_box(plan)}</body></html>"
    )


def make_consent_box(plan: PaperPlan) -> str:
    words = load_language(plan.language)
    text = words.consent.format(k=412)
    return (
        f"<div class=cmp-layer role=dialog><h2>{plan.name.title()}</h2><p>{text}</p><button>OK</button>"
        f"<a href=/settings>{words.menu.split('|')[1]}</a></div>"
    )


def _menu(plan: PaperPlan) -> str:
    words = load_language(plan.language)
    links = "".join(f'<li><a href="/{make_slug(desk)}/">{desk}</a></li>' for desk in words.desks)
    return f'<nav><ul><li><a href="/">{words.menu.split("|")[0]}</a></li>{links}</ul></nav>'
