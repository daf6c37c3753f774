"""Random small SQL programs, asked of the real servers and of the simulated ones; every difference that is no mark is told.

    python tools/fuzz_sql.py --postgres DIR --mariadb SOCKET --programs 1000 --seed 1

The real servers run as tools/record_sql_cases.py says. Exits with 1 where there was a difference.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

from record_sql_cases import with_mariadb, with_postgres  # noqa: E402

from helpers.sql_cases import Case  # noqa: E402
from helpers.sql_player import Player, verdict  # noqa: E402

SETUP = """create table t (id int primary key, a int, b int not null default 1, s varchar(10), d decimal(8,2), day date);
create table u (id int primary key, t_id int, v varchar(10) unique, n int check (n < 50), foreign key (t_id) references t (id) on delete cascade);
insert into t values (1, 10, 2, 'red', 1.50, '2024-01-31'), (2, null, 3, 'Blue', null, '2024-02-29'), (3, -7, 0, null, 12.00, null), (4, 10, 9, 'blue', 0.05, '2023-12-31');
insert into u values (1, 1, 'x', 5), (2, 1, 'y', null), (3, 4, null, 40), (4, null, 'z', -1);
"""


class Maker:
    """Makes statements from a small grammar."""

    def __init__(self, seed: int, mine: bool) -> None:
        self.random = random.Random(seed)
        self.mine = mine

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def number(self, depth: int = 2) -> str:
        leaf = self.one("a", "b", "id", "1", "0", "2", "7", "-3", "100")
        if depth == 0:
            return leaf
        inner, other = self.number(depth - 1), self.number(depth - 1)
        return self.one(
            leaf, leaf, f"({inner} + {other})", f"({inner} - {other})", f"({inner} * {other})", f"abs({inner})",
            f"coalesce({inner}, {other})", f"case when {self.truth(depth - 1)} then {inner} else {other} end", "length(s)",
            f"nullif({inner}, {other})", f"greatest({inner}, b)", "mod(b, 3)", "d", f"round(d * {self.one('2', '1.5', '0.1')}, 1)",
        )  # fmt: skip

    def text(self, depth: int = 1) -> str:
        leaf = self.one("s", "'red'", "'x y'", "'B'", "''")
        if depth == 0:
            return leaf
        inner = self.text(depth - 1)
        return self.one(
            leaf, f"upper({inner})", f"lower({inner})", f"concat({inner}, {self.text(depth - 1)})", f"substring({inner}, 2, 2)", f"replace({inner}, 'e', 'E')",
            f"trim({inner})", f"coalesce({inner}, '-')", f"left({inner}, 2)", f"reverse({inner})", f"lpad({inner}, 4, '*')",
        )  # fmt: skip

    def truth(self, depth: int = 2) -> str:
        comparison = self.one("=", "<>", "<", ">", "<=", ">=")
        number = max(0, depth - 1)
        simple = self.one(
            f"{self.number(number)} {comparison} {self.number(number)}", "s is null", "a is not null", f"s {comparison} {self.text(0)}",
            f"s like '{self.one('%e%', 'r_d', 'B%', '%')}'", f"id in (1, {self.number(0)}, 3)", f"b between {self.number(0)} and 5",
            "exists (select 1 from u where u.t_id = t.id)", "id in (select t_id from u)", "day > '2024-01-01'", "a = 10",
        )  # fmt: skip
        if depth == 0:
            return simple
        return self.one(
            simple,
            f"({self.truth(depth - 1)} and {self.truth(depth - 1)})",
            f"({self.truth(depth - 1)} or {simple})",
            f"not ({simple})",
        )

    def query(self) -> str:
        where = f" where {self.truth()}" if self.random.random() < 0.6 else ""
        kind = self.random.randrange(7)
        if kind == 0:
            return (
                f"select a, count(*) as n, sum(b) as sb, max(s) as ms, min(d) as md from t{where} group by a order by a"
            )
        if kind == 1:
            join = self.one("join", "left join", "right join")
            return f"select t.id, t.s, u.v, u.n from t {join} u on u.t_id = t.id order by t.id, u.id"
        if kind == 2:
            return f"select id, {self.number()} as x, row_number() over (order by {self.one('b', 'id desc', 'a, id')}, id) as r from t{where} order by id"
        if kind == 3:
            return f"select s from t{where} union select v from u order by s"
        if kind == 4:
            return f"select count(*) as n, count(a) as ca, count(distinct a) as da, sum({self.number(1)}) as x from t{where}"
        return f"select id, {self.number()} as x, {self.text()} as y, {self.truth(1)} as z from t{where} order by id{self.one('', ' desc', ' limit 2')}"

    def write(self) -> str:
        return self.one(
            f"update t set a = {self.number(1)} where {self.truth(1)}", f"delete from t where {self.truth(1)}", f"insert into t (id, a, s) values ({self.number(0).replace('a', '5').replace('b', '6').replace('id', '8')}, 4, 'new')",
            f"insert into u values (9, {self.one('1', '77', 'null')}, {self.one(chr(39) + 'x' + chr(39), 'null')}, {self.one('1', '99')})",
            f"update u set n = n + {self.one('1', '45')}", "update t set s = 'longer than ten'", "begin", "rollback", "commit", "delete from u",
        )  # fmt: skip

    def program(self) -> str:
        lines = [
            self.write() if self.random.random() < 0.35 else self.query() for _ in range(self.random.randint(2, 5))
        ]
        return (
            SETUP
            + "".join(f"{line};\n" for line in lines)
            + "select * from t order by id;\nselect * from u order by id;\n"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres")
    parser.add_argument("--mariadb")
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts: dict[str, int] = {}
    for server, place, ask in (
        ("postgres", options.postgres, with_postgres),
        ("mariadb", options.mariadb, with_mariadb),
    ):
        player = Player(server) if place else None
        for number in range(options.programs if player else 0):
            script = Maker(options.seed * 1_000_003 + number, server == "mariadb").program()
            wanted = Case(str(number), script, *ask(place, script))
            assert player is not None
            found = player.play(Case(str(number), script))
            kind = f"{server} {verdict(wanted, found)}"
            counts[kind] = counts.get(kind, 0) + 1
            if kind.endswith("wrong"):
                print(
                    f"== {server} {options.seed}:{number}\n{script[len(SETUP) :]}-- real\n{wanted.stdout}{wanted.stderr}-- ours\n{found.stdout}{found.stderr}"
                )
    print(", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items())))
    return 1 if any(kind.endswith("wrong") for kind in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
