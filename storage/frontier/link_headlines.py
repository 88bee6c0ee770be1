"""Loads the headlines of a site: of its stored articles, and of the addresses in its frontier that have one."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import Connection, select

from storage.articles.saving import make_article_id
from storage.frontier.addresses import AddressKind
from storage.models import Address, StoredArticle

# A shorter key is a phrase that occurs in any text. Characters count in scripts without spaces between words.
MIN_WORDS = 3
MIN_CHARACTERS = 8
# As in cleaning.page.headings, which the store does not import.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff]")
_BATCH = 1_000  # rows that are fetched at a time


def load_headlines(connection: Connection, site: str) -> set[tuple[str, str]]:
    """Return the headlines by which a link into the site can be recognised: pairs of key and article id.

    They are the headlines of stored pages, and those that the sources of addresses give to articles, fetched or not.
    Rejected pages count too, because whether a page is rejected may depend on the site memory, and so on this set.
    The id for an address is the one that its article has, or will have once stored: so the headline of a page can be
    told from that of another page before it is stored as well as after. Only if an address redirects to another one
    does its headline come with an id that no article has.

    Keys of fewer than 3 words, or 8 characters in scripts without spaces, are left out. Rows are streamed: only the set
    takes memory.
    """
    stored = select(StoredArticle.headline_key, StoredArticle.id).where(StoredArticle.site == site)
    known = select(Address.headline_key, Address.url).where(
        Address.site == site, Address.kind == AddressKind.ARTICLE, Address.headline_key.is_not(None)
    )
    streamed = {"yield_per": _BATCH}
    found = {(key, name) for key, name in connection.execute(stored, execution_options=streamed) if _is_specific(key)}
    found.update(
        (key, make_article_id(url))
        for key, url in connection.execute(known, execution_options=streamed)
        if key and _is_specific(key)
    )
    return found


def _is_specific(key: str) -> bool:
    if key.count(" ") + 1 >= MIN_WORDS:
        return True
    # Keys are decomposed, so that a voiced kana counts as two characters.
    return len(UNSPACED.findall(unicodedata.normalize("NFC", key))) >= MIN_CHARACTERS
