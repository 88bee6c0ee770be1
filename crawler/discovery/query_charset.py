"""Escape the query of a link in the encoding of its page, as browsers do.

The URL Standard calls it "percent-encode after encoding" (https://url.spec.whatwg.org/#query-state). Only the
query: paths are UTF-8 on every page.
"""

from __future__ import annotations

import codecs
import re
from urllib.parse import quote

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")


def escape_query(address: str, encoding: str) -> str:
    """Return the address with the non-ASCII letters of its query as percent-escapes of `encoding`, a label of one.

    A letter that the encoding does not have becomes an escaped numeric reference. UTF-16, UTF-32 and encodings that are
    not known stand for UTF-8.
    """
    path, mark, rest = address.partition("?")
    if rest.isascii():
        return address
    query, hash_mark, fragment = rest.partition("#")
    codec = _find_codec(encoding)
    return f"{path}{mark}{_NON_ASCII.sub(lambda found: _escape(found[0], codec), query)}{hash_mark}{fragment}"


def _find_codec(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):  # ValueError: a NUL in the label
        return "utf-8"
    return "utf-8" if name.startswith(("utf-16", "utf-32", "utf-7")) else name


def _escape(letters: str, codec: str) -> str:
    try:
        return quote(letters.encode(codec), safe="")
    except (UnicodeError, LookupError):  # LookupError: a codec of bytes, not of text
        pass
    escaped = []
    for letter in letters:
        try:
            escaped.append(quote(letter.encode(codec), safe=""))
        except (UnicodeError, LookupError):
            escaped.append(f"%26%23{ord(letter)}%3B")
    return "".join(escaped)
