"""Reads all that a store holds: the object that `open_store` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Self, Unpack

from sqlalchemy import URL, Connection, func, select
from sqlalchemy.exc import DBAPIError

from cleaning.duplicates.kinds import DuplicateKind
from cleaning.errors import ArticleMissing, BadAddress, BadArgument, DatabaseMissing
from cleaning.records.block import Block
from storage.archive.place import ArchivePlace
from storage.articles.clusters import Cluster, StoryFilter, iter_clusters, load_cluster
from storage.articles.revisions import Version, load_histories
from storage.database.engine import open_for_reading, open_read_only
from storage.database.faults import describe_error
from storage.export.batch import Batch
from storage.export.schema import ARTICLES, Table
from storage.export.selection.choose import select_chosen_ids
from storage.export.selection.filters import build_conditions
from storage.export.selection.selection import Selection
from storage.reading.article_record import PAGES, ArticleRecord, make_records
from storage.reading.data_frames import build_arrow_table, build_data_frame, require_installed
from storage.reading.filters import (
    ArticleFilters,
    SearchFilters,
    check_names,
    list_words,
    make_hit_filter,
    make_selection,
    name_keywords,
)
from storage.reading.find_page import FoundPage, find_page, get_page
from storage.reading.live_blog import EntryRecord, load_live_blog
from storage.reading.load_articles import load_blocks, load_record, load_selected
from storage.reading.raw_page import RawPage, load_raw_page
from storage.runs import StoredRun, load_runs
from storage.search.query import Query, parse_query
from storage.search.ranked import HitFilter, Order
from storage.search.search import SearchHit, search

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd
    import pyarrow as pa


class Store:
    """The store of a crawl, opened for reading by `open_store`. Several threads may use one store.

    Each iterator reads one state of the store, as it was when it was asked for its first item, and holds a few hundred
    articles at a time. Do not use a store in a process that was forked after it was opened; open it there.
    """

    def __init__(self, url: URL, archive: ArchivePlace | None) -> None:
        self._name = url.render_as_string(hide_password=True)
        self._archive = archive
        self._engine = open_read_only(url)
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<Store {self._name}{' (closed)' if self._is_closed else ''}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the database. The store cannot be used any more; records that were read can."""
        self._is_closed = True
        self._engine.dispose()

    def articles(self, **filters: Unpack[ArticleFilters]) -> Iterator[ArticleRecord]:
        """Iterate over the articles that pass the filters, by site, then day, then id, as a release has them.

        The filters are keywords, those of `scrapy export`: `site`, `language`, `section`, `licence`, `rights` (one word
        or several), `since` and `until` (days, both inclusive), `min_words`, `where` (an expression). Duplicates come
        with `include_duplicates`, only the first of each story with `one_per_story`, rejected pages with
        `include_rejected`. Raise BadArgument for a filter that is invalid, or names what the store does not have.
        """
        selection, rejected = self._check_filters(filters)
        return (
            record
            for batch in self._read_batches(selection, include_rejected=rejected)
            for record in make_records(batch, self._load_blocks)
        )

    def count(self, **filters: Unpack[ArticleFilters]) -> int:
        """Count the articles that pass the filters of `articles`."""
        selection, rejected = self._check_filters(filters)
        with self._read() as connection:
            ids = select_chosen_ids(connection, selection, include_rejected=rejected).order_by(None).subquery()
            return connection.scalar(select(func.count()).select_from(ids)) or 0

    def article(self, url_or_id: str, *, include_rejected: bool = False) -> ArticleRecord:
        """Return the article of an address, in any spelling, or of an id; also of an address that redirects to it.

        Raise ArticleMissing if the store holds none, or the page is no article and `include_rejected` is not set.
        """
        with self._read() as connection:
            page = get_page(connection, url_or_id) if include_rejected else _get_article(connection, url_or_id)
            return load_record(connection, page.id, self._load_blocks)

    def __contains__(self, url_or_id: object) -> bool:
        """Whether the store holds an article of this address or id; a rejected page is none."""
        with self._read() as connection:
            try:
                page = find_page(connection, url_or_id) if isinstance(url_or_id, str) else None
            except BadAddress:
                page = None
        return page is not None and page.rejected is None

    def search(
        self, words: str, *, order: str = "best", limit: int | None = None, **filters: Unpack[SearchFilters]
    ) -> Iterator[SearchHit]:
        """Iterate over the articles in which all words are found, in their headline or text: the best hits first.

        `words` may hold "phrases", beginnings of wor* and -exclusions, as for `scrapy search`. `order` is "best" or
        "newest". The filters are `site`, `language`, `since`, `until`, `include_duplicates` and `include_rejected`, as
        for `articles`. A hit has `headline` and `snippet`, texts with the places of what was found; `article(hit.id)`
        gives its record. Articles that an older version of Broadsheet stored are found once a crawl has indexed them.
        Raise BadArgument for words that cannot be searched, and for a filter that is invalid.
        """
        if order not in list(Order):
            raise BadArgument(f"order: unknown value {order!r}; choose from: {', '.join(Order)}")
        if limit is not None and limit < 1:
            raise BadArgument(f"limit must be a whole number of at least 1, got {limit}")
        check_names(filters, SearchFilters.__annotations__)
        selection, rejected = self._check_filters(filters)  # type: ignore[arg-type]  # of its keys, these are some
        wanted = make_hit_filter(selection, include_rejected=rejected)
        return self._iterate_hits(parse_query(words), wanted, Order(order), limit)

    def stories(
        self,
        *,
        site: str | Iterable[str] | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        kind: str | Iterable[str] | None = None,
        min_members: int = 2,
    ) -> Iterator[Cluster]:
        """Iterate over the stories of at least `min_members` articles, one of which passes the filters; newest first.

        A story has its `members`: first its `representative`, which stands in the corpus, then the articles that repeat
        it, each with the kind and the rule of the match. `first` is the one that was published first. Raise BadArgument
        for a filter that is invalid, or names a site that the store does not have.
        """
        selection, _ = self._check_filters({"site": site, "since": since, "until": until})
        kinds = list_words("kind", kind)
        for one in kinds:
            if one not in list(DuplicateKind):
                raise BadArgument(f"kind: unknown value {one!r}; choose from: {', '.join(DuplicateKind)}")
        wanted = StoryFilter(selection.sites, selection.since, selection.until, kinds, min_members)
        return self._iterate_stories(wanted)

    def story(self, url_or_id: str) -> Cluster:
        """Return the story of an article, which may be its only member. Raise ArticleMissing as `article` does."""
        with self._read() as connection:
            page = _get_article(connection, url_or_id)
            found = load_cluster(connection, page.id)
            if found is None:
                raise ArticleMissing(f"the store holds no story of {page.url}")
            return found

    def revisions(self, url_or_id: str) -> list[Version]:
        """Return the versions of an article, oldest first; the last is the current one, often the only one.

        A version is a run of fetches, from `since` to `until`, between which the site edited nothing. It has its
        `title`, `text` and `words`, and in `changes` what was edited since the version before. Raise ArticleMissing as
        `article` does.
        """
        with self._read() as connection:
            page = _get_article(connection, url_or_id)
            return load_histories(connection, [page.id]).get(page.id, [])

    def entries(self, url_or_id: str) -> list[EntryRecord]:
        """Return the entries of a live blog in page order, also those that its page no longer shows.

        None for any other article. Raise ArticleMissing if the store holds no article of the address or id.
        """
        with self._read() as connection:
            return load_live_blog(connection, _get_article(connection, url_or_id).id)

    def runs(self) -> Iterator[StoredRun]:
        """Iterate over the crawls that filled the store, the newest first."""
        return self._iterate_runs()

    def raw(self, url_or_id: str) -> RawPage:
        """Return what the site sent: the archived response of a page, also of a rejected one, with its further parts.

        Raise ArticleMissing if the store holds no page of this address or id, ArchiveMissing if there is no archive, or
        the page is not in it, and RecordUnreadable if it cannot be read there.
        """
        with self._read() as connection:
            return load_raw_page(connection, get_page(connection, url_or_id), self._archive)

    def to_arrow(self, **filters: Unpack[ArticleFilters]) -> pa.Table:
        """Return the articles that pass the filters of `articles` as an Arrow table, typed as a Parquet release.

        Raise LibraryMissing if pyarrow is not installed.
        """
        require_installed("pyarrow", "to_arrow")
        selection, rejected = self._check_filters(filters)
        table = PAGES if rejected else ARTICLES
        return build_arrow_table(table, self._read_batches(selection, include_rejected=rejected, table=table))

    def to_pandas(self, **filters: Unpack[ArticleFilters]) -> pd.DataFrame:
        """Return the articles that pass the filters of `articles` as a DataFrame, a column a field.

        Raise LibraryMissing if pandas is not installed.
        """
        require_installed("pandas", "to_pandas")
        selection, rejected = self._check_filters(filters)
        table = PAGES if rejected else ARTICLES
        return build_data_frame(table, self._read_batches(selection, include_rejected=rejected, table=table))

    def _check_filters(self, filters: ArticleFilters) -> tuple[Selection, bool]:
        """Return the selection of the filters, and whether rejected pages are wanted. Raise BadArgument at once."""
        selection = make_selection(filters)
        with self._read() as connection, name_keywords():
            build_conditions(connection, selection)
        return selection, filters.get("include_rejected", False)

    def _read_batches(self, selection: Selection, *, include_rejected: bool, table: Table = PAGES) -> Iterator[Batch]:
        with self._read() as connection:
            for batch in load_selected(connection, selection, include_rejected=include_rejected, table=table):
                self._check_open()
                yield batch

    def _iterate_stories(self, wanted: StoryFilter) -> Iterator[Cluster]:
        with self._read() as connection:
            for cluster in iter_clusters(connection, wanted):
                self._check_open()
                yield cluster

    def _iterate_hits(self, query: Query, wanted: HitFilter, order: Order, limit: int | None) -> Iterator[SearchHit]:
        with self._read() as connection:
            for hit in search(connection, query, wanted=wanted, order=order, limit=limit):
                self._check_open()
                yield hit

    def _iterate_runs(self) -> Iterator[StoredRun]:
        with self._read() as connection:
            yield from load_runs(connection)

    def _load_blocks(self, article_id: str) -> tuple[Block, ...]:
        with self._read() as connection:
            return load_blocks(connection, article_id)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        """Open a connection that sees one state of the store. Raise DatabaseMissing where the database fails."""
        self._check_open()
        try:
            with open_for_reading(self._engine) as connection:
                try:
                    yield connection
                finally:
                    if self._is_closed:
                        connection.detach()  # so that it is closed, and not given back for the next one
        except DBAPIError as error:
            raise DatabaseMissing(f"cannot read the database {self._name}: {describe_error(error)}") from error

    def _check_open(self) -> None:
        if self._is_closed:
            raise ValueError(f"the store {self._name} is closed")


def _get_article(connection: Connection, url_or_id: str) -> FoundPage:
    page = get_page(connection, url_or_id)
    if page.rejected is not None:
        raise ArticleMissing(f"the page stored of {page.url} is no article: {page.rejected}")
    return page
