"""Find the script of a text: the alphabet that most of its letters belong to."""

from __future__ import annotations

import unicodedata
from collections import Counter

# The first word of a letter's name in Unicode is its script, with these exceptions.
HAN, KANA, HANGUL = "CJK", "HIRAGANA", "HANGUL"
SAME_SCRIPTS = {
    "KATAKANA": KANA,
    "KATAKANA-HIRAGANA": KANA,
    "HALFWIDTH": KANA,
    "IDEOGRAPHIC": HAN,
    "FULLWIDTH": "LATIN",
}
# Signs of these scripts stand for two letters of an alphabet or more.
WEIGHTS = {HAN: 2, KANA: 2, HANGUL: 2, "ETHIOPIC": 2}
MIN_KANA, MIN_HANGUL = 0.05, 0.2  # share of a text in Chinese characters that is Japanese or Korean


def find_script(text: str) -> str:
    """Return the script of most letters, as Unicode's names begin ("LATIN", "CYRILLIC"); "" without letters.

    "HIRAGANA" is Japanese, also where most signs are Chinese characters; so is "HANGUL" Korean.
    """
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            script = _SCRIPTS[letter]
            counts[script] += count * WEIGHTS.get(script, 1)
    if not counts:
        return ""
    script = counts.most_common(1)[0][0]
    if script in (HAN, KANA, HANGUL):
        eastern = counts[HAN] + counts[KANA] + counts[HANGUL]
        if counts[HANGUL] >= MIN_HANGUL * eastern:
            return HANGUL
        return KANA if counts[KANA] >= MIN_KANA * eastern else HAN
    return script


def keep_letters(text: str, script: str) -> str:
    """Return the letters of the text that belong to the script."""
    return "".join(letter for letter in text if letter.isalpha() and _SCRIPTS[letter] == script)


class _Scripts(dict[str, str]):
    """The script of each letter; a letter is looked up once."""

    def __missing__(self, letter: str) -> str:
        word = unicodedata.name(letter, "").partition(" ")[0]
        self[letter] = script = SAME_SCRIPTS.get(word, word)
        return script


_SCRIPTS = _Scripts()
