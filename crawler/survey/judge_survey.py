"""Judges what a survey found: whether a crawl of the site would bring articles, and if not, why and what to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from crawler.failures.refusals import REFUSAL_ADVICE, REFUSED_REASONS
from crawler.survey.list_guesses import find_named_lists
from crawler.terminal.numbers import count_things

if TYPE_CHECKING:
    from crawler.survey.run_survey import SiteSurvey
    from crawler.survey.survey_spider import SeenFailure

_WALLS = frozenset(("wall", "redirect-elsewhere", "not-found"))
_REFUSALS = REFUSED_REASONS | {"http-429", "http-503"}
_GONE = frozenset(("http-404", "http-410"))
_SMALLER = "give the address of a page that lists its articles; none is that large"
# What to do where the front page cannot be had, if to wait will not help.
_ADVICE = {
    "bomb": _SMALLER,
    "dns": "check the spelling of the address",
    "redirects": 'open it in a browser; if it wants a cookie, write cookies = { NAME = "VALUE" } into its entry',
    "too-large": _SMALLER,
}


class Problem(NamedTuple):
    """Why a crawl of a site brings nothing. `name` is stable; `browser` is what to write into its entry."""

    name: str
    sentence: str
    advice: str
    browser: str | bool | None = None

    def __str__(self) -> str:
        return f"{self.sentence}; {self.advice}"


def judge_survey(survey: SiteSurvey) -> Problem | None:
    """Return why a crawl of the site would bring no article; None if it would bring some."""
    failure = survey.front_failure
    if survey.articles:
        return None
    if failure is not None:
        return judge_front_failure(failure)
    if not survey.is_whole and not survey.sample:
        told = f"the time of the survey was over before a page came{_name_pause(survey)}"
        return Problem("too-slow", told, "try again later; --anyway writes its table")
    if (problem := _judge_lists(survey)) is not None:
        return problem
    return _judge_pages(survey)


def list_doubts(survey: SiteSurvey) -> list[str]:
    """Return what should be looked at although a crawl brings articles, one sentence each."""
    doubts = []
    pages, articles = len(survey.sample), len(survey.articles)
    if survey.front_failure is not None:
        doubts.append(f"its front page cannot be had: {survey.front_failure.sentence}")
    if pages and 2 * articles < pages:
        doubts.append(f"only {articles} of {pages} pages are articles ({count_reasons(survey)})")
    elif pages < 3:
        doubts.append(f"only {count_things(pages, 'page was', 'pages were')} found to look at")
    if not survey.is_whole:
        doubts.append(f"the time of the survey was over before all was looked at{_name_pause(survey)}")
    if _count_shells(survey) * 2 > pages:
        doubts.append("most of its pages are filled by JavaScript; their text was found in the data of the page")
    return doubts


def _name_pause(survey: SiteSurvey) -> str:
    delay = survey.documents.robots_delay
    return "" if delay is None else f": its robots.txt asks for {delay:g} seconds between two requests"


def count_reasons(survey: SiteSurvey) -> str:
    """Return why the other pages of the sample are no articles: "2 paywall, 1 http-404"."""
    reasons = Counter(page.rejected for page in survey.sample if page.rejected is not None)
    return ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())


def judge_front_failure(failure: SeenFailure) -> Problem:
    """Return the problem of a site whose front page cannot be had."""
    reason = failure.reason.removeprefix("robots-")  # robots.txt is asked for first: its host is not there either
    if failure.moved_to is not None:
        return Problem(
            "moved",
            f"its front page redirects to another domain, {failure.moved_to}",
            f"if the house has moved there, add that: scrapy sites add {failure.moved_to}",
        )
    if reason == "robots":
        return Problem("robots", "its robots.txt forbids us its front page", "ask the publisher for permission")
    if reason.startswith("address-"):
        advice = "a newspaper of your own network needs -s ALLOWED_NETWORKS=NETWORK"
        return Problem("private-address", f"it is no address of the public internet: {failure.sentence}", advice)
    if reason in _REFUSALS:
        return Problem("refused", failure.sentence, REFUSAL_ADVICE)
    if reason in _GONE:
        return Problem("gone", failure.sentence, "check the path of the address")
    return Problem("dead", failure.sentence, _ADVICE.get(reason, "try again later"))


def _judge_lists(survey: SiteSurvey) -> Problem | None:
    """Return the problem of a site whose lists name no article."""
    front, seen = survey.documents.front, survey.documents.lists.get(survey.site.url)
    usable = [one for one in survey.documents.lists.values() if one.articles]
    if usable:
        return None
    if seen is not None and seen.excluded > 0:
        folder = survey.site.include[0] if survey.site.include else "include"
        return Problem(
            "section-elsewhere",
            f"the articles that this page lists do not stand below {folder}",
            "add the front page of the whole newspaper instead",
        )
    if front is not None and front.is_shell and "lists" not in survey.site.browser:
        return Problem(
            "javascript",
            "its front page is filled by JavaScript, and no feed or sitemap was found",
            "write the address of a feed or sitemap into its entry; or, if there is none, have a browser run its "
            "scripts: browser = true",
            browser=True,
        )
    elsewhere = next((one for one in survey.documents.lists.values() if one.entries_elsewhere), None)
    if elsewhere is not None:
        return Problem(
            "other-host",
            f"its feed {elsewhere.url} lists articles on {elsewhere.other_host or 'other hosts'} alone",
            "add that host instead",
        )
    read = count_things(len(survey.documents.lists), "list was", "lists were")
    return Problem(
        "no-address",
        f"neither its front page nor a feed or sitemap names an article ({read} read)",
        "check the address; a page of a newspaper that lists its articles is needed",
    )


def _judge_pages(survey: SiteSurvey) -> Problem:
    """Return the problem of a site of which no page is an article."""
    pages, reasons = len(survey.sample), Counter(page.rejected for page in survey.sample)
    told = f"none of {count_things(pages, 'page')} is an article ({count_reasons(survey)})"
    if not pages:
        return Problem("no-page", "its lists name articles, but none could be asked for", "try again later")
    if 2 * _count_shells(survey) > pages and "articles" not in survey.site.browser:
        advice = 'have a browser run their scripts: browser = "articles"'
        return Problem("javascript", f"{told}: they are filled by JavaScript", advice, browser="articles")
    if 2 * sum(reasons[reason] for reason in _WALLS) >= pages:
        advice = 'if a cookie opens it, write cookies = { NAME = "VALUE" } into its entry (--anyway writes the entry)'
        return Problem("wall", f"{told}: it shows a wall instead", advice)
    if 2 * reasons["robots"] >= pages:
        return Problem("robots", f"{told}: its robots.txt forbids them", "ask the publisher for permission")
    if 2 * reasons["paywall"] >= pages:
        advice = 'with a subscription, write cookies = { NAME = "VALUE" } into its entry'
        return Problem("paywall", f"{told}: they are for subscribers", advice)
    if 2 * sum(number for reason, number in reasons.items() if reason in _REFUSALS) >= pages:
        return Problem("refused", told, REFUSAL_ADVICE)
    if sum(reasons[reason] for reason in _GONE) == pages:
        return Problem("no-article", f"{told}: its lists name pages that are gone", f"look at {survey.sample[0].url}")
    return Problem("no-article", told, f"scrapy explain {survey.sample[0].url} shows what the cleaner makes of one")


def _count_shells(survey: SiteSurvey) -> int:
    signs = survey.documents.pages
    return sum(1 for page in survey.sample if (found := signs.get(page.url)) is not None and found.is_shell)


def find_feed_elsewhere(survey: SiteSurvey) -> str | None:
    """Return the host on which a feed that the site names lists most of its articles; None if they lead home.

    Only a host that was asked counts: one that counts clicks redirects to the site.
    """
    named = find_named_lists(survey)
    lists = (one for one in survey.documents.lists.values() if one.url in named)
    asked = {urlsplit(one.url).netloc for one in survey.failures.values() if one.reason == "off-site"}
    return next((one.other_host for one in lists if one.other_host in asked), None)
