from __future__ import annotations

import pytest

from storage.export.selection.licences import matches_licence

BY = "https://creativecommons.org/licenses/by/4.0/"
BY_NC = "http://creativecommons.org/licenses/by-nc/3.0/deed.de"
ZERO = "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.mark.parametrize(
    ("asked", "declared", "expected"),
    [
        ("cc-by", BY, True),
        ("CC-BY", BY, True),
        ("cc-by-4.0", BY, True),
        ("cc-by-3.0", BY, False),
        ("cc-by", BY_NC, False),  # it does not permit what CC BY does
        ("cc-by-nc", BY_NC, True),
        ("cc-by-nc", BY, False),
        ("cc", BY_NC, True),
        ("cc", ZERO, True),
        ("cc0", ZERO, True),
        ("cc-by", ZERO, False),
        ("cc-by", "CC BY 4.0", True),
        ("cc-by", "CC BY-SA 4.0", False),
        ("cc-by-sa-4.0", "Licensed under CC BY-SA 4.0.", True),
        ("cc", "All rights reserved (cc: the editor)", True),
        ("cc-by", "All rights reserved", False),
        (BY, BY + "deed.en", True),
        ("https://news.example/terms", BY, False),
        ("rights reserved", "© All rights reserved", True),
        ("right", "© All rights reserved", False),
        ("", "All rights reserved", False),
    ],
)
def test_a_licence_is_matched_by_name_address_or_words(asked: str, declared: str, expected: bool) -> None:
    assert matches_licence(asked, declared) is expected
