"""Which token of a statement PostgreSQL's grammar does not take, by the tables of its own parser.

They are made by tools/make_pg_grammar.py from gram.y, and are under the licence in pg_grammar_license.txt. The parser here
understands less than they do: what they refuse is a syntax error at the token they refuse, and nothing else is one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql.tokens import Token

_WORD: Final = {"name": "IDENT", "string": "SCONST", "parameter": "PARAM"}
_SIGNS: Final = {
    "::": "TYPECAST", "..": "DOT_DOT", ":=": "COLON_EQUALS", "=>": "EQUALS_GREATER", "<=": "LESS_EQUALS", ">=": "GREATER_EQUALS",
    "<>": "NOT_EQUALS",
}  # fmt: skip
_LOOK_AHEAD: Final = {
    "not": ("NOT_LA", frozenset({"between", "in", "like", "ilike", "similar"})),
    "nulls": ("NULLS_LA", frozenset({"first", "last"})),
    "with": ("WITH_LA", frozenset({"time", "ordinality"})),
}
"""Words that are another token before some words (base_yylex in parser.c)."""
_LARGEST: Final = 2**31 - 1


class _Tables(NamedTuple):
    """An LALR parser as bison writes it: what the states expect, and where the rules lead."""

    final: int
    tokens: int
    nothing: int
    error: int
    keywords: dict[str, int]
    signs: dict[str, int]
    marks: dict[str, int]
    expects: Sequence[int]
    default: Sequence[int]
    goto: Sequence[int]
    default_goto: Sequence[int]
    table: Sequence[int]
    check: Sequence[int]
    left: Sequence[int]
    length: Sequence[int]


@cache
def _tables() -> _Tables:
    data = zlib.decompress(resources.files(__package__).joinpath("pg_grammar.bin").read_bytes())
    head, _, planes = data.partition(b"\n")
    facts = json.loads(head)
    count = sum(facts["lengths"])
    numbers = [
        low | middle << 8 | (high << 16 if high < 128 else (high - 256) << 16)
        for low, middle, high in zip(planes[:count], planes[count : 2 * count], planes[2 * count :], strict=True)
    ]
    parts: list[list[int]] = []
    for length in facts["lengths"]:
        parts.append(numbers[:length])
        del numbers[:length]
    names = ("YYFINAL", "YYNTOKENS", "YYPACT_NINF", "YYTABLE_NINF", "keywords", "signs", "marks")
    return _Tables(*(facts[name] for name in names), *parts)


def wrong_token(tokens: Sequence[Token]) -> int | None:
    """The place of the first token that the grammar does not take; None where it takes all. O(tokens).

    A broken token is not taken.
    """
    tables = _tables()
    codes = [_code(tokens, place, tables) for place in range(len(tokens))]
    expects, default, table, check = tables.expects, tables.default, tables.table, tables.check
    states, state, at, size = [0], 0, 0, len(table)
    while True:
        turn = expects[state]
        rule = 0
        if turn != tables.nothing:
            code = codes[at]
            place = turn + code
            if code < 0 or not (0 <= place < size and check[place] == code):
                rule = default[state] if code >= 0 else 0
            elif table[place] > 0:
                state = table[place]
                states.append(state)
                if state == tables.final:
                    return None
                at += 1
                continue
            else:
                rule = -table[place] if table[place] != tables.error else 0
        else:
            rule = default[state]
        if rule == 0:
            return at
        if tables.length[rule]:
            del states[-tables.length[rule] :]
        kind = tables.left[rule] - tables.tokens
        place = tables.goto[kind] + states[-1]
        state = table[place] if 0 <= place < size and check[place] == states[-1] else tables.default_goto[kind]
        states.append(state)


def _code(tokens: Sequence[Token], place: int, tables: _Tables) -> int:
    """A token's symbol in the grammar, -1 for what is none."""
    token = tokens[place]
    kind, text = token.kind, token.text
    if kind == "word":
        ahead = _LOOK_AHEAD.get(text)
        if ahead is not None and tokens[place + 1].kind == "word" and tokens[place + 1].text in ahead[1]:
            return tables.signs[ahead[0]]
        return tables.keywords.get(text, tables.signs["IDENT"])
    if kind == "number":
        return tables.signs["ICONST" if is_digits(text) and int(text[:11]) <= _LARGEST else "FCONST"]
    if kind == "mark":
        if text in _SIGNS:
            return tables.signs[_SIGNS[text]]
        return tables.marks.get(text, tables.signs["Op"])
    if kind == "bits":
        return tables.signs["BCONST" if text.startswith("b") else "XCONST"]
    if kind == "end":
        return 0
    return tables.signs[_WORD[kind]] if kind in _WORD else -1
