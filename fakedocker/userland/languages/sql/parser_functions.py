"""Calls: arguments, DISTINCT, FILTER, windows; and how many arguments the functions of MariaDB's grammar take."""

from __future__ import annotations

from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.binder import WINDOWS
from fakedocker.userland.languages.sql.parser_types import TypeParser
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.tree import (
    Call,
    Cast,
    Expression,
    Literal,
    Ordering,
    Query,
    TypeName,
    Window,
)

_ANY: Final = (0, 1 << 20)
_COUNTED: Final = {
    **dict.fromkeys("cume_dist curdate dense_rank percent_rank rank row_number session_user system_user user".split(), (0, 0)),
    **dict.fromkeys("curtime now sysdate".split(), (0, 1)),
    **dict.fromkeys(
        "ascii avg bit_and bit_or bit_xor charset count date day first_value hour json_arrayagg max median min minute month ntile password"
        " percentile_cont percentile_disc second std stddev stddev_pop stddev_samp sum time trim trim_oracle var_pop var_samp variance year".split(),
        (1, 1),
    ),
    **dict.fromkeys("lag lead timestamp".split(), (1, 2)),
    **dict.fromkeys("adddate json_objectagg left mod nth_value repeat right subdate truncate".split(), (2, 2)),
    **dict.fromkeys("mid substr substring".split(), (2, 3)),
    **dict.fromkeys("if replace timestampadd timestampdiff".split(), (3, 3)),
    **dict.fromkeys("date_add date_sub".split(), (1, 1)),  # and an interval
    "insert": (4, 4),
    **dict.fromkeys("char group_concat last_value".split(), (1, 1 << 20)),
}  # fmt: skip
"""Functions of MariaDB's grammar: another number of arguments is a syntax error."""
_EXPRESSIONS: Final = frozenset({"coalesce", "greatest", "least", "nullif"})
_DISTINCT: Final = frozenset("avg count group_concat json_arrayagg max min sum".split())
_OF_MANY: Final = _DISTINCT | frozenset("bit_and bit_or bit_xor std stddev stddev_pop stddev_samp var_pop var_samp variance".split())  # fmt: skip
"""MariaDB's aggregates, of which these take DISTINCT and those ALL."""
_ONLY_OVER: Final = (WINDOWS | {"median", "percentile_cont", "percentile_disc"}) - {"last_value"}
_UNIT_FIRST: Final = frozenset({"timestampadd", "timestampdiff", "get_format"})
_FORMATS: Final = frozenset({"date", "datetime", "timestamp"})
"""What GET_FORMAT begins with."""
UNITS: Final = frozenset("microsecond second minute hour day week month quarter year".split())


class FunctionParser(TypeParser):
    def _call(self, name: str, at: int, written: str = "") -> Expression:
        if self.mine:
            return self._my_call(name, at, written) if name in keywords.MY_KEYWORD_FUNCTIONS else self.plain_call(name, at, written)  # fmt: skip
        if name in _EXPRESSIONS and self.tokens[self.at - 1].kind == "word":
            return self._listed(name, at)
        return self._pg_call(name, at)

    def _pg_call(self, name: str, at: int) -> Expression:
        self.expect_mark("(")
        arguments: list[Expression] = []
        order: tuple[Ordering, ...] = ()
        distinct = False
        star = self.accept_mark("*")
        if not star and not self.is_mark(")"):
            distinct = self.accept("distinct")
            self.accept("all") if not distinct else None
            if self.is_word("variadic"):
                raise outside("VARIADIC")
            arguments = self._arguments()
            order = self.ordering() if self.is_word("order") else ()
        self.expect_mark(")")
        where = None
        if self.is_word("within", "group"):
            raise outside("WITHIN GROUP")
        if self.is_word("filter") and self._opens(1):
            self.at += 2
            self.expect("where")
            where = self.expression()
            self.expect_mark(")")
        if self.is_one_of("respect", "ignore") and self.peek().text == "nulls":
            raise outside("IGNORE NULLS")
        if self.token.kind == "string":  # a text as what a type of that name has
            modifiers = tuple(a.text for a in arguments if isinstance(a, Literal) and is_digits(a.text[:9]))
            return Cast(self._string(), TypeName(name, modifiers, False, at), at, self.last_end, "literal")
        over = self._over() if self.accept("over") else None
        return Call(name, tuple(arguments), at, self.last_end, star, distinct, order, where, over)

    def _my_call(self, name: str, at: int, written: str) -> Expression:
        """A call of a function that has a rule of its own in MariaDB's grammar."""
        least, most = _COUNTED.get(name, _ANY)
        self.expect_mark("(")
        distinct = name in _DISTINCT and self.accept("distinct")
        if name in _OF_MANY and not distinct:
            self.accept("all")
        arguments: list[Expression] = []
        order: tuple[Ordering, ...] = ()
        separator = None
        star = name == "count" and not distinct and self.accept_mark("*")
        if not star and most and not self.is_mark(")"):
            self._check_first(name)
            arguments = self._arguments(most if name != "count" or not distinct else _ANY[1])
            if self.is_word("order") and name in ("group_concat", "json_arrayagg"):
                order = self.ordering()
            if name == "group_concat" and self.accept("separator"):
                separator = self.string()
            if self.is_word("limit"):
                raise outside("LIMIT in GROUP_CONCAT")
        if name in ("date_add", "date_sub") and arguments:
            self.expect_mark(",")
            if not self.is_word("interval"):
                self.fail()
            arguments.append(self._argument())
        if len(arguments) < least and not star:
            self.fail()
        self.expect_mark(")")
        over = self._over() if self.accept("over") else None
        if over is None and name in _ONLY_OVER:
            self.fail()
        return Call(name, tuple(arguments), at, self.last_end, star, distinct, order, None, over, separator, False, written)  # fmt: skip

    def _arguments(self, most: int = 1 << 20) -> list[Expression]:
        found = [self._argument()]
        while len(found) < most and self.accept_mark(","):
            found.append(self._argument())
        return found

    def _listed(self, name: str, at: int) -> Call:
        """What PostgreSQL's grammar has as expressions of its own: values in parentheses and nothing more."""
        self.expect_mark("(")
        arguments = [self.expression()]
        if name == "nullif":
            self.expect_mark(",")
            arguments.append(self.expression())
        while name != "nullif" and self.accept_mark(","):
            arguments.append(self.expression())
        self.expect_mark(")")
        return Call(name, tuple(arguments), at, self.last_end, keyword=True)

    def _check_first(self, name: str) -> None:
        """Whether a call of MariaDB's grammar may begin with what comes."""
        if name in ("now", "curtime", "sysdate") and self.token.kind != "number":
            self.fail()
        if name in _UNIT_FIRST and (self.token.kind != "word" or self.token.text.lower().removeprefix("sql_tsi_") not in UNITS | _FORMATS):  # fmt: skip
            self.fail()

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

    def expression(self, least: int = 0) -> Expression:
        raise NotImplementedError

    def query(self) -> Query:
        raise NotImplementedError

    def row_or_expression(self) -> Expression:
        raise NotImplementedError

    def _opens(self, distance: int) -> bool:
        raise NotImplementedError

    def _string(self) -> Expression:
        raise NotImplementedError
