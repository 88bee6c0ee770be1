"""Shows what a survey found of a site, with its evidence: as lines of text, or as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cleaning.records.times import format_iso
from crawler.survey.edition_folder import find_language_folders
from crawler.survey.judge_survey import count_reasons
from crawler.survey.list_guesses import choose_extra_lists, find_named_lists
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import count_things

if TYPE_CHECKING:
    from crawler.survey.read_list import SeenList
    from crawler.survey.run_survey import SiteSurvey
    from crawler.survey.sample import SampledPage

_SHOWN = 3  # articles with their text and cuts
_MAX_LINES = 12  # of a kind
_MAX_CUTS = 5  # of an article
_LABEL = 12  # characters


def format_survey(survey: SiteSurvey) -> str:
    """Return what was found, for a terminal: lists, editions, languages, robots.txt, pages, three of the articles."""
    lines = [escape_for_terminal(f"{survey.site.name}: {survey.site.url}")]
    for label, texts in (
        ("feeds", _describe_lists(survey, "feed")),
        ("sitemaps", _describe_lists(survey, "sitemap")),
        ("sections", _describe_sections(survey)),
        ("editions", _describe_editions(survey)),
        ("language", _describe_languages(survey)),
        ("robots.txt", _describe_robots(survey)),
        ("pages", _describe_pages(survey)),
    ):
        lines += _put_beside(label, texts or ["none"])
    for page in survey.articles[:_SHOWN]:
        lines += _put_beside("an article", _describe_article(page))
    return "".join(f"{line}\n" for line in lines)


def describe_survey(survey: SiteSurvey) -> dict[str, Any]:
    """Return what was found for a JSON document."""
    named = find_named_lists(survey)
    return {
        "lists": [
            {
                "url": seen.answered_by,
                "kind": seen.kind,
                "articles": seen.number,
                "newest": None if seen.newest is None else format_iso(seen.newest),
                "oldest": None if seen.oldest is None else format_iso(seen.oldest),
                "articles_a_day": None if seen.articles_a_day is None else round(seen.articles_a_day, 1),
                "found_by_the_crawl": seen.url in named,
            }
            for seen in list_found(survey)
        ],
        "sections": list(_list_sections(survey)),
        "editions": [{"language": code, "url": url} for code, url in _list_editions(survey)],
        "robots_delay": survey.documents.robots_delay,
        "pages": [
            {
                "url": page.url,
                "rejected": page.rejected,
                "title": page.title,
                "language": page.language,
                "published_at": None if page.published_at is None else format_iso(page.published_at),
                "characters": len(page.text),
                "beginning": page.beginning,
                "cuts": [{"rule": rule, "text": text} for rule, text in page.cuts],
            }
            for page in survey.sample
        ],
    }


def list_found(survey: SiteSurvey) -> list[SeenList]:
    """Return the feeds and sitemaps that the site has, each once: those that it names, then those guessed rightly."""
    named = find_named_lists(survey)
    usable = [seen for seen in survey.documents.lists.values() if seen.is_usable]
    found = {seen.answered_by: seen for seen in sorted(usable, key=lambda seen: seen.url in named)}
    return sorted(found.values(), key=lambda seen: (seen.url not in named, seen.kind, -seen.number))


def _describe_lists(survey: SiteSurvey, word: str) -> list[str]:
    named, extra = find_named_lists(survey), choose_extra_lists(survey)
    found = [seen for seen in list_found(survey) if word in seen.kind]
    texts = []
    for seen in found[:_MAX_LINES]:
        is_needed = "; the site does not name it" if seen in extra else "; its articles stand in another one"
        how = "" if seen.url in named else is_needed
        texts.append(f"{seen.answered_by} : {_describe_list(seen)}{how}")
    if len(found) > _MAX_LINES:
        texts.append(f"and {len(found) - _MAX_LINES} more")
    return texts


def _describe_list(seen: SeenList) -> str:
    if seen.kind == "sitemap index":
        return count_things(len(seen.lists), "sitemap")
    kind = "" if seen.kind == "feed" else f"{seen.kind}, "
    told = f"{kind}{count_things(seen.number, 'article')}"
    if seen.newest is None or seen.oldest is None:
        return f"{told}, undated"
    told += f", {seen.oldest:%Y-%m-%d %H:%M} to {seen.newest:%Y-%m-%d %H:%M} UTC"
    rate = seen.articles_a_day
    return told if rate is None else f"{told}, about {rate:.0f} a day" if rate >= 1 else f"{told}, less than one a day"


def _list_sections(survey: SiteSurvey) -> tuple[str, ...]:
    front = survey.documents.lists.get(survey.site.url)
    return () if front is None else front.sections


def _describe_sections(survey: SiteSurvey) -> list[str]:
    sections = _list_sections(survey)
    if not sections:
        return []
    more = f" and {len(sections) - _MAX_LINES} more" if len(sections) > _MAX_LINES else ""
    return [f"{len(sections)} on the front page: {', '.join(sections[:_MAX_LINES])}{more}"]


def _list_editions(survey: SiteSurvey) -> list[tuple[str, str]]:
    stated = survey.documents.front.editions if survey.documents.front is not None else ()
    found = {url: code for code, url in (*stated, *find_language_folders(_list_sections(survey)))}
    return [(code, url) for url, code in found.items() if url != survey.site.url]


def _describe_editions(survey: SiteSurvey) -> list[str]:
    editions = _list_editions(survey)
    texts = [f"{code}: {url}" for code, url in editions[:_MAX_LINES]]
    return [*texts, "each can be a site of its own: scrapy sites add URL"] if texts else ["no other one is named"]


def _describe_languages(survey: SiteSurvey) -> list[str]:
    number = Counter(page.language for page in survey.articles)
    stated = sum(1 for page in survey.articles if _states_language(survey, page))
    told = ", ".join(f"{code or 'unknown'} on {count}" for code, count in number.most_common())
    articles = count_things(len(survey.articles), "article")
    states = count_things(stated, "page states", "pages state")
    return [f"{told} of {articles}; {states} it"] if number else []


def _states_language(survey: SiteSurvey, page: SampledPage) -> bool:
    signs = survey.documents.pages.get(page.url)
    return signs is not None and signs.language is not None


def _describe_robots(survey: SiteSurvey) -> list[str]:
    documents = survey.documents
    number = len(documents.robots_sitemaps)
    names = f"names {count_things(number, 'sitemap') if number else 'no sitemap'}"
    delay = documents.robots_delay
    return [f"{names}, asks for {delay:g} seconds between two requests" if delay is not None else names]


def _describe_pages(survey: SiteSurvey) -> list[str]:
    if not survey.sample:
        return []
    told = f"{len(survey.articles)} of {len(survey.sample)} are articles"
    others = [page for page in survey.sample if not page.is_article]
    texts = [f"{told}; the others: {count_reasons(survey)}" if others else told]
    return texts + [f"{page.rejected}: {page.url}" for page in others[:_MAX_LINES]]


def _describe_article(page: SampledPage) -> list[str]:
    cuts = page.cuts[:_MAX_CUTS]
    told = (
        f"{count_things(len(page.cuts), 'block was', 'blocks were')} cut:"
        if len(cuts) == len(page.cuts)
        else (f"{len(page.cuts)} blocks were cut, the first {len(cuts)} of them:")
    )
    return [
        page.title,
        page.url,
        f"begins: {page.beginning}",
        f"{len(page.text):,} characters; {told if cuts else 'nothing was cut'}",
        *(f"- {rule}: {text}" for rule, text in cuts),
    ]


def _put_beside(label: str, texts: list[str]) -> list[str]:
    """Return the texts as lines beside a label."""
    return [
        f"  {label if number == 0 else '':{_LABEL}}{escape_for_terminal(text)}" for number, text in enumerate(texts)
    ]
