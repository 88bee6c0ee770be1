"""Render a demo newspaper: the reply to every address of one site, with status, content type and body."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.demo.content import InlineText, StoryBlock
from crawler.demo.listings import make_entry, make_listings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.demo.content import DemoStory
    from crawler.demo.papers import Paper

_ENVIRONMENT = Environment(
    loader=PackageLoader("crawler.demo"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="9"><rect width="16" height="9" fill="teal"/></svg>'
)
_RELATED_STORIES = 3  # in the list below a text
_LATEST_STORIES = 4  # in the margin of every page
_FRONT_STORIES = 6  # on the front page
_WORDS = {
    "en": {
        "front": "Today",
        "newer": "Newer stories",
        "older": "Older stories",
        "other": "With all pictures",
        "weather": "Weather by our partner",
        "missing": "Page not found",
        "missing_text": "There is nothing at this address, or no longer.",
    },
    "de": {
        "front": "Heute",
        "newer": "Neuere Beiträge",
        "older": "Ältere Beiträge",
        "other": "Mit allen Bildern",
        "weather": "Das Wetter bei unserem Partner",
        "missing": "Seite nicht gefunden",
        "missing_text": "Unter dieser Adresse steht nichts, oder nichts mehr.",
    },
    "el": {
        "front": "Σήμερα",
        "newer": "Νεότερα",
        "older": "Παλαιότερα",
        "other": "Με όλες τις φωτογραφίες",
        "weather": "Ο καιρός από τον συνεργάτη μας",
        "missing": "Η σελίδα δεν βρέθηκε",
        "missing_text": "Σε αυτή τη διεύθυνση δεν υπάρχει τίποτα, ή όχι πια.",
    },
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply. `content_type` includes the charset, if the header names one; `etag` is a hash of the body."""

    status: int
    content_type: str
    body: bytes
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", f'"{hashlib.sha256(self.body).hexdigest()[:20]}"')


class DemoSite:
    """One newspaper at one base address (without a final slash), rendered completely, so its replies never change."""

    def __init__(self, paper: Paper, base: str) -> None:
        self.paper = paper
        self.base = base
        self.missing = self._render_page("notice.html", status=404, **self._make_not_found_notice())
        self.replies = dict(self._render_all())

    def get_reply(self, target: str) -> Reply:
        """Return the reply to a request's target (path and query, percent-encoded): a page, or a 404 page."""
        return self.replies.get(target, self.missing)

    def _render_all(self) -> Iterator[tuple[str, Reply]]:
        paper = self.paper
        yield "/picture.svg", Reply(200, "image/svg+xml", _PICTURE.encode())
        for path, listing in make_listings(paper, self.base, _ENVIRONMENT).items():
            yield path, Reply(200, listing.content_type, listing.body)
        for path, (heading, text) in paper.notices.items():
            yield path, self._render_page("notice.html", heading=heading, text=text)
        on_lists = paper.select_stories("section")
        yield "/", self._render_list(_WORDS[paper.language]["front"], on_lists[:_FRONT_STORIES], [])
        for section, heading in paper.sections.items():
            yield from self._render_section(section, heading, [story for story in on_lists if story.section == section])
        for story in paper.stories:
            path = paper.get_path(story)
            is_list = story.kind == "section"
            yield path, self._render_story_list(story) if is_list else self._render_article("article", story)
            if story.second_address:
                yield story.second_address, self._render_article("feature", story)

    def _render_section(self, section: str, heading: str, stories: Sequence[DemoStory]) -> Iterator[tuple[str, Reply]]:
        size = self.paper.page_size
        pages = [stories[start : start + size] for start in range(0, len(stories), size)]
        addresses = [self.paper.section_address.format(section=section)]
        addresses += [self.paper.page_address.format(section=section, page=page) for page in range(2, len(pages) + 1)]
        for index, (address, on_page) in enumerate(zip(addresses, pages, strict=True)):
            around = [addresses[index - 1] if index else "", addresses[index + 1] if index + 1 < len(pages) else ""]
            yield address, self._render_list(heading, on_page, around)

    def _render_story_list(self, story: DemoStory) -> Reply:
        """Render a list of stories that has the address of an article."""
        slugs = [run.target for block in story.blocks for cell in block.cells for run in cell if run.target]
        return self._render_list(story.title, [self.paper.find_story(slug) for slug in slugs], [])

    def _render_list(self, heading: str, on_page: Sequence[DemoStory], around: Sequence[str]) -> Reply:
        previous, following = around or ("", "")
        entries = [make_entry(self.paper, story, "") for story in on_page]
        return self._render_page("list.html", heading=heading, entries=entries, previous=previous, following=following)

    def _render_article(self, template: str, story: DemoStory) -> Reply:
        return self._render_page(
            f"{self.paper.name}_{template}.html",
            story=story,
            path=self.paper.get_path(story),
            teaser=make_entry(self.paper, story, "")["teaser"],
            flow=list(self._make_flow(story)),
            related=[make_entry(self.paper, other, "") for other in self._find_related(story)],
            json_ld=_make_json_ld(self.paper, story, self.base),
        )

    def _find_related(self, story: DemoStory) -> list[DemoStory]:
        """Return other stories, those of the same section first."""
        others = [other for other in self.paper.select_stories("section") if other.kind == "article" and other != story]
        return sorted(others, key=lambda other: other.section != story.section)[:_RELATED_STORIES]

    def _make_flow(self, story: DemoStory) -> Iterator[dict[str, Any]]:
        """Yield the blocks of the text, grouped into lists, tables and quotations, and the boilerplate between them."""
        start = 0
        for line in (*story.see_also, None):
            end = line.after if line else len(story.blocks)
            for kind, group in groupby(story.blocks[start:end], key=lambda block: block.kind):
                yield {"kind": kind.value, "blocks": [self._resolve_links(block) for block in group]}
            if line:
                other = self.paper.find_story(line.slug)
                yield {
                    "kind": "see also",
                    "markup": line.markup,
                    "title": other.title,
                    "target": self.paper.get_path(other),
                }
            start = end

    def _resolve_links(self, block: StoryBlock) -> StoryBlock:
        """Return the block with addresses in place of slugs."""

        def to_address(target: str | None) -> str | None:
            if target is None or target.startswith("https://"):
                return target
            return self.paper.get_path(self.paper.find_story(target))

        cells = (tuple(InlineText(run.text, to_address(run.target)) for run in cell) for cell in block.cells)
        return StoryBlock(block.kind, tuple(cells))

    def _make_not_found_notice(self) -> dict[str, str]:
        words = _WORDS[self.paper.language]
        return {"heading": words["missing"], "text": words["missing_text"]}

    def _render_page(self, template: str, *, status: int = 200, **fields: Any) -> Reply:
        latest = [story for story in self.paper.select_stories("section") if story.kind == "article"][:_LATEST_STORIES]
        html = _ENVIRONMENT.get_template(template).render(
            paper=self.paper,
            base=self.base,
            words=_WORDS[self.paper.language],
            latest=[make_entry(self.paper, story, "") for story in latest],
            **fields,
        )
        charset = self.paper.charset
        return Reply(status, f"text/html; charset={charset}", html.encode(charset))


def _make_json_ld(paper: Paper, story: DemoStory, base: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "url": base + paper.get_path(story),
        "datePublished": story.published.isoformat(),
        **({"dateModified": story.modified.isoformat()} if story.modified else {}),
        "author": [{"@type": "Person", "name": author} for author in story.byline],
        "publisher": {"@type": "Organization", "name": paper.title},
        "isAccessibleForFree": story.kind != "paywall",
    }
