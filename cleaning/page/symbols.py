"""Define the rare symbols that carry run numbers and letter-shaping characters through trafilatura.

`cleaning.page.run_numbers` tells why.
"""

from __future__ import annotations

import re

# Byzantine musical symbols: in Unicode since 3.1, in no newspaper yet. Those of the page itself are left out.
FIRST_SYMBOL, SYMBOLS = 0x1D000, 246
MARK = re.compile(f"[{chr(FIRST_SYMBOL)}-{chr(FIRST_SYMBOL + SYMBOLS - 1)}]{{2}}")
MAX_RUNS = SYMBOLS**2  # later runs get no number
# Characters that shape letters: non-joiner, joiner, Mongolian vowel separator; Arabic and Syriac signs around numbers;
# the tags that make a flag a country's (digits, letters, their end). Ancient Greek musical symbols stand for them.
SHAPING = "\u200c\u200d\u180e\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2" + "".join(
    chr(0xE0000 + code) for code in (*range(0x30, 0x3A), *range(0x61, 0x7B), 0x7F)
)
TO_SYMBOLS = {ord(letter): chr(0x1D200 + at) for at, letter in enumerate(SHAPING)}
FROM_SYMBOLS = {ord(symbol): chr(code) for code, symbol in TO_SYMBOLS.items()}
# These are written as ranges: `re` compares a character with one after the other of fifty single ones.
SHAPING_CHARACTER = re.compile(
    "[\u200c\u200d\u180e\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"
    "\U000e0030-\U000e0039\U000e0061-\U000e007a\U000e007f]"
)
SHAPING_SYMBOL = re.compile(f"[\U0001d200-{chr(0x1D200 + len(SHAPING) - 1)}]")
OWN_SYMBOL = re.compile(f"[{chr(FIRST_SYMBOL)}-{chr(FIRST_SYMBOL + SYMBOLS - 1)}{SHAPING_SYMBOL.pattern[1:]}")
