"""Clean one page in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.api.make_pages import make_page, read_page
from cleaning.clean import clean
from cleaning.memory.site_memory import SiteMemory

if TYPE_CHECKING:
    from datetime import datetime
    from os import PathLike

    from cleaning.records.article import Article


def clean_html(
    html: str | bytes,
    url: str | None = None,
    *,
    content_type: str = "",
    site: SiteMemory | None = None,
    language: str | None = None,
    fetched_at: datetime | None = None,
) -> Article:
    r"""Return the article of a page. A page that is no article gives one, too, with the reason in `rejected`.

    Bytes are decoded as the crawl decodes them; `content_type` is the header they came with. `url` tells which links
    are the site's own; without it the address that the page states is taken. `site` is the memory of the page's site
    (`learn_site`, `SiteMemory.load`). `language` is the tag that decides where the text is ambiguous. `fetched_at`
    bounds which of the page's dates are plausible. Raise TypeError for arguments of other types, ValueError for a
    `fetched_at` without a zone, and nothing else.

    >>> from cleaning import clean_html
    >>> page = '''
    ... <html><head><title>Night ferry runs again | Harbour Post</title></head><body><article>
    ... <h1>Night ferry runs again</h1>
    ... <p class=byline>By Ada Reed</p>
    ... <p>The night ferry between Lindmouth and Orrow will run again from the first of June, the board decided.</p>
    ... <p>It had taken the boat out of service in January, when a survey found that eleven plates were too thin.</p>
    ... <h2>What it costs</h2>
    ... <p>A crossing with a car costs 64 crowns, two more than last year. Tickets go on sale on Monday at nine.</p>
    ... <p>See also: <a href="/bus">Bus 63 will stop at every gate</a></p>
    ... </article></body></html>
    ... '''
    >>> article = clean_html(page, url="https://harbour-post.example/2024/05/16/ferry")
    >>> article.title, article.authors, article.language
    ('Night ferry runs again', ('Ada Reed',), 'en')
    >>> print(article.text)
    The night ferry between Lindmouth and Orrow will run again from the first of June, the board decided.
    It had taken the boat out of service in January, when a survey found that eleven plates were too thin.
    What it costs
    A crossing with a car costs 64 crowns, two more than last year. Tickets go on sale on Monday at nine.
    >>> for block in article.removed:
    ...     print(block.rule, "|", block.text)
    repeated_headline | Night ferry runs again
    see_also | See also: Bus 63 will stop at every gate
    >>> clean_html(b"<p>Not found").rejected
    'too-short'
    >>> clean_html(3)
    Traceback (most recent call last):
    TypeError: the HTML must be str or bytes, got int
    """
    page = make_page(html, url, content_type=content_type, language=language, fetched_at=fetched_at)
    return clean(page, memory=_check_memory(site))


def clean_file(
    path: str | PathLike[str],
    url: str | None = None,
    *,
    content_type: str = "",
    site: SiteMemory | None = None,
    language: str | None = None,
    fetched_at: datetime | None = None,
) -> Article:
    """Return the article of the page in a file; the arguments are those of `clean_html`.

    Raise OSError if the file cannot be read.

    >>> from cleaning import clean_file
    >>> clean_file("nowhere.html")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.html'
    """
    page = read_page(path, url, content_type=content_type, language=language, fetched_at=fetched_at)
    return clean(page, memory=_check_memory(site))


def _check_memory(site: SiteMemory | None) -> SiteMemory | None:
    if site is not None and not isinstance(site, SiteMemory):
        raise TypeError(
            f"site= must be a SiteMemory, as learn_site and SiteMemory.load give it, got {type(site).__name__}"
        )
    return site
