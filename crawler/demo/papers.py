"""The four demo newspapers: their names, the form of their addresses, and the lists that lead to their stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cleaning.errors import BroadsheetError
from crawler.demo.content import DemoStory, load_stories

# All stories are from two months of one autumn.
_MONTHS = {
    "en": {9: "September", 10: "October"},
    "de": {9: "September", 10: "Oktober"},
    "el": {9: "Σεπτεμβρίου", 10: "Οκτωβρίου"},
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A newspaper. `address` is a format string for a story; `sections` maps the first part of a path to its name."""

    name: str
    title: str
    language: str
    address: str
    sections: dict[str, str]
    section_address: str
    page_address: str  # of a section's second page and the following ones
    feed: str
    sitemap: str
    notices: dict[str, tuple[str, str]]  # address -> heading and text of a page that is no news
    page_size: int  # stories on a section page
    charset: str = "utf-8"
    forbidden_folder: str = ""  # by robots.txt; "" for none
    is_in_robots: bool = True  # whether robots.txt names the sitemap; else only its usual address leads to it
    dead_link: str = ""  # an address in the feed that has no page any more

    @property
    def stories(self) -> tuple[DemoStory, ...]:
        return load_stories(self.name)

    def get_path(self, story: DemoStory) -> str:
        """Return the path of the story, percent-encoded."""
        pattern = self.forbidden_folder + "{address}/" if story.kind == "refused" else self.address
        return pattern.format(
            day=story.published, section=story.section, number=story.number, address=quote(story.address)
        )

    def find_story(self, slug: str) -> DemoStory:
        for story in self.stories:
            if story.slug == slug:
                return story
        raise BroadsheetError(f"{self.name}: there is no story {slug!r}")

    def select_stories(self, where: str) -> list[DemoStory]:
        """Return the stories listed in "feed", "sitemap", "section" or "news", newest first."""
        return [story for story in self.stories if where in story.found_in]

    def format_day(self, moment: datetime) -> str:
        """Return a date as the newspaper prints it."""
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
        forbidden_folder="/drafts/",
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
        forbidden_folder="/intern/",
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
        is_in_robots=False,
    ),
)


def find_paper(name: str) -> Paper:
    return next(paper for paper in PAPERS if paper.name == name)
