from __future__ import annotations

import pytest

from cleaning.headlines import headline_key


@pytest.mark.parametrize(
    ("title", "site", "key"),
    [
        ("“Night ferry” runs again!", None, "night ferry runs again"),
        ("ΝΥΧΤΕΡΙΝΌ ΠΛΟΊΟ", None, "νυχτερινο πλοιο"),
        ("Fähre nach Orrow — fährt wieder", None, "fahre nach orrow fahrt wieder"),
        ("Straße", None, "strasse"),
        ("Night ferry | Harbour Post", "Harbour Post", "night ferry"),
        ("Harbour Post: Night ferry", "Harbour Post", "night ferry"),
        ("Harbour Post", "Harbour Post", "harbour post"),
        ("Night ferry at the Harbour Post Office", "Harbour Post", "night ferry at the harbour post office"),
        ("夜间渡轮将恢复", None, "夜间渡轮将恢复"),
        ("!?", None, ""),
        ("", "Harbour Post", ""),
    ],
)
def test_the_key_is_what_two_headlines_have_in_common(title: str, site: str | None, key: str) -> None:
    assert headline_key(title, site) == key


def test_a_composed_and_a_decomposed_headline_are_the_same() -> None:
    assert headline_key("Caf\u00e9") == headline_key("Cafe\u0301")
