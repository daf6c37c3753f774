"""redis's data, the table of commands on it, and those on keys and strings; see redis_collections for the others.

A database is plain data: key -> [kind, value], where a value is a str, a list, a dict (hash, and sorted set with
numbers) or, for a set, a dict of its members. It must not know connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.services.resp import ErrorReply, Reply, number_text
from fakedocker.userland.sh.patterns import matches

_EMPTY: Final[dict[str, Callable[[], Any]]] = {"string": str, "list": list, "hash": dict, "set": dict, "zset": dict}
WRONG_TYPE: Final = ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value")
NOT_INTEGER: Final = ErrorReply("ERR value is not an integer or out of range")
NOT_FLOAT: Final = ErrorReply("ERR value is not a valid float")
SYNTAX: Final = ErrorReply("ERR syntax error")
NO_KEY: Final = ErrorReply("ERR no such key")


class Refused(Exception):
    """A command cannot be done; `reply` says why."""

    def __init__(self, reply: ErrorReply) -> None:
        super().__init__(reply)
        self.reply = reply


class Database:
    """One of the numbered databases, at a moment.

    Args:
        data: key -> [kind, value].
        expires: key -> when it ends, in nanoseconds.
    """

    def __init__(
        self, data: dict[str, list[Any]], expires: dict[str, int], now_ns: int
    ) -> None:  # Any: of each kind its own value: text, list, dict
        self.data = data
        self.expires = expires
        self.now_ns = now_ns
        for key in [key for key, at_ns in expires.items() if now_ns >= at_ns]:
            del expires[key]
            data.pop(key, None)

    def get(self, key: str, kind: str) -> Any:  # Any: of each kind its own value: text, list, dict
        """The value of a key, an empty one of that kind where there is none. Raises Refused."""
        found = self.data.get(key)
        if found is None:
            return _EMPTY[kind]()
        if found[0] != kind:
            raise Refused(WRONG_TYPE)
        return found[1]

    def put(self, key: str, kind: str, value: Any) -> None:  # Any: of each kind its own value: text, list, dict
        """Set a key; what has become empty is removed."""
        if value or kind == "string":
            self.data[key] = [kind, value]
        else:
            self.remove(key)

    def remove(self, key: str) -> bool:
        self.expires.pop(key, None)
        return self.data.pop(key, None) is not None


class Command(NamedTuple):
    """`least` and `most` count arguments; `writes` says whether it changes data."""

    least: int
    most: int
    writes: bool
    run: Callable[[Database, list[str]], Reply]


COMMANDS: Final[dict[str, Command]] = {}
ANY: Final = 1 << 20


def command(
    names: str, least: int, most: int | None = None, *, writes: bool = False
) -> Callable[[Callable[[Database, list[str]], Reply]], Callable[[Database, list[str]], Reply]]:
    def enter(function: Callable[[Database, list[str]], Reply]) -> Callable[[Database, list[str]], Reply]:
        for name in names.split():
            COMMANDS[name] = Command(least, least if most is None else most, writes, function)
        return function

    return enter


def bulk(text: str | None) -> bytes | None:
    return None if text is None else bytes_of(text)


def bulks(texts: Iterable[str]) -> list[bytes]:
    return [bytes_of(text) for text in texts]


def integer(text: str) -> int:
    """Raises Refused."""
    try:
        value = int(text)
    except ValueError:
        raise Refused(NOT_INTEGER) from None
    if "_" in text or not -(1 << 63) <= value < 1 << 63:
        raise Refused(NOT_INTEGER)
    return value


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused(NOT_FLOAT) from None


def span(start: int, stop: int, size: int) -> slice:
    """From start to stop inclusive; negative ones count from the end."""
    first = start if start >= 0 else max(0, size + start)
    last = stop if stop >= 0 else size + stop
    return slice(first, max(first, last + 1))


# strings


@command("SET", 2, ANY, writes=True)
def _set(base: Database, words: list[str]) -> Reply:
    key, value, *options = words
    until_ns, conditions, get = None, set(), False
    while options:
        option = options.pop(0).upper()
        if option in ("EX", "PX", "EXAT", "PXAT") and options:
            amount = integer(options.pop(0)) * (1_000_000_000 if option.startswith("E") else 1_000_000)
            if amount <= 0:
                raise Refused(ErrorReply("ERR invalid expire time in 'set' command"))
            until_ns = amount if option.endswith("AT") else base.now_ns + amount
        elif option in ("NX", "XX", "KEEPTTL"):
            conditions.add(option)
        elif option == "GET":
            get = True
        else:
            raise Refused(SYNTAX)
    before = bulk(base.get(key, "string")) if get and key in base.data else None
    if ("NX" in conditions and key in base.data) or ("XX" in conditions and key not in base.data):
        return before
    base.put(key, "string", value)
    if "KEEPTTL" not in conditions:
        base.expires.pop(key, None)
    if until_ns is not None:
        base.expires[key] = until_ns
    return before if get else "OK"


@command("SETEX PSETEX", 3, writes=True)
def _setex(base: Database, words: list[str]) -> Reply:
    return _set(base, [words[0], words[2], "EX", words[1]])


@command("SETNX", 2, writes=True)
def _setnx(base: Database, words: list[str]) -> Reply:
    return 1 if _set(base, [*words, "NX"]) == "OK" else 0


@command("GET", 1)
def _get(base: Database, words: list[str]) -> Reply:
    return bulk(base.get(words[0], "string")) if words[0] in base.data else None


@command("GETSET", 2, writes=True)
def _getset(base: Database, words: list[str]) -> Reply:
    return _set(base, [*words, "GET"])


@command("GETDEL", 1, writes=True)
def _getdel(base: Database, words: list[str]) -> Reply:
    found = _get(base, words)
    base.remove(words[0])
    return found


@command("MGET", 1, ANY)
def _mget(base: Database, words: list[str]) -> Reply:
    found = [base.data.get(key, ("", None)) for key in words]
    return [bulk(value) if kind == "string" else None for kind, value in found]


@command("MSET", 2, ANY, writes=True)
def _mset(base: Database, words: list[str]) -> Reply:
    if len(words) % 2:
        raise Refused(ErrorReply("ERR wrong number of arguments for 'mset' command"))
    for key, value in zip(words[::2], words[1::2], strict=True):
        base.put(key, "string", value)
    return "OK"


@command("APPEND", 2, writes=True)
def _append(base: Database, words: list[str]) -> Reply:
    value = base.get(words[0], "string") + words[1]
    base.put(words[0], "string", value)
    return len(bytes_of(value))


@command("STRLEN", 1)
def _strlen(base: Database, words: list[str]) -> Reply:
    return len(bytes_of(base.get(words[0], "string")))


@command("GETRANGE", 3)
def _getrange(base: Database, words: list[str]) -> Reply:
    data = bytes_of(base.get(words[0], "string"))
    return data[span(integer(words[1]), integer(words[2]), len(data))]


def _adder(sign: int) -> Callable[[Database, list[str]], Reply]:
    def add(base: Database, words: list[str]) -> Reply:
        value = integer(base.get(words[0], "string") or "0") + sign * (integer(words[1]) if len(words) > 1 else 1)
        base.put(words[0], "string", str(integer(str(value))))
        return value

    return add


command("INCR", 1, writes=True)(_adder(1))
command("DECR", 1, writes=True)(_adder(-1))
command("INCRBY", 2, writes=True)(_adder(1))
command("DECRBY", 2, writes=True)(_adder(-1))


@command("INCRBYFLOAT", 2, writes=True)
def _incrbyfloat(base: Database, words: list[str]) -> Reply:
    value = number_text(number(base.get(words[0], "string") or "0") + number(words[1]))
    base.put(words[0], "string", value)
    return bulk(value)


# keys


@command("DEL UNLINK", 1, ANY, writes=True)
def _del(base: Database, words: list[str]) -> Reply:
    return sum(base.remove(key) for key in words)


@command("EXISTS", 1, ANY)
def _exists(base: Database, words: list[str]) -> Reply:
    return sum(key in base.data for key in words)


@command("KEYS", 1)
def _keys(base: Database, words: list[str]) -> Reply:
    return bulks(key for key in base.data if matches(words[0], key))


@command("SCAN", 1, ANY)
def _scan(base: Database, words: list[str]) -> Reply:
    """Everything at once; the cursor is 0 at once, too."""
    options = dict(zip((word.upper() for word in words[1::2]), words[2::2], strict=False))
    kind = options.get("TYPE")
    keys = (key for key, (own, _) in base.data.items() if kind is None or own == kind.lower())
    return [b"0", bulks(key for key in keys if matches(options.get("MATCH", "*"), key))]


@command("TYPE", 1)
def _type(base: Database, words: list[str]) -> Reply:
    return str(base.data[words[0]][0]) if words[0] in base.data else "none"


@command("RENAME", 2, writes=True)
def _rename(base: Database, words: list[str]) -> Reply:
    old, new = words
    if old not in base.data:
        raise Refused(NO_KEY)
    base.expires.pop(new, None)
    base.data[new] = base.data.pop(old)
    if old in base.expires:
        base.expires[new] = base.expires.pop(old)
    return "OK"


@command("TTL", 1)
def _ttl(base: Database, words: list[str]) -> Reply:
    left = _pttl(base, words)
    return left if left < 0 else (left + 500) // 1000


@command("PTTL", 1)
def _pttl(base: Database, words: list[str]) -> Reply:
    if words[0] not in base.data:
        return -2
    at_ns = base.expires.get(words[0])
    return -1 if at_ns is None else (at_ns - base.now_ns) // 1_000_000


def _expirer(unit_ns: int, absolute: bool) -> Callable[[Database, list[str]], Reply]:
    def expire(base: Database, words: list[str]) -> Reply:
        if words[0] not in base.data:
            return 0
        at_ns = integer(words[1]) * unit_ns + (0 if absolute else base.now_ns)
        if at_ns <= base.now_ns:
            base.remove(words[0])
        else:
            base.expires[words[0]] = at_ns
        return 1

    return expire


command("EXPIRE", 2, 3, writes=True)(_expirer(1_000_000_000, False))
command("PEXPIRE", 2, 3, writes=True)(_expirer(1_000_000, False))
command("EXPIREAT", 2, 3, writes=True)(_expirer(1_000_000_000, True))


@command("PERSIST", 1, writes=True)
def _persist(base: Database, words: list[str]) -> Reply:
    return 1 if base.expires.pop(words[0], None) is not None else 0


@command("DBSIZE", 0)
def _dbsize(base: Database, words: list[str]) -> Reply:
    return len(base.data)


@command("FLUSHDB", 0, 1, writes=True)
def _flushdb(base: Database, words: list[str]) -> Reply:
    base.data.clear()
    base.expires.clear()
    return "OK"
