"""Write digits, hours and words of a date in a line as English writes them: "١٤ مايو 06:20 م" as "14 مايو 06:20 pm".

The words are those of dateparser's locales: the months that months.txt lacks, and the halves of the day. Its parser is
not used: it takes 30 times as long, guesses between two orders, and reads a few months wrong (Hindi "जन").
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from cleaning.metadata.dates.month_names import normalize_month_name, parse_month

ENGLISH_MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
# Languages whose dates need no other words than months.txt has: the locale is not loaded for a page in them.
PLAIN = frozenset("en de fr es it pt nl da nb nn no sv pl cs sk ro ca gl".split()) | {""}  # noqa: SIM905
# The language of the words in a script, where one language or its neighbours are written in it; else the page's own.
SCRIPTS = {
    "HANGUL": ("ko",), "HIRAGANA": ("ja",), "KATAKANA": ("ja",), "CJK": ("zh", "ja"), "THAI": ("th",), "LAO": ("lo",),
    "KHMER": ("km",), "MYANMAR": ("my",), "ARABIC": ("ar", "fa"), "HEBREW": ("he",), "DEVANAGARI": ("hi",),
    "BENGALI": ("bn",), "TAMIL": ("ta",), "KANNADA": ("kn",), "GREEK": ("el",), "ETHIOPIC": ("am",),
}  # fmt: skip
# Months of the Levant and the Maghreb, and "in May" in Latvian, which dateparser lacks.
MONTHS = {
    "lv": (
        "janvārī", "februārī", "martā", "aprīlī", "maijā", "jūnijā", "jūlijā", "augustā", "septembrī", "oktobrī",
        "novembrī", "decembrī",
    ),
    "ar": (
        "كانون الثاني|جانفي", "شباط|فيفري|فبراير", "آذار|أذار", "نيسان|أفريل", "أيار|ايار|ماي", "حزيران|جوان",
        "تموز|جويلية|يوليوز", "آب|أوت|غشت", "أيلول|ايلول|شتنبر", "تشرين الأول|تشرين الاول", "تشرين الثاني|نونبر",
        "كانون الأول|كانون الاول|دجنبر",
    ),
}  # fmt: skip
MONTH_WORDS = {"my": "{}လ", "km": "ខែ{}", "eu": "{}ren"}  # languages that write the word for month right at its name
# Spoken halves of the day that stand before an hour; dateparser has them in patterns of whole dates only.
MORNING = {
    "zh": ("早上", "凌晨", "清晨"), "bn": ("সকাল", "ভোর", "এএম"), "vi": ("sáng",), "ja": ("朝",), "hi": ("सुबह", "एएम"),
    "ur": ("صبح",), "fa": ("صبح", "بامداد"), "ms": ("pagi",), "id": ("pagi",),
}  # fmt: skip
AFTERNOON = {
    "zh": ("晚上", "晚间", "晚間", "傍晚"), "bn": ("দুপুর", "বিকাল", "সন্ধ্যা", "রাত", "পিএম"), "vi": ("chiều", "tối"),
    "hi": ("दोपहर", "शाम", "रात", "पीएम"), "ur": ("دوپہر", "شام", "رات"), "fa": ("عصر", "شب"),
    "ms": ("petang", "malam"), "id": ("siang", "sore", "malam"),
}  # fmt: skip
# Marks that nobody sees, and punctuation of other scripts.
INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
MARKS = str.maketrans("،：／．，（）", ",:/.,()", INVISIBLE)
NATIVE_DIGIT = re.compile(r"(?![0-9])\d")
FOREIGN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
# 18時20分, 18시 20분 30초, 18 giờ 20
SPELLED = re.compile(
    r"(?<!\d)(\d\d?) ?(?:時|时|點|点|시|giờ) ?(?:(\d\d?) ?(?:分|분|phút)? ?(?:(\d\d?) ?[秒초])?)?", re.IGNORECASE
)
CHINESE_DATE = re.compile(
    r"([〇零○Ｏ一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
CHINESE_DIGITS = str.maketrans("〇零○Ｏ一二三四五六七八九", "0000123456789")
CLOCK = r"\d\d?(?:[:.]\d\d){0,2}"
WORD = re.compile(r"[^\W\d_][^\s\d,;:/|()\[\]-]{0,24}")
HALF_BEFORE = re.compile(rf"([^\W\d_][^\s\d,;:/|()\[\]-]{{0,24}}) ?({CLOCK})(?![\d:])")
HALF_BEHIND = re.compile(rf"(?<![\d:.])({CLOCK}) ?([^\W\d_][^\s\d,;:/|()\[\]-]{{0,24}})")


class _Words(NamedTuple):
    """The words of a language, without full stops and case: the number of a month; "am" or "pm" for half a day."""

    months: dict[str, int]
    before: dict[str, str]  # halves of the day that stand before the hour
    behind: dict[str, str]


def translate_date_line(line: str, language: str) -> str:
    """Return a line with single spaces, ASCII digits, and English words of a date where months.txt lacks its words."""
    if line.isascii() and language in PLAIN:
        return " ".join(line.split())
    text = CHINESE_DATE.sub(_write_chinese_date, line.translate(MARKS))
    text = NATIVE_DIGIT.sub(_write_digit, text)
    text = " ".join(SPELLED.sub(_write_clock, text).split())
    for one in _find_languages(text, language):
        text = _translate(text, _load_words(one))
    return text


def _write_digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match[0]))


def _write_chinese_date(match: re.Match[str]) -> str:
    """Write 二〇二四年五月二十四日 with figures."""
    year, month, day = match.groups()
    numbers = []
    for number in (month, day):
        tens, ten, ones = number.rpartition("十")
        begin = (tens or "1") if ten else ""
        numbers.append(f"{begin}{ones or '0'}".translate(CHINESE_DIGITS))
    return f"{year.translate(CHINESE_DIGITS)}年{numbers[0]}月{numbers[1]}日"


def _write_clock(match: re.Match[str]) -> str:
    hour, minute, second = match.groups()
    return f" {hour}:{(minute or '0').zfill(2)}" + (f":{second.zfill(2)} " if second else " ")


def _find_languages(text: str, language: str) -> tuple[str, ...]:
    foreign = FOREIGN.search(text)
    script = unicodedata.name(foreign[0], "").partition(" ")[0] if foreign else ""
    languages = dict.fromkeys((language, *SCRIPTS.get(script, ())))
    return tuple(one for one in languages if one not in PLAIN)


def _translate(text: str, words: _Words) -> str:
    def write_before(match: re.Match[str]) -> str:
        # Chinese and Japanese put no space before the word: 14日下午6:20.
        for begin in range(len(match[1])):
            if half := words.before.get(_make_key(match[1][begin:])):
                return f"{match[1][:begin]} {match[2]} {half}"
        return match[0]

    def write_behind(match: re.Match[str]) -> str:
        half = words.behind.get(_make_key(match[2]))
        return f"{match[1]} {half}" if half else match[0]

    if words.before:
        text = HALF_BEFORE.sub(write_before, text)
    if words.behind:
        text = HALF_BEHIND.sub(write_behind, text)
    return _translate_months(text, words.months) if words.months else text


def _translate_months(text: str, months: dict[str, int]) -> str:
    pieces: list[str] = []
    end = 0
    found = list(WORD.finditer(text))
    for number, word in enumerate(found):
        if word.start() < end:
            continue
        # A name may have two words: كانون الثاني
        for last in (*found[number + 1 : number + 2], word):
            if month := months.get(_make_key(text[word.start() : last.end()])):
                pieces += (text[end : word.start()], ENGLISH_MONTHS[month - 1])
                end = last.end()
                break
    return "".join((*pieces, text[end:]))


@cache
def _load_words(language: str) -> _Words:
    locale = _load_locale(language)
    more = MONTHS.get(language, ("",) * 12)
    months: dict[str, int] = {}
    for number, month in enumerate(ENGLISH_MONTHS, 1):
        for name in (*locale.get(month, ()), *more[number - 1].split("|")):
            if len(name) > 1 and not name[0].isdigit() and parse_month(name, language) != number:
                months.setdefault(_make_key(name), number)
            if name and language in MONTH_WORDS:
                months.setdefault(_make_key(MONTH_WORDS[language].format(name)), number)
    halves = {_make_key(word): "am" for word in (*locale.get("am", ()), *MORNING.get(language, ()))}
    halves |= {_make_key(word): "pm" for word in (*locale.get("pm", ()), *AFTERNOON.get(language, ()))}
    # Arabic writes the half behind the hour; before it, "م" is the era of a year.
    return _Words(months, {} if language in ("ar", "fa", "ur") else halves, halves)


def _load_locale(language: str) -> dict[str, list[str]]:
    """Return the words of dateparser's locale; none where it does not have the language."""
    from dateparser.languages.loader import default_loader  # noqa: PLC0415 (a tenth of a second; few pages need it)

    try:
        info: dict[str, list[str]] = default_loader.get_locale(language).info
    except ValueError:
        return {}
    return info


def _make_key(word: str) -> str:
    return normalize_month_name(word.replace(".", "")).strip()
