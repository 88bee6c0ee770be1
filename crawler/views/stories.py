"""Print stories and the versions of their articles: for a person, and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from cleaning.errors import ArticleMissing
from cleaning.records.times import format_iso
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_json, write_output
from crawler.terminal.tables import mark_text, render_parts
from storage.articles.clusters import count_copies, iter_clusters, load_cluster
from storage.articles.diff import EditKind
from storage.articles.revisions import load_histories
from storage.database.engine import open_for_reading
from storage.reading.find_page import get_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.console import RenderableType
    from sqlalchemy import Engine

    from storage.articles.clusters import Cluster, CopyCount, StoryFilter, StoryMember
    from storage.articles.diff import Change
    from storage.articles.revisions import Version


def print_stories(engine: Engine, wanted: StoryFilter, *, as_json: bool) -> None:
    """Print each wanted story with its members; as JSON one object a line."""
    console = make_report_console()
    found = False
    with open_for_reading(engine) as connection:
        for cluster in iter_clusters(connection, wanted):
            found = True
            if as_json:
                write_json(_to_document(cluster))
            else:
                write_output(render_parts(console, render_story(cluster, {})))
    if not found and not as_json:
        write_output("no such story\n")


def print_story(engine: Engine, url: str, *, as_json: bool) -> None:
    """Print the story of the article at `url`, with what changed in each member from one version to the next.

    ArticleMissing where no article of that address is stored.
    """
    with open_for_reading(engine) as connection:
        page = get_page(connection, url)
        cluster = load_cluster(connection, page.id)
        if cluster is None:
            raise ArticleMissing(f"the page stored of {url} is no article: {page.rejected}")
        histories = load_histories(connection, [member.id for member in cluster.members])
    if as_json:
        write_json(_to_document(cluster, histories))
    else:
        write_output(render_parts(make_report_console(), render_story(cluster, histories)))


def print_copy_counts(engine: Engine, wanted: StoryFilter, *, as_json: bool) -> None:
    """Print how many of the wanted articles repeat others: by kind, and which site repeats which."""
    with open_for_reading(engine) as connection:
        counts = count_copies(connection, wanted)
    if as_json:
        articles = sum(one.articles for one in counts)
        sites = [
            {"site": one.site, "of": one.of, "kind": one.kind, "rule": one.rule, "articles": one.articles}
            for one in counts
        ]
        write_json({"articles": articles, "kinds": _count_kinds(counts), "sites": sites})
    else:
        write_output(render_parts(make_report_console(), _render_copy_counts(counts)))


def _to_document(cluster: Cluster, histories: Mapping[str, Sequence[Version]] | None = None) -> dict[str, Any]:
    """Return a story as JSON has it; with `histories` each member has its versions."""
    first = cluster.first
    return {
        "story": cluster.representative.id,
        "title": cluster.representative.title,
        "sites": cluster.sites,
        "first": {"id": first.id, "site": first.site, "at": format_iso(first.when), "by": _get_time_source(first)},
        "members": [
            to_member_document(member)
            | ({} if histories is None else {"versions": to_version_documents(histories.get(member.id, ()))})
            for member in cluster.members
        ],
    }


def to_member_document(member: StoryMember) -> dict[str, Any]:
    """Return an article of a story as JSON has it."""
    return {
        "id": member.id,
        "url": member.url,
        "site": member.site,
        "title": member.title,
        "published_at": member.published_at and format_iso(member.published_at),
        "fetched_at": format_iso(member.fetched_at),
        "duplicate_of": member.duplicate_of,
        "kind": member.duplicate_kind,
        "rule": member.duplicate_rule,
        "likeness": member.duplicate_likeness,
        "share": member.duplicate_share,
        "via": member.duplicate_via,
    }


def to_version_documents(versions: Sequence[Version]) -> list[dict[str, Any]]:
    """Return the versions of an article as JSON has them, each with its text and its changes."""
    return [
        {
            "fetched_at": format_iso(version.since),
            "last_fetched_at": format_iso(version.until),
            "title": version.last.title,
            "words": version.last.words,
            "cleaner_version": version.last.cleaner_version,
            "text": version.text,
            "changes": [change.to_dict() for change in version.changes],
        }
        for version in versions
    ]


def render_story(cluster: Cluster, histories: Mapping[str, Sequence[Version]]) -> Iterator[RenderableType]:
    """Yield the lines of a story: its articles, each with its versions where `histories` has them by its id."""
    yield Text(escape_for_terminal(cluster.representative.title) or "(no headline)", "bold")
    count, sites, first = len(cluster.members), len(cluster.sites), cluster.first
    size = f"{count} article{'s' * (count > 1)} on {sites} site{'s' * (sites > 1)}"
    origin = f"{escape_for_terminal(first.site)}, {_get_time_source(first)} {_format_minute(first.when)}"
    yield Text(f"  {size}; first: {origin}")
    urls = {member.id: member.url for member in cluster.members}
    for member in cluster.members:
        mark = "= " if member.duplicate_of is None else "  "
        address = f"{escape_for_terminal(member.site)}  {escape_for_terminal(member.url)}"
        yield mark_text(f"{mark}{_format_minute(member.when)}  ", address)
        if member.duplicate_of is not None:
            yield mark_text("      ", _format_verdict(member, urls), "dim")
        yield from render_history(histories.get(member.id, ()))
    yield Text()


def _format_verdict(member: StoryMember, urls: Mapping[str, str]) -> str:
    parts = [member.duplicate_kind or "of unknown kind", f"by {member.duplicate_rule or 'an unknown rule'}"]
    parts += [
        f"{name} {value:.2f}"
        for name, value in (("likeness", member.duplicate_likeness), ("share", member.duplicate_share))
        if value is not None
    ]
    if member.duplicate_via is not None:
        parts.append(f"via {urls.get(member.duplicate_via, member.duplicate_via)}")
    return escape_for_terminal(", ".join(parts))


def render_history(versions: Sequence[Version]) -> Iterator[RenderableType]:
    """Yield the lines of each version and its changes; nothing for an article of only one version."""
    if len(versions) == 1:
        return
    for number, version in enumerate(versions, 1):
        line = f"version {number}, fetched {_format_minute(version.since)}"
        if version.until != version.since:
            line += f" to {_format_minute(version.until)}"
        line += (
            f", {count_things(version.last.words, 'word')}, cleaner {escape_for_terminal(version.last.cleaner_version)}"
        )
        yield mark_text("      ", line, "bold")
        for change in version.changes:
            yield from _render_change(change)


def _render_change(change: Change) -> Iterator[RenderableType]:
    before, after = escape_for_terminal(change.before or ""), escape_for_terminal(change.after or "")
    rule = escape_for_terminal(change.rule or "")
    match change.kind:
        case EditKind.MOVED:
            move = f"block {_get_block_number(change.at)} is now block {_get_block_number(change.to)}: {after}"
            yield mark_text("      > ", move)
        case EditKind.RECUT if change.to is None:
            yield mark_text("      . ", f"now cut as boilerplate ({rule}): {before}", "dim")
        case EditKind.RECUT:
            yield mark_text("      . ", f"now kept, cut before ({rule}): {after}", "dim")
        case kind:
            what = "headline: " if kind is EditKind.HEADLINE else ""
            if change.before is not None:
                yield mark_text("      - ", what + before, "red")
            if change.after is not None:
                yield mark_text("      + ", what + after, "green")


def _render_copy_counts(counts: Sequence[CopyCount]) -> Iterator[RenderableType]:
    kinds = _count_kinds(counts)
    copies = count_things(sum(kinds.values()), "article repeats", "articles repeat")
    yield Text(f"{copies} a story that another one represents", "bold")
    for kind, number in kinds.items():
        yield Text(f"  {number:>9,}  {escape_for_terminal(kind)}")
    yield Text("\nWhich site repeats which", "bold")
    for one in counts:
        other = escape_for_terminal(one.of) if one.of != one.site else "itself"
        kind = escape_for_terminal(one.kind or "of unknown kind")
        rule = escape_for_terminal(one.rule or "an unknown rule")
        line = f"{escape_for_terminal(one.site)} repeats {other}: {kind}, by {rule}"
        yield mark_text(f"  {one.articles:>9,}  ", line)
    if not counts:
        yield Text("  none")


def _count_kinds(counts: Sequence[CopyCount]) -> dict[str, int]:
    kinds: Counter[str] = Counter()
    for one in counts:
        kinds[one.kind or "not noted"] += one.articles
    return dict(kinds.most_common())


def _get_time_source(member: StoryMember) -> str:
    return "fetched" if member.published_at is None else "published"


def _format_minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _get_block_number(position: int | None) -> int:
    return 0 if position is None else position + 1
