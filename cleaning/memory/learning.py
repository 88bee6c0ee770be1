"""What is learnt of a site: a function of the set of its observations, and of nothing else.

Each article has one voice, however many copies of it there are. A block that stands on enough articles is the site's,
not theirs. Enough is three; of a larger sample a share. What tells a story (prose, a heading, a quotation) and is kept
by the cleaner on any of them may be the background that a running story repeats, or a story that others quote or tease:
among what articles keep it is cut only if it stands on more, and is kept on enough itself, in the same words: a figure
that differs is what the article says.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from cleaning.memory.observation import Observation, Seen, Voice
from cleaning.memory.site_memory import (
    AMONG,
    ELSEWHERE,
    FEWEST,
    MOST_ARTICLES,
    RepeatedBlock,
    SiteMemory,
    Standing,
    cuts,
    members,
    standings,
)
from cleaning.memory.sketches import clusters
from cleaning.title_parts import runs_of_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

REPEATED, REPEATED_SHARE = 3, 0.03  # articles on which a block stands that is the site's
TOLD, TOLD_SHARE = 6, 0.1  # the same for what tells a story
NAMES, NAMES_SHARE = 5, 0.6  # articles whose titles carry a part that is no headline's, nor a series'
LEAST_HEARD = 2  # articles that speak for a place


class Learnt(NamedTuple):
    """A site's memory; and the blocks that stand on two articles or more, whether they are cut or not yet."""

    memory: SiteMemory
    blocks: tuple[RepeatedBlock, ...]


def learn(
    observations: Mapping[str, Observation],
    *,
    headlines: Iterable[int] = (),
    pardoned: Collection[int] = (),
    without: str | None = None,
) -> Learnt:
    """What a site's pages, by their names, teach of it.

    `headlines` are fingerprints of others than theirs, `pardoned` of texts that are never to be cut. `without` names a
    page that is to be cleaned as if it had not been seen: for measuring.
    """
    accepted = {name: seen for name, seen in observations.items() if seen.accepted}
    article = clusters({name: (seen.sketch, seen.headline) for name, seen in accepted.items()})
    left_out = article.get(without or "")
    voices = {name: seen for name, seen in sorted(accepted.items()) if article[name] != left_out or left_out is None}
    total = len({article[name] for name in voices}) + (left_out is not None)
    if total < FEWEST:
        return Learnt(SiteMemory(articles=total), ())
    own = accepted[without].blocks if without in accepted else {}
    blocks = tuple(
        block
        for block in _repeated(voices, article, total, own)
        if block.articles >= LEAST_HEARD or block.fingerprint in own
    )
    cut = {
        block.fingerprint: where
        for block in blocks
        if block.fingerprint not in pardoned and (where := _where(block, total))
    }
    known = {seen.headline for seen in voices.values()} | set(headlines)
    memory = SiteMemory(
        articles=total,
        repeated=cuts(cut),
        paths=standings(dict(_standings((seen.paths, article[name]) for name, seen in voices.items()))),
        patterns=standings(dict(_standings((seen.patterns, article[name]) for name, seen in voices.items()))),
        headlines=members(known - {0} - set(pardoned)),
        names=_names(voices, article, total),
    )
    return Learnt(memory, blocks)


def needed(total: int, *, telling: bool) -> int:
    """From how many articles on, of so many, a block is cut."""
    fewest, share = (TOLD, TOLD_SHARE) if telling else (REPEATED, REPEATED_SHARE)
    return max(fewest, math.ceil(share * total))


def _where(block: RepeatedBlock, total: int) -> int:
    """At what places a block is cut, of AMONG and ELSEWHERE; 0 where it is not."""
    enough = needed(total, telling=False)
    if block.articles < enough:
        return 0
    if block.needed == enough:  # it tells no story
        return ELSEWHERE | (0 if block.varied and block.kept < enough else AMONG)
    return ELSEWHERE | (AMONG if block.articles >= block.needed and block.kept >= enough else 0)


def _repeated(
    voices: Mapping[str, Observation], article: Mapping[str, str], total: int, own: Mapping[int, Seen]
) -> Iterator[RepeatedBlock]:
    """All blocks with the number of articles that they stand on; those of `own` stand on one more."""
    stands: defaultdict[int, dict[str, list[tuple[Seen, str]]]] = defaultdict(dict)
    for name, seen in voices.items():
        for key, block in seen.blocks.items():
            stands[key].setdefault(article[name], []).append((block, seen.day))
    for key, by_article in sorted(stands.items()):
        on = [one for several in by_article.values() for one in several]
        more = own.get(key)
        seen_on = [block for block, _ in on] + ([more] if more else [])
        wordings = Counter(
            words for several in by_article.values() for words in {block.words for block, _ in several if block.kept}
        )
        if more and more.kept:
            wordings[more.words] += 1
        days = sorted(day for _, day in on if day)
        place = min(Counter(block.place for block, _ in on).items(), key=lambda item: (-item[1], item[0]))[0]
        yield RepeatedBlock(
            fingerprint=key,
            articles=len(by_article) + (more is not None),
            text=on[0][0].text,
            path=place,
            first_seen=days[0] if days else "",
            last_seen=days[-1] if days else "",
            needed=needed(total, telling=any(block.telling and block.kept for block in seen_on)),
            kept=max(wordings.values(), default=0),
            varied=len(wordings) > 1,
        )


def _standings(heard: Iterable[tuple[Mapping[int, Voice], str]]) -> Iterator[tuple[int, Standing]]:
    """For each place what the articles say of it, each with one voice: the mean of its copies."""
    by_place: defaultdict[int, defaultdict[str, list[Voice]]] = defaultdict(lambda: defaultdict(list))
    for voices, name in heard:
        for place, voice in voices.items():
            by_place[place][name].append(voice)
    for place, by_article in by_place.items():
        if len(by_article) < LEAST_HEARD:
            continue
        kept = [_mean([voice.kept for voice in own]) for own in by_article.values()]
        weighed = [
            _mean(values)
            for own in by_article.values()
            if (values := [voice.likelihood for voice in own if voice.likelihood is not None])
        ]
        yield (
            place,
            Standing(min(len(by_article), MOST_ARTICLES), _mean(kept), _mean(weighed) if weighed else -1.0),
        )


def _names(voices: Mapping[str, Observation], article: Mapping[str, str], total: int) -> tuple[str, ...]:
    """What stands in the titles of so many articles that it is none's headline: the site's name, a section's."""
    carried: defaultdict[str, set[str]] = defaultdict(set)
    for name, seen in voices.items():
        for title in seen.titles:
            for part in (title, *runs_of_parts(title)):
                carried[part].add(article[name])
    enough = max(NAMES, math.ceil(NAMES_SHARE * total))
    return tuple(sorted(part for part, on in carried.items() if len(on) >= enough))


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)
