"""Texts of SQL that come line by line are split as if they came at once, in time that grows with their length."""

from __future__ import annotations

from hypothesis import given, strategies as st

from fakedocker.userland.languages.sql.splitting import is_open, open_sign, split_mysql, split_postgres

PARTS = st.sampled_from(
    ["select 1", ";", "'", '"', "`", "/*", "*/", "--", "-- a;", "#", "\n", " ", "$$", "$a$", "(", ")", "\\", "E'\\''", "x", "\\G", "/*!", "''"]
)  # fmt: skip
TEXTS = st.lists(PARTS, max_size=30).map("".join)


@given(TEXTS)
def test_psql_reads_lines_as_it_reads_all(text: str) -> None:
    text += "\n"
    whole = split_postgres(text)
    statements: list[str] = []
    rest, at, depth = "", 0, 0
    for line in text.splitlines(keepends=True):
        split = split_postgres(rest + line, at, depth)
        statements += split.statements
        rest, at, depth = split.rest, split.at, split.depth
    assert (statements, rest) == (whole.statements, whole.rest)


@given(TEXTS)
def test_mysql_reads_lines_as_it_reads_all(text: str) -> None:
    text += "\n"
    whole = split_mysql(text)
    statements: list[tuple[str, str]] = []
    rest, at = "", 0
    for line in text.splitlines(keepends=True):
        split = split_mysql(rest + line, at=at)
        statements += [found[:2] for found in split.statements]
        rest, at = split.rest, split.at
    assert (statements, rest.strip()) == ([found[:2] for found in whole.statements], whole.rest.strip())


def test_a_comment_that_goes_on_is_open() -> None:
    assert [is_open(text) for text in ("", " -- a", "/* a */", "/* a", "/* /* a */", "/*! a */", "x")] == [False, False, False, True, True, True, True]  # fmt: skip
    assert not is_open("/* /* a */", nested=False)


def test_a_long_statement_is_looked_at_once() -> None:
    """Of a statement of many lines only what is new is looked at: the rest is behind `at`."""
    rest, at, depth = "insert into t values\n", 0, 0
    for number in range(1000):
        split = split_postgres(f"{rest}({number}, 'text'),\n", at, depth)
        assert split.at == len(split.rest)
        rest, at, depth = split.rest, split.at, split.depth


def test_what_a_text_ends_within_is_known() -> None:
    texts = {
        "/* a\n": "/*",
        "select 'x\n": "'",
        'select "b\n': '"',
        "do $$\n": "$",
        "select (1\n": "",
        "select 1\n": "",
    }
    for text, sign in texts.items():
        split = split_postgres(text)
        assert open_sign(split.rest, split.at) == sign, text
    split = split_mysql("select `a\n")
    assert open_sign(split.rest, split.at) == "`"
