"""What is remembered of a page, to recognise it when the site shows it at another address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from cleaning.duplicates.fingerprint import NUMBER, fingerprint
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters
from cleaning.records.article import Article
from crawler.discovery import path_words
from storage.frontier.addresses import Lease

MIN_ADDRESSES = 3  # at which one page is a wall: two addresses of one article are common
MIN_LETTERS = 60  # of a text that is compared
MIN_SHARE = 0.8  # of the letters of both texts that stand in both: a wall may name the article behind it
MAX_WALL_LETTERS = 4_000  # a longer dated text at many addresses is an agency's, printed under several headlines
MIN_TITLE_SHARE = 0.5  # of the words of a title that its address has, too
MIN_WORD_LETTERS = 4  # of a word that says what a text is about
MAX_NOTICE_LETTERS = 400  # of a page that only says that the article is not there
_BLOCKS = 8  # the longest blocks of a page, by which it is recognised
_MIN_SLUG_WORDS = 3  # of a slug that is a headline
_IN_ADDRESS = "the address"  # where cleaning found a date (cleaning.metadata.dates.stated)
_ID = re.compile(r"(?<!\d)(?!(?:19|20)\d{6}(?!\d))\d{5,}")  # but not a day, 20261003
_EXTENSION = re.compile(r"\.[a-z0-9]{1,5}$")
_WORDS = re.compile(r"[^\W\d_]{2,}")

Blocks = Mapping[int, int]  # fingerprint -> letters


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page that the site showed at an address."""

    lease: Lease
    url: str  # under which it is stored
    status: int
    fetched_at: datetime
    title: str  # a headline key
    blocks: Blocks
    letters: int
    is_dated: bool  # the page itself states when it was published

    @classmethod
    def from_article(cls, lease: Lease, article: Article, status: int, fetched_at: datetime) -> ShownPage:
        texts = [block.text for block in article.blocks if block.is_kept]
        return cls(
            lease,
            article.url,
            status,
            fetched_at,
            normalize_headline(article.title, article.site_name),
            select_blocks(texts),
            sum(map(count_letters, texts)),
            states_date(article),
        )

    @property
    def identity(self) -> str:
        """Which article the address names: by a long number, a slug that is a headline, or else its path and numbers.

        It is the same for the twins of an article: print, AMP, mobile, with a trace of the feed.
        """
        if numbers := _ID.findall(urlsplit(self.lease.url).path):
            return str(numbers[-1])
        if self.slug_words:
            last = self.segments[-1]
            return f"{self.slug} {last}" if len(last) > 1 and last.isdigit() else self.slug
        parameters = parse_qsl(urlsplit(self.lease.url).query)
        values = [value for _, value in parameters if len(value) > 1 and value.isdigit()]
        return "/".join([*(part for part in self.segments if part and part not in path_words.TWIN), *values])

    @property
    def segments(self) -> list[str]:
        return unquote(urlsplit(self.lease.url).path).casefold().rstrip("/").split("/")

    @property
    def slug(self) -> str:
        """The longest segment of the path, without an extension."""
        return _EXTENSION.sub("", max(self.segments, key=len))

    @property
    def slug_words(self) -> str:
        """The words of the slug, if they are a headline; else nothing."""
        words = _WORDS.findall(self.slug)
        return " ".join(words) if len(words) >= _MIN_SLUG_WORDS else ""

    @property
    def may_be_notice(self) -> bool:
        """Whether it is short and states no date, as pages do that stand in place of an article that is gone."""
        return not self.is_dated and self.letters <= MAX_NOTICE_LETTERS

    def is_as_announced(self, headline: str | None) -> bool:
        """Return whether the title of the page has the words of its address, or of the headline in its source."""
        own = _list_long_words(self.title)
        announced = (_list_long_words(text) for text in (self.slug_words, headline or ""))
        return any(
            len(own & words) >= MIN_TITLE_SHARE * min(len(own), len(words)) for words in announced if words and own
        )


def states_date(article: Article) -> bool:
    """Return whether the page itself says when it was published, not only its address."""
    return article.published_at is not None and article.sources.get("published_at") != _IN_ADDRESS


def select_blocks(texts: Iterable[str]) -> Blocks:
    """Return fingerprint and letters of the longest texts."""
    longest = sorted(texts, key=len, reverse=True)[:_BLOCKS]
    return {number: count_letters(text) for text in longest if (number := fingerprint(text))}


def is_same_text(one: Blocks, other: Blocks) -> bool:
    """Return whether nearly all of both texts is the same, apart from numbers."""
    shared = sum(letters for number, letters in one.items() if number in other)
    return shared >= MIN_LETTERS and shared >= MIN_SHARE * max(sum(one.values()), sum(other.values()))


def select_wall(pages: Sequence[ShownPage], headlines: Mapping[int, str]) -> list[ShownPage]:
    """Return which of several pages with one text are a wall, or none.

    `headlines` are those that sources give the addresses, by the id of the address. A wall shows one text under three
    headlines: those of the sources, of the pages or of the addresses. Where these are missing or alike, it is a wall if
    the pages state no date and no title has anything of its address.

    One article that stands at several addresses is none, dated and under one title, nor is an article to which several
    addresses lead, nor a long dated text under several headlines. An article that stands in place of others, too, is a
    wall at theirs alone.
    """
    announced = [page for page in pages if page.is_as_announced(headlines.get(page.lease.id))]
    if announced and len({page.title for page in pages}) == 1:
        pages = [page for page in pages if page not in announced]
    if len({page.identity for page in pages}) < MIN_ADDRESSES:
        return []
    is_dated = all(page.is_dated for page in pages)
    titles = [page.title for page in pages]
    if is_dated and not announced and _count_distinct(titles) < MIN_ADDRESSES:
        return []
    if len({page.url for page in pages}) == 1 and (is_dated or any(page.lease.url == page.url for page in pages)):
        return []
    if is_dated and min(page.letters for page in pages) > MAX_WALL_LETTERS:
        return []
    by_source = [headlines[page.lease.id] for page in pages if page.lease.id in headlines]
    named = (by_source, titles, [page.slug_words for page in pages])
    if any(_count_distinct(texts) >= MIN_ADDRESSES for texts in named):
        return list(pages)
    return [] if announced or any(page.is_dated for page in pages) else list(pages)


def is_notice(page: ShownPage, text: str, headline: str) -> bool:
    """Return whether a short page without a date has no longer word of its address, nor of the headline in its feed.

    False where neither has such words, or they are in another script, as the addresses of many papers are.
    """
    if not page.may_be_notice:
        return False
    own = _list_long_words(f"{page.title} {normalize_headline(text)}")
    announced = [words for said in (page.slug_words, headline) if (words := _list_long_words(said))]
    alike = [words for words in announced if _is_latin(words) == _is_latin(own)]
    return bool(alike) and all(own.isdisjoint(words) for words in alike)


def _list_long_words(text: str) -> set[str]:
    return {word for word in _WORDS.findall(text) if len(word) >= MIN_WORD_LETTERS or not word.isascii()}


def _is_latin(words: Iterable[str]) -> bool:
    """Return whether most of the words are written in Latin letters; addresses are, of papers in any script."""
    ascii_words = [word.isascii() for word in words]
    return sum(ascii_words) * 2 > len(ascii_words)


def _count_distinct(texts: Iterable[str]) -> int:
    return len({" ".join(NUMBER.sub(" ", text).split()) for text in texts} - {""})
