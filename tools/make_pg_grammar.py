"""Make the tables by which PostgreSQL's parser finds its syntax errors, from PostgreSQL's sources, by bison 3.8.

    python tools/make_pg_grammar.py FOLDER    # of the sources of PostgreSQL 15

Written to fakedocker/userland/languages/sql/pg_grammar.bin: a line of JSON (the length of each table, the tokens' symbols, the
keywords), then all tables' numbers of 24 bits, their low bytes before their
middle and their high ones, as pg_grammar.py reads them. They follow gram.y and kwlist.h and are under PostgreSQL's
licence, which stands in pg_grammar_license.txt beside them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import zlib
from pathlib import Path

TARGET = Path(__file__).parents[1] / "fakedocker/userland/languages/sql"
TABLES = ("yypact", "yydefact", "yypgoto", "yydefgoto", "yytable", "yycheck", "yyr1", "yyr2")
NUMBERS = ("YYFINAL", "YYNTOKENS", "YYPACT_NINF", "YYTABLE_NINF")
SIGNS = (
    "IDENT FCONST SCONST BCONST XCONST Op ICONST PARAM TYPECAST DOT_DOT COLON_EQUALS EQUALS_GREATER LESS_EQUALS GREATER_EQUALS NOT_EQUALS NOT_LA NULLS_LA WITH_LA"
).split()
"""Tokens that are no keywords: the grammar's names."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the sources of PostgreSQL")
    source: Path = parser.parse_args().folder / "src"
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "gram.c"
        grammar = source / "backend/parser/gram.y"
        subprocess.run(["bison", "-d", "-o", str(made), str(grammar)], check=True, capture_output=True)
        code, header = made.read_text(), made.with_suffix(".h").read_text()
    numbers = {name: int(_found(rf"#define {name}\s+\(?(-?\d+)", code)) for name in NUMBERS}
    tokens = {name: int(number) for name, number in re.findall(r"^\s+(\w+) = (\d+),", header, re.M)}
    translate = _table(code, "yytranslate")
    words = re.findall(r'PG_KEYWORD\("(\w+)", (\w+),', (source / "include/parser/kwlist.h").read_text())
    head = {
        **numbers,
        "lengths": [len(_table(code, name)) for name in TABLES],
        "keywords": {word: translate[tokens[name]] for word, name in words},
        "signs": {name: translate[tokens[name]] for name in SIGNS},
        "marks": {mark: translate[ord(mark)] for mark in "<>=+-*/%^[]().,;:"},
    }
    numbers_all = [number & 0xFFFFFF for name in TABLES for number in _table(code, name)]
    planes = b"".join(bytes(number >> shift & 255 for number in numbers_all) for shift in (0, 8, 16))
    text = json.dumps(head, sort_keys=True).encode() + b"\n" + planes
    (TARGET / "pg_grammar.bin").write_bytes(zlib.compress(text, 9))
    (TARGET / "pg_grammar_license.txt").write_text((source.parent / "COPYRIGHT").read_text())


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None
    return found[1]


def _table(code: str, name: str) -> list[int]:
    return [int(number) for number in _found(rf"{name}\[\] =\s*{{([^}}]*)}}", code).split(",")]


if __name__ == "__main__":
    main()
