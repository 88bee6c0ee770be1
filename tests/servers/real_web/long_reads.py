"""Articles on several pages: the forms that their addresses and pagers have in newspapers."""

from __future__ import annotations

from collections.abc import Sequence

from servers.paper import Answer, Paper, prose

# The address of a later part, made of the path of the first page and a number.
FORMS = {
    "query": "{path}?page={number}",
    "number": "{path}/{number}",
    "folder": "{path}/page/{number}",
    "ending": "{path}-{number}.html",
}
PARAGRAPHS = 4  # of one page


def part_path(path: str, form: str, number: int) -> str:
    return path if number == 1 else FORMS[form].format(path=path, number=number)


def part_texts(path: str, pages: int) -> list[list[str]]:
    """Return the paragraphs of each page."""
    text = prose(path, PARAGRAPHS * pages)
    return [text[start : start + PARAGRAPHS] for start in range(0, len(text), PARAGRAPHS)]


def make_pager(path: str, form: str, number: int, pages: int) -> str:
    """Return a pager with all numbers, in which the page itself is no link."""
    links = (
        f"<b>{other}</b>" if other == number else f'<a href="{part_path(path, form, other)}">{other}</a>'
        for other in range(1, pages + 1)
    )
    return f'<div class="pagination">Page {number} of {pages}: {" ".join(links)}</div>'


def make_part(title: str, paragraphs: Sequence[str], *, pager: str = "", head: str = "") -> str:
    """Return a page that repeats headline, standfirst and byline, as every part does."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{title} - The Paper</title>{head}</head><body><nav>"
        f'<a href="/">Front page</a></nav><article><h1>{title}</h1><p class="standfirst">A standfirst that every page'
        f" of this long article has below its headline, word for word.</p>{text}{pager}</article></body></html>"
    )


def publish_long_read(
    paper: Paper, path: str, title: str, form: str, pages: int, *, without: Sequence[int] = ()
) -> None:
    """Serve an article on several pages. Those `without` are missing, though the pagers lead there."""
    for number, paragraphs in enumerate(part_texts(path, pages), start=1):
        if number not in without:
            pager = make_pager(path, form, number, pages)
            paper.routes[part_path(path, form, number)] = Answer(make_part(title, paragraphs, pager=pager))
