"""The tokens of a statement under a finger, and what is said where they do not go on.

A syntax error is told in the server's words only where the real grammar, too, ends there: a token that the grammar here
does not take and the real one might is outside.
"""

from __future__ import annotations

from typing import Final, NoReturn

from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tokens import MYSQL, POSTGRES, Token, tokenize
from fakedocker.userland.languages.sql.tree import TableName

DEEPEST: Final = 60
"""How deep expressions and queries nest."""
LONGEST_CHAIN: Final = 300
_MY_QUERIES: Final = frozenset({"select", "with", "values"})
_PG_QUERIES: Final = _MY_QUERIES | {"table"}
_PLAIN_STATEMENTS: Final = frozenset("select insert update delete values with table".split())
_NEAR: Final = 80
"""How much of the rest is shown."""


class ParserBase:
    """Tokens, and names.

    Args:
        text: one statement.
        dialect: tokens.POSTGRES, tokens.MARIADB or tokens.MYSQL; `mine` is what the last two share.
    """

    def __init__(self, text: str, dialect: str) -> None:
        self.text = text
        self.mine = dialect != POSTGRES
        self.is_mysql = dialect == MYSQL
        self.tokens, self.problem = tokenize(text, dialect)
        self.at = 0
        self.depth = 0
        self.subject = ""  # the table that is made or altered
        self.aliases: set[str] = set()  # of the tables of the SELECT that is read
        self.is_default = False  # whether a column's default is read
        self.narrow_from: int | None = None  # the token with which an expression of PostgreSQL's b_expr begins

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def peek(self, distance: int = 1) -> Token:
        return self.tokens[min(self.at + distance, len(self.tokens) - 1)]

    def take(self) -> Token:
        found = self.tokens[self.at]
        if found.kind == "broken":
            self.fail()
        self.at += 1
        return found

    @property
    def last_end(self) -> int:
        return self.tokens[self.at - 1].end

    def is_word(self, *words: str) -> bool:
        """Whether these keywords come next."""
        for distance, word in enumerate(words):
            token = self.peek(distance)
            if token.kind != "word" or token.text.lower() != word:
                return False
        return True

    def is_one_of(self, *words: str) -> bool:
        return self.token.kind == "word" and self.token.text.lower() in words

    def is_narrow(self) -> bool:
        """Whether this place is one of b_expr, and within no parentheses of it."""
        if self.narrow_from is None:
            return False
        marks = [token.text for token in self.tokens[self.narrow_from : self.at] if token.kind == "mark"]
        return sum((mark in "([") - (mark in ")]") for mark in marks) == 0

    def begins_query(self, distance: int = 0) -> bool:
        """Whether a query without parentheses comes."""
        token = self.peek(distance)
        return token.kind == "word" and token.text.lower() in (_MY_QUERIES if self.mine else _PG_QUERIES)

    def is_mark(self, mark: str) -> bool:
        return self.token.kind == "mark" and self.token.text == mark

    def accept(self, *words: str) -> bool:
        if self.is_word(*words):
            self.at += len(words)
            return True
        return False

    def if_exists(self) -> bool:
        """[IF EXISTS]; for MariaDB IF is nothing else."""
        if self.mine and self.is_word("if"):
            self.expect("if", "exists")
            return True
        return self.accept("if", "exists")

    def accept_one_of(self, *words: str) -> str:
        if self.is_one_of(*words):
            return self.take().text.lower()
        return ""

    def accept_mark(self, mark: str) -> bool:
        if self.is_mark(mark):
            self.at += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                self.fail()

    def expect_mark(self, mark: str) -> None:
        if not self.accept_mark(mark):
            self.fail()

    def fail(self) -> NoReturn:
        """What is said of the token that comes next, where the grammar does not take it."""
        token = self.token
        if token.kind == "broken" and self.problem is not None:
            raise self.problem
        if self.mine:
            self._fail_as_mariadb(token)
        if token.kind == "end" or (token.text == ";" and self.at + 2 == len(self.tokens)):
            self.fail_plainly()
        if token.kind == "word" and self._is_of_other_statements(token.text):
            self.fail_plainly()
        if token.kind == "word" and token.text in keywords.PG_UNRESERVED | keywords.PG_COLUMN_NAMES | keywords.PG_FUNCTION_NAMES:  # fmt: skip
            raise outside(f"{token.text.upper()} in this place")
        if token.kind == "mark" and token.text not in ("(", ")", ",", ";", "=", ".", "..", "*", "<", ">"):
            raise outside(f"the operator {token.text} in this place")
        if token.kind in ("parameter", "bits"):
            raise outside("such a value")
        if token.kind == "word" and token.text in ("for", "fetch", "window", "collate", "only", "variadic", "into"):
            raise outside(f"{token.text.upper()} in this place")
        self.fail_plainly()

    def fail_plainly(self) -> NoReturn:
        """What PostgreSQL says of the token that comes next, which its grammar does not take here."""
        token = self.token
        if token.kind == "end":
            raise SqlError("42601", "syntax error at end of input", token.at)
        raise SqlError("42601", f'syntax error at or near "{self.text[token.at : token.end]}"', token.at)

    def _is_of_other_statements(self, word: str) -> bool:
        """Whether a keyword that is none within queries and writes comes in one of these."""
        first = self.tokens[0]
        queries = first.text in _PLAIN_STATEMENTS or (first.kind == "mark" and first.text == "(")
        return queries and word in keywords.PG_UNRESERVED and word not in keywords.PG_IN_QUERIES

    def _fail_as_mariadb(self, token: Token) -> NoReturn:
        word = token.text.lower()
        if token.kind == "word" and word not in keywords.MY_RESERVED and self.at and not self._is_plainly_wrong():
            raise outside(f"{token.text} in this place")
        if token.kind == "mark" and token.text not in ("(", ")", ",", ";", "=", ".", "*", "<", ">"):
            raise outside(f"the operator {token.text} in this place")
        if token.kind in ("bits", "variable"):
            raise outside("such a value")
        self.fail_surely()

    def fail_surely(self) -> NoReturn:
        """What MariaDB says of the token that comes next, which its grammar does not take here."""
        token = self.token
        if token.kind == "broken" and self.problem is not None:
            raise self.problem
        if self.text.find("*/") >= 0:
            raise outside("a syntax error among comments")
        rest = self.text[token.end if token.text == "," else token.at :]  # a comma counts as read (sql_lex.cc)
        if rest.rstrip().endswith(";"):
            rest = rest.rstrip()[:-1]
        line = self.text.count("\n", 0, token.at) + 1 if rest else self.text.rstrip().rstrip(";").count("\n") + 1
        near = rest[:_NEAR] if self.is_mysql or len(rest) <= _NEAR else f"{rest[: _NEAR - 3]}..."
        raise SqlError(
            "1064 42000",
            f"You have an error in your SQL syntax; check the manual that corresponds to your {'MySQL' if self.is_mysql else 'MariaDB'} server version"
            f" for the right syntax to use near '{near}' at line {line}",
            token.at,
        )

    def _is_plainly_wrong(self) -> bool:
        """Whether a word that is no keyword of the grammar here cannot be one of the real grammar."""
        return self.token.text.lower() not in _MY_WORDS

    # names

    def is_name(self) -> bool:
        """Whether a name of a table or column comes next."""
        token = self.token
        if token.kind == "name":
            return True
        if token.kind != "word":
            return False
        if self.mine:
            return token.text.lower() not in keywords.MY_RESERVED and not self.is_touching_call()
        return token.text not in keywords.PG_RESERVED and token.text not in keywords.PG_FUNCTION_NAMES

    def is_touching_call(self) -> bool:
        """Whether a function of MariaDB's comes next that is one only where its parenthesis follows at once."""
        following = self.peek()
        touches = following.kind == "mark" and following.text == "(" and following.at == self.token.end
        return touches and self.token.text.lower() in keywords.MY_TOUCHING

    def name(self) -> str:
        if not self.is_name():
            self.fail()
        return self.take().text

    def label(self) -> str:
        """A name after AS, where keywords count as names."""
        if self.token.kind in ("word", "name") and (not self.mine or self.is_name()):
            return self.take().text
        if self.mine and self.token.kind == "string":
            return self.take().text
        self.fail()

    def names(self) -> tuple[str, ...]:
        """( a, b, ... )"""
        self.expect_mark("(")
        found = [self.name()]
        while self.accept_mark(","):
            found.append(self.name())
        self.expect_mark(")")
        return tuple(found)

    def table_name(self) -> TableName:
        at = self.token.at
        first = self.name()
        if self.accept_mark("."):
            if self.token.kind not in ("word", "name"):
                self.fail()
            second = self.take().text
            if self.is_mark("."):
                raise outside("names of three parts")
            return TableName(first, second, at, self.last_end)
        return TableName("", first, at, self.last_end)

    def number(self) -> int:
        """A whole number that stands for itself."""
        token = self.token
        if token.kind != "number" or not token.text.isascii() or "." in token.text or "e" in token.text.lower():
            self.fail()
        self.at += 1
        return int(token.text)

    def string(self) -> str:
        if self.token.kind != "string":
            self.fail()
        return self.take().text

    def end(self) -> None:
        """Nothing more comes."""
        self.accept_mark(";")
        if self.token.kind != "end":
            self.fail()

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise outside("so deep a statement")


_MY_WORDS: Final = frozenset(
    """action after against aggregate algorithm always any ascii at auto_increment avg_row_length begin bit bool boolean btree cascaded
    chain charset checksum column_format comment commit committed compact compressed concurrent connection consistent contains current
    data data_free data_directory date datetime day deallocate deferred definer delay_key_write delimiter disable discard do duplicate
    dynamic enable encrypted end engine engines enum errors escape event every exclude execute expansion expire extended fields first
    fixed flush following full function generated get_format global grants group_concat handler hash hour identified import indexes
    insert_method invisible invoker isolation json language last level limit local locked logs master max_rows mediumint memory merge
    microsecond min_rows minute mode month names national next no nowait null of offset open overlaps owner pack_keys page parser partial
    partitioning partitions password persistent preceding prepare preserve previous privileges quarter query quick read_only rebuild
    redundant reload replication reset respect rollback rollup row rowcount row_format savepoint second sequence serializable session
    share show signed skip snapshot soname some soundex sounds storage stored subject sum system system_time tables tablespace temporary
    text than time timestamp transaction truncate type unbounded undefined uncommitted unicode unknown until use_frm user validation
    value variables versioning view virtual visible wait warnings week window without work xa year zone""".split()
)
"""Words that mean something in MariaDB's grammar though they are no reserved ones."""
