"""Record what a real redis-server answers over RESP2 and RESP3, and how redis-cli shows it: tests/data/resp3.json.

    python tools/record_resp3.py

Needs redis-server and redis-cli of 7.0 or newer (Debian: redis-server). What differs from run to run, or by version, is not asked.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PORT = 16379
COMMANDS = """
PING | PING hello | ECHO x | SET a 1 | GET a | GET none | MGET a none | INCR a | INCRBYFLOAT a 1.5 | STRLEN a | EXISTS a
HSET h f v g w | HGET h f | HGET h none | HGETALL h | HGETALL none | HMGET h f none | HKEYS h | HVALS h | HLEN h | HINCRBY h n 2
SADD s only | SMEMBERS s | SMEMBERS none | SISMEMBER s only | SINTER s s | SUNION s none | SDIFF s none | SCARD s
ZADD z 1 a 2.5 b | ZSCORE z b | ZSCORE z none | ZINCRBY z 1 a | ZRANGE z 0 -1 | ZRANGE z 0 -1 WITHSCORES | ZREVRANGE z 0 0 WITHSCORES
ZADD z inf c | ZSCORE z c | ZRANGE none 0 -1 WITHSCORES | ZCARD z
RPUSH l x y z | LRANGE l 0 -1 | LPOP none | LPOP none 2 | RPOP l 2 | LINDEX l 9 | LRANGE none 0 -1
TYPE h | TTL a | KEYS nothing | SCAN 0 MATCH nothing | CONFIG GET maxmemory-policy | CONFIG GET nothing | CLIENT GETNAME
CLIENT SETNAME me | CLIENT GETNAME
MULTI | GET none | HGETALL h | ZSCORE z b | SMEMBERS s | EXEC | MULTI | DISCARD | EXEC
HGETALL a | NOPE x | GET | HELLO 4 | HELLO x | HELLO 2 FOO
SUBSCRIBE news | PING | PING hello | UNSUBSCRIBE news | UNSUBSCRIBE | DBSIZE | SET t 1 | GETDEL t | GETDEL t | SELECT 1 | RESET
"""
SHOWN = (
    "GET none", "HGETALL h", "HGETALL none", "SMEMBERS s", "SMEMBERS none", "ZSCORE z b", "ZRANGE z 0 -1 WITHSCORES", "LRANGE l 0 -1",
    "MGET a none", "CONFIG GET maxmemory-policy", "EXISTS a",
)  # fmt: skip
SETUP = "SET a 1|HSET h f v g w|SADD s only|ZADD z 1 a 2.5 b|RPUSH l x y"


def listed() -> list[str]:
    return [command.strip() for line in COMMANDS.splitlines() for command in line.split("|") if command.strip()]


def transcript(protocol: int) -> list[tuple[str, str]]:
    """Each command with the bytes of its answer."""
    found = []
    with socket.create_connection(("127.0.0.1", PORT)) as client:
        client.sendall(b"FLUSHALL\r\n")
        client.recv(1 << 16)
        client.sendall(b"HELLO %d\r\n" % protocol)
        time.sleep(0.1)
        client.recv(1 << 16)
        for command in listed():
            client.sendall(command.encode() + b"\r\n")
            time.sleep(0.03)
            found.append((command, client.recv(1 << 16).decode("latin-1")))
    return found


def shown(*options: str) -> list[tuple[str, str]]:
    """Each command with what redis-cli shows of its answer."""
    base = ["redis-cli", "-p", str(PORT), *options]
    subprocess.run([*base, "FLUSHALL"], capture_output=True, check=True)
    for command in SETUP.split("|"):
        subprocess.run([*base, *command.split()], capture_output=True, check=True)
    return [
        (command, subprocess.run([*base, *command.split()], capture_output=True, check=True, text=True).stdout)
        for command in SHOWN
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(["redis-server", "--port", str(PORT), "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            time.sleep(1)
            recorded = {
                "resp2": transcript(2),
                "resp3": transcript(3),
                "setup": SETUP,
                "shown": {" ".join(words): shown(*words) for words in (("-3",), ("-3", "--no-raw"), ("--no-raw",))},
            }
        finally:
            server.terminate()
            server.wait()
    path = Path(__file__).parent.parent / "tests" / "data" / "resp3.json"
    path.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
