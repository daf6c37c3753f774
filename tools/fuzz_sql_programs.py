"""Small random SQL programs for fuzz_sql.py: three tables, then queries, writes, definitions, and statements with a token changed.

What a query gives is always ordered by all its columns, as servers are free in the order of equal rows.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

TABLES = """create table t (id int primary key, a int, b int not null default 1, s varchar(10), d decimal(8,2), day date);
create table u (id int primary key, t_id int, v varchar(10) unique, n int check (n < 50), foreign key (t_id) references t (id) on delete cascade);
"""
ROWS = """insert into t values (1, 10, 2, 'red', 1.50, '2024-01-31'), (2, null, 3, 'Blue', null, '2024-02-29'), (3, -7, 0, null, 12.00, null), (4, 10, 9, 'blue', 0.05, '2023-12-31');
insert into u values (1, 1, 'x', 5), (2, 1, 'y', null), (3, 4, null, 40), (4, null, 'z', -1);
insert into e (t_id, at, note, done, price) values (1, '2024-03-01 10:00:00', 'first', true, 9.99), (1, '2024-03-01 23:59:59', '', false, 0), (2, '2023-02-28 00:00:01', null, null, 19.90), (4, null, 'last one', true, null);
"""
COUNTED = {
    "postgres": "create table e (id serial primary key, t_id int references t (id), at timestamp, note text, done boolean default false, price numeric(6,2));\n",
    "mariadb": "create table e (id int auto_increment primary key, t_id int, at datetime, note text, done boolean default false, price decimal(6,2), foreign key (t_id) references t (id));\n",
}
_TOKEN = re.compile(r"(?:'[^']*'|\w+|[<>=!]+|\S)\s*")


def setup(server: str) -> str:
    """The tables and rows that every program begins with; MariaDB's without texts that are equal but for their case."""
    rows = ROWS if server == "postgres" else ROWS.replace("'Blue'", "'Bleu'")
    return TABLES + COUNTED[server] + rows


class Maker:
    """Makes one program for a server.

    Args:
        seed: the program's number; the same makes the same.
        server: "postgres" or "mariadb".
    """

    def __init__(self, seed: int, server: str) -> None:
        self.random = random.Random(seed)
        self.server = server
        self.mine = server == "mariadb"

    def program(self) -> str:
        """The statements behind the setup, a line each, and what then stands in the tables."""
        lines = [self.statement() for _ in range(self.random.randint(2, 5))]
        ends = [f"select * from {table} order by id" for table in "tue"]
        return "".join(f"{line};\n" for line in [*lines, *ends])

    def statement(self) -> str:
        chance = self.random.random()
        if chance < 0.55:
            return self.query()
        made = self.write() if chance < 0.85 else self.definition()
        return self.broken(made if self.random.random() < 0.5 else self.query()) if chance > 0.95 else made

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def some(self, make: Callable[[], str], most: int = 3) -> list[str]:
        return [make() for _ in range(self.random.randint(1, most))]

    # expressions over t

    def number(self, depth: int = 2) -> str:
        leaf = self.one("a", "b", "id", "1", "0", "2", "7", "-3", "100", "d", "t.a")
        if depth == 0:
            return leaf
        inner, other = self.number(depth - 1), self.number(depth - 1)
        return self.one(
            leaf, f"({inner} + {other})", f"({inner} - {other})", f"({inner} * {other})", f"abs({inner})", f"-({inner})",
            f"coalesce({inner}, {other})", f"case when {self.truth(depth - 1)} then {inner} else {other} end", "length(s)",
            f"case {inner} when {other} then 1 when 10 then {other} end", f"nullif({inner}, {other})", f"greatest({inner}, b)", f"least({inner}, {other})",
            "mod(b, 3)", f"round(d * {self.one('2', '1.5', '0.1')}, 1)", f"floor({inner})", f"ceiling({inner})", f"sign({inner})",
            f"({inner} / {self.one('2', '4', '0', 'b')})", f"({inner} % {self.one('2', '4', '3')})", "(select max(n) from u)", "(select count(*) from u where u.t_id = t.id)",
            "extract(year from day)", "extract(month from day)", "char_length(s)", f"cast({inner} as {'signed' if self.mine else 'int'})",
            self.one("ifnull(a, 5)", f"if({self.truth(0)}, a, b)", "instr(s, 'e')", "datediff(day, '2024-01-01')", "year(day)", "b div 2") if self.mine
            else self.one("position('e' in s)", "(day - date '2024-01-01')", "b::numeric", "b::text::int", "strpos(s, 'e')", "div(b, 2)"),
        )  # fmt: skip

    def text(self, depth: int = 1) -> str:
        leaf = self.one("s", "'red'", "'x y'", "'B'", "''", "t.s")
        if depth == 0:
            return leaf
        inner = self.text(depth - 1)
        return self.one(
            leaf, f"upper({inner})", f"lower({inner})", f"concat({inner}, {self.text(depth - 1)})", f"substring({inner}, 2, 2)", f"replace({inner}, 'e', 'E')",
            f"trim({inner})", f"coalesce({inner}, '-')", f"left({inner}, 2)", f"right({inner}, 2)", f"reverse({inner})", f"lpad({inner}, 4, '*')", f"rpad({inner}, 5, 'ab')", f"repeat({inner}, 2)",
            f"case when {self.truth(0)} then {inner} else 'no' end", f"concat_ws('/', {inner}, s, 'z')", f"cast({self.number(0)} as {'char' if self.mine else 'text'})",
            self.one("date_format(day, '%Y/%m/%d')", "if(a is null, 'none', s)", "ifnull(s, '?')", "ucase(s)") if self.mine
            else self.one("to_char(day, 'YYYY/MM/DD')", f"{inner} || '!'", "initcap(s)", "split_part('a,b', ',', 2)", "b::text", "md5(s)"),
        )  # fmt: skip

    def day(self) -> str:
        return self.one(
            "day", "day",
            self.one("date_add(day, interval 1 month)", "day + interval 1 day", "last_day(day)", "cast('2024-05-06' as date)") if self.mine
            else self.one("day + 1", "(day + interval '1 month')::date", "date '2024-05-06'", "coalesce(day, date '2020-01-01')"),
        )  # fmt: skip

    def truth(self, depth: int = 2) -> str:
        comparison = self.one("=", "<>", "<", ">", "<=", ">=")
        number = max(0, depth - 1)
        simple = self.one(
            f"{self.number(number)} {comparison} {self.number(number)}", "s is null", "a is not null", f"s {comparison} {self.text(0)}",
            f"s like '{self.one('%e%', 'r_d', 'B%', '%')}'", f"s not like '{self.one('%e%', 'B%')}'", f"id in (1, {self.number(0)}, 3)", f"a not in (10, {self.number(0)})", f"b between {self.number(0)} and 5",
            "exists (select 1 from u where u.t_id = t.id)", "id in (select t_id from u)", "id not in (select t_id from u where t_id is not null)", f"day {comparison} '2024-01-01'", "a = 10",
            f"a {comparison} (select min(n) from u)", f"(a, b) = (10, {self.number(0)})",
            "s <=> null" if self.mine else self.one("a is distinct from 10", "s ilike 'B%'", f"b = any(array[1, {self.one('2', '3')}])"),
        )  # fmt: skip
        if depth == 0:
            return simple
        return self.one(
            simple,
            f"({self.truth(depth - 1)} and {self.truth(depth - 1)})",
            f"({self.truth(depth - 1)} or {simple})",
            f"not ({simple})",
        )

    def where(self) -> str:
        return f" where {self.truth()}" if self.random.random() < 0.6 else ""

    def value(self) -> str:
        return self.random.choice((self.number, self.number, self.text, self.day, lambda: self.truth(1)))()

    # queries

    def query(self) -> str:
        return self.random.choice(
            (self.plain, self.plain, self.grouped, self.joined, self.windowed, self.compound, self.derived, self.totals)
        )()

    def ordered(self, count: int) -> str:
        way = self.one("", " desc")
        tail = self.one("", "", "", " limit 2", " limit 2 offset 1")
        return f" order by {', '.join(f'{place}{way}' for place in range(1, count + 1))}{tail}"

    def plain(self) -> str:
        values = self.some(self.value)
        named = [value + self.one("", f" as x{place}", f" x{place}") for place, value in enumerate(values)]
        distinct = self.one("", "", "", "distinct ")
        return f"select {distinct}id, {', '.join(named)} from t{self.where()}{self.ordered(len(values) + 1)}"

    def aggregate(self) -> str:
        listed = "group_concat(s order by s)" if self.mine else "string_agg(s, ',' order by s)"
        return self.one(
            "count(*)", "count(a)", "count(distinct a)", f"sum({self.number(1)})", f"avg({self.number(0)})", "max(s)", "min(d)", "max(day)",
            f"min({self.number(1)})", listed, f"sum(case when {self.truth(0)} then 1 else 0 end)", "avg(d)", "coalesce(sum(a), 0)",
            "stddev_pop(b)" if self.mine else self.one("bool_or(a = 10)", "array_agg(b order by b)", f"count(*) filter (where {self.truth(0)})"),
        )  # fmt: skip

    def grouped(self) -> str:
        key = self.one("a", "s", "a % 2", "day is null", "upper(s)", "b > 2")
        having = self.one(
            "", "", " having count(*) > 1", f" having {self.aggregate()} is not null", " having max(b) > 2"
        )
        values = self.some(self.aggregate)
        return f"select {key} as k, {', '.join(values)} from t{self.where()} group by {self.one(key, '1')}{having}{self.ordered(len(values) + 1)}"

    def totals(self) -> str:
        values = self.some(self.aggregate)
        return f"select {', '.join(values)} from t{self.where()}"

    def joined(self) -> str:
        kind = self.one("join", "left join", "right join", "cross join", "inner join", "left outer join")
        on = (
            ""
            if kind == "cross join"
            else " on " + self.one("u.t_id = t.id", "u.t_id = t.id and u.n > 0", "u.n = t.a", "t.id = u.id")
        )
        third = self.one("", "", " left join e on e.t_id = t.id")
        values = [
            "t.id",
            "t.s",
            "u.v",
            "u.n",
            *(["e.note", "e.price"] if third else []),
            *self.some(
                lambda: self.one("t.a + u.n", "coalesce(u.v, t.s)", "u.id is null", "t.b * 2", "u.*", "t.day"), 2
            ),
        ]
        values = [value for value in values if value != "u.*"]
        where = self.one("", "", " where u.n is null", " where t.b > 1", " where u.v <> 'x' or t.s is null")
        return f"select {', '.join(values)} from t {kind} u{on}{third}{where}{self.ordered(len(values))}"

    def windowed(self) -> str:
        over = self.one("order by b, id", "order by id desc", "partition by a order by id", "order by a, id")
        call = self.one(
            "row_number()", "rank()", "dense_rank()", "sum(b)", "count(*)", "lag(b)", "lead(s)", "first_value(id)", "lag(b, 1, 0)" if not self.mine else "ntile(2)",
            "max(a)", "avg(b)", "last_value(b)",
        )  # fmt: skip
        value = self.value()
        return f"select id, {value}, {call} over ({over}) as r from t{self.where()} order by id"

    def compound(self) -> str:
        way = self.one("union", "union all", "except", "intersect")
        left = f"select lower(s) as s from t{self.where()}"
        right = self.one("select lower(v) from u", f"select lower({self.text(1)}) from t", "select lower(note) from e")
        return f"{left} {way} {right} order by 1"

    def derived(self) -> str:
        inner = f"select id, {self.number(1)} as x, {self.text(1)} as y from t{self.where()}"
        outer = self.one("id, x", "count(*), max(x)", "y, x + 1", "id, x, y")
        order = self.ordered(outer.count(",") + 1) if "count" not in outer else ""
        if self.random.random() < 0.4:
            return f"with q as ({inner}) select {outer} from q{order}"
        if self.random.random() < 0.3:
            return "with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select n, n * n from r order by n"
        return f"select {outer} from ({inner}) as q{self.one('', ' where x > 1', ' where y is not null')}{order}"

    # writes

    def write(self) -> str:
        number = self.random.randint(1, 12)
        conflict = (
            self.one(" on duplicate key update s = 'again'", " on duplicate key update b = b + 1", "") if self.mine
            else self.one(" on conflict (id) do nothing", " on conflict (id) do update set s = excluded.s", " on conflict do nothing", "")
        )  # fmt: skip
        back = self.one("", "", " returning id, s") if not self.mine else ""
        return self.one(
            f"update t set a = {self.number(1)} where {self.truth(1)}", f"update t set s = {self.text(1)}, b = b + 1 where {self.truth(1)}{back}", f"delete from t where {self.truth(1)}",
            f"insert into t (id, a, s) values ({number}, 4, 'new'){conflict}{back}", f"insert into t (id, s) values ({number}, {self.one(chr(39) + 'much too long' + chr(39), 'null', '1')}), (21, 'b')",
            f"insert into u values (9, {self.one('1', '77', 'null')}, {self.one(chr(39) + 'x' + chr(39), 'null')}, {self.one('1', '99')})",
            f"update u set n = n + {self.one('1', '45')}", "update t set s = 'longer than ten'", "begin", "rollback", "commit", "delete from u", "savepoint p", "rollback to savepoint p",
            "insert into e (note) values ('a'), ('b')", f"insert into e (t_id, price) select id, {self.number(1)} from t where {self.truth(0)}", "update e set price = price * 1.1 where done",
            f"insert into t (id, b) values ({number}, null)", f"delete from e where price > {self.one('1', '9.99')} or note is null", "update t set id = id + 1 where id = 4",
            "insert into u (id, v) select id + 10, s from t", "update t set d = d / 3", "update e set done = not done", "insert into t values (30)", "insert into t (id, nothing) values (1, 2)",
            "update u set t_id = (select max(id) from t)", "update t set day = '2024-13-01' where id = 1", f"update t set a = '{self.one('12', 'twelve', '')}' where id = 2", "truncate e" if not self.mine else "truncate table e",
        )  # fmt: skip

    def definition(self) -> str:
        return self.one(
            "alter table t add column z int default 5", "alter table t drop column d", "alter table u rename to w", "alter table t add column q varchar(5) not null default 'q'", "create index i on t (s)", "drop table u", "drop table t",
            f"create view w as select id, {self.number(1)} as x from t", "select * from w order by 1", "drop view w", "create table c as select id, s from t", "select * from c order by 1", "create table t (id int)", "drop table if exists c",
            "create table f (id int primary key, x int unique not null, check (x > 0))", "insert into f values (1, 1), (2, 0)", "insert into f values (1, 5), (1, 6)", "create unique index j on t (b)", "create unique index k on t (a)",
            "alter table t alter column b set default 9", "alter table u add constraint big check (n > 0)", "alter table t rename column s to name", "select missing from t", "select id from missing", "select t.id from t, u where id = 1", "select nothing(1)",
            "select a, count(*) from t", "select 1 / 0", "select 'a' + 1", "select id from t where a = 'x'", "select * from t order by 9", "select sum(s) from t", "select max(a) from t where max(a) > 1", "select cast('x' as date)",
        )  # fmt: skip

    def broken(self, statement: str) -> str:
        """A statement with one token left out, doubled, changed for another, or where it breaks off."""
        tokens = _TOKEN.findall(statement)
        place = self.random.randrange(len(tokens))
        way = self.random.randrange(4)
        if way == 0:
            del tokens[place]
        elif way == 1:
            tokens.insert(place, f"{tokens[place]} ")
        elif way == 2:
            tokens[place] = (
                self.one("from", "select", ",", ")", "where", "5", "name", "=", "(", "'text'", "order") + " "
            )
        else:
            tokens = tokens[: place + 1]
        return "".join(tokens).strip()
