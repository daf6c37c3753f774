"""redis: what its server logs and keeps, what its client shows."""

from __future__ import annotations

import json

import pytest

from helpers.paths import DATA
from helpers.services_machine import Machine


def machine(*arguments: str) -> Machine:
    box = Machine()
    box.serve("redis-server", "--dir", "/tmp", *arguments)
    return box


def test_the_log_of_start_and_shutdown() -> None:
    box = Machine()
    server = box.serve("redis-server", init=False)
    lines = [line.split(" ", 5) for line in server.stdout.splitlines()]
    assert [line[0] for line in lines] == ["1:C"] * 3 + ["1:M"] * 4
    assert lines[0][1:4] == ["14", "Nov", "2023"]
    assert [line[5] for line in lines[3:]] == [
        "* monotonic clock: POSIX clock_gettime",
        "* Running mode=standalone, port=6379.",
        "* Server initialized",
        "* Ready to accept connections tcp",
    ]
    server.signal("TERM")
    assert server.status == 0
    assert "1:signal-handler (170000000" in server.stdout
    assert [line.split(" ", 5)[-1] for line in server.stdout.splitlines()[-4:]] == [
        "* User requested shutdown...",
        "* Saving the final RDB snapshot before exiting.",
        "* DB saved on disk",
        "# Redis is now ready to exit, bye bye...",
    ]


@pytest.mark.parametrize(
    ("commands", "wanted"),
    [
        (["PING"], "PONG"),
        (["SET a 1", "GET a"], 'OK\n"1"'),
        (["GET nothing"], "(nil)"),
        (["INCR n", "INCRBY n 5", "DECR n", "GET n"], '(integer) 1\n(integer) 6\n(integer) 5\n"5"'),
        (["SET a x", "INCR a"], "OK\n(error) ERR value is not an integer or out of range"),
        (["RPUSH l a b c", "LRANGE l 0 -1"], '(integer) 3\n1) "a"\n2) "b"\n3) "c"'),
        (["LPUSH l a b", "LPOP l", "LLEN l"], '(integer) 2\n"b"\n(integer) 1'),
        (["HSET h f v g w", "HGET h f", "HGETALL h"], '(integer) 2\n"v"\n1) "f"\n2) "v"\n3) "g"\n4) "w"'),
        (["SADD s a b a", "SCARD s", "SISMEMBER s a"], "(integer) 2\n(integer) 2\n(integer) 1"),
        (["ZADD z 2 b 1 a", "ZRANGE z 0 -1 WITHSCORES"], '(integer) 2\n1) "a"\n2) "1"\n3) "b"\n4) "2"'),
        (["SET a 1", "LPUSH a x"], "OK\n(error) WRONGTYPE Operation against a key holding the wrong kind of value"),
        (["MSET a 1 b 2", "KEYS *", "DEL a b c", "EXISTS a"], 'OK\n1) "a"\n2) "b"\n(integer) 2\n(integer) 0'),
        (["SET a 1 EX 100", "TTL a", "PERSIST a", "TTL a"], "OK\n(integer) 100\n(integer) 1\n(integer) -1"),
        (["TTL nothing", "TYPE nothing"], "(integer) -2\nnone"),
        (["SET a 1 NX", "SET a 2 NX", "GET a"], 'OK\n(nil)\n"1"'),
        (['SET a "two words\\n"', "GET a"], 'OK\n"two words\\n"'),
        (["FOO a b"], "(error) ERR unknown command 'FOO', with args beginning with: 'a' 'b' "),
        (["GET"], "(error) ERR wrong number of arguments for 'get' command"),
        (["MULTI", "SET a 1", "INCR a", "EXEC"], "OK\nQUEUED\nQUEUED\n1) OK\n2) (integer) 2"),
        (["SET a 1", "SELECT 1", "GET a", "DBSIZE"], "OK\nOK\n(nil)\n(integer) 0"),
        (["SELECT 99"], "(error) ERR DB index is out of range"),
        (["CONFIG GET maxmemory"], '1) "maxmemory"\n2) "0"'),
        (["KEYS *"], "(empty array)"),
        (["SET a 1", "FLUSHALL", "GET a"], "OK\nOK\n(nil)"),
    ],
)
def test_commands_and_their_replies(commands: list[str], wanted: str) -> None:
    script = "".join(f"{command}\n" for command in commands)
    assert machine().sh("redis-cli --no-raw", stdin=script.encode()).stdout == wanted + "\n"


def test_without_a_terminal_replies_are_raw() -> None:
    box = machine()
    assert box.sh("redis-cli set greeting 'hello world'; redis-cli get greeting; redis-cli incr n").stdout == "OK\nhello world\n1\n"  # fmt: skip
    assert box.sh("redis-cli get nothing").stdout == "\n"
    assert box.sh("redis-cli info server").stdout.splitlines()[1].startswith("redis_version:7.4.0")


def test_on_a_terminal_there_is_a_prompt() -> None:
    box = machine()
    shown = box.session("redis-cli", lines=("set a 1", "incr a", "select 2", "exit"))
    assert shown == (
        "127.0.0.1:6379> set a 1\nOK\n127.0.0.1:6379> incr a\n(integer) 2\n"
        "127.0.0.1:6379> select 2\nOK\n127.0.0.1:6379[2]> exit\n"
    )


def test_keys_expire_as_time_goes_by() -> None:
    box = machine()
    assert (
        box.sh("redis-cli set a 1 ex 10; sleep 9; redis-cli get a; sleep 2; redis-cli exists a").stdout == "OK\n1\n0\n"
    )


def test_a_password_is_asked_for() -> None:
    box = machine("--requirepass", "secret")
    assert box.sh("redis-cli get a").stdout == "NOAUTH Authentication required.\n\n"
    result = box.sh("redis-cli -a secret ping")
    assert result.stdout == "PONG\n"
    assert result.stderr.startswith("Warning: Using a password with '-a' or '-u' option")
    assert box.sh("REDISCLI_AUTH=secret redis-cli ping").stdout == "PONG\n"
    wrong = box.sh("redis-cli --no-auth-warning -a wrong ping")
    assert wrong.stderr == "AUTH failed: WRONGPASS invalid username-password pair or user is disabled.\n"


def test_nobody_listening() -> None:
    result = Machine().sh("redis-cli ping")
    assert (result.stderr, result.status) == ("Could not connect to Redis at 127.0.0.1:6379: Connection refused\n", 1)


def test_data_survives_a_clean_end_and_appended_data_a_kill() -> None:
    box = Machine()
    first = box.serve("redis-server", "--dir", "/tmp")
    box.sh("redis-cli set kept yes")
    first.signal("TERM")
    second = box.serve("redis-server", "--dir", "/tmp")
    assert box.sh("redis-cli get kept").stdout == "yes\n"
    assert "Done loading RDB, keys loaded: 1" in second.stdout
    box.sh("redis-cli set lost yes")
    second.signal("KILL")
    third = box.serve("redis-server", "--dir", "/tmp", "--appendonly", "yes")
    box.sh("redis-cli set appended yes")
    third.signal("KILL")
    box.serve("redis-server", "--dir", "/tmp", "--appendonly", "yes")
    assert box.sh("redis-cli get lost; redis-cli get appended").stdout == "\nyes\n"


def test_published_messages_reach_subscribers() -> None:
    box = machine()
    script = "timeout 5 redis-cli subscribe news & sleep 1; redis-cli publish news hello; wait"
    lines = box.sh(script).stdout.splitlines()
    assert lines[:3] == ["subscribe", "news", "1"]
    assert sorted(lines[3:]) == ["1", "hello", "message", "news"]


def test_speaks_the_protocol_with_other_clients() -> None:
    box = machine()
    assert box.sh("printf 'PING\\r\\nSET a b\\r\\nGET a\\r\\n' | nc -w 1 localhost 6379").stdout == "+PONG\r\n+OK\r\n$1\r\nb\r\n"  # fmt: skip
    assert box.sh("printf '*2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\na\\r\\n' | nc -w 1 localhost 6379").stdout == "$1\r\nb\r\n"


def test_hello_greets() -> None:
    box = machine("--requirepass", "secret")
    assert "NOAUTH HELLO must be called" in box.sh("redis-cli hello 2").stdout
    assert "redis\n" in box.sh("redis-cli hello 2 auth default secret").stdout
    assert "proto 3\n" in box.sh("redis-cli hello 3 auth default secret").stdout


RECORDED = json.loads((DATA / "resp3.json").read_text())


@pytest.mark.parametrize("protocol", [2, 3])
def test_answers_what_the_real_one_answers(protocol: int) -> None:
    """Recorded from redis-server 7.0 by tools/record_resp3.py."""
    box = machine()
    wanted = RECORDED[f"resp{protocol}"]
    begin = f"HELLO {protocol}\r\nPING begin\r\n"
    asked = begin + "".join(f"{command}\r\n" for command, _ in wanted)
    answered = box.sh("nc -w 1 localhost 6379", stdin=asked.encode()).stdout.partition("begin\r\n")[2]
    for command, answer in wanted:
        assert (command, answered[: len(answer)]) == (command, answer)
        answered = answered[len(answer) :]
    assert answered == ""


@pytest.mark.parametrize("options", list(RECORDED["shown"]))
def test_the_client_shows_what_the_real_one_shows(options: str) -> None:
    box = machine()
    for command in RECORDED["setup"].split("|"):
        box.sh(f"redis-cli {command}")
    for command, shown in RECORDED["shown"][options]:
        assert (command, box.sh(f"redis-cli {options} {command}").stdout) == (command, shown)


def test_messages_are_pushed_over_resp3() -> None:
    box = machine()
    script = (
        "(printf 'HELLO 3\\r\\nSUBSCRIBE news\\r\\n'; sleep 2; printf 'DBSIZE\\r\\n') | nc -w 3 localhost 6379 >/tmp/out &"
        " sleep 1; redis-cli publish news hello; wait; tail -n 8 /tmp/out"
    )
    assert box.sh(script).stdout == "1\n>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n:0\r\n"
