"""Fingerprints: two blocks of a site are the same apart from numbers and dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.duplicates.fingerprint import fingerprint, hash_to_int, hash_words, list_digests
from cleaning.page.headline_key import normalize_headline

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("14 comments", "3 comments"),
        ("Read in 4 minutes", "Read in 12 minutes"),
        ("Copyright 2023 Lantern", "Copyright 2024 Lantern"),
        ("Issue No. 1,204", "Issue No. 1,377"),
        ("Updated 16.05.2024, 14:30", "Updated 02.11.2023, 08:05"),
        ("Page ١٢ of our paper", "Page 12 of our paper"),  # digits of other scripts
    ],
)
def test_numbers_do_not_tell_two_blocks_apart(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other) != 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Published on Monday, 4 March 2024", "Published on Thursday, 16 May 2019"),
        ("Veröffentlicht am Montag, 4. März 2024", "Veröffentlicht am Donnerstag, 16. Dezember 2019"),
        ("Publié le lundi 4 février 2024", "Publié le jeudi 16 août 2019"),
        ("Publicado el miércoles 4 de enero", "Publicado el sábado 16 de septiembre"),
        ("Опубликовано в четверг, 4 марта 2024", "Опубликовано в среда, 16 декабря 2019"),
        ("Δημοσιεύθηκε Δευτέρα 4 Μαρτίου", "Δημοσιεύθηκε Πέμπτη 16 Δεκεμβρίου"),
        ("Julkaistu maanantaina 4. helmikuuta", "Julkaistu torstaina 16. joulukuuta"),
        ("نشر يوم الاثنين 4 مارس", "نشر يوم الخميس 16 ديسمبر"),
        ("प्रकाशित सोमवार 4 जनवरी", "प्रकाशित गुरुवार 16 जुलाई"),
        ("发布时间：2024年5月15日 星期三", "发布时间：2023年11月3日 星期五"),
        ("公開日：2024年5月15日（水曜日）", "公開日：2023年11月3日（金曜日）"),
        ("公開日：2024年5月15日（水曜）", "公開日：2023年11月3日（金曜）"),
    ],
)
def test_dates_do_not_tell_two_blocks_apart(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other) != 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Follow us on Mastodon", "FOLLOW US ON MASTODON!"),
        ("« Suivez-nous à l’étranger »", "Suivez nous a l etranger"),
        ("  Read\u00a0more \n about it", "Read more about it"),
        ("Sign\u200bup", "Signup"),
    ],
)
def test_case_accents_and_punctuation_do_not_tell_two_blocks_apart(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other) != 0


@pytest.mark.parametrize(
    "text", ["", " ", "* * *", "—", "7", "1 : 0", "16.05.2024", "٣ ٤", "12 May 2024", "Monday", "Thu 16 Dec", "星期三"]
)
def test_numbers_and_dates_alone_have_no_fingerprint(text: str) -> None:
    assert fingerprint(text) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Follow us on Mastodon", "Follow them on Mastodon"),
        ("14 comments", "14 readers"),
        ("the ferry to Orrow", "to Orrow the ferry"),
        ("the ferry to Orrow", "the ferry to"),
        ("14 readers", "readers"),
        ("下载应用程序", "下载本报纸"),
        ("पानी की नाव", "पानी का नाव"),  # a vowel sign is a letter there
        ("Sonntagsfahrer zahlen mehr", "Montagsfahrer zahlen mehr"),  # days within other words
        ("Mayor of the town", "Marching of the town"),
    ],
)
def test_other_words_are_another_block(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@given(TEXTS)
def test_a_text_and_its_words_have_one_fingerprint(text: str) -> None:
    assert fingerprint(normalize_headline(text)) == fingerprint(text)


@given(st.text(max_size=60))
def test_a_fingerprint_fits_into_a_signed_column_of_eight_bytes(text: str) -> None:
    assert 0 <= fingerprint(text) < 2**63
    assert 0 <= hash_to_int(text) < 2**63


@given(st.lists(TEXTS))
def test_texts_have_the_same_hashes_at_once_and_one_by_one(texts: list[str]) -> None:
    assert [int.from_bytes(digest) >> 1 for digest in list_digests(map(str.encode, texts))] == [
        hash_to_int(text) for text in texts
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("14 comments", "3 comments"), ("Win 2 tickets", "Win 3 tickets"), ("0 readers", "7 readers")]
)
def test_a_number_tells_the_wordings_of_a_block_apart(one: str, other: str) -> None:
    assert hash_words(one)[0] == hash_words(other)[0] != 0
    assert hash_words(one)[1] != hash_words(other)[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Updated at 14:30", "Updated at 08:05"),
        ("Copyright 2023 Lantern", "Copyright 2024 Lantern"),
        ("Our paper of Monday", "Our paper of Thursday"),
        ("星期三的报纸 12", "星期五的报纸 3"),
    ],
)
def test_a_date_does_not_tell_the_wordings_of_a_block_apart(one: str, other: str) -> None:
    assert hash_words(one) == hash_words(other)


def test_fingerprints_use_all_of_their_bits() -> None:
    seen = 0
    for index in range(200):
        seen |= hash_to_int(str(index))
    assert seen == 2**63 - 1


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(["readers", "Leser", "名读者", "قارئ"]))
def test_any_number_may_replace_any_other(one: int, other: int, word: str) -> None:
    assert fingerprint(f"{one} {word}") == fingerprint(f"{other} {word}")
