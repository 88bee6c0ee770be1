"""The addresses of the reading room, and what reads and shows each.

/                     the store as a whole, with a field to search
/search               hits; /search.json and /search.csv give them to programs
/article/ID           an article: its text, what was cut and why, its story and versions
/article/ID/sources   where in its page the metadata stand
/article/ID/raw       its page as the archive has it, as text
/story/ID             a story over its sites; /compare?one=ID&other=ID what two articles have in common
/sites, /site/NAME    the sites, and what is known of one
/changes              what changed against an older release; /changes.csv as a file; /changes/ID of an article
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import NotFound, Request, Response

from cleaning.errors import ArchiveMissing
from cleaning.records.times import format_iso
from crawler.reading_room.changes import PAGE, ChangeList, parse_choice
from crawler.reading_room.commands import write_explain, write_export, write_keep, write_show
from crawler.reading_room.find import Found, Search, find, is_chosen, list_rows, parse_page, parse_search
from crawler.reading_room.site import read_site
from crawler.reading_room.sources import list_fields
from crawler.reading_room.story import compare_articles, describe_delay, read_story
from crawler.reading_room.word_changes import compare_words
from crawler.views.stored_page import StoredPageView, describe_status
from storage.articles.revisions import is_refusal
from storage.export.formats.csv import format_cell
from storage.reading.find_page import get_page
from storage.reading.raw_page import load_raw_page
from storage.search.search import load_hits

_CHANGE = (
    *("id", "site", "title", "kind", "cause", "characters_lost", "characters_gained", "fields", "note"),
    *("cleaner_before", "cleaner_after"),
)
_RESULT = ("id", "url", "site", "title", "published_at", "fetched_at", "language", "words", "duplicate_of", "rejected")
_RIGHTS = ("licence", "tdm_reserved", "tdm_policy", "ai_refused", "usage", "robots")  # fields of an article


async def show_front(datasette: Any, request: Request) -> Response:
    overview = await asyncio.to_thread(datasette.overview.get)
    most = max(overview.months.values(), default=0)
    return await _show(datasette, request, "front.html", overview=overview, most=most)


async def show_search(datasette: Any, request: Request) -> Response:
    search = parse_search(_read_arguments(request))
    if not search.words and not search.chosen:
        return Response.redirect("/")
    found: Found = await datasette.read(find, search)
    return await _show(
        datasette,
        request,
        "search.html",
        found=found,
        search=search,
        export=write_export(search),
        is_refusal=is_refusal,
    )


async def give_search(datasette: Any, request: Request) -> Response:
    """Give all hits that the search counts: of JSON an object with `hits`, of CSV a line each."""
    search = parse_search(_read_arguments(request))
    rows: list[dict[str, Any]] = await datasette.read(_list_hits, search)
    if request.url_vars["format"] == "json":
        return Response.json({"search": search.words, "hits": rows})
    return _give_csv("search.csv", _RESULT, ([row[name] for name in _RESULT] for row in rows))


async def show_article(datasette: Any, request: Request) -> Response:
    view = await asyncio.to_thread(StoredPageView, datasette.engine, request.url_vars["name"])
    page = view.page
    return await _show(
        datasette,
        request,
        "article.html",
        view=view,
        page=page,
        memory=describe_status(page.record.site, view.use),
        compare_words=compare_words,
        is_refusal=is_refusal,
        keep=partial(write_keep, page.record.site),
        rights=_RIGHTS,
        has_sources=datasette.sources is not None and page.location and not is_refusal(page.record.rejected),
    )


async def show_sources(datasette: Any, request: Request) -> Response:
    if datasette.sources is None:
        raise ArchiveMissing("a release holds no page as it was fetched")
    stored = await asyncio.to_thread(StoredPageView, datasette.engine, request.url_vars["name"])
    found = await asyncio.to_thread(datasette.sources.read, stored.page)
    return await _show(
        datasette,
        request,
        "sources.html",
        page=stored.page,
        found=found,
        fields=list_fields(stored.explanation, found),
        explain=write_explain(datasette.archive, stored.page),
    )


async def give_raw(datasette: Any, request: Request) -> Response:
    """Give the archived page as text: it is never shown as a page."""

    if datasette.release is not None:
        raise ArchiveMissing("a release holds no page as it was fetched")

    def read(connection: Any) -> str:
        page = get_page(connection, request.url_vars["name"])
        if is_refusal(page.rejected):
            raise ArchiveMissing(f"{page.url} asks not to be kept: it is not shown")
        return load_raw_page(connection, page, datasette.archive).html

    return Response.text(await datasette.read(read))


async def show_story(datasette: Any, request: Request) -> Response:
    story = await datasette.read(read_story, request.url_vars["name"])
    return await _show(
        datasette, request, "story.html", story=story, compare_words=compare_words, describe_delay=describe_delay
    )


async def show_comparison(datasette: Any, request: Request) -> Response:
    arguments = _read_arguments(request)
    found = await datasette.read(compare_articles, arguments.get("one", ""), arguments.get("other", ""))
    return await _show(datasette, request, "compare.html", found=found)


async def show_sites(datasette: Any, request: Request) -> Response:
    overview = await asyncio.to_thread(datasette.overview.get)
    return await _show(datasette, request, "sites.html", overview=overview)


async def show_site(datasette: Any, request: Request) -> Response:
    site = await datasette.read(read_site, unquote(request.url_vars["name"]))
    return await _show(
        datasette,
        request,
        "site.html",
        site=site,
        most=max(site.hours.values(), default=0),
        keep=partial(write_keep, site.counts.site),
        show=write_show(site.counts.site),
    )


async def show_changes(datasette: Any, request: Request) -> Response:
    arguments = _read_arguments(request)
    changes, chosen, page = _get_changes(datasette), parse_choice(arguments), parse_page(arguments)
    listed, number = await asyncio.gather(
        asyncio.to_thread(changes.list_page, chosen, page), asyncio.to_thread(changes.count, chosen)
    )
    return await _show(
        datasette,
        request,
        "changes.html",
        changes=changes,
        counts=changes.counts,
        chosen=chosen,
        listed=listed,
        number=number,
        page=page,
        pages=-(-number // PAGE),
        to_query=lambda **other: urlencode({name: value for name, value in (chosen | other).items() if value}),
    )


async def give_changes(datasette: Any, request: Request) -> Response:
    chosen = parse_choice(_read_arguments(request))
    listed = await asyncio.to_thread(_get_changes(datasette).list_page, chosen)
    rows = [
        (
            *(one.id, one.site, one.title, one.kind.value, one.cause and one.cause.value, one.lost, one.gained),
            *(" ".join(one.fields), one.note, *one.cleaners),
        )
        for one in listed
    ]
    return _give_csv("changes.csv", _CHANGE, rows)


async def show_change(datasette: Any, request: Request) -> Response:
    found = await asyncio.to_thread(_get_changes(datasette).read_article, request.url_vars["name"])
    return await _show(datasette, request, "change.html", found=found, change=found.change)


def _get_changes(datasette: Any) -> ChangeList:
    if datasette.changes is None:
        raise NotFound("there is no older release to compare with; name one: scrapy browse --against FOLDER")
    changes: ChangeList = datasette.changes
    return changes


def _give_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(map(format_cell, row) for row in rows)
    given = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), content_type="text/csv; charset=utf-8", headers=given)


def _list_hits(connection: Any, search: Search) -> list[dict[str, Any]]:
    ids = [row.id for row in list_rows(connection, search) if is_chosen(row, search)]
    return [
        {name: _to_json(getattr(hit, name)) for name in _RESULT}
        for hit in load_hits(connection, search.query, iter(ids))
    ]


def _to_json(value: Any) -> Any:
    return format_iso(value) if hasattr(value, "isoformat") else value


def _read_arguments(request: Request) -> dict[str, str]:
    return {name: request.args.get(name) or "" for name in request.args}


async def _show(datasette: Any, request: Request, template: str, **context: Any) -> Response:
    return Response.html(await datasette.render_template(template, context, request=request))


ROUTES: tuple[tuple[str, Callable[..., Awaitable[Response]]], ...] = (
    (r"^/$", show_front),
    (r"^/search$", show_search),
    (r"^/search\.(?P<format>json|csv)$", give_search),
    (r"^/article/(?P<name>[0-9a-f]{16})$", show_article),
    (r"^/article/(?P<name>[0-9a-f]{16})/sources$", show_sources),
    (r"^/article/(?P<name>[0-9a-f]{16})/raw$", give_raw),
    (r"^/story/(?P<name>[0-9a-f]{16})$", show_story),
    (r"^/compare$", show_comparison),
    (r"^/sites$", show_sites),
    (r"^/site/(?P<name>[^/]+)$", show_site),
    (r"^/changes$", show_changes),
    (r"^/changes\.csv$", give_changes),
    (r"^/changes/(?P<name>[0-9a-f]{16})$", show_change),
)
