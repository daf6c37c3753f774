"""CREATE TABLE, and what columns and constraints are written as."""

from __future__ import annotations

from typing import NoReturn

from fakedocker.userland.languages.sql.parser_writes import WriteParser
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    ColumnDef,
    CreateTable,
    Expression,
    KeyDef,
)

KEY_WORDS = ("constraint", "primary", "unique", "foreign", "check", "exclude", "like")
MY_KEY_WORDS = ("constraint", "primary", "unique", "foreign", "check", "key", "index", "fulltext", "spatial")


_MY_OPTIONS = frozenset(
    "auto_increment avg_row_length charset checksum comment connection data default delay_key_write encrypted encryption engine ignore"
    " insert_method key_block_size max_rows min_rows pack_keys page_checksum partition row_format sequence stats_auto_recalc"
    " stats_persistent stats_sample_pages storage tablespace transactional type union with".split()
)
"""Words that may follow the name in MariaDB's CREATE TABLE."""


class ColumnParser(WriteParser):
    def create_table(self, temporary: bool) -> CreateTable:
        missing = self.accept("if", "not", "exists")
        table = self.table_name()
        self.subject = table.name
        if self.mine and self.accept("like"):
            return CreateTable(table, (), (), missing, temporary, None, (), self.table_name())
        if self.accept("as") or (self.mine and self.is_word("select")):
            return CreateTable(table, (), (), missing, temporary, self.query(), ())
        columns: list[ColumnDef] = []
        keys: list[KeyDef] = []
        if self.mine and (self.is_mark(";") or self.token.kind == "end"):
            return CreateTable(table, (), (), missing, temporary, None, ())
        if self.mine and self.is_name() and self.token.text.lower() not in _MY_OPTIONS:  # an option of an engine's own
            self.at += 1
            self.expect_mark("=")
            raise outside("options of an engine's own")
        self.expect_mark("(")
        if self.mine and self.is_one_of("select", "with"):
            within = self.query()
            self.expect_mark(")")
            return CreateTable(table, (), (), missing, temporary, within, ())
        if self.mine and self.accept_mark("("):  # of a query
            if self.begins_query() or self.is_mark("("):
                raise outside("CREATE TABLE of a query in several parentheses")
            self.fail()
        if not self.mine and self.is_name() and self.peek().kind == "mark" and self.peek().text in (",", ")"):
            self._names_alone()
        if not (self.is_mark(")") and not self.mine):
            while True:
                self._element(columns, keys)
                if not self.accept_mark(","):
                    break
        self.expect_mark(")")
        options = self._table_options()
        query = self.query() if self.accept("as") or (self.mine and self.is_word("select")) else None
        return CreateTable(table, tuple(columns), tuple(keys), missing, temporary, query, options)

    def _names_alone(self) -> NoReturn:
        """The names of a table's columns that a query fills, whose end is the first that can be wrong."""
        self.name()
        while self.accept_mark(","):
            self.name()
        if self.token.kind == "word":
            shown = self.text[self.token.at : self.token.end]
            raise SqlError("42601", f'syntax error at or near "{shown}"', self.token.at)
        self.expect_mark(")")
        self.expect("as")
        raise outside("names of columns in CREATE TABLE AS")

    def _element(self, columns: list[ColumnDef], keys: list[KeyDef]) -> None:
        words = MY_KEY_WORDS if self.mine else KEY_WORDS
        if self.is_one_of(*words):
            keys.append(self.table_key())
        else:
            columns.append(self.column())

    def _table_options(self) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        if not self.mine:
            if self.is_one_of("inherits", "partition", "with", "on", "tablespace", "using"):
                raise outside(f"{self.token.text.upper()} of CREATE TABLE")
            return ()
        while self.token.kind == "word" and not self.is_one_of("as", "select"):
            self.accept("default")
            name = self.take().text.lower()
            if name == "character":
                self.expect("set")
                name = "charset"
            if name not in ("engine", "charset", "collate", "auto_increment", "comment", "row_format"):
                raise outside(f"{name.upper()} of CREATE TABLE")
            self.accept_mark("=")
            found.append((name, self.take().text))
            self.accept_mark(",")
        return tuple(found)

    def column(self) -> ColumnDef:
        at = self.token.at
        name = self.name()
        kind = self.type_name()
        not_null: bool | None = None
        default: Expression | None = None
        default_text = identity = comment = ""
        counts = on_update = False
        generated: Expression | None = None
        keys: list[KeyDef] = []
        while True:
            place = self.token.at
            named = self.name() if self.accept("constraint") else ""
            if self.accept("not"):
                self.expect("null")
                not_null = self._nullness(not_null, True, name, place)
            elif self.accept("null"):
                not_null = self._nullness(not_null, False, name, place)
            elif self.accept("default"):
                if default is not None and not self.mine:
                    said = f'multiple default values specified for column "{name}" of table "{self.subject}"'
                    raise SqlError("42601", said, place)
                default, default_text = self.default()
            elif self.is_word("primary") or (self.mine and self.is_word("key")):
                self.accept("primary")
                self.expect("key")
                keys.append(KeyDef("primary", named, (name,), at=place))
            elif self.accept("unique"):
                if self.mine:
                    self.accept("key")
                elif self.is_word("nulls"):
                    raise outside("UNIQUE NULLS NOT DISTINCT")
                keys.append(KeyDef("unique", named, (name,), at=place))
            elif self.is_word("check"):
                keys.append(self._check(named, place, (name,)))
            elif self.is_word("references"):
                keys.append(self._references(named, (name,), place))
            elif self.mine and self.accept("auto_increment"):
                counts = True
            elif self.mine and self.accept("comment"):
                comment = self.string()
            elif self.mine and self.accept("on", "update"):
                self._now_word()
                on_update = True
            elif self.is_word("generated"):
                identity, generated = self._generated()
            elif self.mine and self.is_word("as") and self._opens(1):
                self.at += 1
                generated = self._generated_expression()
            elif self.mine and self.accept("collate"):
                kind = kind._replace(charset=self.take().text.lower())
            elif self.mine and self.accept("character", "set"):
                kind = kind._replace(charset=self.character_set())
            elif named:
                self.fail()
            elif self.is_one_of("collate", "compression", "storage", "invisible"):
                raise outside(f"{self.token.text.upper()} of a column")
            else:
                break
        return ColumnDef(name, kind, not_null, default, default_text, tuple(keys), identity, counts, on_update, comment, generated, at)  # fmt: skip

    def _nullness(self, known: bool | None, wanted: bool, name: str, at: int) -> bool:
        if not self.mine and known not in (None, wanted):
            said = f'conflicting NULL/NOT NULL declarations for column "{name}" of table "{self.subject}"'
            raise SqlError("42601", said, at)
        return wanted

    def default(self) -> tuple[Expression, str]:
        start = self.token.at
        self.is_default = True
        found = self.expression(10) if self.mine else self.narrow_expression()
        self.is_default = False
        return found, self.text[start : self.last_end]

    def _now_word(self) -> None:
        if not self.accept_one_of("current_timestamp", "now", "localtimestamp"):
            self.fail()
        if self.accept_mark("("):
            if self.token.kind == "number":
                raise outside("fractions of seconds in ON UPDATE")
            self.expect_mark(")")

    def _generated(self) -> tuple[str, Expression | None]:
        self.expect("generated")
        if self.accept("by"):
            self.expect("default", "as", "identity")
            self._identity_options()
            return "by default", None
        self.expect("always", "as")
        if self.accept("identity"):
            self._identity_options()
            return "always", None
        return "", self._generated_expression()

    def _identity_options(self) -> None:
        if self.is_mark("("):
            raise outside("options of an identity")

    def _generated_expression(self) -> Expression:
        self.expect_mark("(")
        found = self.expression()
        self.expect_mark(")")
        if not self.mine:
            self.expect("stored")
        elif not self.accept_one_of("stored", "persistent", "virtual"):
            pass
        return found

    def _check(self, name: str, at: int, columns: tuple[str, ...] = ()) -> KeyDef:
        self.expect("check")
        self.expect_mark("(")
        start = self.token.at
        found = self.expression()
        text = self.text[start : self.last_end]
        self.expect_mark(")")
        if self.is_word("no", "inherit"):
            raise outside("NO INHERIT")
        if self.accept("not", "valid"):
            raise outside("NOT VALID")
        return KeyDef("check", name, columns, found, text, at=at)

    def _references(self, name: str, columns: tuple[str, ...], at: int) -> KeyDef:
        self.expect("references")
        target = self.table_name()
        targets = self.names() if self.is_mark("(") else ()
        actions = {"delete": "", "update": ""}
        while True:
            if self.accept("on", "delete") or self.accept("on", "update"):
                which = self.tokens[self.at - 1].text.lower()
                actions[which] = self._action()
            elif self.is_word("match"):
                raise outside("MATCH of a foreign key")
            elif not self.mine and (self.is_word("deferrable") or self.is_word("initially") or self.is_word("not", "deferrable")):  # fmt: skip
                raise outside("DEFERRABLE")
            elif not self.mine and self.is_word("not", "valid"):
                raise outside("NOT VALID")
            else:
                break
        return KeyDef("foreign", name, columns, None, "", target, targets, actions["delete"], actions["update"], at)

    def _action(self) -> str:
        if self.accept("cascade"):
            return "cascade"
        if self.accept("restrict"):
            return "restrict"
        if self.accept("no", "action"):
            return "no action"
        if self.accept("set", "null"):
            if self.is_mark("("):
                raise outside("SET NULL with columns")
            return "set null"
        if self.accept("set", "default"):
            return "set default"
        self.fail()

    def table_key(self) -> KeyDef:
        """A constraint of a table, or MariaDB's index within CREATE TABLE."""
        at = self.token.at
        name = ""
        if self.accept("constraint"):
            name = "" if self.mine and self.is_one_of(*MY_KEY_WORDS) else self.name()
        if self.accept("primary"):
            self.expect("key")
            return KeyDef("primary", name, self._key_columns(), at=at)
        if self.accept("unique"):
            if self.mine:
                self.accept_one_of("key", "index")
                name = self.name() if self.is_name() else name
            elif self.is_one_of("nulls", "using"):
                raise outside("UNIQUE with more words")
            return KeyDef("unique", name, self._key_columns(), at=at)
        if self.accept("foreign"):
            self.expect("key")
            if self.mine and self.is_name():
                name = name or self.name()
            columns = self._key_columns()
            return self._references(name, columns, at)
        if self.is_word("check"):
            return self._check(name, at)
        if self.mine and self.accept_one_of("key", "index"):
            name = self.name() if self.is_name() else ""
            return KeyDef("index", name, self._key_columns(), at=at)
        if self.is_one_of("exclude", "like", "fulltext", "spatial"):
            raise outside(f"{self.token.text.upper()} of a table")
        self.fail()

    def _key_columns(self) -> tuple[str, ...]:
        self.expect_mark("(")
        found = []
        while True:
            found.append(self.name())
            if self.mine and self.is_mark("("):
                raise outside("keys on parts of columns")
            if self.mine and self.accept_one_of("asc", "desc") == "desc":
                raise outside("keys in descending order")
            if not self.accept_mark(","):
                break
        self.expect_mark(")")
        if self.is_one_of("include", "using", "deferrable", "initially", "comment"):
            raise outside(f"{self.token.text.upper()} of a key")
        return tuple(found)
