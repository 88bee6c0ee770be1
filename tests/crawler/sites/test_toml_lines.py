"""The line of each key in a TOML text."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from crawler.sites.toml_lines import find_key_lines


def test_a_key_has_its_line_however_it_is_written() -> None:
    lines = find_key_lines(
        "top = 1\n"
        '[a."b.c"]\n'
        "d.e = {f = 1, g.h = [ {i = 2} ]}\n"
        "[[x]]\n"
        "[[x.y]]\n"
        "z = '''\n'' ]\n'''\n"
        "[[x]]\n"
        'w = """ \\""" " """ # "\n'
        "[[x.y]]\n"
        "t = 1979-05-27T07:32:00Z\n"
    )
    assert lines["top",] == 1
    assert lines["a", "b.c"] == 2
    assert lines["a", "b.c", "d", "e", "f"] == 3
    assert lines["a", "b.c", "d", "e", "g", "h", 0, "i"] == 3
    assert lines["x", 0] == 4
    assert lines["x", 0, "y", 0] == 5
    assert lines["x", 0, "y", 0, "z"] == 6
    assert lines["x", 1, "w"] == 10
    assert lines["x", 1, "y", 0, "t"] == 12


PIECES = st.sampled_from(["a", "b.c", '"d"', "'e'", " = ", "1", '"x#"', "'''\ny'''", "[", "]", "[[", "]]", "{", "}"])


@given(st.lists(PIECES | st.sampled_from(["\n", ",", " # a = 1", "\r\n", "\n[[a]]\n", "\na = 1\n"])).map("".join))
def test_every_top_level_name_of_valid_toml_has_a_line_that_holds_it(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = find_key_lines(text)
    for name in document:
        assert name in text.split("\n")[lines[name,] - 1]
