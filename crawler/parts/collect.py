"""Follow the pager of an article from part to part. Whoever calls it says how a page is fetched and cleaned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from cleaning.parts.join import covers, has_new_text, is_part_of
from cleaning.records.article import Article
from cleaning.records.given import Page
from storage.archive.location import ArchiveLocation


@dataclass(frozen=True, slots=True)
class FetchedPart:
    """A fetched page that may be a part of an article. Without `page` it is missing, for the reason `problem`."""

    url: str  # canonical, as the pager has it
    page: Page | None = None
    location: ArchiveLocation | None = None
    problem: str = ""


@dataclass(slots=True)
class CollectedParts:
    """The further parts of an article, in order, and the outcomes to count: stat names below `part/`."""

    parts: list[FetchedPart] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    is_complete: bool = True

    def add_to(self, page: Page) -> Page:
        """Return the first page with its parts."""
        return replace(page, parts=tuple(part.page for part in self.parts if part.page is not None))


Fetch = Callable[[str, Page], Awaitable[FetchedPart]]  # the address of a part, the first page
Clean = Callable[[Page], Awaitable[Article]]


async def collect_parts(first: Page, article: Article, most: int, fetch: Fetch, clean: Clean) -> CollectedParts:
    """Return the further parts of an article whose first page was cleaned; none for an article on one page.

    If the page links to the whole article on one page, that is fetched, and the parts only if it is not the whole. No
    more than `most` pages make an article. A page that is no part of the article ends it, and so does one without any
    text of its own.
    """
    found = CollectedParts()
    pager = article.pager
    if pager is None or article.rejected is not None or pager.number > 1:
        return found
    if pager.whole is not None:
        whole = await fetch(pager.whole, first)
        if (
            whole.page is not None
            and covers(article, cleaned := await clean(whole.page))
            and is_part_of(article, cleaned)
        ):
            return CollectedParts([whole], ["whole"])
        found.outcomes.append(f"failed/{whole.problem}" if whole.problem else "refused/not-whole")
    known = dict(pager.pages)
    read = [article]
    number = 1
    while (url := known.get(number := number + 1)) is not None:
        if number > most:
            return _end(found, "limited")
        part = await fetch(url, first)
        if part.page is None:
            return _end(found, f"failed/{part.problem}")
        cleaned = await clean(part.page)
        if not is_part_of(article, cleaned):
            is_readable = cleaned.rejected in (None, "too-short")
            outcome = f"refused/{'other-headline' if is_readable else cleaned.rejected}"
            # Another article behind the link is no loss; an error or a wall in the place of a part is one.
            return _end(found, outcome, is_complete=is_readable)
        if not has_new_text(read, cleaned):
            return _end(found, "refused/no-new-text", is_complete=True)
        found.parts.append(part)
        found.outcomes.append("fetched")
        read.append(cleaned)
        known = dict(cleaned.pager.pages if cleaned.pager else ()) | known
    return found


def _end(found: CollectedParts, outcome: str, *, is_complete: bool = False) -> CollectedParts:
    found.outcomes.append(outcome)
    found.is_complete = is_complete
    return found
