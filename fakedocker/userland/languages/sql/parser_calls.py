"""Calls, windows, and what has a grammar of its own: CASE, CAST, EXTRACT, TRIM ..."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.parser_functions import UNITS, FunctionParser
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    ArrayOf,
    Call,
    Case,
    Cast,
    Column,
    Expression,
    Interval,
    Literal,
    Row,
    Star,
    TypeName,
)

_NOT_CAST: Final = frozenset(
    "text tinytext mediumtext longtext blob tinyblob mediumblob longblob bigint smallint tinyint mediumint middleint int2 int3 int8"
    " bool boolean number numeric real fixed timestamp year bit enum set serial long raw varchar2 clob national nvarchar"
    " varbinary varcharacter row json".split()
)
"""Types that MariaDB has and no CAST makes."""
_CAST_ELSEWHERE: Final = frozenset(
    "dec int4 character inet4 inet6 uuid geometry point linestring polygon float4 float8".split()
)


def start_of(expression: Expression) -> int:
    """Where an expression begins in the text."""
    return getattr(expression, "start", expression.at if hasattr(expression, "at") else 0)


def end_of(expression: Expression, last: int) -> int:
    return max(getattr(expression, "end", last), last)


class CallParser(FunctionParser):
    # with a grammar of their own

    def _case(self) -> Expression:
        at = self.token.at
        self.expect("case")
        operand = None if self.is_word("when") else self.expression()
        whens = []
        while self.accept("when"):
            condition = self.expression()
            self.expect("then")
            whens.append((condition, self.expression()))
        if not whens:
            self.fail()
        otherwise = self.expression() if self.accept("else") else None
        self.expect("end")
        return Case(operand, tuple(whens), otherwise, at, self.last_end)

    def _cast(self, word: str) -> Expression | None:
        at = self.token.at
        if word == "convert" and not self.mine:
            return None
        self.at += 1
        self.expect_mark("(")
        argument = self.expression()
        if word == "convert":
            if self.is_word("using"):
                raise outside("CONVERT ... USING")
            self.expect_mark(",")
        else:
            self.expect("as")
        kind = self._cast_type() if self.mine else self.type_name()
        self.expect_mark(")")
        return Cast(argument, kind, at, self.last_end, "cast")

    def _cast_type(self) -> TypeName:
        at = self.token.at
        word = self.take().text.lower()
        if word in ("signed", "unsigned"):
            self.accept_one_of("integer", "int")
            return TypeName("bigint", (), False, at, word == "unsigned")
        self.at -= 1
        if word in (
            "char",
            "decimal",
            "date",
            "datetime",
            "time",
            "double",
            "int",
            "integer",
            "float",
            "varchar",
            "json",
        ):
            if word == "json":
                self.fail()
            if word == "varchar" and not self._opens(1):
                self.at += 1
                return TypeName("char", (), False, at)
            return self.type_name()
        if word in ("binary", "nchar", "year", "interval"):
            raise outside(f"CAST to {word}")
        if self.token.kind not in ("word", "name") or word in _NOT_CAST:
            self.fail()
        if word in _CAST_ELSEWHERE:
            raise outside(f"CAST to {word}")
        raise SqlError("4161 HY000", f"Unknown data type: '{self.token.text}'")

    def _extract(self) -> Expression:
        at = self.token.at
        self.at += 1
        self.expect_mark("(")
        if self.mine and self.token.text.lower() not in UNITS:
            if "_" in self.token.text:
                raise outside(f"the unit {self.token.text}")
            self.fail()
        field = self.take()
        if field.kind not in ("word", "string", "name"):
            self.at -= 1
            self.fail()
        self.expect("from")
        argument = self.expression()
        self.expect_mark(")")
        name = Literal("string", field.text.lower(), field.at, field.end)
        return Call("extract", (name, argument), at, self.last_end, keyword=True)

    def _interval(self) -> Expression:
        token = self.take()
        if not self.mine:
            if self.token.kind == "string":
                value = self._string()
                if self.is_one_of("year", "month", "day", "hour", "minute", "second"):
                    raise outside("INTERVAL with fields")
                return Cast(value, TypeName("interval", (), False, token.at), token.at, self.last_end, "literal")
            if self.is_mark("("):
                raise outside("INTERVAL(...)")
            self.at -= 1
            return self._named()
        value = self.expression()
        if isinstance(value, Row):
            raise outside("INTERVAL(...)")
        unit = self.token.text.lower()
        if self.token.kind != "word" or unit not in UNITS:
            if "_" in unit:
                raise outside(f"the unit {unit}")
            self.fail()
        self.at += 1
        return Interval(value, unit, token.at, self.last_end)

    def _special_call(self, word: str) -> Expression:
        """POSITION(a IN b), SUBSTRING(a FROM n FOR m), TRIM(BOTH a FROM b)."""
        at = self.token.at
        start = self.at
        self.at += 2
        if word == "overlay":
            raise outside("OVERLAY")
        if word == "position":
            part = self.expression(8)
            if self.mine and self.is_mark(","):
                raise outside("POSITION with commas")
            self.expect("in")
            whole = self.expression(8)
            self.expect_mark(")")
            return Call("position", (part, whole), at, self.last_end, keyword=True)
        if word == "trim":
            side = self.accept_one_of("both", "leading", "trailing")
            letters = None if self.is_word("from") else self.expression()
            if self.accept("from"):
                whole = self.expression()
            else:
                if side or letters is None:
                    self.fail()
                if self.is_mark(",") and not self.mine:
                    self.at = start + 1
                    return self._call("btrim", at)
                whole, letters = letters, None
            self.expect_mark(")")
            name = {"leading": "ltrim", "trailing": "rtrim"}.get(side, "btrim")
            arguments = (whole,) if letters is None else (whole, letters)
            return Call(name, arguments, at, self.last_end, keyword=True)
        whole = self.expression()
        if not self.is_one_of("from", "for"):
            self.at = start + 1
            return self._call("substring", at)
        begin: Expression = Literal("number", "1", self.token.at, self.token.at)
        if self.accept("from"):
            begin = self.expression()
        if begin is not None and isinstance(begin, Literal) and begin.kind == "string":
            raise outside("SUBSTRING with a pattern")
        parts: tuple[Expression, ...] = (whole, begin)
        if self.accept("for"):
            parts = (*parts, self.expression())
        self.expect_mark(")")
        return Call("substring", parts, at, self.last_end, keyword=True)

    def _array(self) -> Expression:
        at = self.token.at
        self.at += 1
        if self.is_mark("("):
            raise outside("ARRAY(SELECT ...)")
        self.expect_mark("[")
        items: list[Expression] = []
        if not self.is_mark("]"):
            items.append(self.expression())
            while self.accept_mark(","):
                items.append(self.expression())
        self.expect_mark("]")
        return ArrayOf(tuple(items), at, self.last_end)

    def _opens(self, distance: int) -> bool:
        return self.peek(distance).kind == "mark" and self.peek(distance).text == "("

    def _string(self) -> Expression:
        token = self.take()
        text, end = token.text, token.end
        while self.token.kind == "string" and (self.mine or "\n" in self.text[end : self.token.at]):
            more = self.take()
            text, end = text + more.text, more.end
        return Literal("string", text, token.at, end)

    def _named(self) -> Expression:
        """A column, with what it is qualified by, or a call."""
        token = self.take()
        parts = [token.text]
        while self.is_mark("."):
            self.at += 1
            if self.is_mark("*"):
                self.at += 1
                return Star(tuple(parts), token.at, self.last_end)
            if self.token.kind not in ("word", "name"):
                self.fail()
            parts.append(self.take().text)
        is_column = (
            self.mine and token.kind == "word" and len(parts) == 1 and token.text.lower() in keywords.MY_NO_FUNCTIONS
        )
        if self.is_mark("(") and not is_column and (not self.mine or self._touches() or token.kind != "name"):
            name = parts[-1].lower() if self.mine else parts[-1]
            if len(parts) == 2 and parts[0] == "pg_catalog":
                parts = parts[1:]
            if len(parts) > 1:
                raise outside("functions of a schema")
            return self._call(name, token.at, token.text if self.mine else "")
        return Column(tuple(parts), token.at, self.last_end)

    def _touches(self) -> bool:
        return self.tokens[self.at - 1].end == self.token.at
