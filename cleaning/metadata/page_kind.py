"""Find the kind of a page by its own statements, as one of these words:

live           a text that grows while something happens
opinion        a comment, a column, an editorial
analysis       an explanation of news, or the background to it
review         of a book, a film, a product
advertisement  paid for
satire         not meant to be true
news           a news article
blog           a blog's post
paper          a scholar's article
report         of a body or a company
forum          a post in a forum or a social network
article        any article: most pages state no more
recipe  event  product  questions  gallery  section  profile  video  audio  book  website
               pages of other kinds; many programs call every page a website
"""

from __future__ import annotations

from cleaning.metadata.linked_data import is_article, read_types
from cleaning.metadata.structured import Statement, StructuredData

# schema.org's types, in lower case, by their word. For a page with several types the first word here counts.
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
# The Open Graph's types, without what follows a full stop in them.
GRAPH = {
    "article": "article", "news": "news", "blog": "blog", "website": "website", "video": "video", "music": "audio",
    "profile": "profile", "product": "product", "book": "book",
}  # fmt: skip
MAX_STORIES = 3  # more articles in a page's markup are a list of stories


def find_page_kind(structured: StructuredData) -> Statement | None:
    """Return one of the words above, and where it was found: JSON-LD, then microdata, then the Open Graph."""
    articles = structured.articles[:MAX_STORIES]
    others = [item for item in structured.objects if not is_article(item)]
    for items in (articles, others):
        if word := _choose_word([kind for item in items for kind in read_types(item)]):
            return Statement(word, "JSON-LD @type")
    stated = [element.get("itemtype") for element in structured.marked_elements]
    marked = [kind.rpartition("/")[2] for kind in stated if kind is not None]
    if 0 < len(marked) <= MAX_STORIES * 10 and (word := _choose_word(_select_articles(marked))):
        return Statement(word, "itemtype")
    graph = structured.find_statement("og:type")
    if graph is None:
        return None
    name = graph.text.lower()
    word = GRAPH.get(name.partition(".")[0]) or WORDS.get(name.rpartition(":")[2])
    return Statement(word, graph.source) if word else None


def _choose_word(names: list[str]) -> str | None:
    return min((word for name in names if (word := WORDS.get(name.lower()))), key=RANKS.__getitem__, default=None)


def _select_articles(names: list[str]) -> list[str]:
    """Return the types that are articles, unless there are so many that they are a list of other pages."""
    found = [name for name in names if RANKS.get(WORDS.get(name.lower(), ""), len(RANKS)) <= RANKS["article"]]
    return found if len(found) <= MAX_STORIES else []
