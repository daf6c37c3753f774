"""The words for a mistake in JSON are those of the simulated Python, whichever Python the tests run on."""

from __future__ import annotations

import json

import pytest

from fakedocker.userland.languages.python.modules.json import of_version

# As 3.12 and 3.13 told them.
NAME = "Expecting property name enclosed in double quotes"
CASES = [
    ("[1,]", ("Expecting value", 3), ("Illegal trailing comma before end of array", 2)),
    ("[1 ,\n ]", ("Expecting value", 6), ("Illegal trailing comma before end of array", 3)),
    ('{"a": 1,}', (NAME, 8), ("Illegal trailing comma before end of object", 7)),
    ('{"a": 1 , }', (NAME, 10), ("Illegal trailing comma before end of object", 8)),
    ("[1,}", ("Expecting value", 3), ("Expecting value", 3)),
    ('{"a": 1,]', (NAME, 8), (NAME, 8)),
    ("[,]", ("Expecting value", 1), ("Expecting value", 1)),
    ("{,}", (NAME, 1), (NAME, 1)),
    ("[", ("Expecting value", 1), ("Expecting value", 1)),
]


@pytest.mark.parametrize(("text", "old", "new"), CASES)
def test_a_trailing_comma_has_words_of_its_own_since_3_13(
    text: str, old: tuple[str, int], new: tuple[str, int]
) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    for minor, expected in ((11, old), (12, old), (13, new)):
        told = of_version(caught.value, minor)
        assert (told.msg, told.pos) == expected
