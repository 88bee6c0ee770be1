from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cleaning import phrases
from cleaning.page.headline_key import normalize_headline
from cleaning.phrases import find_opening_phrase, find_phrase, text_after_phrase

KINDS = re.findall(r"^    ([a-z_]+)  ", str(phrases.__doc__), re.MULTILINE)
FILES = {file.stem: file for file in sorted(Path(str(phrases.__file__)).parent.glob("*.toml"))}
DATA = {language: tomllib.loads(file.read_text("utf-8")) for language, file in FILES.items()}
DECISIVE = ("see_also", "form", "act", "rights", "error")  # kinds that decide with little beside them
# Single words that are nothing but such a label: no sentence begins with them.
KOREAN = "관련기사", "관련뉴스", "연관기사", "추천기사", "추천뉴스", "인기기사", "주요뉴스", "이전기사", "다음기사"
LABELS = set(map(normalize_headline, KOREAN))
UNSPACED = re.compile(f"[{phrases.UNSPACED}]")


def entries(language: str, kind: str) -> list[str]:
    return DATA[language].get(kind, [])


def test_the_kinds_are_the_documented_ones() -> None:
    assert KINDS == [
        "live", "see_also", "more", "form", "form_label", "act", "access", "note", "corrected", "share", "rights",
        "cookie", "consent", "consent_button", "by", "error",
    ]  # fmt: skip


def test_there_are_phrases_for_the_languages_of_the_large_newspapers() -> None:
    wanted = """
        ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv tr uk
        vi zh
    """
    assert set(wanted.split()) <= set(FILES)


@pytest.mark.parametrize("language", FILES)
def test_a_language_has_every_kind_and_no_other(language: str) -> None:
    assert set(DATA[language]) == set(KINDS)
    assert all(DATA[language].values())


@pytest.mark.parametrize("language", FILES)
def test_a_phrase_has_words_and_stands_once_in_order(language: str) -> None:
    for kind, found in DATA[language].items():
        keys = [normalize_headline(phrase) for phrase in found]
        assert [phrase for phrase, key in zip(found, keys, strict=True) if len(key) < phrases.BUCKET] == []
        assert keys == sorted(set(keys)), kind


@pytest.mark.parametrize("language", FILES)
def test_a_phrase_is_written_as_a_line_of_text(language: str) -> None:
    for found in DATA[language].values():
        for phrase in found:
            assert phrase == " ".join(phrase.split())
            assert phrase.isprintable() or "\u200c" in phrase  # which Persian words hold
            assert "<" not in phrase
            assert len(phrase) <= 80


@pytest.mark.parametrize("language", FILES)
def test_a_cue_is_strong_or_weak(language: str) -> None:
    strong, weak = (set(map(normalize_headline, entries(language, kind))) for kind in ("see_also", "more"))
    assert strong & weak == set()


@pytest.mark.parametrize("language", FILES)
def test_a_strong_cue_is_no_single_word_that_opens_sentences(language: str) -> None:
    keys = map(normalize_headline, entries(language, "see_also"))
    assert {key for key in keys if " " not in key and not UNSPACED.search(key)} <= LABELS


@pytest.mark.parametrize("language", FILES)
def test_a_decisive_phrase_has_two_words_or_many_letters(language: str) -> None:
    for kind in ("form", "rights"):
        keys = map(normalize_headline, entries(language, kind))
        assert [key for key in keys if " " not in key and len(key) < (4 if UNSPACED.search(key) else 8)] == []


@pytest.mark.parametrize("language", FILES)
def test_lines_of_the_file_fit(language: str) -> None:
    text = FILES[language].read_text("utf-8")
    assert max(map(len, text.split("\n"))) <= 120
    assert text.endswith("]\n")


ORDINARY = """
Mehr als vierzig Platten waren zu dünn, sagte die Hafenmeisterin
Weitere Fähren sollen im Sommer fahren
Plus de quarante tôles étaient trop minces
Más de cuarenta planchas estaban gastadas
Oltre quaranta lamiere erano troppo sottili
Mais de quarenta chapas estavam gastas
Meer dan veertig platen waren te dun
Ponad czterdzieści blach było zbyt cienkich
Более сорока листов обшивки оказались слишком тонкими
Понад сорок листів обшивки виявилися надто тонкими
Περισσότερα από σαράντα ελάσματα ήταν πολύ λεπτά
Více než čtyřicet plátů bylo příliš tenkých
Több mint negyven lemez túl vékony volt
Peste patruzeci de plăci erau prea subțiri
Mer än fyrtio plåtar var för tunna
Mere end fyrre plader var for tynde
Yli neljäkymmentä levyä oli liian ohuita
Kırktan fazla levha çok inceydi
أكثر من أربعين لوحا كانت رقيقة جدا
יותר מארבעים לוחות היו דקים מדי
بیش از چهل ورق بیش از حد نازک بود
चालीस से अधिक प्लेटें बहुत पतली थीं
Lebih dari empat puluh pelat terlalu tipis
Hơn bốn mươi tấm thép quá mỏng
四十多块钢板太薄，港务局说
四十枚以上の鋼板が薄すぎたと港湾局は述べた
강판 마흔 장 이상이 너무 얇았다고 항만청이 밝혔다
More than forty plates were too thin
The name of the boat is older than the harbour
Share prices of the yard fell on Monday
Error in the count: recount ordered
Not found guilty of neglect, the captain returns
Δεν βρέθηκε ο αγνοούμενος ναυτικός
404 people came to the hall
""".strip().split("\n")


@pytest.mark.parametrize("sentence", ORDINARY[:-1])
def test_no_ordinary_sentence_begins_with_a_strong_phrase_of_any_language(sentence: str) -> None:
    key = normalize_headline(sentence)
    assert {kind: phrase for kind in DECISIVE if (phrase := find_opening_phrase(kind, key))} == {}


@pytest.mark.parametrize(
    ("kind", "text", "phrase"),
    [
        ("see_also", "See also: Harbour board", "see also"),
        ("see_also", "See alsoes", None),
        ("see_also", "Read also", "read also"),
        ("see_also", "Lesen Sie auchs", None),
        ("see_also", "延伸阅读港务局考虑", "延伸阅读"),
        ("see_also", "延伸阅读：港务局", "延伸阅读"),
        ("see_also", "関連記事はこちら", "関連記事"),
        ("see_also", "อ่านเพิ่มเติมการท่าเรือ", normalize_headline("อ่านเพิ่มเติม")),
        ("see_also", "BUNU DA OKUYUN: liman", "bunu da okuyun"),
        ("see_also", "LÄS OCKSÅ: hamnen", normalize_headline("läs också")),
        ("see_also", "Διάβασε Επίσης", normalize_headline("διάβασε επίσης")),
        ("see_also", "The harbour", None),
        ("see_also", "", None),
    ],
)
def test_a_phrase_opens_a_text_as_whole_words(kind: str, text: str, phrase: str | None) -> None:
    assert find_opening_phrase(kind, normalize_headline(text)) == phrase


@pytest.mark.parametrize(
    ("kind", "text", "phrase"),
    [
        ("rights", "Harbour Post, all rights reserved.", "all rights reserved"),
        ("rights", "Overall rights reserved", None),
        ("rights", "港口晚报版权所有未经授权", "版权所有"),
        ("rights", "記事と写真の無断転載を禁じます。", normalize_headline("無断転載を禁じます")),
        ("act", "Morning mail: subscribe to our letter", "subscribe to our"),
        ("act", "Prescribed and subscribed", None),
        ("act", "请扫描二维码关注我们", "扫描二维码"),
        ("act", "", None),
    ],
)
def test_a_phrase_stands_in_a_text_as_whole_words(kind: str, text: str, phrase: str | None) -> None:
    assert find_phrase(kind, normalize_headline(text)) == phrase


def test_the_longest_phrase_is_the_one_that_counts() -> None:
    assert find_opening_phrase("see_also", "see also") == "see also"
    assert (
        find_opening_phrase("see_also", normalize_headline("Lesen Sie auch diesen Bericht")) == "lesen sie auch diesen"
    )


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("See also: Harbour", ": Harbour"),
        ("SEE  ALSO – Harbour", " – Harbour"),
        ("➡ Read also Harbour", " Harbour"),
        ("延伸阅读港务局", "港务局"),
        ("관련기사 항만청", " 항만청"),
        ("यह भी पढ़ें: बंदरगाह", ": बंदरगाह"),
        ("อ่านเพิ่มเติม: ท่าเรือ", ": ท่าเรือ"),
        ("Čtěte také Přístav", " Přístav"),
        ("اقرأ أيضاً: الميناء", ": الميناء"),
        ("See also", ""),
    ],
)
def test_what_follows_a_phrase_is_found_in_the_text_as_it_is_written(text: str, rest: str) -> None:
    phrase = find_opening_phrase("see_also", normalize_headline(text))
    assert phrase is not None
    assert text_after_phrase(text, phrase) == rest


def test_words_that_the_extractor_joins_are_known_joined() -> None:
    assert normalize_headline("اشتراکگذاری") in phrases.load_phrases("share")


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        phrases.load_phrases("headlines")
