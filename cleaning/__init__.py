"""Turn the HTML of a page into an article. Pure: no network, no database, no clock.

    from cleaning import clean_html

    article = clean_html(html, url="https://example.org/a")
    article.text, article.rejected, article.removed

records/           the records: Page, Block, LiveEntry, Article, SiteRules, Known, HostRights
api/               what `from cleaning import ...` gives: clean_html, clean_many, learn_site
clean.py           start here: read a page, then decide on its article
reading/           the first half of cleaning: all that a page's tree says, whatever the memory of its site says later
decision/          the second half: decide on the article of a page that was read, with its site's memory or without
page/              read the page: tree, text runs, headings, addresses
metadata/          title, authors, dates, licence, rights, language
foreign/           find what of a page is no part of its article: next articles, questions for consent, hidden notices
extraction.py      find the article's blocks, with trafilatura
left_out.py        list the sentences in and around the article that are in none of its blocks, as cut blocks
classifier/        estimate how likely each text belongs to the article, for what no rule is sure of
live/              live blogs: find their entries, each with its time, heading, authors and paragraphs
memory/            site memory: what a site repeats, and where in its pages the articles stand
rules/             decide which blocks are boilerplate and cut them, one rule a module
site_rules/        what the operator of a site says in sites.toml of its pages, and what a spider knows of a page
phrases/           cue phrases as data, one file a language
page_data/         find the text of an article that stands in a page's data alone
corrections/       find corrections and notes of the editors, wherever they stand, and keep them
parts/             articles on several pages: find their further parts, and join them into one text
verdict.py         decide whether the page is an article, and if not, why
duplicates/        decide whether two articles tell the same story in the same words, and which one represents it
markdown/          write an article as Markdown
workers.py         clean in child processes; a page that hangs or kills its process costs that page only
child.py           a child process: how it starts, and the limits of its time and memory
fork_server.py     the process that has loaded the cleaner, and of which children are forked
program/           the program python -m cleaning: pages in, articles out
__main__.py        its start and end
errors.py          the tree of errors of all three packages: each with its exit status
interruption.py    answer Ctrl-C in one line while Python loads modules and while it ends; hold it back elsewhere
version.py         the version of the cleaner, raised when results change
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaning.api.learn import learn_site, learn_sites
    from cleaning.api.many_pages import clean_many
    from cleaning.api.one_page import clean_file, clean_html
    from cleaning.memory.site_memory import SiteMemory
    from cleaning.records.article import Article
    from cleaning.records.block import Block, BlockKind
    from cleaning.records.given import Page

__all__ = [
    "Article",
    "Block",
    "BlockKind",
    "Page",
    "SiteMemory",
    "clean_file",
    "clean_html",
    "clean_many",
    "learn_site",
    "learn_sites",
]

# A name is looked up when it is first used: to import `cleaning` must not load trafilatura.
_MODULES = {
    "Article": "cleaning.records.article",
    **dict.fromkeys(("Block", "BlockKind"), "cleaning.records.block"),
    "Page": "cleaning.records.given",
    **dict.fromkeys(("clean_file", "clean_html"), "cleaning.api.one_page"),
    **dict.fromkeys(("learn_site", "learn_sites"), "cleaning.api.learn"),
    "SiteMemory": "cleaning.memory.site_memory",
    "clean_many": "cleaning.api.many_pages",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
