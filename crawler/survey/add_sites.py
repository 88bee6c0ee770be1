"""Adds sites to sites.toml: surveys them, shows what was found, and writes their tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadAddress, BadArgument, BroadsheetError
from crawler.sites.site import Site
from crawler.survey.added_site import Added, AddOptions, describe_added
from crawler.survey.draft_entry import draft_entry
from crawler.survey.edition_folder import get_edition_folder, is_same_front_page
from crawler.survey.hold_facts import load_hold_facts
from crawler.survey.judge_survey import judge_survey, list_doubts
from crawler.survey.list_guesses import make_list_guesses
from crawler.survey.run_survey import SiteSurvey, SurveyInterrupted, run_survey
from crawler.survey.show_survey import format_survey
from crawler.survey.sites_file_edit import SitesFile
from crawler.survey.stored_facts import load_current_holds
from crawler.survey.survey_spider import SurveyTask
from crawler.survey.wanted_sites import WantedSite, make_wanted_site, read_wanted_sites
from crawler.survey.write_tables import write_or_print_tables
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_json, write_output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy.settings import Settings

PAGES = 10  # of each site that are looked at


def add_site(settings: Settings, url: str, name: str | None, options: AddOptions) -> int:
    """Survey one site, show what was found, and write its table; return the exit status.

    Raise BadAddress or BadArgument for an address or a name that cannot be used, and a site that is there already.
    """
    wanted = make_wanted_site(url, name=name)
    if wanted.problem is not None:
        raise BadAddress(wanted.problem)
    file = SitesFile(Path(settings["SITES_FILE"]))
    if (conflict := file.find_conflict(wanted.name, wanted.url)) is not None:
        raise BadArgument(conflict)
    (added,) = _survey(settings, [Added(wanted)], options)
    if added.survey is None:
        raise BroadsheetError(f"{wanted.url}: {added.problem}")
    text = write_or_print_tables(file, [added], options)
    if options.as_json:
        write_json(describe_added(added), indent=2)
    else:
        write_output(_format_one(added, file, text))
    return 1 if added.needs_look else 0


def add_listed_sites(settings: Settings, path: Path, options: AddOptions) -> int:
    """Survey the sites of a file side by side, write their tables, report those to look at; return the exit status."""
    file = SitesFile(Path(settings["SITES_FILE"]))
    results: list[Added] = []
    for wanted in read_wanted_sites(path):
        added = Added(wanted, wanted.problem)
        if wanted.problem is None:
            added.problem = file.find_conflict(None, wanted.url)
            added.is_there = added.problem is not None
            added.problem = added.problem or _find_twin(wanted, results, file)
        results.append(added)
    due = [one for one in results if one.problem is None]
    interruption: SurveyInterrupted | None = None
    if due:
        try:
            _survey(settings, due, options)
        except SurveyInterrupted as error:  # what is whole is written before the command ends
            interruption = error
            _judge_found(due, error.whole, options)
        write_or_print_tables(file, results, options)
    if options.as_json:
        write_json({"sites": [describe_added(one) for one in results]}, indent=2)
    else:
        write_output(_format_many(results, file, options))
    if interruption is not None:
        raise interruption
    return 1 if any(one.needs_look for one in results) else 0


def _find_twin(wanted: WantedSite, before: Sequence[Added], file: SitesFile) -> str | None:
    """Return why a site of the file cannot be added beside those before it and those that are there; None if it can."""
    for other in before:
        if other.wanted.problem is None and is_same_front_page(other.wanted.url, wanted.url):
            return f"it stands in line {other.wanted.line} already"
        if other.wanted.problem is None and other.wanted.name == wanted.name:
            return f'its name "{wanted.name}" stands in line {other.wanted.line} already'
    return file.find_conflict(wanted.name, wanted.url)


def _survey(settings: Settings, wanted: Sequence[Added], options: AddOptions) -> Sequence[Added]:
    """Survey the sites, judge what was found, and draft the entries of those that are to be written."""
    holds = load_current_holds(settings)
    on_hold = load_hold_facts(settings, ((one.wanted.name, one.wanted.url) for one in wanted), holds)
    for one in wanted:
        if (facts := on_hold.get(one.wanted.name)) is not None:
            one.problem = f"{facts.describe()}; try again then"
    asked = [one for one in wanted if one.problem is None]
    sites = tuple(_make_candidate(one.wanted) for one in asked)
    guesses = {site.name: make_list_guesses(site) for site in sites}
    found = run_survey(settings, SurveyTask(sites, sites, PAGES, guesses), holds) if sites else {}
    _judge_found(asked, found, options)
    return wanted


def _judge_found(asked: Sequence[Added], found: Mapping[str, SiteSurvey], options: AddOptions) -> None:
    """Judge what was found of each site, and draft the entries of those that are to be written."""
    for one in asked:
        if one.problem is not None:
            continue
        if (survey := found.get(one.wanted.name)) is None:
            one.problem = "the survey was interrupted before it was looked at; add it again"
            continue
        one.survey = survey
        problem = judge_survey(survey)
        doubts = list_doubts(survey) if problem is None else []
        one.problem = str(problem) if problem is not None else "; ".join(doubts) or None
        if problem is None or options.insists:
            told, browser = (None, None) if problem is None else (problem.sentence, problem.browser)
            one.draft = draft_entry(survey, language=one.wanted.language, problem=told, browser=browser)


def _make_candidate(wanted: WantedSite) -> Site:
    folder = get_edition_folder(wanted.url)
    return Site(
        name=wanted.name,
        url=wanted.url,
        feeds=wanted.feeds,
        include=(f"{folder}/",) if folder else (),
        language=wanted.language,
    )


def _format_one(added: Added, file: SitesFile, table: str) -> str:
    assert added.survey is not None  # noqa: S101 (it was surveyed)
    # Of a host that gave nothing there is nothing to show but why.
    parts = [format_survey(added.survey)] if added.survey.documents.lists or added.draft is not None else []
    if added.problem is not None:
        parts.append(f"needs a look: {escape_for_terminal(f'{added.wanted.url}: {added.problem}')}\n")
    note = f"nothing was written to {file.path}; --anyway writes the table with a comment\n"
    return "\n".join([*parts, table]) if table else "\n".join(parts) + note


def _format_many(results: Sequence[Added], file: SitesFile, options: AddOptions) -> str:
    written = [one for one in results if one.draft is not None]
    verb = "would be written" if options.is_dry else "written"
    lines = [f"{len(written)} of {count_things(len(results), 'site')} {verb} to {file.path}"]
    for one in written:
        survey = one.survey
        if survey is not None and one.problem is None:
            lines.append(f"  {one.wanted.name}: {len(survey.articles)} of {len(survey.sample)} pages are articles")
    if there := [one for one in results if one.is_there]:
        lines += [f"there already: {len(there)}", *(f"  {one.wanted.url}: {one.problem}" for one in there)]
    if looks := [one for one in results if one.needs_look]:
        lines.append(f"need a look: {len(looks)}")
        for one in looks:
            place = "" if one.wanted.line is None else f"line {one.wanted.line}, "
            note = "" if one.draft is None else " (written)"
            lines.append(f"  {place}{one.wanted.url}: {one.problem}{note}")
    return "".join(f"{_indent(line)}\n" for line in lines)


def _indent(line: str) -> str:
    return ("  " if line.startswith("  ") else "") + escape_for_terminal(line)
