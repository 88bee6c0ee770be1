"""The headlines of a site: of its articles that are stored, and of those that its frontier knows by name."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import Connection, select

from storage.addresses import AddressKind
from storage.articles import article_id
from storage.models import Address, StoredArticle

# A shorter key is a phrase that any text may hold: words, or characters in the scripts that put no space between words.
FEWEST_WORDS = 3
FEWEST_CHARACTERS = 8
# As in cleaning.headings, of which the store knows nothing.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff]")
_BATCH = 1_000  # rows that are fetched at a time


def headlines(connection: Connection, site: str) -> set[tuple[str, str]]:
    """The headlines by which a link into the site may be known, each key with the id of the article that it names.

    They are those of stored pages, and those that the sources of its addresses give to articles, fetched or not.
    Rejected pages have theirs, too: whether a page is one may depend on what is known of its site, and with it on this.
    With an address comes the id that its article has or would have once it is stored: a page's own headline is told
    from another one's before it is stored as well as after. Only where one address redirects to another, what the first
    is called comes with an id that no article has.

    A key of fewer than 3 words, or 8 characters in scripts without spaces, names nothing and is left out. Rows are
    streamed: memory is that of the set.
    """
    stored = select(StoredArticle.headline_key, StoredArticle.id).where(StoredArticle.site == site)
    known = select(Address.headline_key, Address.url).where(
        Address.site == site, Address.kind == AddressKind.ARTICLE, Address.headline_key.is_not(None)
    )
    streamed = {"yield_per": _BATCH}
    found = {(key, name) for key, name in connection.execute(stored, execution_options=streamed) if _names(key)}
    found.update(
        (key, article_id(url))
        for key, url in connection.execute(known, execution_options=streamed)
        if key and _names(key)
    )
    return found


def _names(key: str) -> bool:
    if key.count(" ") + 1 >= FEWEST_WORDS:
        return True
    # Keys are decomposed: a voiced kana is two characters there.
    return len(UNSPACED.findall(unicodedata.normalize("NFC", key))) >= FEWEST_CHARACTERS
