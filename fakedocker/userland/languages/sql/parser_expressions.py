"""Expressions, by precedence: tables of each dialect say how strongly an operator binds."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql.parser_base import LONGEST_CHAIN
from fakedocker.userland.languages.sql.parser_calls import end_of, start_of
from fakedocker.userland.languages.sql.parser_primaries import PrimaryParser
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    Between,
    Binary,
    Call,
    Expression,
    InList,
    InQuery,
    Is,
    Like,
    Quantified,
    Row,
    Unary,
)

_PG_MARKS: Final = {
    "=": 5, "<": 5, ">": 5, "<=": 5, ">=": 5, "<>": 5, "+": 8, "-": 8, "*": 9, "/": 9, "%": 9, "^": 10,
}  # fmt: skip
_PG_OTHER: Final = 7
_PG_KNOWN: Final = frozenset(
    ["||", "~", "~*", "!~", "!~*", "->", "->>", "#>", "#>>", "@>", "<@", "&&", "?", "|", "&", "#", "<<", ">>", "~~", "!~~", "?|", "?&", "#-", "@@", "<->"]
)  # fmt: skip
_MY_MARKS: Final = {
    "=": 5, "<": 5, ">": 5, "<=": 5, ">=": 5, "<>": 5, "<=>": 5, "|": 7, "&": 8, "<<": 9, ">>": 9, "+": 10, "-": 10,
    "*": 11, "/": 11, "%": 11, "^": 12,
}  # fmt: skip
_COMPARISONS: Final = frozenset({"=", "<", ">", "<=", ">=", "<>"})
OR: Final = 1
AND: Final = 2
NOT: Final = 3
IS: Final = 4
COMPARISON: Final = 5
LIKE: Final = 6
UNARY: Final = 13


class ExpressionParser(PrimaryParser):
    def expression(self, least: int = 0) -> Expression:
        """An expression whose operators bind at least so strongly."""
        self.deeper()
        left = self._prefix()
        chain = 0
        while True:
            chain += 1
            if chain > LONGEST_CHAIN:
                raise outside("so long an expression")
            found = self._my_infix(left, least) if self.mine else self._pg_infix(left, least)
            if found is None:
                self.depth -= 1
                return left
            left = found

    def narrow_expression(self) -> Expression:
        """PostgreSQL's b_expr: without words between, but for IS [NOT] DISTINCT FROM."""
        self.narrow_from = self.at
        left = self._prefix()
        for _ in range(LONGEST_CHAIN):
            is_distinct = self.is_word("is", "distinct") or self.is_word("is", "not", "distinct")
            found = self._pg_infix(left, 0) if self.token.kind == "mark" or is_distinct else None
            if found is None:
                self.narrow_from = None
                return left
            left = found
        raise outside("so long an expression")

    def _prefix(self) -> Expression:
        token = self.token
        if token.kind == "word":
            if self.is_word("not"):
                if self.is_narrow():
                    self.fail()
                self.at += 1
                argument = self.expression(NOT + 1 if self.mine else NOT)  # AND has 3 in MariaDB's table
                return Unary("not", argument, token.at, self.last_end)
            if self.mine and self.is_word("binary"):
                raise outside("BINARY before a value")
        elif token.kind == "mark":
            if token.text in ("-", "+"):
                self.at += 1
                argument = self.expression(UNARY)
                return Unary(token.text, argument, token.at, self.last_end)
            if token.text == "~" or (token.text == "!" and self.mine):
                raise outside(f"the operator {token.text}")
            if token.text in ("@", "|/", "||/", "!!"):
                raise outside(f"the operator {token.text}")
        return self.postfix(self.primary())

    # PostgreSQL

    def _pg_infix(self, left: Expression, least: int) -> Expression | None:
        token = self.token
        if token.kind == "mark":
            power = _PG_MARKS.get(token.text)
            if power is None:
                if token.text in ("(", ")", ",", ";", ".", "[", "]", ":", "::", ":=", ".."):
                    return None
                if token.text not in _PG_KNOWN:
                    raise outside(f"the operator {token.text}")
                power = _PG_OTHER
            if power < least:
                return None
            self.at += 1
            if self.is_one_of("any", "some", "all") and (power == COMPARISON or token.text in _PG_KNOWN):
                return self._quantified(left, token.text, token.at)
            right = self.expression(power + 1)
            if (
                power == COMPARISON
                and self.token.kind == "mark"
                and self.token.text in _COMPARISONS
                and least <= COMPARISON
            ):
                self.fail()  # a = b = c: comparisons do not associate
            return Binary(token.text, left, right, token.at, start_of(left), end_of(right, self.last_end))
        if token.kind != "word":
            return None
        word = token.text
        if word == "or":
            return self._logical(left, "or", OR, least)
        if word == "and":
            return self._logical(left, "and", AND, least)
        if word in ("is", "isnull", "notnull"):
            return self._is(left) if least <= IS else None
        if word == "at" and self.peek().text == "time":
            if least > 11:
                return None
            self.at += 1
            self.expect("time", "zone")
            zone = self.expression(12)
            return Call("timezone", (zone, left), token.at, self.last_end)
        if word == "collate":
            raise outside("COLLATE")
        if word in ("not", "in", "between", "like", "ilike", "similar"):
            return self._pattern(left) if least <= LIKE else None
        if word in ("overlaps", "operator"):
            raise outside(word.upper())
        return None

    # MariaDB

    def _my_infix(self, left: Expression, least: int) -> Expression | None:
        token = self.token
        if token.kind == "mark":
            if token.text == "||":
                return self._logical(left, "or", OR, least, 1)
            if token.text == "&&":
                return self._logical(left, "and", 3, least, 1)
            power = _MY_MARKS.get(token.text)
            if power is None:
                if token.text in ("->", "->>"):
                    self.fail()
                return None
            if power < least:
                return None
            self.at += 1
            if self.is_one_of("any", "some", "all") and power == COMPARISON:
                return self._quantified(left, token.text, token.at)
            right = self.expression(power + 1)
            return Binary(token.text, left, right, token.at, start_of(left), end_of(right, self.last_end))
        if token.kind != "word":
            return None
        word = token.text.lower()
        if word == "or":
            return self._logical(left, "or", OR, least)
        if word == "xor":
            return self._logical(left, "xor", 2, least)
        if word == "and":
            return self._logical(left, "and", 3, least)
        if word in ("div", "mod"):
            if least > 11:
                return None
            self.at += 1
            right = self.expression(12)
            operator = "div" if word == "div" else "%"
            return Binary(operator, left, right, token.at, start_of(left), end_of(right, self.last_end))
        if word == "is":
            return self._is(left) if least <= COMPARISON else None
        if word == "collate":
            raise outside("COLLATE")
        if word in ("not", "in", "between", "like", "regexp", "rlike"):
            return self._pattern(left) if least <= COMPARISON else None
        if word == "sounds":
            raise outside("SOUNDS LIKE")
        return None

    # both

    def _logical(self, left: Expression, word: str, power: int, least: int, tokens: int = 1) -> Expression | None:
        if power < least:
            return None
        at = self.token.at
        self.at += tokens
        right = self.expression(power + 1)
        return Binary(word, left, right, at, start_of(left), end_of(right, self.last_end))

    def _quantified(self, left: Expression, operator: str, at: int) -> Expression:
        every = self.take().text.lower() == "all"
        self.expect_mark("(")
        if self.begins_query():
            query = self.query()
            self.expect_mark(")")
            return Quantified(left, operator, every, query, None, at, start_of(left), self.last_end)
        if self.mine:
            self.fail()
        array = self.expression()
        self.expect_mark(")")
        return Quantified(left, operator, every, None, array, at, start_of(left), self.last_end)

    def _is(self, left: Expression) -> Expression:
        start = start_of(left)
        if self.accept("isnull"):
            return Is(left, "null", None, False, start, self.last_end)
        if self.accept("notnull"):
            return Is(left, "null", None, True, start, self.last_end)
        self.expect("is")
        negated = self.accept("not")
        if not self.mine and self.accept("distinct", "from"):
            other = self.expression(COMPARISON + 1)
            return Is(left, "distinct", other, negated, start, self.last_end)
        what = self.accept_one_of("null", "true", "false", "unknown")
        if not what:
            if self.is_one_of("of", "document", "json", "normalized", "nfc"):
                raise outside(f"IS {self.token.text.upper()}")
            self.fail()
        return Is(left, what, None, negated, start, self.last_end)

    def _pattern(self, left: Expression) -> Expression | None:
        """[NOT] IN, BETWEEN, LIKE, ILIKE, REGEXP."""
        token = self.token
        start = start_of(left)
        negated = self.is_word("not")
        if negated:
            following = self.peek().text.lower()
            if following not in ("in", "between", "like", "ilike", "similar", "regexp", "rlike"):
                if self.mine and not (following == "null" and self.is_default):  # a column's DEFAULT 1 NOT NULL
                    self.at += 1
                    self.fail()
                return None
            self.at += 1
        word = self.take().text.lower()
        inner = (COMPARISON if self.mine else LIKE) + 1
        if word == "in":
            return self._in(left, negated, token.at, start)
        if word == "between":
            if self.accept("symmetric"):
                raise outside("BETWEEN SYMMETRIC")
            self.accept("asymmetric")
            low = self.expression(inner)
            self.expect("and")
            high = self.expression(inner)
            return Between(left, low, high, negated, token.at, start, self.last_end)
        if word == "similar":
            raise outside("SIMILAR TO")
        pattern = self.expression(inner)
        escape = None
        if word in ("like", "ilike") and self.accept("escape"):
            escape = self.expression(inner)
        kind = "regexp" if word == "rlike" else word
        return Like(left, pattern, escape, negated, kind, token.at, start, self.last_end)

    def _in(self, left: Expression, negated: bool, at: int, start: int) -> Expression:
        self.expect_mark("(")
        if self.begins_query():
            query = self.query()
            self.expect_mark(")")
            return InQuery(left, query, negated, at, start, self.last_end)
        items = [self.expression()]
        while self.accept_mark(","):
            items.append(self.expression())
        self.expect_mark(")")
        return InList(left, tuple(items), negated, at, start, self.last_end)

    def row_or_expression(self) -> Expression:
        """What stands between ( and ): one expression, or a row of them."""
        at = self.token.at
        self.expect_mark("(")
        items = [self.expression()]
        while self.accept_mark(","):
            items.append(self.expression())
        self.expect_mark(")")
        return items[0] if len(items) == 1 else Row(tuple(items), at, self.last_end)

    def expressions(self) -> tuple[Expression, ...]:
        """Expressions with commas between."""
        items = [self.expression()]
        while self.accept_mark(","):
            items.append(self.expression())
        return tuple(items)


def syntax_error(text: str, at: int) -> SqlError:
    return SqlError("42601", f'syntax error at or near "{text}"', at)
