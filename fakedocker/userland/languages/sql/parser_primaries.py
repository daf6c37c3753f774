"""What expressions begin with: values, names, calls, CASE, CAST, subqueries, and what follows them directly."""

from __future__ import annotations

from typing import Final, NoReturn

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.binder import WINDOWS
from fakedocker.userland.languages.sql.parser_calls import CallParser
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    Assigned,
    Binary,
    Call,
    Cast,
    Column,
    Default,
    Element,
    Exists,
    Expression,
    Literal,
    Subquery,
    TypeName,
    Variable,
)

_NILADIC: Final = frozenset(
    "current_date current_time current_timestamp current_user session_user user localtime localtimestamp current_catalog"
    " current_role current_schema".split()
)
_MY_NILADIC: Final = frozenset("current_date current_time current_timestamp current_user localtime localtimestamp utc_date utc_timestamp utc_time".split())  # fmt: skip
_PG_LITERAL_TYPES: Final = frozenset("date timestamp time interval timestamptz uuid json jsonb numeric bool boolean int integer int4 int8 text bigint point".split())  # fmt: skip
_MY_INTRODUCERS: Final = frozenset(f"_{name}" for name in "ascii big5 binary cp1250 cp1251 cp1256 cp1257 gbk koi8r latin1 latin2 latin5 latin7 sjis ucs2 ujis utf16 utf16le utf32 utf8 utf8mb3 utf8mb4".split())  # fmt: skip
"""What may stand before a text and names its character set."""
_MY_FUNCTIONS: Final = frozenset(
    "if left right replace repeat insert mod values char date time year month day hour minute second quarter week truncate format"
    " database user schema interval default".split()
)
"""Reserved words that are functions when a parenthesis follows."""


_MY_BEGINNINGS: Final = frozenset({"if", "left", "right", "replace", "repeat", "insert", "mod", "char", "convert"})


class PrimaryParser(CallParser):
    def primary(self) -> Expression:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return Literal("number", token.text, token.at, token.end)
        if token.kind == "string":
            return self._string()
        if token.kind == "bits":
            self.at += 1
            if not self.mine or token.text[0] == "b":
                raise outside("bit strings")
            return Literal("bits", token.text, token.at, token.end)
        if token.kind == "parameter":
            raise outside("parameters")
        if token.kind == "variable":
            return self._variable()
        if token.kind == "mark":
            if token.text == "(":
                return self._parenthesis()
            if self.mine and token.text == ".":
                self.at += 1
                self.name()
                self.expect_mark(".")
                raise outside("names that begin with a point")
            self.fail()
        if token.kind == "name":
            return self._named()
        if token.kind == "end":
            self.fail()
        return self._word()

    def _variable(self) -> Expression:
        token = self.take()
        if self.is_mark(":="):
            self.at += 1
            value = self.expression()
            return Assigned(token.text, value, token.at, self.last_end)
        return Variable(token.text, token.at, token.end)

    def _parenthesis(self) -> Expression:
        at = self.token.at
        depth = 1
        while self.peek(depth).kind == "mark" and self.peek(depth).text == "(":
            depth += 1
        if self.begins_query(depth):
            if depth > 1:
                return self._nested_query(at)
            self.at += 1
            query = self.query()
            self.expect_mark(")")
            return Subquery(query, at, self.last_end)
        found = self.row_or_expression()
        if not self.mine and isinstance(found, Binary | Column | Call):
            return found._replace(end=self.last_end)
        return found

    def _nested_query(self, at: int) -> Expression:
        """((select ...) ...): a union of queries in parentheses, or an expression that begins with a query."""
        start = self.at
        found = self.row_or_expression()
        if self.at <= start:
            self.fail()
        return found

    def postfix(self, found: Expression) -> Expression:
        """:: and [ ]."""
        while True:
            if not self.mine and self.is_mark("::"):
                at = self.token.at
                self.at += 1
                kind = self.type_name()
                found = Cast(found, kind, at, self.last_end, "::")
            elif not self.mine and self.is_mark("["):
                at = self.token.at
                self.at += 1
                index = self.expression()
                if self.is_mark(":"):
                    raise outside("slices of arrays")
                self.expect_mark("]")
                found = Element(found, index, at, self.last_end)
            else:
                return found

    # words

    def _word(self) -> Expression:
        token = self.token
        word = token.text.lower()
        if self.mine and word in keywords.MY_TOUCHING and self._opens(1) and self.peek().at > token.end and not (self.is_mysql and word in WINDOWS):  # fmt: skip
            return self.unfound()
        if word in ("null", "true", "false"):
            self.at += 1
            return Literal(word, token.text, token.at, token.end)
        if word == "case":
            return self._case()
        if word == "exists" and (self.mine or self._opens(1)):
            self.at += 1
            self.expect_mark("(")
            query = self.query()
            self.expect_mark(")")
            return Exists(query, token.at, self.last_end)
        if (word == "cast" and (not self.mine or self._opens(1))) or (word == "convert" and self._opens(1)):
            found = self._cast(word)
            if found is not None:
                return found
        if word == "extract" and self._opens(1):
            return self._extract()
        if word == "default":
            if self.is_narrow():
                self.fail()
            self.at += 1
            if self.mine and self.is_mark("("):
                raise outside("DEFAULT()")
            return Default(token.at, token.end)
        if word == "interval" and not (self.mine and self._opens(1) and False):
            return self._interval()
        if word in ("position", "substring", "trim", "overlay") and self._opens(1):
            return self._special_call(word)
        return self._mine_word(word) if self.mine else self._pg_word(word)

    def unfound(self) -> Expression:
        """A call as MariaDB reads one of a function that it does not know."""
        token = self.take()
        self._values(token.text, "stored")
        return Call(token.text.lower(), (), token.at, self.last_end, written=token.text, spaced=True)

    def plain_call(self, name: str, at: int, written: str) -> Expression:
        """A call of a function that has no rule of its own in MariaDB's grammar."""
        counts = keywords.my_functions().get(name)
        arguments = self._values(written, "native" if counts is not None else "stored", counts or "*")
        if self.is_word("over"):
            self.fail()
        return Call(name, arguments, at, self.last_end, written=written)

    def _values(self, written: str, kind: str, counts: str = "*") -> tuple[Expression, ...]:
        """Values in parentheses, each of which may have a name, which no function takes."""
        self.expect_mark("(")
        found: list[Expression] = []
        is_named = False
        while not self.is_mark(")") and (not found or self.accept_mark(",")):
            found.append(self.expression())
            if self.accept("as") or self.is_name() or self.token.kind == "string":
                self.label()
                is_named = True
        self.expect_mark(")")
        if not keywords.takes(counts, len(found)) and not (is_named and not is_digits(counts)):
            if len(found) > 7 and "," in counts:
                raise outside(f"{written} of so many values")
            said = f"Incorrect parameter count in the call to native function '{written}'"
            raise SqlError("1582 42000", said, self.token.at)
        if is_named:
            number = "1583 42000" if kind == "native" else "1584 42000"
            raise SqlError(number, f"Incorrect parameters in the call to {kind} function '{written}'", self.token.at)
        return tuple(found)

    def _pg_word(self, word: str) -> Expression:
        token = self.token
        if word == "current_schema" and self._opens(1):
            return self._named()
        if word in _NILADIC:
            self.at += 1
            arguments: tuple[Expression, ...] = ()
            if word not in ("current_user", "user", "session_user") and self.accept_mark("("):
                arguments = (Literal("number", str(self.number()), self.last_end, self.last_end),)
                self.expect_mark(")")
            return Call(word, arguments, token.at, self.last_end, keyword=True)
        if word == "array":
            return self._array()
        if word == "unique" and not self.is_narrow():
            self._unique()
        if word == "row" and self._opens(1):
            raise outside("ROW()")
        if word in _PG_LITERAL_TYPES and self.peek().kind == "string":
            kind = self.type_name()
            return Cast(self._string(), kind, token.at, self.last_end, "literal")
        if word == "timestamp" and self.peek().text in ("with", "without"):
            kind = self.type_name()
            return Cast(self._string(), kind, token.at, self.last_end, "literal")
        if word == "double" and self.peek().text == "precision" and self.peek(2).kind == "string":
            kind = self.type_name()
            return Cast(self._string(), kind, token.at, self.last_end, "literal")
        if word in keywords.PG_FUNCTION_NAMES and not self._opens(1):
            self.fail()
        if word in keywords.PG_RESERVED:
            self.fail()
        if word in keywords.PG_COLUMN_NAMES and self._opens(1) and word not in ("coalesce", "nullif", "greatest", "least", "char"):  # fmt: skip
            raise outside(f"{word.upper()}(...)")
        if self.peek().kind == "string":  # func_name Sconst: a text as what a type of that name has
            kind = self.type_name()
            if kind.name == "bpchar" and self.tokens[self.at - 1].text != ")":
                kind = kind._replace(modifiers=())  # of a constant without a length, all of it (ConstCharacter)
            return Cast(self._string(), kind, token.at, self.last_end, "literal")
        return self._named()

    def _unique(self) -> NoReturn:
        """UNIQUE (SELECT ...), which PostgreSQL reads and does not have."""
        at = self.take().at
        if self.is_word("nulls"):
            raise outside("UNIQUE NULLS")
        depth = 0
        while self.accept_mark("("):
            depth += 1
        if not depth or not self.begins_query():
            self.fail()
        self.query()
        self.expect_mark(")")
        if depth > 1:
            raise outside("UNIQUE of a query in several parentheses")
        raise SqlError("0A000", "UNIQUE predicate is not yet implemented", at)

    def _mine_word(self, word: str) -> Expression:
        token = self.token
        if word in _MY_NILADIC:
            self.at += 1
            arguments: tuple[Expression, ...] = ()
            if self.accept_mark("(") and not self.accept_mark(")"):
                if word in ("current_user", "current_date", "utc_date"):
                    self.fail()
                arguments = (Literal("number", str(self.number()), self.last_end, self.last_end),)
                self.expect_mark(")")
            return Call(word, arguments, token.at, self.last_end, keyword=True)
        if word in ("date", "time", "timestamp", "datetime") and self.peek().kind == "string":
            self.at += 1
            return Cast(self._string(), TypeName(word, (), False, token.at), token.at, self.last_end, "literal")
        if word in _MY_INTRODUCERS and self.peek().kind == "string":
            if not word.startswith("_utf8"):
                raise outside(f"texts in the character set {word[1:]}")
            self.at += 1
            return self._string()
        if word == "values" and (self.tokens[0].text.lower() not in ("insert", "replace") or self.peek(2).kind not in ("word", "name")):  # fmt: skip
            self.fail()
        if word in ("match", "row", "value") and self._opens(1):
            raise outside(f"{word.upper()}(...)")
        if word in ("database", "schema"):
            return self._named()
        if word in keywords.MY_RESERVED and not (word in _MY_FUNCTIONS and self._opens(1)):
            if word in _MY_BEGINNINGS:
                self.at += 1  # a call begins so, and goes on with its parenthesis
            self.fail()
        return self._named()
