"""The reading of a page: what deciding on its article needs, with the tree while it is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from cleaning.duplicates.article_sketch import digest_text
from cleaning.extraction import Extraction, extract
from cleaning.memory.dependency import MemoryDependency
from cleaning.metadata.title_parts import make_name_keys
from cleaning.page.removal import Removal
from cleaning.page.text_runs import copy_runs
from cleaning.page_data.data_text import StatedBody, list_bodies
from cleaning.site_rules.text_place import TextPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from lxml.html import HtmlElement

    from cleaning.classifier.classify import Classification
    from cleaning.live.find_live_blog import LiveBlog
    from cleaning.metadata.collect import Metadata
    from cleaning.metadata.language.choose_language import Language
    from cleaning.metadata.robots_tags import RobotsTags
    from cleaning.page.text_runs import TextRun
    from cleaning.records.article import Pager, RuleOutcome


class ReadingFacts(NamedTuple):
    """What is known of a page beside its tree, as far as its article depends on it.

    `language` is the tag that is configured for the site. `robots_rejection` is the reason for which its robots tags
    reject it. `is_other_document` is whether the page is no markup, `is_later_part` whether it is a further page of an
    article that nobody asked for as such. `names` are the names of its site that it was read with, `rules` stands for
    the rules of its site (`cleaning.memory.dependency.hash_site_rules`).
    """

    url: str
    status: int
    language: str | None
    robots_rejection: str | None
    is_other_document: bool
    is_later_part: bool
    limits_hit: tuple[str, ...]
    names: tuple[str, ...]
    rules: int


class KnownText(NamedTuple):
    """What was found out about a text that the page gave; `sketch` is b"" where the text has none yet."""

    digest: bytes
    language: Language
    sketch: bytes = b""


class PageTree:
    """The tree of a page that was read. trafilatura changes it; while it is `kept`, trafilatura gets a copy.

    Cutting texts changes more: elements that are empty without them leave the tree, scripts among them, which hold the
    page's data. So trafilatura gets a copy then, too.
    """

    def __init__(self, tree: HtmlElement, *, is_kept: bool) -> None:
        self._tree: HtmlElement | None = tree
        self.is_kept = is_kept
        self._data = tree  # trafilatura changes neither scripts nor long attributes

    def extract(self, url: str, runs: Sequence[TextRun], without: Iterable[int], *, comments: bool) -> Extraction:
        """Extract the article's blocks with trafilatura. Raise RuntimeError where the tree is not as it was read."""
        if self._tree is None:
            raise RuntimeError("the tree of the page was changed by an extraction before")
        tree, without = self._tree, tuple(without)
        if not self.is_kept:
            self._tree = None
        if self.is_kept or without:
            tree, runs = copy_runs(tree, runs)
        return extract(tree, url, runs, without=without, comments=comments)

    @property
    def is_unchanged(self) -> bool:
        return self._tree is not None

    def list_bodies(self, metadata: Metadata) -> tuple[StatedBody, ...]:
        return tuple(list_bodies(self._data, metadata))


@dataclass
class PageReading:
    """All that a page says by itself, and nothing that the memory of its site decides.

    `base` is the address that its links are relative to, `unseen` are the runs that no reader sees, each with what
    hides it, `removal` is what was cut before the runs were read, `outcomes` is what the rules of sites.toml removed.
    `tree` is None in a page that is no markup, and in a reading that was packed: that has the texts that were chosen
    without a memory instead.
    """

    facts: ReadingFacts
    metadata: Metadata
    runs: Sequence[TextRun]
    base: str
    unseen: Mapping[int, str]
    removal: Removal
    robots_tags: RobotsTags
    pager: Pager | None = None
    outcomes: tuple[RuleOutcome, ...] = ()
    is_thread: bool = False
    posts: frozenset[int] = frozenset()
    place: TextPlace = field(default_factory=TextPlace)
    live: LiveBlog | None = None
    tree: PageTree | None = None
    packed_choice: Callable[[], Classification] | None = None
    bodies: tuple[StatedBody, ...] | None = None  # of its data; None where they were not read
    known_text: KnownText | None = None  # the last text that was decided on

    @property
    def is_markup(self) -> bool:
        return self.tree is not None or self.packed_choice is not None

    @cached_property
    def choice(self) -> Classification | None:
        """The texts that were chosen without a memory, in a packed reading; None in any other."""
        return None if self.packed_choice is None else self.packed_choice()

    @property
    def can_decide(self) -> bool:
        """Whether nothing was asked of the tree that changes it; then deciding gives what it would have given first."""
        return self.tree is None or self.tree.is_unchanged

    @property
    def is_plain(self) -> bool:
        """Whether deciding on the page needs nothing that cannot be packed."""
        return self.is_markup and not (self.is_thread or self.posts or self.place.runs or self.live)

    @cached_property
    def dependency(self) -> MemoryDependency:
        return MemoryDependency.from_runs(self.runs, self.facts.rules)

    def reads_alike(self, names: Collection[str]) -> bool:
        """Return whether the page would be read the same with these names of its site."""
        asked = self.metadata.asked_names
        if not asked or tuple(names) == self.facts.names:
            return True
        found = asked & make_name_keys(names)
        return found in self.metadata.alike_names or found == asked & make_name_keys(self.facts.names)

    def find_sketch(self, text: str) -> bytes:
        """Return the sealed sketch of a text if the page gave it before; else b""."""
        known = self.known_text
        return known.sketch if known is not None and known.digest == digest_text(text) else b""

    def list_bodies(self) -> tuple[StatedBody, ...] | None:
        """Return the bodies of the page's story in its data; None where they need the tree, which is not there."""
        if self.bodies is None and self.tree is not None:
            self.bodies = self.tree.list_bodies(self.metadata)
        return self.bodies
