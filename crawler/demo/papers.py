"""The four papers: what each is called, how its addresses look, and by which lists it can be discovered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cleaning.errors import BroadsheetError
from crawler.demo.content import Story, stories

# All that happens in these papers happens in two months of one autumn.
_MONTHS = {
    "en": {9: "September", 10: "October"},
    "de": {9: "September", 10: "Oktober"},
    "el": {9: "Σεπτεμβρίου", 10: "Οκτωβρίου"},
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A site. `address` is a format string over a story's fields; `sections` maps a path's first part to its name."""

    name: str
    title: str
    language: str
    address: str
    sections: dict[str, str]
    section_address: str
    page_address: str  # of a section's second page and the following ones
    feed: str
    sitemap: str
    notices: dict[str, tuple[str, str]]  # address -> heading and text of the pages that are no news
    page_size: int  # stories on a section page
    charset: str = "utf-8"
    refused: str = ""  # the folder that robots.txt forbids; none where empty
    named_in_robots: bool = True  # else the sitemap is found only by its usual address
    dead_link: str = ""  # an address in the feed behind which nothing stands any more

    @property
    def stories(self) -> tuple[Story, ...]:
        return stories(self.name)

    def path(self, story: Story) -> str:
        """Where the story stands on its site, percent-encoded."""
        pattern = self.refused + "{address}/" if story.kind == "refused" else self.address
        return pattern.format(
            day=story.published, section=story.section, number=story.number, address=quote(story.address)
        )

    def story(self, slug: str) -> Story:
        for story in self.stories:
            if story.slug == slug:
                return story
        raise BroadsheetError(f"{self.name}: there is no story {slug!r}")

    def listed(self, where: str) -> list[Story]:
        """The stories that stand in the feed, in the sitemap or on section pages, newest first."""
        return [story for story in self.stories if where in story.found]

    def day(self, moment: datetime) -> str:
        """A date as the paper prints it."""
        month = _MONTHS[self.language][moment.month]
        return f"{moment.day}{'.' if self.language == 'de' else ''} {month} {moment.year}"


PAPERS = (
    Paper(
        name="courier",
        title="The Lindmouth Courier",
        language="en",
        address="/{day:%Y/%m/%d}/{address}/",
        sections={"city": "City", "harbour": "Harbour", "sport": "Sport", "life": "Life"},
        section_address="/{section}/",
        page_address="/{section}/page/{page}/",
        feed="/feed/",
        sitemap="/sitemap_index.xml",
        notices={
            "/about/": ("About us", "The Courier has been printed at Tar Lane since the winter of 1871."),
            "/privacy/": ("Privacy notice", "We keep no address that you do not give us."),
            "/contact/": ("Contact", "Write to the desk at 4 Tar Lane, Lindmouth."),
        },
        page_size=3,
        refused="/drafts/",
    ),
    Paper(
        name="gazette",
        title="Orrow Vale Gazette",
        language="en",
        address="/{section}/{address}.html",
        sections={"villages": "Villages", "farming": "Farming", "neighbours": "Neighbours"},
        section_address="/{section}/",
        page_address="/{section}/page{page}.html",
        feed="/atom.xml",
        sitemap="/sitemap.txt",
        notices={
            "/about.html": ("About the Gazette", "Four people, one press, eleven villages."),
            "/privacy.html": ("Cookies", "We set one cookie and eat the rest."),
            "/contact.html": ("Contact", "The office in Tollgate Street is open on market days."),
        },
        page_size=6,
    ),
    Paper(
        name="anzeiger",
        title="Wallerstedter Anzeiger",
        language="de",
        address="/{section}/{address}-{number}.html",
        sections={"lokales": "Lokales", "wirtschaft": "Wirtschaft", "sport": "Sport", "kultur": "Kultur"},
        section_address="/{section}/",
        page_address="/{section}/?seite={page}",
        feed="/feed.json",
        sitemap="/sitemap.xml",
        notices={
            "/impressum/": ("Impressum", "Verlag Wallerstedter Anzeiger GmbH, Lindenplatz 3, Wallerstedt."),
            "/datenschutz/": ("Datenschutz", "Wir speichern nur, was Sie uns selbst mitteilen."),
            "/abo/": ("Abo", "Der Anzeiger kommt sechsmal in der Woche ins Haus."),
        },
        page_size=3,
        refused="/intern/",
        dead_link="/lokales/herbstmarkt-mit-neuem-karussell-48107.html",
    ),
    Paper(
        name="faros",
        title="Ο Φάρος του Πετρολίμανου",
        language="el",
        address="/{section}/{number}/{address}",
        sections={
            "koinonia": "Κοινωνία",
            "oikonomia": "Οικονομία",
            "politismos": "Πολιτισμός",
            "athlitika": "Αθλητικά",
        },
        section_address="/{section}",
        page_address="/{section}/selida/{page}",
        feed="/rss.xml",
        sitemap="/sitemap.xml",
        notices={
            "/oroi": ("Όροι χρήσης", "Τα κείμενα ανήκουν στην εφημερίδα και στους συντάκτες της."),
            "/epikoinonia": ("Επικοινωνία", "Τα γραφεία μας βρίσκονται στην οδό Τελωνείου 7."),
        },
        page_size=5,
        charset="windows-1253",
        named_in_robots=False,
    ),
)


def paper_named(name: str) -> Paper:
    return next(paper for paper in PAPERS if paper.name == name)
