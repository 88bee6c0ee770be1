"""The language by the text and by what the page says: the same report in all that langdetect knows, and in more."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaning.clean import clean
from cleaning.metadata.language.choose_language import SAMPLE, SITES_TOML, TEXT, detect_language
from cleaning.metadata.language.codes import HAS_PROFILE, PROFILES, parse_tag
from cleaning.metadata.structured import Statement
from cleaning.records.given import Page


def read_texts(name: str) -> dict[str, str]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


KNOWN = read_texts("languages_with_profile.txt")
OTHERS = read_texts("languages_without_profile.txt")  # a key may end with the script: "sr-latn"
LETTERS_ALONE = ("hy", "ka", "km", "lo", "my", "si", "am", "bo", "or")  # in scripts of which there is no profile


def say(*tags: str) -> list[Statement]:
    return [Statement(tag, "<html lang>") for tag in tags]


def test_there_is_a_text_in_every_language_that_langdetect_knows() -> None:
    assert set(KNOWN) == HAS_PROFILE == {code for codes in PROFILES.values() for code in codes.split()}
    assert len(KNOWN) == 55
    assert not HAS_PROFILE & set(OTHERS)


@pytest.mark.parametrize("code", KNOWN)
def test_a_text_in_a_known_language_needs_nobody_to_name_it(code: str) -> None:
    found = detect_language(KNOWN[code])
    assert (found.code, found.source) == (code, TEXT)
    assert found.probability > 0.6


@pytest.mark.parametrize("code", [code for code in KNOWN if code != "en"])
def test_a_template_in_another_language_changes_nothing(code: str) -> None:
    for tag in ("en", "en-US", "pl" if code != "pl" else "fr", "kk", "ka"):
        assert detect_language(KNOWN[code], say(tag)).code == code
    assert detect_language(KNOWN[code], (), "en").code == code


@pytest.mark.parametrize("name", OTHERS)
def test_the_page_is_believed_in_a_language_without_a_profile(name: str) -> None:
    code = name.partition("-")[0]
    assert detect_language(OTHERS[name], say(name))[::2] == (code, "<html lang>")
    assert detect_language(OTHERS[name], say("en", code)).code == code
    assert detect_language(OTHERS[name], (), code)[::2] == (code, SITES_TOML)


@pytest.mark.parametrize("code", LETTERS_ALONE)
def test_a_script_alone_is_no_language(code: str) -> None:
    assert detect_language(OTHERS[code]) == ("und", 0.0, TEXT)
    assert detect_language(OTHERS[code], say("en", "fr-FR")).code == "und"


@pytest.mark.parametrize("code", ["az", "be", "is", "kk", "ky", "mn", "tt", "ug", "ckb", "ps"])
def test_letters_that_no_known_language_has_are_not_given_to_the_next_one(code: str) -> None:
    assert detect_language(OTHERS[code]).code == "und"


@pytest.mark.parametrize("tag", ["kk", "be", "ky-KG", "uz", "tg", "sr", "mn"])
def test_a_russian_text_on_a_page_of_another_language_is_russian(tag: str) -> None:
    assert detect_language(KNOWN["ru"], say(tag)).code == "ru"


@pytest.mark.parametrize(
    ("text", "tag", "code"),
    [
        ("no", "nb-NO", "no"),
        ("no", "no", "no"),
        ("nn", "nn-NO", "nn"),
        ("no", "da", "no"),
        ("da", "no", "da"),
        ("bs", "bs-BA", "bs"),
        ("bs", "hr-HR", "hr"),
        ("sr-latn", "sr-Latn-RS", "sr"),
        ("sr", "sr_RS", "sr"),
        ("ms", "ms_MY", "ms"),
        ("id", "id-ID", "id"),
        ("id", "in", "id"),
        ("gl", "gl-ES", "gl"),
        ("es", "gl", "es"),
        ("cs", "sk", "cs"),
        ("sk", "cs", "sk"),
        ("uk", "ru", "uk"),
        ("pt", "es", "pt"),
        ("he", "iw", "he"),
        ("tl", "fil-PH", "tl"),
        ("zh-tw", "zh-Hant-HK", "zh-tw"),
        ("zh-tw", "zh", "zh-tw"),
        ("zh-cn", "zh-Hans", "zh-cn"),
    ],
)
def test_close_languages(text: str, tag: str, code: str) -> None:
    assert detect_language((KNOWN | OTHERS)[text], say(tag)).code == code


def test_a_long_quotation_does_not_decide() -> None:
    for code, other in (("en", "fr"), ("de", "en"), ("pl", "ru"), ("es", "it"), ("ja", "en")):
        text = "\n".join([KNOWN[other], *[KNOWN[code]] * 3])
        assert len(text) > SAMPLE or code == "ja"
        assert detect_language(text).code == code
        assert detect_language(text, say(code)).code == code
        assert detect_language("\n".join([*[KNOWN[code]] * 3, KNOWN[other]]), say(other)).code == code


def test_the_page_decides_where_half_of_the_text_is_a_quotation() -> None:
    for code, other in (("en", "fr"), ("de", "en"), ("pl", "it"), ("ru", "uk")):
        text = "\n".join([*[KNOWN[other]] * 2, *[KNOWN[code]] * 2])
        assert detect_language(text, say(code)).code == code
        assert detect_language(text, say(other)).code == other


def test_chinese_is_not_taken_for_korean() -> None:
    """The Korean profile has the Chinese characters of old Korean texts."""
    text = "據報導，校園安全課長表示，該計畫將於明年起在十所小學試辦，經費由教育局與家長會共同負擔。" * 3
    assert detect_language(text).code == "zh-tw"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("deu", "de"),
        ("en_GB.UTF-8", "en"),
        ("zh", "zh-cn"),
        ("zh-HK", "zh-tw"),
        ("ckb-IQ", "ckb"),
        ("utf-8", None),
        ("German", None),
        ("x-default", None),
        ("xx", None),
        ("", None),
        ("${lang}", None),
    ],
)
def test_language_tags(tag: str, code: str | None) -> None:
    assert parse_tag(tag) == code


SERBIAN = OTHERS["sr"]
STATEMENTS = {
    "the element of the page": '<html lang="sr-RS"><head><title>T</title></head><body>BODY',
    "xml:lang": '<html xml:lang="sr"><head><title>T</title></head><body>BODY',
    "http-equiv": '<html><head><meta http-equiv="Content-Language" content="sr"></head><body>BODY',
    "meta language": '<html lang="en"><head><meta name="language" content="sr"></head><body>BODY',
    "og:locale": '<html><head><meta property="og:locale" content="sr_RS"></head><body>BODY',
    "JSON-LD": '<html lang="en"><head><script type="application/ld+json">{"@type": "NewsArticle", "inLanguage": "sr"}'
    "</script></head><body>BODY",
    "JSON-LD Language": '<html><head><script type="application/ld+json">{"@type": "NewsArticle", "inLanguage": '
    '{"@type": "Language", "name": "Serbian", "alternateName": "sr"}}</script></head><body>BODY',
    "the body": '<html lang="mk"><head><title>T</title></head><body lang="sr">BODY',
    "the element of the article": '<html lang="mk"><body><article lang="sr">BODY</article>',
}


@pytest.mark.parametrize("head", STATEMENTS.values(), ids=STATEMENTS)
def test_where_a_page_says_it(head: str) -> None:
    html = head.replace("BODY", f"<h1>Мост је отворен</h1><p>{SERBIAN}</p><p>{SERBIAN[::-1][:80]}</p>")
    article = clean(Page("https://paper.example/a", html))
    assert article.language == "sr"
    assert article.sources["language"] != TEXT


def test_the_result_depends_on_nothing_that_was_cleaned_before() -> None:
    every = [*KNOWN.values(), *OTHERS.values()]
    forward = [detect_language(text, say("en", "sr")) for text in every]
    backward = [detect_language(text, say("en", "sr")) for text in reversed(every)]
    assert forward == backward[::-1]
