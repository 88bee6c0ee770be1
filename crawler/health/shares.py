"""The shares that are tested, each by crawler/health/share_test.py: which part of which number, and what it means.

javascript    pages without text (`no-text`, `too-short`) whose HTML has none either, of the pages that were judged
template      the same, but their HTML has text: none of it is taken for the article (texts.py has another test of it)
walls         pages shown instead of articles: `wall`, `redirect-elsewhere`, `not-found`
paywall       the beginnings of articles, for subscribers
no-article    pages rejected for any other reason
failing       addresses that gave no page, of those that were asked for, without those that robots.txt forbids
refused       the same, if the server refuses most of them
no-dates      articles without a date
no-authors    articles without an author
language      articles in another language than the usual one
duplicates    copies of known articles, of the new ones
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from crawler.failures.refusals import REFUSAL_ADVICE, REFUSED_REASONS
from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.share_test import Part, ShareReading, read_share
from crawler.health.volume import count_new
from crawler.health.wording import format_share
from crawler.terminal.numbers import count_things
from storage.nights.series import NightRow

JAVASCRIPT, TEMPLATE, REFUSED = "javascript", "template", "refused"
WALLS, DUPLICATES = "walls", "duplicates"
WALL_ADVICE = (
    "look at one in a browser; if a cookie opens it, write it into the entry of {site} in sites.toml: "
    'cookies = {{ NAME = "VALUE" }}'
)
_BARE_LENGTH = 600  # characters of all blocks of a page; one with fewer has no text that could be taken
_WALLS = ("wall", "redirect-elsewhere", "not-found")
_TEXTLESS = ("no-text", "too-short")
_NOT_FAILED = ("twin", "part", "robots", "excluded", "trap-barren")
_MAIN_LANGUAGE = 0.6  # least share of the articles


@dataclass(frozen=True, slots=True)
class _Share:
    name: str
    part: Part
    rise: float
    what: str  # "40 of 40 " + what
    so: str  # what it means
    advice: str


def read_shares(look: Look) -> list[Reading]:
    """Return the readings of these tests."""
    return [
        *(_read(look, share) for share in _SHARES),
        *_read_textless(look),
        *_read_failing(look),
        _read_language(look),
    ]


def describe_count(reading: ShareReading, what: str) -> str:
    """Return the numbers of a share: "40 of 40 pages (usually 2 %)"."""
    when = "" if reading.nights == 1 else f" in {count_things(reading.nights, 'night')}"
    return f"{reading.count:,} of {reading.of:,} {what}{when} (usually {format_share(reading.usual)})"


def make_evidence(reading: ShareReading) -> dict[str, float | str]:
    """Return the numbers of a share for the evidence of a finding."""
    return {"count": reading.count, "of": reading.of, "usual": round(reading.usual, 4), "chance": reading.chance}


def _read(look: Look, share: _Share) -> Reading:
    found = read_share(look, share.part, rise=share.rise)
    if found.state is not State.FOUND:
        return Reading(share.name, found.state)
    sentence = describe_count(found, share.what) + (f": {share.so}" if share.so else "")
    return Reading(share.name, State.FOUND, sentence, share.advice.format(site=look.night.site), make_evidence(found))


def _read_textless(look: Look) -> list[Reading]:
    """Read the share of pages without text, by whether their HTML has any."""
    found = read_share(look, _count_textless, rise=0.4)
    if found.state is not State.FOUND:
        return [Reading(JAVASCRIPT, found.state), Reading(TEMPLATE, found.state)]
    length, site = look.numbers.get("bare_length", 0), look.night.site
    evidence = make_evidence(found) | {"characters": length}
    if length >= _BARE_LENGTH:
        sentence = f"{describe_count(found, 'pages gave no text')}: they have some, which is not taken for the article"
        advice = (
            f"look at one: scrapy addresses --state rejected --site {site}, then scrapy explain URL; "
            f'text = "CSS SELECTOR" in the entry of {site} in sites.toml names where it stands'
        )
        return [Reading(TEMPLATE, State.FOUND, sentence, advice, evidence)]
    sentence = f"{describe_count(found, 'pages had no text')}: its pages are built by JavaScript now"
    advice = (
        f"Broadsheet runs no JavaScript: see whether another edition has the text (scrapy sites check {site}), else "
        f"take it out of sites.toml"
    )
    return [Reading(JAVASCRIPT, State.FOUND, sentence, advice, evidence)]


def _read_failing(look: Look) -> list[Reading]:
    """Read the share of addresses that gave no page, by whether the server refuses most of them."""
    found = read_share(look, _count_failed, rise=0.4)
    if found.state is not State.FOUND:
        return [Reading("failing", found.state), Reading(REFUSED, found.state)]
    reasons = _list_reasons(look.night, "failed", without=_NOT_FAILED)
    reason = max(sorted(reasons), key=lambda one: reasons[one], default="")
    sentence = f"{describe_count(found, 'addresses gave no page')}, most of them by {reason}"
    evidence = make_evidence(found) | {"reason": reason}
    if reason in REFUSED_REASONS:
        return [Reading(REFUSED, State.FOUND, f"{sentence}: its server refuses us", REFUSAL_ADVICE, evidence)]
    advice = f"see which: scrapy addresses --site {look.night.site}"
    return [Reading("failing", State.FOUND, sentence, advice, evidence)]


def _read_language(look: Look) -> Reading:
    usual: Counter[str] = Counter()
    for row in look.past:
        usual.update({code: share * row.numbers.get("articles", 0) for code, share in _list_languages(row).items()})
    main = max(sorted(usual), key=lambda code: usual[code], default="")
    if not main or usual[main] < _MAIN_LANGUAGE * usual.total():
        return Reading("language", State.UNKNOWN)
    found = read_share(look, partial(_count_other_languages, main=main), rise=0.4)
    if found.state is not State.FOUND:
        return Reading("language", found.state)
    others = {code: share for code, share in _list_languages(look.night).items() if code != main}
    new = max(sorted(others), key=lambda code: others[code], default="")
    return Reading(
        "language",
        State.FOUND,
        f"{describe_count(found, f'articles are not in its language {main}')}, most of them in {new}",
        f"if its front page leads to another edition now, name the right one in its entry of sites.toml: url, feeds, "
        f"include = [...]; scrapy sites check {look.night.site} shows its editions",
        make_evidence(found) | {"language": new},
    )


def _list_reasons(row: NightRow, area: str, without: tuple[str, ...] = ()) -> dict[str, float]:
    start = f"{area}/"
    found = {name.removeprefix(start): number for name, number in row.numbers.items() if name.startswith(start)}
    return {reason: number for reason, number in found.items() if reason not in without}


def _list_languages(row: NightRow) -> Counter[str]:
    return Counter(
        {name.removeprefix("language/"): share for name, share in row.numbers.items() if name.startswith("language/")}
    )


def _count_judged(row: NightRow) -> int:
    return max(0, round(row.numbers.get("fetched", 0) - row.numbers.get("unchanged", 0)))


def _count_rejected(row: NightRow, reasons: tuple[str, ...]) -> tuple[int, int]:
    count = round(sum(row.numbers.get(f"rejected/{reason}", 0) for reason in reasons))
    judged = _count_judged(row)
    return min(count, judged), judged


_count_textless = partial(_count_rejected, reasons=_TEXTLESS)


def _count_other_rejected(row: NightRow) -> tuple[int, int]:
    reasons = _list_reasons(row, "rejected", without=(*_WALLS, *_TEXTLESS, "paywall", "part"))
    judged = _count_judged(row)
    return min(round(sum(reasons.values())), judged), judged


def _count_failed(row: NightRow) -> tuple[int, int]:
    failed = round(sum(_list_reasons(row, "failed", without=_NOT_FAILED).values()))
    return failed, failed + round(row.numbers.get("fetched", 0))


def count_articles(row: NightRow, name: str) -> tuple[int, int]:
    """Return how many articles of a night have a mark, by the share that is recorded of it, and how many there are."""
    articles = round(row.numbers.get("articles", 0))
    return round(row.numbers.get(name, 0) * articles), articles


def _count_other_languages(row: NightRow, main: str) -> tuple[int, int]:
    articles = round(row.numbers.get("articles", 0))
    return articles - round(row.numbers.get(f"language/{main}", 0) * articles), articles


def _count_duplicates(row: NightRow) -> tuple[int, int]:
    new = count_new(row)
    return min(round(row.numbers.get("duplicates", 0)), new), new


_make: Callable[..., _Share] = _Share
_SHARES = (
    _make(
        WALLS,
        partial(_count_rejected, reasons=_WALLS),
        0.3,
        "pages showed something else instead of the article",
        "a consent wall, a log-in or another gate",
        WALL_ADVICE,
    ),
    _make(
        "paywall",
        partial(_count_rejected, reasons=("paywall",)),
        0.4,
        "pages showed only the beginning of the article",
        "they are for subscribers now",
        "nothing of them can be had; take {site} out of sites.toml, or name what is free: include = [...]",
    ),
    _make(
        "no-article",
        _count_other_rejected,
        0.4,
        "pages were no articles",
        "",
        "see which, and why: scrapy addresses --state rejected --site {site}",
    ),
    _make(
        "no-dates",
        partial(count_articles, name="no_date"),
        0.4,
        "articles have no date",
        "its pages state it in another place now, or not at all",
        'look at one: scrapy explain URL; published = "CSS SELECTOR" in the entry of {site} in sites.toml names where '
        "it stands",
    ),
    _make(
        "no-authors",
        partial(count_articles, name="no_author"),
        0.4,
        "articles have no author",
        "its pages name them in another place now, or not at all",
        'look at one: scrapy explain URL; author = "CSS SELECTOR" in the entry of {site} in sites.toml names where it '
        "stands",
    ),
    _make(
        DUPLICATES,
        _count_duplicates,
        0.3,
        "new articles are copies of known ones",
        "the site repeats them at new addresses, or takes them from another site",
        "see which: scrapy stories --site {site}; exclude = [...] in its entry of sites.toml leaves addresses out",
    ),
)
