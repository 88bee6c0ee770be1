"""Show one stored page: its article, what was cut by which rule and memory, its story and versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from cleaning.records.times import format_iso
from cleaning.version import CLEANER_VERSION
from crawler.explain.explanation import PageExplanation
from crawler.explain.json_document import explanation_to_document
from crawler.explain.terminal import make_output_console, render_for_terminal
from crawler.explain.web_page import render_web_page
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import count_things
from crawler.terminal.tables import mark_text, render_parts
from crawler.views.memory_use import MemoryStatus, describe_memory_use
from crawler.views.stories import render_story, to_member_document, to_version_documents
from storage.articles.revisions import is_refusal
from storage.database.engine import open_for_reading
from storage.reading.stored_page import read_stored_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from sqlalchemy import Engine

    from cleaning.records.article import Article
    from cleaning.records.block import Block
    from crawler.views.memory_use import MemoryUse, RepeatedUse
    from storage.reading.stored_page import StoredPage

_WEB_WIDTH = 4_000  # columns of a line in a web page: the browser wraps it


class StoredPageView:
    """One stored page, to be shown in several forms. Raise ArticleMissing if the store holds none.

    `explanation` says of each block why it was cut, with what the memory of the site knows of it (`use`).
    """

    def __init__(self, engine: Engine, url_or_id: str) -> None:
        with open_for_reading(engine) as connection:
            self.page = read_stored_page(connection, url_or_id)
            self.use = describe_memory_use(connection, self.page)
        self.explanation = PageExplanation(_explain_cuts(self.page.article, self.use), self.page.record.url)

    def summarize(self) -> str:
        """Return the verdict and the counts of blocks, in one line."""
        return escape_for_terminal(f"{self.explanation.verdict}; {self.explanation.counts}")

    def render(self) -> str:
        """Return the lines for a terminal or a pipe."""
        console = make_output_console()
        parts: list[RenderableType] = []
        for heading, lines in self._list_sections():
            parts += [Text(), Text(heading, "bold"), *lines]
        return render_for_terminal(self.explanation, console) + render_parts(console, parts)

    def render_web_page(self) -> str:
        """Return one self-contained web page."""
        console = Console(width=_WEB_WIDTH, highlight=False, color_system=None, force_terminal=False)
        sections = [(heading, render_parts(console, lines)) for heading, lines in self._list_sections()]
        return render_web_page(self.explanation, sections)

    def to_document(self) -> dict[str, Any]:
        """Return the page as JSON has it: what `scrapy explain --json` gives, and what only the store knows."""
        page, use = self.page, self.use
        document = explanation_to_document(PageExplanation(page.article, page.record.url))
        for block, entry in zip(page.article.blocks, document["blocks"], strict=True):
            known = use.repeated.get(block.text) if block.text in use.repeated and not block.is_kept else None
            entry["memory"] = known and known._asdict()
        return document | {
            "id": page.record.id,
            "site": page.record.site,
            "fetched_at": format_iso(page.record.fetched_at),
            "gone_at": page.record.gone_at and format_iso(page.record.gone_at),
            "words": page.record.words,
            "run": page.run and page.run.id,
            "archive": page.location and {"file": page.location.file, "offset": page.location.offset},
            "raw_pruned_at": page.raw_pruned_at and format_iso(page.raw_pruned_at),
            "parts": [part.url for part in page.parts],
            "memory": {
                "status": use.status.value,
                "applied": use.applied,
                "present": use.present,
                "digest": use.digest,
                "learnt_from": use.learnt_from,
            },
            "story": None if page.story is None else [to_member_document(member) for member in page.story.members],
            "versions": to_version_documents(page.versions),
        }

    def _list_sections(self) -> Iterator[tuple[str, list[RenderableType]]]:
        page = self.page
        yield "Stored", list(_render_facts(page))
        yield "Memory of the site", list(_render_memory(page, self.use))
        if page.story is not None and len(page.story.members) > 1:
            yield "Story", [*render_story(page.story, {page.record.id: page.versions})][:-1]
        elif len(page.versions) > 1 and page.story is not None:
            yield "Versions", [*render_story(page.story, {page.record.id: page.versions})][2:-1]


def _explain_cuts(article: Article, use: MemoryUse) -> Article:
    """Return the article with what the site's memory knows of each block that was cut because it repeats."""
    return replace(article, blocks=tuple(_explain_cut(block, use) for block in article.blocks))


def _explain_cut(block: Block, use: MemoryUse) -> Block:
    if block.is_kept or block.text not in use.repeated:
        return block
    known = use.repeated[block.text]
    if known is not None:
        then = "; by the present memory " if use.status is MemoryStatus.CHANGED else ": "
        evidence = f"{block.evidence}{then}{_describe_repetition(known, use.learnt_from)}"
    elif use.status is MemoryStatus.CHANGED:
        evidence = (
            f"{block.evidence}; it did when this page was cleaned, and the site's present memory knows it no more"
        )
    else:
        return block
    return replace(block, evidence=evidence)


def _describe_repetition(known: RepeatedUse, learnt_from: int) -> str:
    text = f"on {known.articles} of the {learnt_from} that its memory is learnt from, and cut from {known.needed} on"
    if known.first_seen:
        text += f"; seen {known.first_seen} to {known.last_seen}"
    if known.is_kept:
        text += "; a keep rule now keeps it"
    return text


def _render_facts(page: StoredPage) -> Iterator[RenderableType]:
    record, run = page.record, page.run
    yield _render_fact("id", record.id)
    yield _render_fact("site", record.site)
    by = "" if run is None else f", by run {run.id} ({run.spider}, begun {format_iso(run.started_at)})"
    yield _render_fact("fetched", format_iso(record.fetched_at) + by)
    if record.gone_at is not None:
        yield _render_fact("gone", f"since {format_iso(record.gone_at)}: its address answers with 404 or 410")
    place = page.location
    pruned = page.raw_pruned_at
    none = "none" if pruned is None else f"none: the raw page was pruned on {pruned:%Y-%m-%d}"
    yield _render_fact("archive", none if place is None else f"{place.file} at byte {place.offset:,}")
    for part in page.parts:
        yield _render_fact("part", part.url)
    cleaner = page.article.cleaner_version
    other = (
        "" if cleaner == CLEANER_VERSION else f"; this program's is {CLEANER_VERSION}: scrapy reclean cleans it again"
    )
    yield _render_fact("cleaner", f"version {cleaner}{other}")
    if is_refusal(record.rejected):
        yield _render_fact("text", "not shown: the page asks not to be kept")


def _render_fact(name: str, value: str) -> RenderableType:
    return mark_text(f"  {name:<9}", escape_for_terminal(value))


def _render_memory(page: StoredPage, use: MemoryUse) -> Iterator[RenderableType]:
    yield mark_text("  ", escape_for_terminal(describe_status(page.record.site, use)))
    if use.digest is not None:
        memory = f"The present memory is {use.digest}, learnt from {count_things(use.learnt_from, 'article')}"
        yield mark_text("  ", escape_for_terminal(f"{memory}; see: scrapy sites show {page.record.site}"))
    if use.repeated:
        yield mark_text("  ", escape_for_terminal(f"To keep a block: scrapy sites keep {page.record.site} 'TEXT'"))


def describe_status(site: str, use: MemoryUse) -> str:
    match use.status:
        case MemoryStatus.UNCHANGED:
            return f"The page was cleaned with what the site's present memory says of it (fingerprint {use.applied})."
        case MemoryStatus.CHANGED:
            return (
                "The site's memory has changed since the page was cleaned: the fingerprint of what it says of the page "
                f"was {use.applied}, and is {use.present}. The next run of the site cleans the page again, or: "
                f"scrapy reclean --site {site}"
            )
        case MemoryStatus.UNUSED:
            return "The page was cleaned without a memory: too few articles of the site are known."
    return "It is not recorded with which memory the page was cleaned; the next run of the site cleans it again."
