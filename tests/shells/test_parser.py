"""The parser as terminals use it: completeness, errors, positions."""

from __future__ import annotations

import pytest

from fakedocker.userland.sh.dialect import ASH, BASH, DASH, Dialect, Incomplete, SyntaxProblem, syntax_message
from fakedocker.userland.sh.machine import is_complete
from fakedocker.userland.sh.nodes import Simple
from fakedocker.userland.sh.parser import parse


@pytest.mark.parametrize(
    "source",
    ["if true", "while :; do", "echo 'a", 'echo "a', "echo $(ls", "echo `ls", "cat <<E\nx", "a |", "a &&", "f() {", "case x in",
     "echo ${x", "echo $((1+", "x=(1 2", "[[ a", "(echo", "echo a \\"],
)  # fmt: skip
def test_input_that_ends_too_early_is_incomplete(source: str) -> None:
    with pytest.raises(Incomplete):
        parse(source)
    assert not is_complete(source)


@pytest.mark.parametrize("source", ["fi", "echo )", "if ; then", "for 1x in a; do :; done", "a ;; b", "| a"])
def test_wrong_input_is_complete_and_wrong(source: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(source)
    assert not isinstance(caught.value, Incomplete)
    assert is_complete(source)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (DASH, 'Syntax error: "fi" unexpected'),
        (ASH, 'syntax error: unexpected "fi"'),
        (BASH, "syntax error near unexpected token `fi'"),
    ],
)
def test_each_shell_words_an_error_its_own_way(dialect: Dialect, expected: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse("fi", dialect)
    assert syntax_message(dialect, caught.value) == expected


def test_tokens_have_exact_positions() -> None:
    source = 'X=1 echo "a b" >out # note'
    found = [(token.kind, source[token.start : token.end]) for token in parse(source).tokens]
    assert found == [
        ("assignment", "X=1"),
        ("command", "echo"),
        ("word", '"a b"'),
        ("redirection", ">out"),
        ("comment", "# note"),
    ]


def test_words_keep_their_place_in_the_source() -> None:
    command = parse("ls  -l file").commands[0]
    assert isinstance(command, Simple)
    assert [(word.start, word.end) for word in command.words] == [(0, 2), (4, 6), (7, 11)]


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    with pytest.raises(SyntaxProblem, match="nested too deeply"):
        parse("echo " + "$(" * 400 + ")" * 400)
