"""What a demo newspaper answers: every address of one site, with status, type and body."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.demo.content import Line, Run
from crawler.demo.listings import entry, listings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.demo.content import Story
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
_RELATED = 3  # stories in the list below a text
_LATEST = 4  # stories in the margin of every page
_FRONT = 6  # stories on the front page
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
    """One answer: `content_type` with its charset where the header names one, `etag` made from the body."""

    status: int
    content_type: str
    body: bytes
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", f'"{hashlib.sha256(self.body).hexdigest()[:20]}"')


class Site:
    """One paper at one base address (no slash at its end), rendered whole: its answers never change."""

    def __init__(self, paper: Paper, base: str) -> None:
        self.paper = paper
        self.base = base
        self.missing = self._page("notice.html", status=404, **self._notice_of_absence())
        self.replies = dict(self._replies())

    def reply(self, target: str) -> Reply:
        """The answer to a request's target (path and query, percent-encoded); a 404 page where nothing stands."""
        return self.replies.get(target, self.missing)

    def _replies(self) -> Iterator[tuple[str, Reply]]:
        paper = self.paper
        yield "/picture.svg", Reply(200, "image/svg+xml", _PICTURE.encode())
        for path, listing in listings(paper, self.base, _ENVIRONMENT).items():
            yield path, Reply(200, listing.content_type, listing.body)
        for path, (heading, text) in paper.notices.items():
            yield path, self._page("notice.html", heading=heading, text=text)
        on_lists = paper.listed("section")
        yield "/", self._list(_WORDS[paper.language]["front"], on_lists[:_FRONT], [])
        for section, heading in paper.sections.items():
            yield from self._section(section, heading, [story for story in on_lists if story.section == section])
        for story in paper.stories:
            path = paper.path(story)
            yield path, self._story_list(story) if story.kind == "section" else self._article("article", story)
            if story.second_address:
                yield story.second_address, self._article("feature", story)

    def _section(self, section: str, heading: str, of_section: Sequence[Story]) -> Iterator[tuple[str, Reply]]:
        size = self.paper.page_size
        pages = [of_section[start : start + size] for start in range(0, len(of_section), size)]
        addresses = [self.paper.section_address.format(section=section)]
        addresses += [self.paper.page_address.format(section=section, page=page) for page in range(2, len(pages) + 1)]
        for index, (address, on_page) in enumerate(zip(addresses, pages, strict=True)):
            around = [addresses[index - 1] if index else "", addresses[index + 1] if index + 1 < len(pages) else ""]
            yield address, self._list(heading, on_page, around)

    def _story_list(self, story: Story) -> Reply:
        """A page with an article's address which is a list of stories."""
        slugs = [run.target for line in story.lines for cell in line.cells for run in cell if run.target]
        return self._list(story.title, [self.paper.story(slug) for slug in slugs], [])

    def _list(self, heading: str, on_page: Sequence[Story], around: Sequence[str]) -> Reply:
        previous, following = around or ("", "")
        entries = [entry(self.paper, story, "") for story in on_page]
        return self._page("list.html", heading=heading, entries=entries, previous=previous, following=following)

    def _article(self, template: str, story: Story) -> Reply:
        return self._page(
            f"{self.paper.name}_{template}.html",
            story=story,
            path=self.paper.path(story),
            teaser=entry(self.paper, story, "")["teaser"],
            flow=list(self._flow(story)),
            related=[entry(self.paper, other, "") for other in self._related(story)],
            json_ld=_json_ld(self.paper, story, self.base),
        )

    def _related(self, story: Story) -> list[Story]:
        """Other stories, those of the same section first."""
        others = [other for other in self.paper.listed("section") if other.kind == "article" and other != story]
        return sorted(others, key=lambda other: other.section != story.section)[:_RELATED]

    def _flow(self, story: Story) -> Iterator[dict[str, Any]]:
        """The text's blocks, grouped where they make one list, table or quotation, with the lines of chaff between."""
        start = 0
        for line in (*story.see_also, None):
            end = line.after if line else len(story.lines)
            for kind, group in groupby(story.lines[start:end], key=lambda block: block.kind):
                yield {"kind": kind.value, "lines": [self._linked(block) for block in group]}
            if line:
                other = self.paper.story(line.slug)
                yield {"kind": "see also", "dress": line.dress, "title": other.title, "target": self.paper.path(other)}
            start = end

    def _linked(self, line: Line) -> Line:
        """The same line with addresses in place of slugs."""

        def address(target: str | None) -> str | None:
            if target is None or target.startswith("https://"):
                return target
            return self.paper.path(self.paper.story(target))

        return Line(line.kind, tuple(tuple(Run(run.text, address(run.target)) for run in cell) for cell in line.cells))

    def _notice_of_absence(self) -> dict[str, str]:
        words = _WORDS[self.paper.language]
        return {"heading": words["missing"], "text": words["missing_text"]}

    def _page(self, template: str, *, status: int = 200, **fields: Any) -> Reply:
        latest = [story for story in self.paper.listed("section") if story.kind == "article"][:_LATEST]
        html = _ENVIRONMENT.get_template(template).render(
            paper=self.paper,
            base=self.base,
            words=_WORDS[self.paper.language],
            latest=[entry(self.paper, story, "") for story in latest],
            **fields,
        )
        charset = self.paper.charset
        return Reply(status, f"text/html; charset={charset}", html.encode(charset))


def _json_ld(paper: Paper, story: Story, base: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "url": base + paper.path(story),
        "datePublished": story.published.isoformat(),
        **({"dateModified": story.modified.isoformat()} if story.modified else {}),
        "author": [{"@type": "Person", "name": author} for author in story.authors],
        "publisher": {"@type": "Organization", "name": paper.title},
        "isAccessibleForFree": story.kind != "paywall",
    }
