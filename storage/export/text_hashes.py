"""Hashes of a text. They recognise a text that is fetched again where the text itself may not be passed on."""

from __future__ import annotations

from hashlib import sha256

LINE_BYTES = 8  # of a line's SHA-256; a million different lines collide by chance once in 37 million corpora


def hash_text(text: str) -> str:
    """Return the SHA-256 of the text in UTF-8 as 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def hash_lines(text: str) -> list[str]:
    """Return the first LINE_BYTES bytes of the SHA-256 of each line, in order, in hexadecimal digits.

    Lines end only at U+000A; an empty text has no lines. The fraction of these hashes that a later text shares is the
    fraction of unchanged lines. A hash does not hide a line from a reader who guesses its text.
    """
    return [sha256(line.encode()).hexdigest()[: 2 * LINE_BYTES] for line in text.split("\n")] if text else []
