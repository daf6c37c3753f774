"""Which files of a context buildx sends: those that the Dockerfile can need."""

from __future__ import annotations

import pytest

from fakedocker_shell.cli.context_paths import NeededPaths


@pytest.mark.parametrize(
    ("text", "needed", "not_needed"),
    [
        ("FROM alpine\nCOPY a.txt b/c /x/\n", "a.txt b b/c b/c/d", "z b/d ab.txt"),
        ("FROM alpine\nCOPY *.txt src/*/x /x/\n", "a.txt src src/1 src/1/x", "a.md src/1/y"),
        ("FROM alpine AS a\nFROM a\nCOPY --from=a x /\nADD https://e.com/y z /\n", "z", "x y"),
        ("FROM alpine\nRUN --mount=type=bind,source=in,target=/in true\n", "in in/a", "out"),
        ("FROM alpine\nRUN --mount=type=bind,target=/in true\n", "in out", ""),
        ("FROM alpine\nCOPY . /\n", "a a/b", ""),
        ("FROM alpine\nARG A\nCOPY $A /\n", "a", ""),
        ("FROM me/mine\nCOPY a /\n", "a b", ""),
        ("FROM node:8-onbuild\nRUN true\n", "a", ""),
        ("FROM ${BASE}\nCOPY a /\n", "b", ""),
        ("FRM\n", "a", ""),
    ],
)
def test_needed(text: str, needed: str, not_needed: str) -> None:
    paths = NeededPaths.of(text)
    assert [path for path in needed.split() if not paths.needs(path)] == []
    assert [path for path in not_needed.split() if paths.needs(path)] == []
