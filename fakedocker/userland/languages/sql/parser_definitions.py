"""CREATE TABLE, ALTER TABLE, and what columns and constraints are written as."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql.parser_columns import KEY_WORDS, MY_KEY_WORDS, ColumnParser
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.tree import (
    AlterAction,
    AlterTable,
    Column,
    ColumnDef,
    KeyDef,
    Simple,
    TableName,
    TypeName,
)

_MY_OPTIONS: Final = frozenset(
    """algorithm analyze auto_increment avg_row_length change check checksum coalesce comment connection convert data delay_key_write
    disable discard enable encrypted encryption engine exchange first force import insert_method key_block_size lock max_rows min_rows
    modify nowait optimize order pack_keys page_checksum partition password rebuild remove reorganize repair row_format sequence
    stats_auto_recalc stats_persistent stats_sample_pages storage system tablespace transactional truncate type union validate wait
    with without""".split()
)
"""Words that mean something in MariaDB's ALTER TABLE."""


class DefinitionParser(ColumnParser):
    # ALTER TABLE

    def alter_table(self) -> AlterTable:
        missing = self.if_exists()
        if self.is_word("only"):
            self.at += 1
        table = self.table_name()
        self.subject = table.name
        if self.mine and (self.token.kind == "end" or self.is_mark(";")):
            return AlterTable(table, (), missing)
        actions = [self._alteration()]
        while self.is_mark(",") and (self.mine or not actions[-1].kind.startswith("rename")):
            self.at += 1
            if not self.mine and self.is_word("rename"):
                self.fail_plainly()
            actions.append(self._alteration())
        return AlterTable(table, tuple(actions), missing)

    def _alteration(self) -> AlterAction:
        at = self.token.at
        if self.accept("add"):
            return self._add(at)
        if self.accept("drop"):
            return self._drop_part(at)
        if self.accept("rename"):
            return self._rename(at)
        if self.mine:
            return self._my_alteration(at)
        if self.accept("alter"):
            self.accept("column")
            return self._alter_column(at)
        if self.accept("owner"):
            self.expect("to")
            return AlterAction("owner", self.name(), at=at)
        if self.is_one_of("set", "enable", "disable", "validate", "attach", "detach", "inherit", "no", "cluster", "replica", "reset", "force", "of", "not"):  # fmt: skip
            raise outside(f"ALTER TABLE ... {self.token.text.upper()}")
        self.fail()

    def _add(self, at: int) -> AlterAction:
        words = MY_KEY_WORDS if self.mine else KEY_WORDS
        if self.is_one_of(*words):
            return AlterAction("add key", key=self.table_key(), at=at)
        self.accept("column")
        missing = self.accept("if", "not", "exists")
        if self.mine and self.is_mark("("):
            raise outside("ADD with several columns")
        place = self.token.at
        column = self._placed(self.column())
        return AlterAction("add column", column.name, column, missing_ok=missing, at=place)

    def _placed(self, column: ColumnDef) -> ColumnDef:
        if self.mine and self.accept("first"):
            return column._replace(position="first")
        if self.mine and self.accept("after"):
            return column._replace(position=f"after {self.name()}")
        return column

    def _drop_part(self, at: int) -> AlterAction:
        if self.mine:
            if self.accept("primary", "key"):
                return AlterAction("drop primary", at=at)
            if self.accept("foreign", "key"):
                return AlterAction("drop foreign", self._if_exists_name(), at=at)
            if self.accept("index") or self.accept("key"):
                return AlterAction("drop index", self._if_exists_name(), at=at)
        if self.accept("constraint"):
            missing = self.if_exists()
            found = AlterAction("drop constraint", self.name(), missing_ok=missing, at=at)
        else:
            self.accept("column")
            missing = self.if_exists()
            found = AlterAction("drop column", self.name(), missing_ok=missing, at=at)
        cascade = self.accept_one_of("cascade", "restrict") == "cascade"
        return found._replace(cascade=cascade)

    def _if_exists_name(self) -> str:
        if self.is_word("if", "exists"):
            raise outside("DROP ... IF EXISTS within ALTER TABLE")
        return self.name()

    def _rename(self, at: int) -> AlterAction:
        if self.accept("to") or (self.mine and (self.accept("as") or self.accept_mark("="))):
            return AlterAction("rename table", self.name(), at=at)
        if self.accept("constraint"):
            old = self.name()
            self.expect("to")
            return AlterAction("rename constraint", old, text=self.name(), at=at)
        if self.mine and (self.accept("index") or self.accept("key")):
            old = self.name()
            self.expect("to")
            return AlterAction("rename index", old, text=self.name(), at=at)
        is_column = self.accept("column")
        old = self.name()
        if self.mine and not is_column:
            return AlterAction("rename table", old, at=at)
        self.expect("to")
        return AlterAction("rename column", old, text=self.name(), at=at)

    def _my_alteration(self, at: int) -> AlterAction:
        if self.accept("modify"):
            self.accept("column")
            column = self._placed(self.column())
            return AlterAction("change column", column.name, column, at=at)
        if self.accept("change"):
            self.accept("column")
            old = self.name()
            return AlterAction("change column", old, self._placed(self.column()), at=at)
        if self.accept("alter"):
            self.accept("column")
            name = self.name()
            if self.accept("drop", "default"):
                return AlterAction("drop default", name, at=at)
            self.expect("set", "default")
            expression, text = self.default()
            return AlterAction("set default", name, expression=expression, text=text, at=at)
        if self.accept("auto_increment"):
            self.accept_mark("=")
            return AlterAction("auto_increment", text=str(self.number()), at=at)
        if self.accept("disable", "keys") or self.accept("enable", "keys"):
            return AlterAction("switch keys", at=at)
        if self.is_name() and self.token.text.lower() not in _MY_OPTIONS:  # an option of some engine's own
            self.at += 1
            self.expect_mark("=")
            raise outside("options of an engine's own")
        if self.is_one_of("engine", "default", "character", "convert", "comment", "order", "collate", "enable", "disable", "partition"):  # fmt: skip
            raise outside(f"ALTER TABLE ... {self.token.text.upper()}")
        self.fail()

    def _alter_column(self, at: int) -> AlterAction:
        place = self.token.at
        name = self.name()
        if self.accept("type") or self.accept("set", "data", "type"):
            kind: TypeName = self.type_name()
            using = self.expression() if self.accept("using") else None
            return AlterAction("type", name, type=kind, expression=using, at=place)
        if self.accept("set", "not", "null"):
            return AlterAction("set not null", name, at=place)
        if self.accept("drop", "not", "null"):
            return AlterAction("drop not null", name, at=place)
        if self.accept("drop", "default"):
            return AlterAction("drop default", name, at=place)
        if self.accept("set", "default"):
            start = self.token.at
            expression = self.expression()
            text = self.text[start : self.last_end]
            return AlterAction("set default", name, expression=expression, text=text, at=place)
        if self.is_one_of("add", "set", "drop", "reset"):
            raise outside(f"ALTER COLUMN ... {self.token.text.upper()}")
        self.fail()

    # CREATE INDEX

    def create_index(self, unique: bool) -> Simple:
        at = self.token.at
        if not self.mine and self.accept("concurrently"):
            raise outside("CONCURRENTLY")
        missing = self.accept("if", "not", "exists")
        name = "" if self.is_word("on") and not self.mine else self.name()
        self.expect("on")
        if self.is_word("only"):
            raise outside("ON ONLY")
        table: TableName = self.table_name()
        method = ""
        if self.accept("using"):
            method = self.name()
            if method != "btree":
                raise outside(f"indexes of {method}")
        self.expect_mark("(")
        columns: list[str] = []
        while True:
            expression = Column((self.name(),), 0, 0) if self.mine else self.expression()
            if not isinstance(expression, Column) or len(expression.parts) != 1:
                raise outside("indexes on expressions")
            if self.is_mark("("):
                raise outside("keys on parts of columns")
            order = self.accept_one_of("asc", "desc")
            if order == "desc" or self.is_word("nulls") or self.is_word("collate") or self.is_name():
                raise outside("indexes with an order or a class of operators")
            columns.append(expression.parts[0])
            if not self.accept_mark(","):
                break
        self.expect_mark(")")
        if self.is_one_of("where", "include", "with", "tablespace", "comment", "nulls"):
            raise outside(f"{self.token.text.upper()} of an index")
        key = KeyDef("unique" if unique else "index", name, tuple(columns), at=at)
        flags = frozenset({"if not exists"} if missing else set())
        return Simple("create index", (table,), name, flags, at=at, key=key)
