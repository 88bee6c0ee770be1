"""What a page says it is, in plain words.

live           a text that grows while something happens
opinion        a comment, a column, an editorial
analysis       an explanation of news, or the background to it
review         of a book, a film, a product
advertisement  paid for by somebody
satire         not meant to be true
news           a news article
blog           a blog's post
paper          a scholar's article
report         of a body or a company
forum          a post in a forum or a social network
article        any article: most pages say no more
recipe  event  product  questions  gallery  section  profile  video  audio  book  website
               pages of other kinds; a website is what many programs call every page
"""

from __future__ import annotations

from cleaning.linked_data import is_article, types
from cleaning.structured import Said, Structured

# schema.org's types, in lower case, by their word; of a page that says several the first word counts.
TYPES = {
    "live": ("liveblogposting",),
    "opinion": ("opinionnewsarticle",),
    "analysis": ("analysisnewsarticle", "backgroundnewsarticle"),
    "review": ("reviewnewsarticle", "review", "criticreview"),
    "advertisement": ("advertisercontentarticle",),
    "satire": ("satiricalarticle",),
    "news": ("newsarticle", "reportagenewsarticle", "askpublicnewsarticle"),
    "blog": ("blogposting",),
    "paper": ("scholarlyarticle", "medicalscholarlyarticle"),
    "report": ("report",),
    "forum": ("discussionforumposting", "socialmediaposting"),
    "article": ("article", "techarticle"),
    "recipe": ("recipe",),
    "event": ("event",),
    "product": ("product",),
    "questions": ("qapage", "faqpage"),
    "gallery": ("imagegallery", "mediagallery"),
    "section": ("collectionpage", "searchresultspage"),
    "profile": ("profilepage",),
}
WORDS = {name: word for word, names in TYPES.items() for name in names}
RANKS = {word: rank for rank, word in enumerate(TYPES)}
# The Open Graph's types, up to a full stop.
GRAPH = {
    "article": "article", "news": "news", "blog": "blog", "website": "website", "video": "video", "music": "audio",
    "profile": "profile", "product": "product", "book": "book",
}  # fmt: skip
MOST_STORIES = 3  # more articles in a page's markup are a list of them


def page_kind(structured: Structured) -> Said | None:
    """One of the words above, and where it was found: JSON-LD, then microdata, then the Open Graph."""
    articles = structured.articles[:MOST_STORIES]
    others = [item for item in structured.objects if not is_article(item)]
    for items in (articles, others):
        if word := _word([kind for item in items for kind in types(item)]):
            return Said(word, "JSON-LD @type")
    stated = [element.get("itemtype") for element in structured.marked]
    marked = [kind.rpartition("/")[2] for kind in stated if kind is not None]
    if 0 < len(marked) <= MOST_STORIES * 10 and (word := _word(_few_articles(marked))):
        return Said(word, "itemtype")
    graph = structured.said("og:type")
    if graph is None:
        return None
    name = graph.text.lower()
    word = GRAPH.get(name.partition(".")[0]) or WORDS.get(name.rpartition(":")[2])
    return Said(word, graph.source) if word else None


def _word(names: list[str]) -> str | None:
    return min((word for name in names if (word := WORDS.get(name.lower()))), key=RANKS.__getitem__, default=None)


def _few_articles(names: list[str]) -> list[str]:
    """The types that are articles, where these are not a list of other pages."""
    found = [name for name in names if RANKS.get(WORDS.get(name.lower(), ""), len(RANKS)) <= RANKS["article"]]
    return found if len(found) <= MOST_STORIES else []
