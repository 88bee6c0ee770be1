"""Choose the object of a page's own story in its data, by address and headline, and the body in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import DENSE, EXCLAMATIONS, FULL_STOPS, count_letters
from cleaning.page_data.write_body import TAG, write_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_OBJECTS, MAX_DEPTH = 100_000, 80  # of the data that are searched
MAX_STORIES = 30  # objects with the story's address or headline in which a body is looked for
MAX_HOLDER_DEPTH = 4  # objects between the story's and its body
MAX_VALUES = 300  # of one object
MIN_LETTERS = 250  # of a body
MIN_SENTENCES = 2
MIN_SLUG_CHARACTERS = 10  # of the end of an address that is no other story's by chance
MIN_TITLE_CHARACTERS, MAX_TITLE_CHARACTERS = 6, 300
TITLE_KEY = re.compile(r"title|headline|heading|^name$|^basic$|^rendered$", re.IGNORECASE)
ADDRESS_KEY = re.compile(r"url|uri|link|href|path|slug|canonical|@id|mainentityofpage", re.IGNORECASE)
BODY_KEY = re.compile(
    r"^(?:article_?body|body|content|contents|text|html|body_?html|content_?html|full_?text|article_?text|story_?text"
    r"|story|main_?text|body_?text|content_elements|paragraphs|blocks|components|rich_?text|copy|elements)$",
    re.IGNORECASE,
)
# Keys whose values are beside the article: other stories, what it is about, words of the site's buttons.
BESIDE = re.compile(
    r"related|recommend|comment|teaser|description|summary|excerpt|abstract|standfirst|seo|meta|author|byline|tags?$"
    r"|taxonomy|categor|image|caption|photo|video|audio|trending|latest|popular|similar|next|previous|promo|newsletter"
    r"|i18n|translation|locale|messages|labels|config|consent|cookie|settings|advert|menu|navigation|footer|header|sidebar"
    r"|paywall|subscri|alert|banner|schema|json_?ld|disclaimer|policy|terms|faq",
    re.IGNORECASE,
)
CLOSED_KEYS = re.compile(
    r"^(?:is_?)?(?:premium|paywall(?:ed)?|paid|locked|subscriber_?only|plus|members_?only)$", re.IGNORECASE
)
ACCESS_KEYS = re.compile(r"^(?:access|access_?level|access_?type|content_?tier|visibility)$", re.IGNORECASE)
CLOSED_WORDS = frozenset(
    [
        "premium",
        "paid",
        "paidcontent",
        "subscriber",
        "subscribers",
        "subscription",
        "members",
        "metered",
        "locked",
        "plus",
    ]
)
CODE = re.compile(r"[{}<>=;\\|_]")
MAX_CODE_SHARE, MIN_SPACE_SHARE = 0.02, 0.08
SENTENCE = re.compile(rf"[{FULL_STOPS}{EXCLAMATIONS}](?=[\s\"'”»)\]]|$)|[。！？।။។]")


class Body(NamedTuple):
    """An article's body as HTML, and the letters of its text; see CLOSED."""

    html: str
    letters: int


CLOSED = Body("", 0)  # of a story that is not free


@dataclass(frozen=True)
class Story:
    """By what the objects of a page's story are recognised: keys of its titles, path of its address."""

    titles: frozenset[str]
    path: str

    @classmethod
    def build(cls, titles: Iterable[str], addresses: Iterable[str], site_name: str | None = None) -> Story:
        """Return the story with these titles, variants of its headline, at these addresses of its page."""
        keys = {key for title in titles if len(key := normalize_headline(title, site_name)) >= MIN_TITLE_CHARACTERS}
        paths = (_read_path(address) for address in addresses)
        return cls(frozenset(keys - {normalize_headline(site_name or "")}), next((path for path in paths if path), ""))

    def measure(self, item: dict[str, Any]) -> int:
        """Return how surely an object is this story: 3 by address and headline, 2 by one of them, 1 by its slug."""
        by_title = any(self._is_title(key, value) for key, value in _list_values(item))
        by_address = max((self._measure_address(key, value) for key, value in _list_values(item)), default=0)
        return min(3, 2 * by_title + by_address)

    def is_other(self, item: dict[str, Any]) -> bool:
        """Return whether an object is another story: it has a headline and an address, and neither is this one's."""
        keys = [key.lower() for key, value in item.items() if isinstance(value, str) and value]
        has_title = any("headline" in key or key == "title" for key in keys)
        return has_title and any(ADDRESS_KEY.search(key) for key in keys) and not self.measure(item)

    def _is_title(self, key: str, value: object) -> bool:
        if isinstance(value, dict) and _is_title_key(key):
            return any(self._is_title("title", inner) for inner in list(value.values())[:10] if isinstance(inner, str))
        return (
            isinstance(value, str)
            and len(value) <= MAX_TITLE_CHARACTERS
            and _is_title_key(key)
            and normalize_headline(TAG.sub("", value)) in self.titles
        )

    def _measure_address(self, key: str, value: object) -> int:
        if isinstance(value, dict) and "@id" in value:
            value = value["@id"]
        if not self.path or not isinstance(value, str) or len(value) > 2_000:
            return 0
        slug = self.path.rpartition("/")[2]
        if slug not in value.casefold() or not ADDRESS_KEY.search(key):
            return 0
        path = _read_path(value)
        if path == self.path:
            return 2
        return int(len(slug) >= MIN_SLUG_CHARACTERS and path.rpartition("/")[2] == slug)


def find_body(data: object, story: Story) -> Body | None:
    """Return the body of this story in the data; None where there is none, CLOSED where they say it is not free."""
    found: list[tuple[int, int, dict[str, Any], dict[str, Any] | None]] = []
    for order, (item, around) in enumerate(_walk(data)):
        if certainty := story.measure(item):
            found.append((-certainty, order, item, around))
    found.sort(key=lambda entry: entry[:2])
    for _, _, item, around in found[:MAX_STORIES]:
        if is_closed(item) or (around is not None and is_closed(around)):
            return CLOSED
        body = find_in(item, story)
        if body is None and around is not None and not story.is_other(around):
            body = find_in(around, story)
        if body is not None:
            return body
    return None


def find_in(item: dict[str, Any], story: Story, depth: int = 0) -> Body | None:
    """Return the largest body among the values of an object, or of the objects in it."""
    best, best_rank = None, 0
    for key, value in _list_values(item):
        if not isinstance(value, str | list | dict) or _is_beside(key) or _is_other(value, story):
            continue
        body = judge_body(value)
        rank = body.letters * (3 if BODY_KEY.match(key) else 1) if body else 0
        if rank > best_rank:
            best, best_rank = body, rank
    if best is not None or depth >= MAX_HOLDER_DEPTH:
        return best
    for key, value in _list_values(item):
        if isinstance(value, dict) and not _is_beside(key) and not _is_other(value, story):
            body = find_in(value, story, depth + 1)
            if body is not None and (best is None or body.letters > best.letters):
                best = body
    return best


def judge_body(value: object) -> Body | None:
    """Return a value as a body; None where it is no prose, or less than an article has."""
    if isinstance(value, str) and len(value) < MIN_LETTERS and not DENSE.search(value):
        return None
    html = write_body(value)
    text = " ".join(TAG.sub(" ", html).split())
    letters = count_letters(text)
    if letters < MIN_LETTERS or len(SENTENCE.findall(text)) < MIN_SENTENCES:
        return None
    spaces = text.count(" ") + len(DENSE.findall(text))
    if len(CODE.findall(text)) > MAX_CODE_SHARE * len(text) or spaces < MIN_SPACE_SHARE * len(text):
        return None
    return Body(html, letters)


def is_closed(item: dict[str, Any]) -> bool:
    """Return whether an object says that its story is for subscribers."""
    for key, value in _list_values(item):
        words = str(value).lower() if isinstance(value, str | bool | int) else ""
        if key.lower() == "isaccessibleforfree" and words in ("false", "0", "no"):
            return True
        if CLOSED_KEYS.match(key) and words in ("true", "1", "yes"):
            return True
        if ACCESS_KEYS.match(key) and words in CLOSED_WORDS:
            return True
    return False


# The objects of a page's data have the same few keys.
@lru_cache(maxsize=4096)
def _is_title_key(key: str) -> bool:
    return TITLE_KEY.search(key) is not None


@lru_cache(maxsize=4096)
def _is_beside(key: str) -> bool:
    return BESIDE.search(key) is not None


def _is_other(value: object, story: Story) -> bool:
    return isinstance(value, dict) and story.is_other(value)


def _walk(data: object) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Yield the objects of the data, outermost first, each with the one around it."""
    waiting: list[tuple[object, dict[str, Any] | None, int]] = [(data, None, 0)]
    count = 0
    while waiting and count < MAX_OBJECTS:
        value, around, depth = waiting.pop()
        count += 1
        if isinstance(value, dict):
            yield value, around
            around, inner = value, list(value.values())
        else:
            inner = value if isinstance(value, list) else []
        if depth < MAX_DEPTH:
            waiting += [(one, around, depth + 1) for one in reversed(inner) if isinstance(one, dict | list)]


def _list_values(item: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(islice(item.items(), MAX_VALUES))


def _read_path(address: str) -> str:
    """Return the path of an address without the ending of its last part; "" for a front page."""
    try:
        path = urlsplit(address.strip()).path
    except ValueError:
        return ""
    path = path.strip("/").removesuffix(".html").removesuffix(".htm").removesuffix(".php").removesuffix(".amp")
    return path.casefold()
