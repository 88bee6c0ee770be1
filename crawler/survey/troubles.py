"""Finds what of a site of sites.toml is broken, and the line to change where that can be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from crawler.run.notices import NoticeKind
from crawler.survey.judge_survey import count_reasons, judge_front_failure, judge_survey
from crawler.survey.list_troubles import find_list_troubles
from crawler.survey.sites_file_edit import format_line
from crawler.survey.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.survey.run_survey import SiteSurvey
    from crawler.survey.sites_file_edit import SitesFile
    from crawler.survey.stored_facts import KnownArticle

_TOLD = (NoticeKind.RULE_UNMATCHED, NoticeKind.OTHER_HOST, NoticeKind.SCRIPT_HOST)
_OF_URL = ("moved", "gone", "private-address")  # problems that another address may mend
_RUN = 24  # characters: two texts of one language share most words, but hardly four in a row
_LOST = 0.5  # of the runs of characters of a stored article that its page no longer gives
_GAINED = 2.0  # times as many as were stored
_MISSED = (
    None,
    "no-text",
    "too-short",
)  # reasons of pages that the cleaner may have missed; a paywall is another matter
_MIN_KNOWN = 2  # stored articles that tell of a template; one may have been edited


def find_troubles(survey: SiteSurvey, file: SitesFile, known: Sequence[KnownArticle]) -> list[Trouble]:
    """Return what is wrong with a site, the worst first; `known` are stored articles that were asked for again."""
    name = survey.site.name
    found: list[Trouble] = []
    problem = None
    if (failure := survey.front_failure) is not None:
        problem = judge_front_failure(failure)
        change = None if failure.moved_to is None else format_line("url", failure.moved_to)
        is_of_entry = problem.name in _OF_URL or failure.reason == "dns"
        at = file.find_line(name, "url") if is_of_entry else None
        found.append(Trouble(problem.name, problem.sentence, problem.advice, at, change))
    found += find_list_troubles(survey, file)
    line = file.find_line(name)
    template = _find_template_trouble(survey, known, line) if problem is None else None
    # Stored articles that no list names any more say nothing of what a crawl would find.
    listed = {url for seen in survey.documents.lists.values() for url in seen.articles}
    unlisted = {article.url for article in known} - listed
    survey = replace(survey, sample=tuple(page for page in survey.sample if page.url not in unlisted))
    judged = judge_survey(survey) if problem is None else None
    if judged is not None and not (judged.name == "no-article" and template is not None):
        change = None if judged.browser is None else format_line("browser", judged.browser)
        found.append(Trouble(judged.name, judged.sentence, judged.advice, line, change))
    elif template is not None:
        found.append(template)
    elif judged is None and survey.sample and 2 * len(survey.articles) < len(survey.sample):
        told = f"only {len(survey.articles)} of {len(survey.sample)} pages are articles ({count_reasons(survey)})"
        first = next(page for page in survey.sample if not page.is_article)
        advice = f"scrapy explain {first.url} shows what the cleaner makes of one"
        found.append(Trouble("few-articles", told, advice, line))
    found += [Trouble(str(one.kind), one.text, "", line) for one in survey.notices if one.kind in _TOLD]
    return found


class _Change(NamedTuple):
    """How the text of a stored article differs from what its page gives now."""

    lost: float  # share of the stored runs of characters
    times: float  # as many runs as were stored


def _find_template_trouble(survey: SiteSurvey, known: Sequence[KnownArticle], line: int | None) -> Trouble | None:
    """Return the trouble of a site whose pages no longer give the texts of its stored articles."""
    pages = {page.url: page for page in survey.sample if page.rejected in _MISSED}
    changes = {one.url: _compare(one.text, pages[one.url].text) for one in known if one.url in pages}
    broken = [url for url, change in changes.items() if change.lost > _LOST or change.times > _GAINED]
    if len(changes) < _MIN_KNOWN or 2 * len(broken) <= len(changes):
        return None
    lost = sum(changes[url].lost for url in broken) / len(broken)
    told = f"{lost:.0%} of their text is lost" if lost > _LOST else "much is kept that was none of them"
    return Trouble(
        "new-template",
        f"the pages of {len(broken)} of {len(changes)} stored articles give another text now: {told}",
        f'scrapy explain {broken[0]} shows what the cleaner makes of one; if it misses the text: text = "SELECTOR"',
        line,
    )


def _compare(stored: str, fetched: str) -> _Change:
    before, after = (_list_runs(" ".join(text.split())) for text in (stored, fetched))
    runs = max(1, before.total())
    return _Change((before - after).total() / runs, after.total() / runs)


def _list_runs(text: str) -> Counter[str]:
    return Counter(text[place : place + _RUN] for place in range(len(text) - _RUN + 1))
