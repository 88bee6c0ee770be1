"""Checks the sites of sites.toml: looks at each as when it was added, and says what broke since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import DataFolderError, SitesError
from crawler.sites.site import find_site
from crawler.survey.add_sites import PAGES
from crawler.survey.hold_facts import load_hold_facts
from crawler.survey.run_survey import run_survey
from crawler.survey.sites_file_edit import SitesFile
from crawler.survey.stored_facts import load_current_holds, load_newest_articles
from crawler.survey.survey_spider import SurveyTask
from crawler.survey.trouble import Trouble
from crawler.survey.troubles import find_troubles
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import write_json, write_output
from storage.database.locks import is_data_folder_claimed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import Settings

    from crawler.survey.run_survey import SiteSurvey

_KNOWN = 3  # stored articles of each site that are looked at again


def check_sites(settings: Settings, name: str | None, *, as_json: bool) -> int:
    """Look at one site, or at all side by side, and print what is wrong; return the exit status.

    Raise UnknownSite for a name that is not in the file, SitesError if the file lists no site or cannot be read, and
    DataFolderError while a crawl runs: a host would be asked by both at once.
    """
    if is_data_folder_claimed(folder := Path(settings["DATA_DIR"])):
        raise DataFolderError(
            f"a crawl is using the data folder {folder}; wait for it, so that no host is asked by both"
        )
    file = SitesFile(Path(settings["SITES_FILE"]))
    if not file.sites:
        raise SitesError("lists no site; scrapy sites add URL adds one", path=str(file.path))
    sites = tuple(file.sites) if name is None else (find_site(file.sites, name),)
    holds = load_current_holds(settings)
    on_hold = load_hold_facts(settings, ((site.name, site.url) for site in sites), holds)
    asked = tuple(site for site in sites if site.name not in on_hold)
    known = load_newest_articles(settings, [site.name for site in asked], _KNOWN)
    urls = {site: [article.url for article in articles] for site, articles in known.items()}
    task = SurveyTask(asked, tuple(file.sites), PAGES, known=urls, insists=True)
    surveys = run_survey(settings, task, holds) if asked else {}
    troubles = {
        site.name: find_troubles(surveys[site.name], file, known.get(site.name, ()))
        if site.name in surveys
        else [Trouble("on-hold", on_hold[site.name].describe(), on_hold[site.name].advise())]
        for site in sites
    }
    if as_json:
        write_json({"sites": [_describe_site(name, found, surveys) for name, found in troubles.items()]}, indent=2)
    else:
        write_output("".join(_format_site(name, found, surveys, file) for name, found in troubles.items()))
    return 1 if any(troubles.values()) else 0


def _format_site(name: str, troubles: list[Trouble], surveys: Mapping[str, SiteSurvey], file: SitesFile) -> str:
    survey = surveys.get(name)
    pages = (
        ""
        if survey is None or not survey.sample
        else f"{len(survey.articles)} of {len(survey.sample)} pages are articles"
    )
    if not troubles:
        return f"{name}: all well; {pages}\n"
    lines = [f"{name}: {len(troubles)} to look at" + (f"; {pages}" if pages else "")]
    for one in troubles:
        place = f"{file.path}, line {one.line}: " if one.line else ""
        told = f"{one.sentence}; {one.advice}" if one.advice else one.sentence
        lines.append(f"  {one.name}: {escape_for_terminal(f'{place}{told}')}")
        if one.change is not None:
            lines.append(f"    {escape_for_terminal(one.change)}")
    return "".join(f"{line}\n" for line in lines)


def _describe_site(name: str, troubles: list[Trouble], surveys: Mapping[str, SiteSurvey]) -> dict[str, object]:
    survey = surveys.get(name)
    return {
        "site": name,
        "pages": 0 if survey is None else len(survey.sample),
        "articles": 0 if survey is None else len(survey.articles),
        "troubles": [one.to_dict() for one in troubles],
    }
