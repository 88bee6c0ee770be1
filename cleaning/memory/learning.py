"""Learn the memory of a site: a function of the set of its observations, and of nothing else.

Each article counts once, however many copies of it there are. A block that stands on enough articles is boilerplate of
the site. Enough is three, or a share of a larger sample. A block that may tell a story (prose, a heading, a quotation)
and is kept by the cleaner on any article may be the background that a running story repeats, or a story that others
quote or tease. Among texts that are mostly kept, it is cut only if it stands on more articles and is kept on enough of
them in the same words: if a number in it differs, it belongs to the article.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cleaning.duplicates.near_copies import cluster_pages
from cleaning.memory.observation import Observation, ObservedBlock, ObservedPosition
from cleaning.memory.site_memory import (
    AMONG_KEPT,
    ELSEWHERE,
    KEPT_BY_RULE,
    MAX_ARTICLES,
    MIN_ARTICLES,
    PositionStatistics,
    RepeatedBlock,
    SiteMemory,
    build_cut_table,
    build_fingerprint_set,
    build_position_table,
)
from cleaning.metadata.title_parts import list_part_sequences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

# The articles on which a block must stand to be boilerplate: at least so many, and this share of all.
MIN_REPEATED, MIN_REPEATED_SHARE = 3, 0.03
MIN_STORY, MIN_STORY_SHARE = 6, 0.1  # the same for a block that may tell a story
# The same for a part of titles that belongs neither to a headline nor to a series.
MIN_NAMED, MIN_NAMED_SHARE = 5, 0.6
MIN_OBSERVED = 2  # articles from which on a block is listed, and a position known


class LearnedMemory(NamedTuple):
    """A site's memory, and the blocks that stand on two articles or more, cut or not yet."""

    memory: SiteMemory
    blocks: tuple[RepeatedBlock, ...]


def learn_memory(
    observations: Mapping[str, Observation],
    *,
    headlines: Iterable[int] = (),
    keep_rules: Collection[int] = (),
    without: str | None = None,
) -> LearnedMemory:
    """Learn the memory of a site from the observations of its pages, by page name.

    `headlines` are fingerprints of headlines of further pages, `keep_rules` those of texts that must never be cut.
    `without` names a page that is left out, with all copies of its article: for measuring.
    """
    accepted = {name: page for name, page in observations.items() if page.accepted}
    article = cluster_pages({name: (page.sketch, page.headline) for name, page in accepted.items()})
    left_out = article.get(without or "")
    pages = {name: page for name, page in sorted(accepted.items()) if article[name] != left_out or left_out is None}
    total = len({article[name] for name in pages}) + (left_out is not None)
    if total < MIN_ARTICLES:
        return LearnedMemory(SiteMemory(articles=total), ())
    left_out_blocks = accepted[without].blocks if without in accepted else {}
    blocks = tuple(_count_blocks(pages, article, total, left_out_blocks))
    cut = {
        block.fingerprint: where
        for block in blocks
        if block.fingerprint not in keep_rules and (where := _find_cut_positions(block, total))
    }
    known = {page.headline for page in pages.values()} | set(headlines)
    memory = SiteMemory(
        articles=total,
        repeated=build_cut_table(cut | dict.fromkeys(keep_rules, KEPT_BY_RULE)),
        paths=build_position_table(
            dict(_summarize_positions([(page.paths, article[name]) for name, page in pages.items()]))
        ),
        patterns=build_position_table(
            dict(_summarize_positions([(page.patterns, article[name]) for name, page in pages.items()]))
        ),
        headlines=build_fingerprint_set(known - {0} - set(keep_rules)),
        names=_find_names(pages, article, total),
    )
    return LearnedMemory(memory, blocks)


def required_articles(total: int, *, tells_story: bool) -> int:
    """Return the number of articles, of `total`, from which on a block is cut."""
    fewest, share = (MIN_STORY, MIN_STORY_SHARE) if tells_story else (MIN_REPEATED, MIN_REPEATED_SHARE)
    return max(fewest, math.ceil(share * total))


def _find_cut_positions(block: RepeatedBlock, total: int) -> int:
    """Return where a block is cut, as bits of AMONG_KEPT and ELSEWHERE; 0 if it is not cut."""
    enough = required_articles(total, tells_story=False)
    if block.articles < enough:
        return 0
    if block.needed == enough:  # it tells no story
        return ELSEWHERE | (0 if block.is_varied and block.kept < enough else AMONG_KEPT)
    return ELSEWHERE | (AMONG_KEPT if block.articles >= block.needed and block.kept >= enough else 0)


def _count_blocks(
    pages: Mapping[str, Observation],
    article: Mapping[str, str],
    total: int,
    left_out_blocks: Mapping[int, ObservedBlock],
) -> Iterator[RepeatedBlock]:
    """Yield the blocks that stand on MIN_OBSERVED articles or more, and those of the page that is left out, in order.

    That page counts for its blocks as one more article.
    """
    # Nearly all blocks stand on one page alone: they are told apart before anything is made of them.
    pages_with = Counter(chain.from_iterable(page.blocks for page in pages.values()))
    repeated = {key for key, number in pages_with.items() if number >= MIN_OBSERVED} | left_out_blocks.keys()
    found: dict[int, dict[str, list[tuple[ObservedBlock, str]]]] = {key: {} for key in sorted(repeated)}
    for name, page in pages.items():
        for key in page.blocks:
            if key in repeated:
                found[key].setdefault(article[name], []).append((page.blocks[key], page.day))
    for key, by_article in found.items():
        left_out = left_out_blocks.get(key)
        number = len(by_article) + (left_out is not None)
        if not by_article or (number < MIN_OBSERVED and left_out is None):
            continue
        copies = [copy for copies_of_article in by_article.values() for copy in copies_of_article]
        blocks = [block for block, _ in copies] + ([left_out] if left_out else [])
        wordings = Counter(
            wording
            for copies_of_article in by_article.values()
            for wording in {block.wording for block, _ in copies_of_article if block.kept}
        )
        if left_out and left_out.kept:
            wordings[left_out.wording] += 1
        days = sorted(day for _, day in copies if day)
        paths = Counter(block.path for block, _ in copies)
        yield RepeatedBlock(
            fingerprint=key,
            articles=number,
            text=copies[0][0].text,
            path=min(paths.items(), key=lambda item: (-item[1], item[0]))[0],
            first_seen=days[0] if days else "",
            last_seen=days[-1] if days else "",
            needed=required_articles(total, tells_story=any(block.tells_story and block.kept for block in blocks)),
            kept=max(wordings.values(), default=0),
            is_varied=len(wordings) > 1,
        )


def _summarize_positions(
    observed: Sequence[tuple[Mapping[int, ObservedPosition], str]],
) -> Iterator[tuple[int, PositionStatistics]]:
    """Yield the statistics of each position; the copies of an article count as one, by their mean."""
    pages_with = Counter(chain.from_iterable(positions for positions, _ in observed))
    known = {key for key, number in pages_with.items() if number >= MIN_OBSERVED}
    by_position: defaultdict[int, defaultdict[str, list[ObservedPosition]]] = defaultdict(lambda: defaultdict(list))
    for positions, article in observed:
        for key in positions:
            if key in known:
                by_position[key][article].append(positions[key])
    for key, by_article in by_position.items():
        if len(by_article) < MIN_OBSERVED:
            continue
        kept_shares = [_mean([position.kept_share for position in copies]) for copies in by_article.values()]
        likelihoods = [
            _mean(values)
            for copies in by_article.values()
            if (values := [position.likelihood for position in copies if position.likelihood is not None])
        ]
        articles = min(len(by_article), MAX_ARTICLES)
        yield key, PositionStatistics(articles, _mean(kept_shares), _mean(likelihoods) if likelihoods else -1.0)


def _find_names(pages: Mapping[str, Observation], article: Mapping[str, str], total: int) -> tuple[str, ...]:
    """Return the parts of titles that stand on too many articles to be a headline: the site's name, a section's."""
    articles_with: defaultdict[str, set[str]] = defaultdict(set)
    for name, page in pages.items():
        for title in page.titles:
            for part in (title, *list_part_sequences(title)):
                articles_with[part].add(article[name])
    enough = max(MIN_NAMED, math.ceil(MIN_NAMED_SHARE * total))
    return tuple(sorted(part for part, articles in articles_with.items() if len(articles) >= enough))


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)
