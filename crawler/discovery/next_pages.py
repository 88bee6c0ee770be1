"""Find the link from one page of a list to the next, where no rel=next names it."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from cleaning.page.canonical import to_canonical_url
from cleaning.page.lines import normalize_line
from crawler.discovery import path_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.discovery.link_roles import PageLink

# What the link to the next page says, with or without arrows.
_NEXT_WORDS = frozenset(
    """
    next older more next-page older-posts older-entries older-articles older-stories older-news load-more more-news
    show-more nächste weiter ältere ältere-artikel ältere-beiträge nächste-seite mehr suivant suivante page-suivante
    plus-anciens articles-plus-anciens siguiente siguientes página-siguiente anteriores entradas-anteriores próxima
    próximo próxima-página seguinte mais-antigos successiva successivo pagina-successiva avanti precedenti volgende
    volgende-pagina oudere oudere-berichten nästa äldre neste eldre næste ældre seuraava vanhemmat następna następny
    starsze další starší ďalšia następna-strona következő régebbi următoarea înainte следующая далее вперёд вперед
    наступна далі следваща sonraki επόμενη التالي 下一页 下一頁 下页 次へ 次のページ 다음
    """.split()  # noqa: SIM905 -- eighty quoted words read worse
)
_ARROWS = re.compile(r"[»›→>▶⟩…]+|&raquo;|&rsaquo;")
_NUMBER_PARAMETERS = re.compile(
    r"(?:page|paged|pg|p|pn|seite|pagina|página|pag|strona|strana|sida|sivu|sayfa|pagen_\d)"
)
_OFFSET_PARAMETERS = frozenset(("start", "offset", "from", "skip", "first"))
_PAGE_NUMBER = re.compile(r"(?P<stem>.*)/(?P<word>[^\W\d]{1,8})[-_/]?(?P<number>\d{1,4})/?", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"(?P<stem>.+?)(?:/|[-_,])(?P<number>\d{1,4})(?P<end>/?|\.\w{2,5})")
_FURTHER = re.compile(r"(?:[^\W\d]{1,10}[-_/])?\d{1,4}(?:\.\w{2,5})?")  # page/2, seite-2, 2.html, below the list
_INDEX = re.compile(r"/(?:index|default)\.\w{2,5}$")
_MAX_TEXT = 60
_MAX_CANDIDATES = 1_000


class _Place(NamedTuple):
    """The place of a page in a list: the list, the page's number, and whether numbers count articles, not pages."""

    stem: str
    number: int | None
    is_offset: bool = False


def find_next_pages(links: Iterable[PageLink], url: str) -> list[str]:
    """Return the address, as it is written, of the page that follows `url` in its list; none or one.

    It differs from `url` by the next number only (?page=3, /page/3, /3 under the text "3"), or it begins like `url` and
    its text, class or relation says "next" or "older".
    """
    current = to_canonical_url(url)
    if current is None:
        return []
    here = _find_place(current, "")
    numbered: list[tuple[int, str]] = []
    named: list[str] = []
    for link in islice(links, _MAX_CANDIDATES):
        if link.headlines:
            continue
        text = _read_label(link)
        target = link.url
        if target is None or target == current or not _is_list_link(text, target):
            continue
        place = _find_place(target, text)
        if place.number is not None and place.stem == here.stem and place.number > (here.number or 0):
            if not (place.number == 1 and text == "1"):
                numbered.append((place.number, link.address))
        elif _says_next(link, text) and _continues(target, here):
            named.append(link.address)
    if numbered:
        nearest = min(number for number, _ in numbered)
        return [next(address for number, address in numbered if number == nearest)]
    return named[:1]


def _is_list_link(text: str, target: str) -> bool:
    return bool(text) or "?" in target or target.rstrip("/")[-1:].isdigit()


def _read_label(link: PageLink) -> str:
    text = normalize_line(" ".join(islice(link.element.itertext(), 10))[:_MAX_TEXT])
    return " ".join(_ARROWS.sub(" ", text).split()).casefold()


def _says_next(link: PageLink, text: str) -> bool:
    names = f"{link.element.get('class') or ''} {link.element.get('id') or ''}".lower()
    if re.search(r"(?:^|[-_\s])(?:next|older)(?:$|[-_\s])", names):
        return True
    if text.replace(" ", "-").rstrip(".") in _NEXT_WORDS:
        return True
    raw = normalize_line(" ".join(islice(link.element.itertext(), 10))[:_MAX_TEXT])
    return not text and _ARROWS.fullmatch(raw) is not None


def _continues(target: str, here: _Place) -> bool:
    """Return whether a page that is linked as the next one is of the same list: its address differs in nothing else."""
    stem, path = here.stem.partition("?")[0], target.partition("?")[0].rstrip("/")
    if path == stem:
        return "?" in target
    return path.startswith(f"{stem}/") and _FURTHER.fullmatch(path.removeprefix(f"{stem}/")) is not None


def _find_place(url: str, text: str) -> _Place:
    """Return the place of a page by its canonical address; a bare number counts only under the text of that number."""
    parts = urlsplit(url)
    origin, path = f"{parts.scheme}://{parts.netloc}", _INDEX.sub("/", unquote(parts.path))
    rest: list[str] = []
    number: int | None = None
    is_offset = False
    for piece in parts.query.split("&") if parts.query else ():
        name, _, value = piece.partition("=")
        name = unquote(name).lower()
        if number is None and value.isdigit() and (_NUMBER_PARAMETERS.fullmatch(name) or name in _OFFSET_PARAMETERS):
            number, is_offset = int(value[:9]), name in _OFFSET_PARAMETERS
        else:
            rest.append(piece)
    query = f"?{'&'.join(rest)}" if rest else ""
    if number is None:
        found = _PAGE_NUMBER.fullmatch(path)
        if found is not None and found["word"].casefold() in path_words.PAGE | {"p"}:
            number, path = int(found["number"]), found["stem"]
        elif (bare := _BARE_NUMBER.fullmatch(path)) is not None and bare["number"] == text:
            number, path = int(bare["number"]), bare["stem"] + (bare["end"] if bare["end"].startswith(".") else "")
    return _Place(f"{origin}{path.rstrip('/')}{query}", number, is_offset)
