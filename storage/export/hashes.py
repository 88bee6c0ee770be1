"""Hashes of a text, by which one that may not be passed on can be recognised when it is fetched again."""

from __future__ import annotations

from hashlib import sha256

LINE_BYTES = 8  # of a line's SHA-256: among a million different lines two agree by chance once in 37 million corpora


def text_sha256(text: str) -> str:
    """SHA-256 of the text in UTF-8, as 64 hexadecimal digits: the same for two texts only where every character is."""
    return sha256(text.encode()).hexdigest()


def line_hashes(text: str) -> list[str]:
    """A hash for each line of the text, in order: the first LINE_BYTES bytes of its SHA-256, in hexadecimal digits.

    Lines end at U+000A alone; a text without any character has none. The share of these that a later text has too is
    the share of its lines that are unchanged. A line is not hidden by it from somebody who guesses what it says.
    """
    return [sha256(line.encode()).hexdigest()[: 2 * LINE_BYTES] for line in text.split("\n")] if text else []
