"""Stories and the versions of their articles, for a person and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cleaning.article import iso
from crawler.explain.characters import shown
from storage.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.console import Console, RenderableType

    from storage.clusters import Cluster, Copied, Member
    from storage.edits import Change
    from storage.revisions import Version


def story_document(cluster: Cluster, histories: Mapping[str, Sequence[Version]] | None = None) -> dict[str, Any]:
    """The same as JSON has it; with `histories` each member has its versions."""
    first = cluster.first
    return {
        "story": cluster.representative.id,
        "title": cluster.representative.title,
        "sites": cluster.sites,
        "first": {"id": first.id, "site": first.site, "at": iso(first.when), "by": _clock(first)},
        "members": [
            _member_document(member)
            | ({} if histories is None else {"versions": _versions(histories.get(member.id, ()))})
            for member in cluster.members
        ],
    }


def copied_document(every: Sequence[Copied]) -> dict[str, Any]:
    return {
        "articles": sum(one.articles for one in every),
        "kinds": _kinds(every),
        "sites": [one._asdict() for one in every],
    }


def story_lines(cluster: Cluster, console: Console) -> str:
    """A story and its members."""
    return _captured(console, _story(cluster, None))


def story_page(cluster: Cluster, histories: Mapping[str, Sequence[Version]], console: Console) -> str:
    """A story, its members and what changed in each from one version to the next."""
    return _captured(console, _story(cluster, histories))


def copied_table(every: Sequence[Copied], console: Console) -> str:
    return _captured(console, _copied(every))


def _member_document(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "url": member.url,
        "site": member.site,
        "title": member.title,
        "published_at": member.published_at and iso(member.published_at),
        "fetched_at": iso(member.fetched_at),
        "duplicate_of": member.duplicate_of,
        "kind": member.duplicate_kind,
        "rule": member.duplicate_rule,
        "likeness": member.duplicate_likeness,
        "share": member.duplicate_share,
        "via": member.duplicate_via,
    }


def _versions(versions: Sequence[Version]) -> list[dict[str, Any]]:
    return [
        {
            "fetched_at": iso(version.since),
            "last_fetched_at": iso(version.until),
            "title": version.last.title,
            "words": version.last.words,
            "cleaner_version": version.last.cleaner_version,
            "text": version.text,
            "changes": [change.document() for change in version.changes],
        }
        for version in versions
    ]


def _story(cluster: Cluster, histories: Mapping[str, Sequence[Version]] | None) -> Iterator[RenderableType]:
    yield Text(shown(cluster.representative.title) or "(no headline)", "bold")
    count, sites, first = len(cluster.members), len(cluster.sites), cluster.first
    told = f"{count} article{'s' * (count > 1)} on {sites} site{'s' * (sites > 1)}"
    yield Text(f"  {told}; first: {shown(first.site)}, {_clock(first)} {_minute(first.when)}")
    urls = {member.id: member.url for member in cluster.members}
    for member in cluster.members:
        mark = "= " if member.duplicate_of is None else "  "
        yield _beside(f"{mark}{_minute(member.when)}  ", f"{shown(member.site)}  {shown(member.url)}")
        if member.duplicate_of is not None:
            yield _beside("      ", _standing(member, urls), "dim")
        yield from _history((histories or {}).get(member.id, ()))
    yield Text()


def _standing(member: Member, urls: Mapping[str, str]) -> str:
    parts = [member.duplicate_kind or "of a kind not noted", f"by {member.duplicate_rule or 'a rule not noted'}"]
    parts += [
        f"{name} {value:.2f}"
        for name, value in (("likeness", member.duplicate_likeness), ("share", member.duplicate_share))
        if value is not None
    ]
    if member.duplicate_via is not None:
        parts.append(f"via {urls.get(member.duplicate_via, member.duplicate_via)}")
    return shown(", ".join(parts))


def _history(versions: Sequence[Version]) -> Iterator[RenderableType]:
    for number, version in enumerate(versions, 1):
        if len(versions) == 1:
            return
        said = f"version {number}, fetched {_minute(version.since)}"
        if version.until != version.since:
            said += f" to {_minute(version.until)}"
        yield _beside(
            "      ", f"{said}, {version.last.words:,} words, cleaner {shown(version.last.cleaner_version)}", "bold"
        )
        for change in version.changes:
            yield from _change(change)


def _change(change: Change) -> Iterator[RenderableType]:
    before, after = shown(change.before or ""), shown(change.after or "")
    match change.kind:
        case Edit.MOVED:
            yield _beside("      > ", f"block {_number(change.at)} is block {_number(change.to)} now: {after}")
        case Edit.RECUT if change.to is None:
            yield _beside("      . ", f"cut since as chaff ({shown(change.rule or '')}): {before}", "dim")
        case Edit.RECUT:
            yield _beside("      . ", f"kept since, cut before ({shown(change.rule or '')}): {after}", "dim")
        case kind:
            what = "headline: " if kind is Edit.HEADLINE else ""
            if change.before is not None:
                yield _beside("      - ", what + before, "red")
            if change.after is not None:
                yield _beside("      + ", what + after, "green")


def _copied(every: Sequence[Copied]) -> Iterator[RenderableType]:
    kinds = _kinds(every)
    yield Text(f"{sum(kinds.values()):,} articles repeat a story that another one stands for", "bold")
    for kind, number in kinds.items():
        yield Text(f"  {number:>9,}  {shown(kind)}")
    yield Text("\nWho repeats whom", "bold")
    for one in every:
        yield _beside(
            f"  {one.articles:>9,}  ",
            f"{shown(one.site)} repeats {shown(one.of) if one.of != one.site else 'itself'}: "
            f"{shown(one.kind or 'of a kind not noted')}, by {shown(one.rule or 'a rule not noted')}",
        )
    if not every:
        yield Text("  nobody")


def _kinds(every: Sequence[Copied]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in every:
        counts[one.kind or "not noted"] += one.articles
    return dict(counts.most_common())


def _clock(member: Member) -> str:
    return "fetched" if member.published_at is None else "published"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _number(place: int | None) -> int:
    return 0 if place is None else place + 1


def _beside(mark: str, text: str, style: str = "") -> Table:
    """Text with a mark before it: where it is wrapped, its lines begin under the first, and can fake no mark."""
    grid = Table.grid()
    grid.add_column(width=len(mark), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark), Text(text, style))
    return grid


def _captured(console: Console, parts: Iterator[RenderableType]) -> str:
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return capture.get()
