"""redis's commands on lists, hashes, sets and sorted sets. Importing this enters them into the table."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.services.redis_data import (
    ANY,
    SYNTAX,
    Database,
    Refused,
    bulk,
    bulks,
    command,
    integer,
    number,
    span,
)
from fakedocker.userland.services.resp import NO_ARRAY, ErrorReply, MapReply, PairsReply, Reply, SetReply

# lists


def _pusher(left: bool, only_existing: bool) -> Callable[[Database, list[str]], Reply]:
    def push(base: Database, words: list[str]) -> Reply:
        items = base.get(words[0], "list")
        if only_existing and not items:
            return 0
        items = [*reversed(words[1:]), *items] if left else [*items, *words[1:]]
        base.put(words[0], "list", items)
        return len(items)

    return push


def _popper(left: bool) -> Callable[[Database, list[str]], Reply]:
    def pop(base: Database, words: list[str]) -> Reply:
        items = base.get(words[0], "list")
        if not items:
            return NO_ARRAY if len(words) > 1 else None
        count = integer(words[1]) if len(words) > 1 else 1
        taken = items[:count] if left else items[::-1][:count]
        base.put(words[0], "list", items[count:] if left else items[: max(0, len(items) - count)])
        return bulks(taken) if len(words) > 1 else bulk(taken[0])

    return pop


for _name, _left, _existing in (
    ("LPUSH", True, False),
    ("RPUSH", False, False),
    ("LPUSHX", True, True),
    ("RPUSHX", False, True),
):
    command(_name, 2, ANY, writes=True)(_pusher(_left, _existing))
command("LPOP", 1, 2, writes=True)(_popper(True))
command("RPOP", 1, 2, writes=True)(_popper(False))


@command("LLEN", 1)
def _llen(base: Database, words: list[str]) -> Reply:
    return len(base.get(words[0], "list"))


@command("LRANGE", 3)
def _lrange(base: Database, words: list[str]) -> Reply:
    items = base.get(words[0], "list")
    return bulks(items[span(integer(words[1]), integer(words[2]), len(items))])


@command("LINDEX", 2)
def _lindex(base: Database, words: list[str]) -> Reply:
    items, place = base.get(words[0], "list"), integer(words[1])
    return bulk(items[place]) if -len(items) <= place < len(items) else None


@command("LTRIM", 3, writes=True)
def _ltrim(base: Database, words: list[str]) -> Reply:
    items = base.get(words[0], "list")
    base.put(words[0], "list", items[span(integer(words[1]), integer(words[2]), len(items))])
    return "OK"


@command("LREM", 3, writes=True)
def _lrem(base: Database, words: list[str]) -> Reply:
    items, count = list(base.get(words[0], "list")), integer(words[1])
    places = [place for place, item in enumerate(items) if item == words[2]]
    chosen = set(places[:count] if count > 0 else places[count:])
    base.put(words[0], "list", [item for place, item in enumerate(items) if place not in chosen])
    return len(chosen)


# hashes


@command("HSET HMSET", 3, ANY, writes=True)
def _hset(base: Database, words: list[str]) -> Reply:
    fields = dict(base.get(words[0], "hash"))
    if len(words) % 2 == 0:
        raise Refused(ErrorReply("ERR wrong number of arguments for 'hset' command"))
    before = len(fields)
    fields.update(zip(words[1::2], words[2::2], strict=True))
    base.put(words[0], "hash", fields)
    return len(fields) - before


@command("HSETNX", 3, writes=True)
def _hsetnx(base: Database, words: list[str]) -> Reply:
    name, field, value = words
    fields = dict(base.get(name, "hash"))
    if field in fields:
        return 0
    base.put(name, "hash", {**fields, field: value})
    return 1


@command("HGET", 2)
def _hget(base: Database, words: list[str]) -> Reply:
    return bulk(base.get(words[0], "hash").get(words[1]))


@command("HMGET", 2, ANY)
def _hmget(base: Database, words: list[str]) -> Reply:
    fields = base.get(words[0], "hash")
    return [bulk(fields.get(name)) for name in words[1:]]


@command("HGETALL", 1)
def _hgetall(base: Database, words: list[str]) -> Reply:
    return MapReply(bulk(part) for pair in base.get(words[0], "hash").items() for part in pair)


@command("HKEYS", 1)
def _hkeys(base: Database, words: list[str]) -> Reply:
    return bulks(base.get(words[0], "hash"))


@command("HVALS", 1)
def _hvals(base: Database, words: list[str]) -> Reply:
    return bulks(base.get(words[0], "hash").values())


@command("HLEN", 1)
def _hlen(base: Database, words: list[str]) -> Reply:
    return len(base.get(words[0], "hash"))


@command("HEXISTS", 2)
def _hexists(base: Database, words: list[str]) -> Reply:
    return int(words[1] in base.get(words[0], "hash"))


@command("HDEL", 2, ANY, writes=True)
def _hdel(base: Database, words: list[str]) -> Reply:
    return _without(base, words, "hash")


@command("HINCRBY", 3, writes=True)
def _hincrby(base: Database, words: list[str]) -> Reply:
    fields = dict(base.get(words[0], "hash"))
    value = integer(fields.get(words[1], "0")) + integer(words[2])
    base.put(words[0], "hash", {**fields, words[1]: str(value)})
    return value


def _without(base: Database, words: list[str], kind: str) -> int:
    """Take members out of a hash, set or sorted set; how many there were."""
    members = base.get(words[0], kind)
    left = {name: value for name, value in members.items() if name not in words[1:]}
    base.put(words[0], kind, left)
    return len(members) - len(left)


# sets


@command("SADD", 2, ANY, writes=True)
def _sadd(base: Database, words: list[str]) -> Reply:
    members = dict(base.get(words[0], "set"))
    before = len(members)
    members.update(dict.fromkeys(words[1:], ""))
    base.put(words[0], "set", members)
    return len(members) - before


@command("SREM", 2, ANY, writes=True)
def _srem(base: Database, words: list[str]) -> Reply:
    return _without(base, words, "set")


@command("SMEMBERS", 1)
def _smembers(base: Database, words: list[str]) -> Reply:
    return SetReply(bulks(base.get(words[0], "set")))


@command("SCARD", 1)
def _scard(base: Database, words: list[str]) -> Reply:
    return len(base.get(words[0], "set"))


@command("SISMEMBER", 2)
def _sismember(base: Database, words: list[str]) -> Reply:
    return int(words[1] in base.get(words[0], "set"))


@command("SINTER", 1, ANY)
def _sinter(base: Database, words: list[str]) -> Reply:
    first, *others = (base.get(key, "set") for key in words)
    return SetReply(bulk(member) for member in first if all(member in other for other in others))


@command("SUNION", 1, ANY)
def _sunion(base: Database, words: list[str]) -> Reply:
    return SetReply(bulks(dict.fromkeys(member for key in words for member in base.get(key, "set"))))


@command("SDIFF", 1, ANY)
def _sdiff(base: Database, words: list[str]) -> Reply:
    first, *others = (base.get(key, "set") for key in words)
    return SetReply(bulk(member) for member in first if not any(member in other for other in others))


# sorted sets


@command("ZADD", 3, ANY, writes=True)
def _zadd(base: Database, words: list[str]) -> Reply:
    members = dict(base.get(words[0], "zset"))
    if len(words) % 2 == 0:
        raise Refused(SYNTAX)
    before = len(members)
    members.update({name: number(score) for score, name in zip(words[1::2], words[2::2], strict=True)})
    base.put(words[0], "zset", members)
    return len(members) - before


def _ranker(backwards: bool) -> Callable[[Database, list[str]], Reply]:
    def rank(base: Database, words: list[str]) -> Reply:
        ordered = sorted(base.get(words[0], "zset").items(), key=lambda entry: (entry[1], entry[0]), reverse=backwards)
        chosen = ordered[span(integer(words[1]), integer(words[2]), len(ordered))]
        if len(words) > 3 and words[3].upper() == "WITHSCORES":
            return PairsReply(part for name, score in chosen for part in (bulk(name), float(score)))
        return bulks(name for name, _ in chosen)

    return rank


command("ZRANGE", 3, 4)(_ranker(False))
command("ZREVRANGE", 3, 4)(_ranker(True))


@command("ZSCORE", 2)
def _zscore(base: Database, words: list[str]) -> Reply:
    score = base.get(words[0], "zset").get(words[1])
    return None if score is None else float(score)


@command("ZINCRBY", 3, writes=True)
def _zincrby(base: Database, words: list[str]) -> Reply:
    members = dict(base.get(words[0], "zset"))
    members[words[2]] = members.get(words[2], 0.0) + number(words[1])
    base.put(words[0], "zset", members)
    return float(members[words[2]])


@command("ZCARD", 1)
def _zcard(base: Database, words: list[str]) -> Reply:
    return len(base.get(words[0], "zset"))


@command("ZREM", 2, ANY, writes=True)
def _zrem(base: Database, words: list[str]) -> Reply:
    return _without(base, words, "zset")
