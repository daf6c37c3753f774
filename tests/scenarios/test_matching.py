"""What a scenario's lines match, what they bind, and what an update keeps of them."""

from __future__ import annotations

import pytest

from fakedocker_shell.scenarios.matching import match, updated

LONG = "0123456789ab" + "c" * 52
OTHER = "ba9876543210" + "d" * 52


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("same", "same"),
        ("blanks at the end  ", "blanks at the end"),
        ("[ID]", LONG),
        ("[ID]", LONG[:12]),
        ("x[HEX]y", "x0afy"),
        ("at [IP]:[PORT]", "at 172.17.0.2:8080"),
        ("[[IP]]:80", "[::1]:80"),
        ("Digest: [DIGEST]", f"Digest: sha256:{LONG}"),
        ("Exited (0) [AGO]", "Exited (0) About a minute ago"),
        ("Up [AGO]", "Up 3 weeks"),
        ("a[..]z", "az"),
        ("a[..]z", "a(.*)z"),
        ("[x] and [ID", "[x] and [ID"),
    ],
)
def test_lines_that_match(expected: str, printed: str) -> None:
    assert match([expected], [printed], {}) == {}


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("same", "Same"),
        ("[ID]", LONG[:13]),
        ("[ID]", "containername"),
        ("[HEX]", "xyz"),
        ("[IP]", "localhost"),
        ("[PORT]", "123456"),
        ("[DIGEST]", LONG),
        ("[AGO]", "some time ago"),
        ("a.c", "abc"),
        ("[..]x", "xy"),
    ],
)
def test_lines_that_do_not_match(expected: str, printed: str) -> None:
    assert match([expected], [printed], {}) is None


def test_any_lines() -> None:
    assert match(["...", "b", "..."], ["a", "a", "b", "c"], {}) == {}
    assert match(["a", "..."], ["a"], {}) == {}
    assert match(["..."], [], {}) == {}
    assert match(["...", "b"], ["b", "a"], {}) is None
    assert match(["a", "...", "c"], ["a", "c", "c"], {}) == {}


def test_a_name_is_the_same_value_wherever_it_stands() -> None:
    bound = match(["[ID:web]"], [LONG], {})
    assert bound == {"web": LONG}
    assert match(["[ID:web] [ID:other]"], [f"{LONG[:12]} {OTHER}"], bound) == {"web": LONG, "other": OTHER}
    assert match(["[ID:web]"], [OTHER], bound) is None
    assert match(["[ID:web]"], [LONG], {"web": LONG[:12]}) == {"web": LONG}
    assert match(["...", "[ID:web]"], [OTHER, LONG], bound) == bound


def test_an_update_keeps_the_wildcards_that_still_match() -> None:
    before = ["NAMES  ID", "web [ID]", "...", "old", "total [..]"]
    assert updated(before, ["NAMES  ID", f"web {LONG}", "x", "y", "new", "total 3"]) == [
        "NAMES  ID",
        "web [ID]",
        "...",
        "total [..]",
    ]
    assert updated(["[ID]", "old"], [LONG, "new", "more"]) == ["[ID]", "new", "more"]
    assert updated(["old"], []) == []
    assert updated([], ["new"]) == ["new"]
