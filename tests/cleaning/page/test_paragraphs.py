from __future__ import annotations

import pytest

from cleaning.page.paragraphs import SENTENCE_END, count_letters, is_body
from cleaning.records.block import Block, BlockKind

# A word of each script and the mark that ends its sentences; Thai and Lao have none.
ENDS = {
    "Hindi": ("नाव बंदरगाह में", "।"),
    "Sanskrit": ("नाव बंदरगाह में", "॥"),
    "Urdu": ("کشتی بندرگاہ میں", "۔"),
    "Arabic": ("السفينة في الميناء", "؟"),
    "Armenian": ("նավը նավահանգստում", "։"),
    "Amharic": ("ጀልባው በወደቡ ውስጥ", "።"),
    "Burmese": ("လှေသည်ဆိပ်ကမ်းတွင်", "။"),
    "Khmer": ("ទូកនៅក្នុងកំពង់ផែ", "។"),
    "Tibetan": ("གྲུ་ཁ་ན་གྲུ་ཡོད", "།"),
    "Chinese": ("渡轮停在港口里", "。"),
    "German": ("Das Schiff liegt", "."),
}


@pytest.mark.parametrize(("words", "mark"), ENDS.values(), ids=ENDS)
def test_a_paragraph_ends_like_a_sentence_in_its_own_script(words: str, mark: str) -> None:
    text = f"{words} " * 10
    assert is_body(Block(text + words + mark))
    assert not is_body(Block(text + words))


@pytest.mark.parametrize("words", ["เรือเฟอร์รี่จอดอยู่ในท่าเรือ", "ເຮືອຈອດຢູ່ໃນທ່າເຮືອ"], ids=["Thai", "Lao"])
def test_where_sentences_have_no_mark_a_long_text_needs_none(words: str) -> None:
    assert is_body(Block(words * 6))
    assert not SENTENCE_END.search(words)
    assert not is_body(Block(words * 6, kind=BlockKind.HEADING))
    assert not is_body(Block("The ferry to Orrow runs again " * 4 + words))


@pytest.mark.parametrize(
    ("text", "letters"), [("渡轮", 6), ("フェリ", 9), ("배", 3), ("𠮷", 3), ("เรือ", 4), ("boat", 4), ("नाव", 3)]
)
def test_a_character_of_a_dense_script_counts_as_three_letters(text: str, letters: int) -> None:
    assert count_letters(text) == letters
