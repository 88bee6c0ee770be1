"""Find walls: one page that a site shows at several addresses, recognised in any language by being the same."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crawler.walls.shown_page import MIN_ADDRESSES, MIN_LETTERS, Blocks, ShownPage, is_same_text, select_blocks

_REMEMBERED = 100  # pages of a site: a wall stands before all articles, or before many
# Rejections of pages that may be a wall. What asks not to be kept or is short may be the site's consent page.
_MAY_BE_WALL = ("robots-", "too-short")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A page that may be a wall: the earlier pages of the run with the same text, and whether it is a known wall."""

    page: ShownPage
    others: tuple[ShownPage, ...] = ()
    is_known: bool = False

    @property
    def pages(self) -> tuple[ShownPage, ...]:
        return (*self.others, self.page)


class WallFinder:
    """Remembers the last pages of each site in a run, and the walls of earlier runs."""

    def __init__(self) -> None:
        self._pages: defaultdict[str, deque[ShownPage]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._walls: defaultdict[str, list[Blocks]] = defaultdict(list)  # of this run and of earlier ones
        self._found: defaultdict[str, list[Blocks]] = defaultdict(list)  # of this run

    def load(self, texts: Mapping[str, Iterable[str]]) -> None:
        """Remember the texts of walls that earlier runs found, by site."""
        for site, some in texts.items():
            self._walls[site].extend(select_blocks(text.split("\n")) for text in some)

    def suspect(self, page: ShownPage, rejected: str | None) -> Suspicion | None:
        """Remember a page; return the suspicion that it is a wall, None if there is no reason for one."""
        if (rejected is not None and not rejected.startswith(_MAY_BE_WALL)) or page.letters < MIN_LETTERS:
            return None
        seen, site = self._pages[page.lease.site], page.lease.site
        others = tuple(one for one in seen if one.lease.id != page.lease.id and is_same_text(one.blocks, page.blocks))
        seen.append(page)
        if any(is_same_text(wall, page.blocks) for wall in self._walls[site]):
            return Suspicion(page, others, is_known=True)
        return Suspicion(page, others) if len(others) + 1 >= MIN_ADDRESSES else None

    def confirm(self, suspicion: Suspicion) -> bool:
        """Remember the page as a wall; return whether it is a new one in this run."""
        site, blocks = suspicion.page.lease.site, suspicion.page.blocks
        if any(is_same_text(wall, blocks) for wall in self._found[site]):
            return False
        self._found[site].append(blocks)
        self._walls[site].append(blocks)
        return True
