"""A paper whose feed and sitemap list sections as articles, and one without feed and sitemap."""

from __future__ import annotations

from servers.paper import Answer, Paper, prose

SECTIONS = ("/politics/", "/culture/")
DATE = "Fri, 02 May 2025 08:00:00 GMT"


class ListPaper(Paper):
    """A paper whose feed lists its sections as if they were articles. Most stories stand in the sections alone.

    /politics/ has teasers, /culture/ nothing but one headline. /2025/05/02/night-of-lists is an article that shows
    teasers while `is_down`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_down = False
        self.story = "/2025/05/02/night-of-lists-begins"
        self.inside = {
            "/politics/": [f"/2025/05/02/the-council-votes-again-{number}" for number in range(4)],
            "/culture/": ["/2025/05/02/the-theatre-opens-again"],
        }
        for path in [path for paths in self.inside.values() for path in paths]:
            self.article(path, write_headline(path))
        self.article(self.story, write_headline(self.story))
        good = self.routes[self.story]
        assert isinstance(good, Answer)
        self.routes["/politics/"] = self.make_list(self.inside["/politics/"])
        self.routes["/culture/"] = Answer(
            f"<html><head><title>Culture</title></head><body><ul><li><h3><a href='{self.inside['/culture/'][0]}'>"
            "The theatre opens its doors again</a></h3></li></ul></body></html>"
        )
        self.routes[self.story] = lambda: self.make_list(self.inside["/politics/"]) if self.is_down else good
        self.routes["/"] = Answer(
            "<html><head><title>The Paper</title><link rel='feed' href='/news-of-all'></head><body>"
            "<nav><a href='/politics/'>Politics</a><a href='/culture/'>Culture</a></nav></body></html>"
        )
        self.feed("/news-of-all", *((path, DATE) for path in (*SECTIONS, self.story)))

    def make_list(self, paths: list[str]) -> Answer:
        """Return a page with a teaser for each of these articles."""
        teasers = "".join(
            f"<div><h3><a href='{path}'>{write_headline(path)}</a></h3><p>{prose(path)[0][:220]}</p></div>"
            for path in paths
        )
        return Answer(f"<html><head><title>Politics</title></head><body><h1>Politics</h1>{teasers}</body></html>")


class BarePaper(Paper):
    """A paper without feed and sitemap: short addresses under headlines, a list of two pages without rel=next."""

    STORIES = ("/ferry", "/city/bridge.html", "/index.php?id=17:tower&view=article", "/x/a1b2c3", "/night-ferry")
    OLDER = ("/tower", "/orchard")

    def __init__(self) -> None:
        super().__init__()
        for path in (*self.STORIES, *self.OLDER):
            self.article(path, write_headline(path))
        first = "".join(f"<li><h2><a href='{path}'>{write_headline(path)}</a></h2></li>" for path in self.STORIES)
        older = "".join(f"<li><h2><a href='{path}'>{write_headline(path)}</a></h2></li>" for path in self.OLDER)
        menu = "<nav><a href='/news-of-the-town/'>Town</a><a href='/the-whole-wide-world/'>World</a></nav>"
        self.routes["/"] = Answer(f"<html><head><title>Paper</title></head><body>{menu}<ul>{first}</ul></body></html>")
        self.routes["/news-of-the-town/"] = self.routes["/the-whole-wide-world/"] = Answer(
            f"<html><body><ul>{first}</ul><a href='?page=2'>2</a></body></html>".replace("/ferry'", "/ferries'")
        )
        self.routes["/news-of-the-town/?page=2"] = Answer(f"<html><body><ul>{older}</ul></body></html>")
        self.article("/ferries", "All ferries of the town run again")


def write_headline(path: str) -> str:
    return f"The {path.strip('/').replace('-', ' ').replace('/', ' ')} of the town is opened again"
