"""The package redis for node: createClient, commands with a callback (as until version 3) or with a value (as since 4).

A command with a callback, or within another function's call, is an errand: it is done when the script has nothing else
to do.
"""

from __future__ import annotations

from typing import Final, Protocol
from urllib.parse import urlsplit

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Complaint, Value
from fakedocker.userland.languages.javascript.javascript_values import KIND, text_of_value, to_number
from fakedocker.userland.languages.script_machine import FunctionValue, Machine
from fakedocker.userland.services import redis_client
from fakedocker.userland.services.resp import ErrorReply

COMMANDS: Final = (
    "get set incr decr incrby decrby del exists expire ttl keys ping append strlen mget mset setex setnx getset lpush rpush lpop rpop lrange llen"
    " sadd srem smembers sismember scard hset hget hgetall hdel hincrby zadd zrange zincrby flushall flushdb publish type dbsize"
).split()  # fmt: skip


class Evaluator(Protocol):
    """What is asked of the evaluator that calls."""

    system: System
    state: State
    machine: Machine

    def call(self, function: Value, arguments: list[Value]) -> Value: ...


def create_client(own: Evaluator, *given: Value) -> dict[str, Value]:
    """createClient(), createClient(port, host), createClient({ host, port }), createClient({ url }), createClient(url)."""
    found: dict[str, Value] = {KIND: "redis", "host": "127.0.0.1", "port": 6379, "password": ""}
    options = given[0] if given and isinstance(given[0], dict) else {}
    if given and not isinstance(given[0], dict | str):
        options = {"port": given[0], "host": given[1] if len(given) > 1 else "127.0.0.1"}
    options = {**options, **(options["socket"] if isinstance(options.get("socket"), dict) else {})}
    url = given[0] if given and isinstance(given[0], str) else options.get("url")
    if isinstance(url, str):
        parts = urlsplit(url)
        options = {**options, "host": parts.hostname, "port": parts.port, "password": parts.password}
    for name in found:
        if options.get(name) not in (None, UNDEFINED) and name != KIND:
            found[name] = int(to_number(options[name])) if name == "port" else text_of_value(options[name])
    return found


def _command(name: str) -> Value:
    def ask(own: Evaluator, client: dict[str, Value], *given: Value) -> Value:
        callback = given[-1] if given and isinstance(given[-1], FunctionValue) else UNDEFINED
        words = [name.upper(), *_words(given if callback is UNDEFINED else given[:-1])]
        if callback is UNDEFINED and not own.machine.nested:
            return _value(own, client, words)
        own.state["errands"].append([client, words, callback])
        return UNDEFINED

    return ask


def _words(values: tuple[Value, ...]) -> list[str]:
    """Arguments as redis takes them; an object is its keys and values."""
    found: list[str] = []
    for value in values:
        if isinstance(value, dict):
            found += [text for key, part in value.items() for text in (key, text_of_value(part))]
        else:
            found += map(text_of_value, value) if isinstance(value, list) else [text_of_value(value)]
    return found


def _value(own: Evaluator, client: dict[str, Value], words: list[str]) -> Value:
    """A command's value. Blocks. Raises Complaint."""
    host, port = client["host"], client["port"]
    try:
        reply = redis_client.ask(own.system, own.state, host, port, words, client["password"])
    except redis_client.Unresolved:
        raise Complaint("Error", f"getaddrinfo ENOTFOUND {host}") from None
    except OSError:
        address = (own.system.resolve(host) or [host])[0]
        raise Complaint("Error", f"connect ECONNREFUSED {address}:{port}") from None
    if isinstance(reply, ErrorReply):
        raise Complaint("ReplyError", str(reply))
    found = redis_client.plain(reply)
    if words[0] == "HGETALL":
        return dict(zip(found[::2], found[1::2], strict=True))
    return found


def run_errands(own: Evaluator) -> None:
    """Do what is to be done, one after the other, and call back. Blocks."""
    state = own.state
    while state["errands"]:
        client, words, callback = state["errands"][0]
        if "called" not in state:
            arguments = _outcome(own, client, words)
            if callback is UNDEFINED:
                state["errands"].pop(0)
                continue
            own.machine.begin_call(callback, arguments)
            state["called"] = True
        own.machine.run()
        del state["called"]
        state["errands"].pop(0)


def _outcome(own: Evaluator, client: dict[str, Value], words: list[str]) -> list[Value]:
    """What a callback is given: the problem, or null and the value."""
    try:
        return [None, _value(own, client, words)]
    except Complaint as problem:
        return [{KIND: "error", "name": problem.kind, "message": problem.message}, UNDEFINED]


OBJECT: Final[dict[str, Value]] = {
    **{spelt: _command(name) for name in COMMANDS for spelt in (name, name.upper())},
    **{name[0] + name[1].upper() + name[2:]: _command(name) for name in COMMANDS if name[0] in "hlszr"},
    "on": lambda own, client, *rest: client, "connect": lambda own, client: client,
    "quit": lambda own, client: "OK", "disconnect": lambda own, client: UNDEFINED,
    "setEx": _command("setex"), "incrBy": _command("incrby"), "flushAll": _command("flushall"),
}  # fmt: skip
"""Methods of a client."""
FUNCTIONS: Final[dict[tuple[str, str], Value]] = {("redis", "createClient"): create_client}
