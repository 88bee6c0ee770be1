from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY

from cleaning.metadata.language.choose_language import PIECE, PIECES, SAMPLE, detect_language, take_sample
from cleaning.metadata.language.ngrams import TRIALS

TEXTS = {
    "en": "The harbour board decided on Thursday evening that the night boat will run again.",
    "de": "Der Hafenausschuss hat am Donnerstagabend beschlossen, dass die Nachtfähre wieder fährt.",
    "el": "Το λιμενικό συμβούλιο αποφάσισε την Πέμπτη το βράδυ ότι το πλοίο θα ξαναρχίσει.",
    "ru": "Портовый совет решил в четверг вечером, что ночной паром снова будет ходить.",
    "zh-cn": "港务局星期四晚上决定，夜间渡轮将从六月一日起恢复运行。",
}


@pytest.mark.parametrize(("code", "text"), TEXTS.items())
def test_languages_are_told_apart(code: str, text: str) -> None:
    found, probability, _ = detect_language(text)
    assert found == code
    assert 0.9 < probability <= 1


def test_the_configured_language_decides_where_the_text_is_ambiguous() -> None:
    names = "Toyota Yaris 2025"
    assert detect_language(names).probability < 0.9
    assert {detect_language(names, (), tag).code for tag in ("de", "en-GB", "es")} == {"de", "en", "es"}


def test_the_configured_language_does_not_overrule_a_clear_text() -> None:
    for code, text in TEXTS.items():
        assert detect_language(text, (), "fr").code == code


@pytest.mark.parametrize("text", ["", "  ", "12 : 30", "— ©", "https://www.example.org/harbour"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert detect_language(text)[:2] == ("und", 0.0)


def test_the_result_does_not_depend_on_earlier_calls() -> None:
    short = "Post Hotel Bar"
    first = detect_language(short)
    for text in TEXTS.values():
        detect_language(text)
    assert detect_language(short) == first
    program = f"from cleaning.metadata.language.choose_language import detect_language as find; print(find({short!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(first)


def test_a_long_text_costs_no_more_than_a_short_one() -> None:
    assert len(take_sample(TEXTS["de"] * 50_000)) <= SAMPLE + PIECES
    assert detect_language(TEXTS["de"] * 50 + TEXTS["en"] * 50_000).code == "en"


def test_the_pieces_of_a_sample_begin_with_words_and_hold_no_addresses() -> None:
    text = "Der Hafen https://hafen.example/lang hat am Donnerstag beschlossen. " * 40
    sample = take_sample(text)
    assert "://" not in sample
    assert {sample[at : at + 3] for at in range(0, len(sample), PIECE + 1)} <= {
        "Der",
        "Haf",
        "hat",
        "am ",
        "Don",
        "bes",
    }


@pytest.fixture(scope="module")
def langdetect() -> DetectorFactory:
    factory = DetectorFactory()
    factory.set_seed(0)
    factory.load_json_profile([path.read_text("utf-8") for path in sorted(Path(PROFILES_DIRECTORY).iterdir())])
    return factory


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS.values(),
        *(text.upper() for text in TEXTS.values()),
        " ".join(TEXTS.values()),
        "The EU and the USA  met;  a I b, x",
        unicodedata.normalize(
            "NFD", "Hội đồng cảng quyết định tàu đêm sẽ chạy lại"
        ),  # with its accents as letters of their own
        "Fährhafen Harbour Порт 港 λιμάνι",
        "港务局 Harbour Board NIGHT BOAT 恢复运行",
        "Vapor de noite, bote de noche",
        "Toyota Yaris 2025",
        "ok",
        "a",
        "ꙮ ꙮ",
    ],
)
def test_the_result_equals_that_of_langdetect(langdetect: DetectorFactory, text: str) -> None:
    detector = langdetect.create()
    detector.n_trial = TRIALS
    detector.append(text)
    try:
        best = detector.get_probabilities()
    except LangDetectException:
        best = []
    assert detect_language(text)[:2] == ((best[0].lang, round(best[0].prob, 4)) if best else ("und", 0.0))
