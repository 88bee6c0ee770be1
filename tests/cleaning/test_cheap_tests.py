"""What is tried before an expensive search, to spare it, must never hide what the search would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.corrections.part_labels import STEMS, STRONG, WEAK
from cleaning.live.clocks import CLOCK, MATCH_MINUTE, POSSIBLE
from cleaning.page.forum_posts import POSSIBLE_TEXT, POST_MARKS


@pytest.mark.parametrize("pattern", [STRONG, WEAK])
@given(data=st.data())
def test_every_name_of_a_correction_has_a_stem(pattern: re.Pattern[str], data: st.DataObject) -> None:
    name = data.draw(st.from_regex(pattern, alphabet="abcdefghijklmnopqrstuvwxyz-"))
    assert any(stem in name for stem in STEMS), name


@pytest.mark.parametrize("mark", [mark.text for mark in POST_MARKS])
@given(data=st.data())
def test_every_label_of_a_post_is_possible(mark: re.Pattern[str], data: st.DataObject) -> None:
    label = data.draw(st.from_regex(mark))
    assert POSSIBLE_TEXT.search(label), label


@pytest.mark.parametrize("pattern", [CLOCK, MATCH_MINUTE])
@given(data=st.data())
def test_every_time_of_day_is_possible(pattern: re.Pattern[str], data: st.DataObject) -> None:
    line = data.draw(st.from_regex(pattern))
    assert POSSIBLE.search(line), line
