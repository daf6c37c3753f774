"""The package redis for Python: a client whose commands are methods, and its exceptions."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fakedocker.userland.languages.python.python_values import Evaluator, Thing, Value, failure
from fakedocker.userland.services import redis_client
from fakedocker.userland.services.resp import ErrorReply, Reply

COMMANDS: Final = frozenset(
    "get set incr decr incrby decrby delete exists expire ttl keys ping append strlen mget mset setex setnx getset lpush rpush lpop rpop lrange llen"
    " sadd srem smembers sismember scard hset hget hgetall hdel hincrby zincrby flushall flushdb publish type dbsize".split()
)  # fmt: skip
_SPELT: Final = {"delete": "DEL"}
_TRUTHS: Final = frozenset({"SET", "PING", "EXPIRE", "SETEX", "SETNX", "FLUSHALL", "FLUSHDB", "MSET", "SISMEMBER"})
EXCEPTIONS: Final = {
    "redis.exceptions.RedisError": ("Exception",),
    "redis.exceptions.ConnectionError": ("redis.exceptions.RedisError", "Exception"),
    "redis.exceptions.TimeoutError": ("redis.exceptions.RedisError", "Exception"),
    "redis.exceptions.ResponseError": ("redis.exceptions.RedisError", "Exception"),
}
"""Classes of exceptions, and what they descend from."""


def client(own: Evaluator, *given: Value, **named: Value) -> Thing:
    """Redis(host="localhost", port=6379, db=0, ...)."""
    options = {**dict(zip(("host", "port", "db", "password"), given, strict=False)), **named}
    return own.make(
        "redis", host=str(options.get("host", "localhost")), port=int(options.get("port", 6379)),
        password=str(options.get("password") or ""), decodes=bool(options.get("decode_responses", False)),
    )  # fmt: skip


def from_url(own: Evaluator, url: str, **named: Value) -> Thing:
    parts = urlsplit(url)
    return client(own, parts.hostname or "localhost", parts.port or 6379, 0, parts.password, **named)


def command(own: Evaluator, thing: Thing, name: str, arguments: list[Value], named: dict[str, Value]) -> Value:
    """What a command gives, in the types that the package makes of it. Blocks. Raises ScriptError."""
    held = own.data(thing)
    words = [_SPELT.get(name, name.upper()), *(_text(part) for part in [*arguments, *_options(named)])]
    try:
        reply = redis_client.ask(own.system, own.state, held["host"], held["port"], words, held["password"])
    except redis_client.Unresolved as problem:
        where = f"Error {problem.errno} connecting to {held['host']}:{held['port']}. {problem.strerror}."
        raise failure("redis.exceptions.ConnectionError", where) from None
    except OSError as problem:
        where = f"Error {problem.errno} connecting to {held['host']}:{held['port']}. {problem.strerror}."
        raise failure("redis.exceptions.ConnectionError", where) from None
    if isinstance(reply, ErrorReply):
        raise failure("redis.exceptions.ResponseError", str(reply).removeprefix("ERR "))
    return _value(words[0], reply, decodes=held["decodes"])


def _options(named: dict[str, Value]) -> list[Value]:
    """set(name, value, ex=10, nx=True); hset(name, mapping={...})."""
    found: list[Value] = []
    for name, value in named.items():
        if isinstance(value, dict):
            found += [part for entry in value.items() for part in entry]
        elif name in ("ex", "px", "nx", "xx"):
            found += [name.upper()] if value is True else [name.upper(), value]
        else:
            found.append(value)
    return found


def _text(value: Value) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _value(name: str, reply: Reply, *, decodes: bool) -> Value:
    if name in _TRUTHS:
        return reply in ("OK", "PONG") or reply == 1
    if decodes or isinstance(reply, str):
        reply = redis_client.plain(reply)
    if name == "HGETALL":
        return dict(zip(reply[::2], reply[1::2], strict=True))
    return reply
