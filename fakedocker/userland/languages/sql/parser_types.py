"""The names of types as they are written."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.parser_base import ParserBase
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import TypeName

_PG_SAME: Final = {
    "int": "int4", "integer": "int4", "smallint": "int2", "bigint": "int8", "real": "float4", "boolean": "bool",
    "decimal": "numeric", "dec": "numeric", "character": "bpchar", "char": "bpchar",
}  # fmt: skip
_MY_SAME: Final = {
    "integer": "int", "int4": "int", "int8": "bigint", "int2": "smallint", "int3": "mediumint", "middleint": "mediumint",
    "int1": "tinyint", "dec": "decimal", "numeric": "decimal", "fixed": "decimal", "real": "double", "float8": "double",
    "float4": "float", "character": "char", "varcharacter": "varchar",
}  # fmt: skip
_MY_TYPES: Final = frozenset(
    """tinyint smallint mediumint int bigint decimal float double bit date time datetime timestamp year char varchar binary varbinary
    tinytext text mediumtext longtext tinyblob blob mediumblob longblob enum set json bool boolean serial uuid inet6""".split()
)


_UTF8MB3: Final = "utf8mb3_general_ci"


class TypeParser(ParserBase):
    def type_name(self) -> TypeName:
        return self._my_type() if self.mine else self._pg_type()

    def _pg_type(self) -> TypeName:
        at = self.token.at
        if self.accept("setof"):
            raise outside("SETOF")
        token = self.token
        if token.kind == "name":
            self.at += 1
            found = TypeName(token.text, (), False, at)
        elif token.kind == "word" and token.text not in keywords.PG_RESERVED:
            found = self._pg_known(at)
        else:
            self.fail()
        array = False
        if self.accept("array"):
            array = True
        while self.accept_mark("["):
            if self.token.kind == "number":
                self.at += 1
            self.expect_mark("]")
            array = True
        return found._replace(array=array)

    def _pg_known(self, at: int) -> TypeName:
        word = self.take().text
        if word == "pg_catalog" and self.accept_mark("."):
            word = self.take().text
        if word == "double":
            self.expect("precision")
            return TypeName("float8", (), False, at)
        if word in ("timestamp", "time"):
            modifiers = self._modifiers()
            if self.accept("with", "time", "zone"):
                return TypeName(word + "tz", modifiers, False, at)
            self.accept("without", "time", "zone")
            return TypeName(word, modifiers, False, at)
        if word == "interval":
            if self.is_one_of("year", "month", "day", "hour", "minute", "second"):
                raise outside("INTERVAL with fields")
            return TypeName(word, self._modifiers(), False, at)
        if word in ("character", "char", "nchar"):
            varying = self.accept("varying")
            modifiers = self._modifiers()
            return TypeName("varchar" if varying else "bpchar", modifiers or (() if varying else ("1",)), False, at)
        if word == "bit":
            raise outside("the type bit")
        if word == "float":
            modifiers = self._modifiers()
            return TypeName("float4" if modifiers and int(modifiers[0]) <= 24 else "float8", (), False, at)
        if self.is_mark("."):
            self.at += 1
            word = self.name()
        return TypeName(_PG_SAME.get(word, word), self._modifiers(), False, at)

    def _modifiers(self) -> tuple[str, ...]:
        """( n, m )"""
        if not self.accept_mark("("):
            return ()
        found = []
        while True:
            token = self.token
            if token.kind not in ("number", "string"):
                self.fail()
            self.at += 1
            found.append(token.text)
            if not self.accept_mark(","):
                break
        self.expect_mark(")")
        return tuple(found)

    def character_set(self) -> str:
        """utf8mb4, or the collation of another one."""
        word = self.take().text.lower()
        if word == "latin1" and not self.is_mysql:
            return "latin1_swedish_ci"
        if word not in ("utf8mb4", "utf8", "utf8mb3"):
            raise outside(f"the character set {word}")
        return "utf8mb4" if word == "utf8mb4" else _UTF8MB3

    def _national_type(self, at: int) -> TypeName:
        """NVARCHAR, NCHAR [VARCHAR], NATIONAL CHAR | VARCHAR: in the character set utf8mb3."""
        if self.accept("nvarchar"):
            word = "varchar"
        else:
            is_short = self.take().text.lower() == "nchar"
            word = self.accept_one_of("varchar", "varying") if is_short else self.accept_one_of("char", "varchar")
            if not (word or is_short):
                self.fail()
            word = "varchar" if word.startswith("v") else "char"
        modifiers = self._modifiers()
        if word == "varchar" and not modifiers:
            self.fail()
        return TypeName(word, modifiers, False, at, False, _UTF8MB3)

    def _my_type(self) -> TypeName:
        at = self.token.at
        token = self.token
        word = token.text.lower()
        if token.kind == "word" and word in ("nvarchar", "nchar", "national"):
            return self._national_type(at)
        if token.kind != "word" or _MY_SAME.get(word, word) not in _MY_TYPES:
            if token.kind == "word" and word in ("long", "geometry", "point", "polygon"):
                raise outside(f"the type {word}")
            if token.kind == "word" and self.peek().text == "(" and self.peek().kind == "mark":
                self.at += 1
                self._modifiers()
            if token.kind == "word":
                raise SqlError("4161 HY000", f"Unknown data type: '{token.text}'")
            self.fail()
        self.at += 1
        word = _MY_SAME.get(word, word)
        if word == "double":
            self.accept("precision")
        if word == "char" and self.accept("varying"):
            word = "varchar"
        if word in ("serial", "uuid", "inet6"):
            raise outside(f"the type {word}")
        modifiers = self._modifiers()
        if word == "varchar" and not modifiers:
            self.fail()
        unsigned = False
        charset = ""
        while True:
            if self.accept("unsigned"):
                unsigned = True
            elif self.accept("signed"):
                pass
            elif self.is_word("zerofill"):
                raise outside("ZEROFILL")
            elif self.accept("character", "set") or self.accept("charset"):
                charset = self.character_set()
            elif self.accept("collate"):
                collation = self.take().text.lower()
                charset = collation
                if collation.endswith("_bin"):
                    continue
                if collation not in ("utf8mb4_general_ci", "utf8mb4_unicode_ci"):
                    raise outside(f"the collation {collation}")
            else:
                break
        if word in ("bool", "boolean"):
            word, modifiers = "tinyint", ("1",)
        return TypeName(word, modifiers, False, at, unsigned, charset)
