"""Statements of one verb: transactions, what is created and dropped."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.parser_definitions import DefinitionParser
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.tree import Drop, Expression, Simple, Statement, TableName

_DROPPED: Final = frozenset("table view index schema sequence database role user type extension".split())

_SEQUENCE_TYPES = {
    "integer": "int4",
    "int": "int4",
    "int4": "int4",
    "bigint": "int8",
    "int8": "int8",
    "smallint": "int2",
    "int2": "int2",
}


class StatementParser(DefinitionParser):
    def whole(self) -> Statement:
        found = self.statement()
        self.end()
        return found

    def statement(self) -> Statement:
        token = self.token
        word = token.text.lower() if token.kind == "word" else ""
        if word == "with":
            return self._with()
        if self.begins_query() or self.is_mark("("):
            return self.query()
        if word in ("insert", "replace") and (word == "insert" or self.mine):
            return self.insert()
        if word == "update":
            return self.update()
        if word == "delete":
            return self.delete()
        statements = keywords.MY_STATEMENTS if self.mine else keywords.PG_STATEMENTS
        if word not in statements:
            self._unknown_first()
        self.at += 1
        method = getattr(self, f"_{word}", None)
        if method is None:
            raise outside(word.upper())
        found: Statement = method()
        return found

    def _unknown_first(self) -> None:
        """The first word begins no statement."""
        if self.mine or self.token.kind == "broken":
            self.fail()
        self.fail_plainly()

    def _with(self) -> Statement:
        at = self.at
        ctes, recursive = self.ctes()
        if self.is_word("insert") and not self.mine:
            return self.insert(ctes, recursive)
        if self.is_word("update") and not self.mine:
            return self.update(ctes, recursive)
        if self.is_word("delete") and not self.mine:
            return self.delete(ctes, recursive)
        self.at = at
        return self.query()

    # transactions

    def _begin(self) -> Simple:
        if self.mine and self.is_word("not"):
            raise outside("BEGIN NOT ATOMIC")
        self.accept_one_of("work", "transaction")
        return self._transaction_modes()

    def _start(self) -> Simple:
        if self.mine and not self.is_word("transaction"):
            raise outside("START of replication")
        self.expect("transaction")
        return self._transaction_modes()._replace(text="START TRANSACTION")

    def _transaction_modes(self) -> Simple:
        flags = set()
        if self.accept("with", "consistent", "snapshot"):
            flags.add("snapshot")
        while self.is_one_of("isolation", "read", "not"):
            if self.accept("isolation", "level"):
                level = " ".join(
                    filter(
                        None,
                        (
                            self.accept_one_of("read", "repeatable", "serializable"),
                            self.accept_one_of("committed", "uncommitted", "read"),
                        ),
                    )
                )
                if level not in ("read committed",) and not self.mine:
                    raise outside(f"the isolation level {level}")
                flags.add(level)
            elif self.accept("read", "only"):
                raise outside("READ ONLY transactions")
            elif not self.accept("read", "write"):
                self.fail()
            self.accept_mark(",")
        return Simple("begin", text="BEGIN", flags=frozenset(flags))

    def _commit(self) -> Simple:
        self.accept_one_of("work", "transaction")
        if self.is_one_of("and", "prepared", "release", "no"):
            raise outside("COMMIT with more words")
        return Simple("commit", text="COMMIT")

    def _end(self) -> Simple:
        return self._commit()

    def _abort(self) -> Simple:
        self.accept_one_of("work", "transaction")
        return Simple("rollback")

    def _rollback(self) -> Simple:
        self.accept_one_of("work", "transaction")
        if self.accept("to"):
            self.accept("savepoint")
            return Simple("rollback to", text=self.name())
        if self.is_one_of("and", "prepared", "release", "no"):
            raise outside("ROLLBACK with more words")
        return Simple("rollback")

    def _savepoint(self) -> Simple:
        return Simple("savepoint", text=self.name())

    def _release(self) -> Simple:
        self.accept("savepoint") if not self.mine else self.expect("savepoint")
        return Simple("release", text=self.name())

    # what there is

    def _create(self) -> Statement:
        replaces = self.accept("or", "replace")
        if replaces and not self.is_one_of("view"):
            raise outside("CREATE OR REPLACE of this")
        temporary = bool(self.accept_one_of("temporary", "temp") if not self.mine else self.accept("temporary"))
        if self.accept("unlogged"):
            raise outside("UNLOGGED tables")
        if self.accept("table"):
            return self.create_table(temporary)
        if self.accept("unique"):
            self.expect("index")
            return self.create_index(True)
        if self.accept("index"):
            return self.create_index(False)
        if self.accept("view"):
            return self._create_view(replaces)
        word = self.accept_one_of("database", "schema", "user", "role", "sequence", "extension", "type")
        if not word:
            known = "function procedure trigger materialized recursive event domain aggregate operator cast rule language policy server foreign publication subscription tablespace collation conversion statistics definer algorithm sql fulltext spatial or access text group global local event online".split()  # fmt: skip
            if self.is_one_of(*known):
                raise outside(f"CREATE {self.token.text.upper()}")
            self.fail()
        if word == "type":
            return self._create_type()
        missing = self.accept("if", "not", "exists")
        flags = frozenset({"if not exists"} if missing else set())
        if word == "schema" and self.mine:
            word = "database"
        if word in ("user", "role"):
            return self._role(f"create {word}", flags)
        if self.mine and word in ("sequence", "extension"):
            raise outside(f"CREATE {word.upper()}")
        if word == "schema" and self.is_word("authorization"):
            raise outside("CREATE SCHEMA AUTHORIZATION")
        token = self.token
        name = self.table_name() if word == "sequence" else TableName("", self.name(), token.at, self.last_end)
        if word == "database":
            self._database_options()
        elif word == "sequence":
            return Simple("create sequence", (name,), flags=flags, words=self._sequence_options())
        elif word == "extension":
            if name.name not in ("uuid-ossp", "pgcrypto"):
                raise outside(f"the extension {name.name}")
            if self.accept("with", "schema") or self.accept("schema"):
                self.name()
        elif self.is_one_of("authorization", "create"):
            raise outside("CREATE SCHEMA with more words")
        return Simple(f"create {word}", (name,), flags=flags, at=token.at)

    def _database_options(self) -> None:
        while self.token.kind == "word" and not self.is_mark(";"):
            word = self.take().text.lower()
            if self.mine:
                if word == "default":
                    continue
                if word == "character":
                    self.expect("set")
                elif word not in ("charset", "collate"):
                    raise outside(f"{word.upper()} of CREATE DATABASE")
                self.accept_mark("=")
                value = self.take().text.lower()
                if not value.startswith("utf8"):
                    raise outside(f"the character set {value}")
                if value not in ("utf8mb4", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8", "utf8mb3"):
                    raise outside(f"the collation {value}")
            else:
                if word == "with":
                    continue
                if word not in ("owner", "encoding"):
                    raise outside(f"{word.upper()} of CREATE DATABASE")
                self.accept_mark("=")
                self.take()

    def _sequence_options(self) -> tuple[str, ...]:
        start, step, kind = 1, 1, "int8"
        while self.token.kind == "word":
            if self.accept("as"):
                name = self.take().text.lower()
                if name not in _SEQUENCE_TYPES:
                    raise outside(f"a sequence of {name}")
                kind = _SEQUENCE_TYPES[name]
            elif self.accept("no", "minvalue") or self.accept("no", "maxvalue") or self.accept("no", "cycle"):
                continue
            elif self.accept("cache"):
                if self.number() != 1:
                    raise outside("CACHE of a sequence")
            elif self.accept("start"):
                self.accept("with")
                start = self.number()
            elif self.accept("increment"):
                self.accept("by")
                step = self.number()
            else:
                raise outside(f"{self.token.text.upper()} of a sequence")
        return (str(start), str(step), kind)

    def _create_view(self, replaces: bool) -> Simple:
        if self.accept("if", "not", "exists"):
            raise outside("CREATE VIEW IF NOT EXISTS")
        name = self.table_name()
        columns = self.names() if self.is_mark("(") else ()
        if self.is_word("with"):
            raise outside("options of a view")
        self.expect("as")
        start = self.token.at
        query = self.query()
        text = self.text[start : self.last_end]
        if self.is_word("with"):
            raise outside("WITH CHECK OPTION")
        flags = frozenset({"or replace"} if replaces else set())
        return Simple("create view", (name,), text, flags, query=query, words=columns)

    def _create_type(self) -> Simple:
        name = self.table_name()
        self.expect("as")
        if not self.accept("enum"):
            raise outside("CREATE TYPE but for enumerations")
        self.expect_mark("(")
        labels = []
        if not self.is_mark(")"):
            labels.append(self.string())
            while self.accept_mark(","):
                labels.append(self.string())
        self.expect_mark(")")
        return Simple("create type", (name,), words=tuple(labels))

    def _role(self, verb: str, flags: frozenset[str]) -> Simple:
        """CREATE or ALTER USER or ROLE."""
        at = self.token.at
        if self.mine:
            return self._my_user(verb, flags)
        name = self.name()
        self.accept("with")
        found = set(flags)
        password: Expression | None = None
        text = ""
        known = "superuser nosuperuser createdb nocreatedb createrole nocreaterole login nologin inherit noinherit replication noreplication bypassrls nobypassrls".split()  # fmt: skip
        while self.token.kind == "word":
            self.accept("encrypted")
            if self.accept("password"):
                text = "" if self.accept("null") else self.string()
                found.add("password")
                continue
            word = self.accept_one_of(*known)
            if not word:
                raise outside(f"{self.token.text.upper()} of a role")
            found.add(word)
        return Simple(verb, (TableName("", name, at, self.last_end),), text, frozenset(found), password, at)

    def _my_user(self, verb: str, flags: frozenset[str]) -> Simple:
        at = self.token.at
        if verb.endswith("role"):
            raise outside("roles")
        name, host = self._account()
        found = set(flags)
        text = ""
        if self.accept("identified"):
            self.expect("by")
            if self.is_word("password"):
                raise outside("IDENTIFIED BY PASSWORD")
            text = self.string()
            found.add("password")
        if self.is_mark(",") or self.token.kind == "word":
            raise outside(f"{verb.upper()} with more words")
        return Simple(verb, (TableName(host, name, at, self.last_end),), text, frozenset(found), None, at)

    def _account(self) -> tuple[str, str]:
        """'name'@'host'."""
        if self.token.kind not in ("string", "word", "name"):
            self.fail()
        name = self.take().text
        if self.accept_mark("@"):
            return name, self.take().text
        if self.token.kind == "variable":
            return name, self.take().text[1:]
        return name, "%"

    def _drop(self) -> Statement:
        self.accept("temporary") if self.mine else None
        word = self.accept_one_of(*_DROPPED)
        if not word:
            if self.is_one_of("function", "procedure", "trigger", "materialized", "event", "owned", "domain", "policy", "rule"):  # fmt: skip
                raise outside(f"DROP {self.token.text.upper()}")
            self.fail()
        if self.mine and word in ("sequence", "role", "type", "extension"):
            raise outside(f"DROP {word.upper()}")
        if word == "schema" and self.mine:
            word = "database"
        missing = self.if_exists()
        names = []
        while True:
            at = self.token.at
            if self.mine and word == "user":
                name, host = self._account()
                names.append(TableName(host, name, at, self.last_end))
            else:
                names.append(self.table_name())
            if not self.accept_mark(","):
                break
        table = None
        if self.mine and word == "index":
            self.expect("on")
            table = self.table_name()
        cascade = self.accept_one_of("cascade", "restrict") == "cascade"
        if word == "database" and self.is_one_of("with"):
            raise outside("DROP DATABASE ... WITH")
        return Drop("role" if word == "user" and not self.mine else word, tuple(names), missing, cascade, table)

    def _alter(self) -> Statement:
        if self.accept("table"):
            return self.alter_table()
        if self.is_one_of("user", "role"):
            word = self.take().text.lower()
            if self.mine and self.if_exists():
                raise outside("ALTER USER IF EXISTS")
            return self._role(f"alter {word}", frozenset())
        if not self.mine and self.accept("sequence"):
            return self._alter_sequence()
        if self.token.kind == "word":
            raise outside(f"ALTER {self.token.text.upper()}")
        self.fail()

    def _alter_sequence(self) -> Simple:
        """The two forms that dumps have: OWNER TO role, OWNED BY table.column."""
        name = self.table_name()
        if self.accept("owner"):
            self.expect("to")
            return Simple("alter sequence", (name,), words=("owner", self.name()))
        if not self.accept("owned", "by"):
            raise outside("ALTER SEQUENCE but for its owner")
        parts = [self.name()]
        while self.accept_mark("."):
            parts.append(self.name())
        if len(parts) < 2:
            raise outside("ALTER SEQUENCE ... OWNED BY NONE")
        return Simple("alter sequence", (name,), words=("owned", *parts[-2:]))

    def _truncate(self) -> Simple:
        self.accept("table")
        names = [self.table_name()]
        while self.accept_mark(","):
            names.append(self.table_name())
        flags = set()
        if self.accept("restart", "identity"):
            flags.add("restart")
        self.accept("continue", "identity")
        if self.accept_one_of("cascade", "restrict") == "cascade":
            flags.add("cascade")
        return Simple("truncate", tuple(names), flags=frozenset(flags))
