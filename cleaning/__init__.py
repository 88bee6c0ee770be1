"""Turn the HTML of a page into an article. Pure: no network, no database, no clock.

    from cleaning.article import Page
    from cleaning.clean import clean

    article = clean(Page("https://example.org/a", html))
    article.text, article.rejected, article.removed

article.py         the records: Page, Block, Article, SiteRules, Known, HostRights
clean.py           start here: all stages of cleaning, in their order
page/              read the page: tree, text runs, headings, addresses
metadata/          title, authors, dates, licence, rights, language
extraction.py      find the article's blocks, with trafilatura
classifier/        estimate how likely each text belongs to the article, for what no rule is sure of
memory/            site memory: what a site repeats, and where in its pages the articles stand
rules/             decide which blocks are boilerplate and cut them, one rule a module
site_rules/        what the operator of a site says in sites.toml of its pages, and what a spider knows of a page
phrases/           cue phrases as data, one file a language
parts/             articles on several pages: find their further parts, and join them into one text
verdict.py         decide whether the page is an article, and if not, why
duplicates/        decide whether two articles tell the same story in the same words, and which one represents it
workers.py         clean in child processes, with a deadline and a memory limit
learn_first.py     python -m cleaning --learn: learn sites from their pages before cleaning them
page_lines.py      parse pages that are lines of JSON
command_line.py    what python -m cleaning does: pages in, articles out
__main__.py        the program python -m cleaning: its start and end
errors.py          the tree of errors of all three packages: each with its exit status
interruption.py    answer Ctrl-C in one line while Python loads modules and while it ends; hold it back elsewhere
version.py         the version of the cleaner, raised when results change
"""
