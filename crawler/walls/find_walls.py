"""Find walls: one page that a site shows at several addresses, recognised in any language by being the same."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crawler.walls.shown_page import MIN_ADDRESSES, MIN_LETTERS, Blocks, ShownPage, is_same_text, select_blocks

_REMEMBERED = 100  # pages of a site: a wall stands before all articles, or before many
# Rejections of pages that may be a wall: a consent page may ask not to be kept, be short, or call itself an error.
_MAY_BE_WALL = ("robots-", "too-short", "error-page")


@dataclass(frozen=True, slots=True)
class KnownWall:
    """A page that was found at several addresses, in this run or an earlier one, and a headline key that it had."""

    blocks: Blocks
    title: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A page that may be a wall, with the earlier pages of the run and the known walls that have the same text."""

    page: ShownPage
    others: tuple[ShownPage, ...] = ()
    known: tuple[KnownWall, ...] = ()

    @property
    def pages(self) -> tuple[ShownPage, ...]:
        return (*self.others, self.page)

    def is_known_wall(self, headline: str | None) -> bool:
        """Return whether the page is a known wall, and not the article that a site shows in place of others.

        `headline` is that of the source of its address.
        """
        is_own_article = any(wall.title == self.page.title for wall in self.known) and self.page.is_as_announced(
            headline
        )
        return bool(self.known) and not is_own_article


class WallFinder:
    """Remembers the last pages of each site in a run, and the walls of earlier runs."""

    def __init__(self) -> None:
        self._pages: defaultdict[str, deque[ShownPage]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._walls: defaultdict[str, list[KnownWall]] = defaultdict(list)  # of this run and of earlier ones
        self._found: defaultdict[str, list[Blocks]] = defaultdict(list)  # of this run

    def load(self, pages: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        """Remember the walls that earlier runs found, by site: headline key and text of each."""
        for site, some in pages.items():
            self._walls[site].extend(KnownWall(select_blocks(text.split("\n")), title) for title, text in some)

    def suspect(self, page: ShownPage, rejected: str | None) -> Suspicion | None:
        """Remember a page; return the suspicion that it is a wall, None if there is no reason for one."""
        if (rejected is not None and not rejected.startswith(_MAY_BE_WALL)) or page.letters < MIN_LETTERS:
            return None
        seen, site = self._pages[page.lease.site], page.lease.site
        others = tuple(one for one in seen if one.lease.id != page.lease.id and is_same_text(one.blocks, page.blocks))
        seen.append(page)
        known = tuple(wall for wall in self._walls[site] if is_same_text(wall.blocks, page.blocks))
        return Suspicion(page, others, known) if known or len(others) + 1 >= MIN_ADDRESSES else None

    def confirm(self, suspicion: Suspicion) -> bool:
        """Remember the page as a wall; return whether it is a new one in this run."""
        site, blocks = suspicion.page.lease.site, suspicion.page.blocks
        if any(is_same_text(wall, blocks) for wall in self._found[site]):
            return False
        self._found[site].append(blocks)
        self._walls[site].append(KnownWall(blocks, suspicion.page.title))
        return True
