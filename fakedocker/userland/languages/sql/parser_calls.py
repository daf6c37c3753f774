"""Calls, windows, and what has a grammar of its own: CASE, CAST, EXTRACT, TRIM ..."""

from __future__ import annotations

from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.binder import WINDOWS
from fakedocker.userland.languages.sql.parser_types import TypeParser
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
    Ordering,
    Query,
    Star,
    TypeName,
    Window,
)

_ANY: Final = (0, 1 << 20)
_COUNTED: Final = {
    **dict.fromkeys("year month day hour minute second date time ascii".split(), (1, 1)),
    **dict.fromkeys("left right mod repeat truncate".split(), (2, 2)),
    **dict.fromkeys("if replace".split(), (3, 3)),
}
"""Functions of MariaDB's grammar: another number of arguments is a syntax error."""
_NOT_CAST: Final = frozenset(
    "text tinytext mediumtext longtext blob tinyblob mediumblob longblob bigint smallint tinyint mediumint middleint int2 int3 int8"
    " bool boolean number numeric real fixed timestamp year bit enum set serial long raw varchar2 clob national nvarchar"
    " varbinary varcharacter row json".split()
)
"""Types that MariaDB has and no CAST makes."""
_CAST_ELSEWHERE: Final = frozenset(
    "dec int4 character inet4 inet6 uuid geometry point linestring polygon float4 float8".split()
)
UNITS: Final = frozenset("microsecond second minute hour day week month quarter year".split())


def start_of(expression: Expression) -> int:
    """Where an expression begins in the text."""
    return getattr(expression, "start", expression.at if hasattr(expression, "at") else 0)


def end_of(expression: Expression, last: int) -> int:
    return max(getattr(expression, "end", last), last)


class CallParser(TypeParser):
    # calls

    def _call(self, name: str, at: int, written: str = "") -> Expression:
        least, most = _COUNTED.get(name, _ANY) if self.mine else _ANY
        if self.mine and name not in keywords.MY_KEYWORD_FUNCTIONS:
            return self.plain_call(name, at, written)
        self.expect_mark("(")
        arguments: list[Expression] = []
        star = distinct = False
        order: tuple[Ordering, ...] = ()
        separator = None
        if self.is_mark("*"):
            self.at += 1
            star = True
        elif not self.is_mark(")"):
            distinct = self.accept("distinct")
            if not distinct:
                self.accept("all")
            if self.is_word("variadic"):
                raise outside("VARIADIC")
            arguments.append(self._argument())
            while len(arguments) < most and self.accept_mark(","):
                arguments.append(self._argument())
            if self.is_word("order"):
                order = self.ordering()
            if self.mine and self.accept("separator"):
                separator = self.string()
            if self.mine and self.is_word("limit"):
                raise outside("LIMIT in GROUP_CONCAT")
        if len(arguments) < least:
            self.fail()
        self.expect_mark(")")
        where = None
        if self.is_word("within", "group"):
            raise outside("WITHIN GROUP")
        if not self.mine and self.is_word("filter") and self._opens(1):
            self.at += 2
            self.expect("where")
            where = self.expression()
            self.expect_mark(")")
        if self.is_one_of("respect", "ignore") and self.peek().text == "nulls":
            raise outside("IGNORE NULLS")
        if not self.mine and self.token.kind == "string":  # a text as what a type of that name has
            modifiers = tuple(a.text for a in arguments if isinstance(a, Literal) and is_digits(a.text[:9]))
            return Cast(self._string(), TypeName(name, modifiers, False, at), at, self.last_end, "literal")
        over = self._over() if self.accept("over") else None
        if self.mine and over is None and name in WINDOWS:
            self.fail()
        return Call(
            name, tuple(arguments), at, self.last_end, star, distinct, order, where, over, separator, False, written
        )

    def plain_call(self, name: str, at: int, written: str) -> Expression:
        raise NotImplementedError

    def _argument(self) -> Expression:
        found = self.expression()
        if not self.mine and (self.is_mark("=>") or self.is_mark(":=")):
            raise outside("arguments by name")
        return found

    def ordering(self) -> tuple[Ordering, ...]:
        """ORDER BY a, b DESC ..."""
        self.expect("order", "by")
        found = [self._ordered()]
        while self.accept_mark(","):
            found.append(self._ordered())
        return tuple(found)

    def _ordered(self) -> Ordering:
        at = self.token.at
        expression = self.expression()
        if self.is_word("using"):
            raise outside("ORDER BY ... USING")
        descending = self.accept_one_of("asc", "desc") == "desc"
        nulls_first = None
        if not self.mine and self.accept("nulls"):
            which = self.accept_one_of("first", "last")
            if not which:
                self.fail()
            nulls_first = which == "first"
        return Ordering(expression, descending, nulls_first, at)

    def _over(self) -> Window:
        if self.is_mark("("):
            return self.window()
        at = self.token.at
        return Window(self.name(), (), (), None, at)

    def window(self) -> Window:
        """( [base] [PARTITION BY ...] [ORDER BY ...] [frame] )"""
        at = self.token.at
        self.expect_mark("(")
        base = ""
        if self.is_name() and not self.is_one_of("partition", "rows", "range", "groups"):
            base = self.name()
        partition: list[Expression] = []
        if self.accept("partition"):
            self.expect("by")
            partition.append(self.expression())
            while self.accept_mark(","):
                partition.append(self.expression())
        order = self.ordering() if self.is_word("order") else ()
        frame = None
        mode = self.accept_one_of("rows", "range", "groups")
        if mode:
            if self.accept("between"):
                start = self._frame_bound()
                self.expect("and")
                frame = (mode, *start, *self._frame_bound())
            else:
                frame = (mode, *self._frame_bound(), "current row", 0)
            if self.is_word("exclude"):
                raise outside("EXCLUDE in a window")
        self.expect_mark(")")
        return Window(base, tuple(partition), order, frame, at)

    def _frame_bound(self) -> tuple[str, int]:
        if self.accept("unbounded"):
            side = self.accept_one_of("preceding", "following")
            if not side:
                self.fail()
            return f"unbounded {side}", 0
        if self.accept("current"):
            self.expect("row")
            return "current row", 0
        if self.token.kind != "number":
            raise outside("such a frame of a window")
        number = self.number()
        side = self.accept_one_of("preceding", "following")
        if not side:
            self.fail()
        return side, number

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
                if self.is_mark(","):
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

    def expression(self, least: int = 0) -> Expression:
        raise NotImplementedError

    def query(self) -> Query:
        raise NotImplementedError

    def row_or_expression(self) -> Expression:
        raise NotImplementedError

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
