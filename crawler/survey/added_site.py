"""A site that is being added: what the operator wants, what was found of it, and its draft or its problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.survey.show_survey import describe_survey

if TYPE_CHECKING:
    from crawler.survey.draft_entry import EntryDraft
    from crawler.survey.run_survey import SiteSurvey
    from crawler.survey.wanted_sites import WantedSite


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What the operator asks for beside the sites."""

    is_dry: bool = False  # nothing is written
    insists: bool = False  # a site that cannot be crawled now is written, with a comment
    as_json: bool = False


@dataclass(slots=True)
class Added:
    """What became of one wanted site. `problem` is why it was not written, or what to look at where it was."""

    wanted: WantedSite
    problem: str | None = None
    is_there: bool = False  # it was in the file before
    survey: SiteSurvey | None = None
    draft: EntryDraft | None = None

    @property
    def needs_look(self) -> bool:
        return self.problem is not None and not self.is_there


def describe_added(added: Added) -> dict[str, Any]:
    """Return the result for a JSON document."""
    return {
        "url": added.wanted.url,
        "line": added.wanted.line,
        "problem": added.problem,
        "is_there": added.is_there,
        "table": None if added.draft is None else added.draft.values,
        "found": None if added.survey is None else describe_survey(added.survey),
    }
