"""The language of checks: its words, and reading one check from text. Whether a check holds is `checking`'s business.

    container|image|volume|network|service|secret|config NAME exists | absent | PATH OP VALUE | PATH changed | PATH
    unchanged count(containers|images|volumes|networks [FILTER...]) OP NUMBER
    http URL OP STATUS                http URL body OP TEXT
    port NUMBER exists | absent       port NUMBER FIELD OP VALUE
    reach CONTAINER HOST:PORT         resolve CONTAINER NAME
    file [CONTAINER:]PATH exists | absent | OP TEXT
    logs CONTAINER OP TEXT            exec CONTAINER "COMMAND" [status] OP VALUE
    ran "WORDS" [OP NUMBER]           time "COMMAND" OP DURATION
    after DURATION|"COMMAND"|":fault ...": CHECK
    not CHECK

A PATH is one of `docker inspect`: State.Running, NetworkSettings.Ports.80/tcp, Mounts./data.Type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.base.units import parse_duration
from fakedocker.faults import grammar
from fakedocker.faults.model import FaultError

OBJECTS = ("container", "image", "volume", "network", "service", "secret", "config")
LISTS = ("containers", "images", "volumes", "networks")
PORT_FIELDS = ("HostIp", "Container", "ContainerPort", "Protocol")
ORDERINGS = ("<", "<=", ">", ">=")
OPERATORS = ("==", "!=", *ORDERINGS, "has", "matches", "in")
"""`has`: a list holds the value, or a text contains it; `matches`: a regular expression is found; `in`: one of a,b,c."""
PRESENCE = ("exists", "absent")
SINCE_START = ("changed", "unchanged")

_TOKEN = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+""")
_PATH_PART = re.compile(r""""[^"]*"|[^."]+""")
_KIND = re.compile(r"count(?=\()|[a-z]+(?=\s|$)")
_COUNT = re.compile(r"count\(([^()]*)\)\s*(.*)", re.DOTALL)
_AFTER = re.compile(r"""after\s+("(?:[^"\\]|\\.)*"|'[^']*'|\S+?)\s*:\s+(.*)""", re.DOTALL)


class BadCheck(ValueError):
    """A text that is no check; the message says what was expected."""


class Check(Struct, frozen=True):
    """A check that has been read.

    Args:
        text: as it was written.
        kind: its first word: container, count, http ...
        subject: what it is about: a name, a URL, a command.
        path: the parts of the path, or the field; () where there is none.
        operator: one of OPERATORS, PRESENCE or SINCE_START, or "" for a check that just holds or not.
        value: what stands on the right.
        inner: the check after `after` and `not`.
    """

    text: str
    kind: str
    subject: str = ""
    path: tuple[str, ...] = ()
    operator: str = ""
    value: str = ""
    inner: Check | None = None


def parse(text: str) -> Check:
    """Read a check.

    Raises:
        BadCheck: with what was expected.
    """
    text = text.strip()
    kind = _KIND.match(text)
    reader = _READERS.get(kind[0] if kind else "")
    if reader is None:
        raise BadCheck(f"a check begins with {_words(_READERS)}, not {text.split(' ')[0]!r}")
    return reader(text)


def split_path(text: str) -> tuple[str, ...]:
    """State.Running is two parts; a part with dots stands in double quotes."""
    return tuple(part.strip('"') for part in _PATH_PART.findall(text))


def tokens(text: str) -> list[str]:
    """Words; quotes keep blanks and stay, and in double ones a backslash keeps the next character."""
    return _TOKEN.findall(text)


def unquoted(token: str) -> str:
    """A word without the quotes around it; in double ones a backslash keeps the next character."""
    if len(token) < 2 or token[0] != token[-1] or token[0] not in "\"'":
        return token
    inner = token[1:-1]
    return inner if token[0] == "'" else re.sub(r"\\(.)", r"\1", inner)


def _words(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _compared(text: str, words: list[str], what: str) -> tuple[str, str]:
    """The operator and the value at the end of a check."""
    if len(words) < 2 or words[0] not in OPERATORS:
        raise BadCheck(f"{what} is followed by {_words(OPERATORS)} and a value: {text!r}")
    value = unquoted(words[1]) if len(words) == 2 else " ".join(words[1:])
    if words[0] == "matches":
        try:
            re.compile(value)
        except re.error as problem:
            raise BadCheck(f"not a regular expression: {value!r} ({problem})") from None
    return words[0], value


def _number(check: Check, what: str) -> Check:
    texts = check.value.split(",") if check.operator == "in" else [check.value]
    if check.operator in ("has", "matches") or not all(is_digits(part.strip().lstrip("-")) for part in texts):
        raise BadCheck(f"{what} is compared with a whole number: {check.text!r}")
    return check


def _object(text: str) -> Check:
    kind, *words = tokens(text)
    if len(words) == 2 and words[1] in PRESENCE:
        return Check(text, kind, unquoted(words[0]), (), words[1])
    if len(words) == 3 and words[2] in SINCE_START:
        return Check(text, kind, unquoted(words[0]), split_path(words[1]), words[2])
    if len(words) < 4:
        raise BadCheck(
            f"{kind} NAME is followed by exists, absent, or a path of docker inspect and a comparison: {text!r}"
        )
    operator, value = _compared(text, words[2:], f"{kind} NAME PATH")
    return Check(text, kind, unquoted(words[0]), split_path(words[1]), operator, value)


def _count(text: str) -> Check:
    match = _COUNT.fullmatch(text)
    listed = match[1].split() if match else []
    if match is None or not listed or listed[0] not in LISTS:
        raise BadCheck(f"count takes {_words(LISTS)} in brackets: {text!r}")
    operator, value = _compared(text, tokens(match[2]), "count(...)")
    return _number(Check(text, "count", listed[0], tuple(listed[1:]), operator, value), "count(...)")


def _http(text: str) -> Check:
    words = tokens(text)[1:]
    if not words:
        raise BadCheck(f"http takes a URL: {text!r}")
    if words[1:2] == ["body"]:
        operator, value = _compared(text, words[2:], "http URL body")
        return Check(text, "http", words[0], ("body",), operator, value)
    operator, value = _compared(text, words[1:], "http URL")
    return _number(Check(text, "http", words[0], (), operator, value), "http URL")


def _port(text: str) -> Check:
    words = tokens(text)[1:]
    if not words or not is_digits(words[0]):
        raise BadCheck(f"port takes a number: {text!r}")
    if len(words) == 2 and words[1] in PRESENCE:
        return Check(text, "port", words[0], (), words[1])
    if len(words) < 4 or words[1] not in PORT_FIELDS:
        raise BadCheck(
            f"port NUMBER is followed by exists, absent, or {_words(PORT_FIELDS)} and a comparison: {text!r}"
        )
    operator, value = _compared(text, words[2:], "port NUMBER FIELD")
    return Check(text, "port", words[0], (words[1],), operator, value)


def _reach(text: str) -> Check:
    words = tokens(text)[1:]
    if len(words) != 2 or not is_digits(words[1].rpartition(":")[2]) or ":" not in words[1]:
        raise BadCheck(f"reach takes a container and HOST:PORT: {text!r}")
    return Check(text, "reach", words[0], (), "", words[1])


def _resolve(text: str) -> Check:
    words = tokens(text)[1:]
    if len(words) != 2:
        raise BadCheck(f"resolve takes a container and a name: {text!r}")
    return Check(text, "resolve", words[0], (), "", words[1])


def _file(text: str) -> Check:
    words = tokens(text)[1:]
    if len(words) == 2 and words[1] in PRESENCE:
        return Check(text, "file", unquoted(words[0]), (), words[1])
    operator, value = _compared(text, words[1:], "file PATH, where it is not exists or absent,")
    return Check(text, "file", unquoted(words[0]), (), operator, value)


def _logs(text: str) -> Check:
    words = tokens(text)[1:]
    operator, value = _compared(text, words[1:], "logs CONTAINER")
    return Check(text, "logs", words[0], (), operator, value)


def _exec(text: str) -> Check:
    words = tokens(text)[1:]
    if len(words) < 4:
        raise BadCheck(f'exec takes a container, a "COMMAND" and a comparison: {text!r}')
    subject = (words[0], unquoted(words[1]))
    if words[2] == "status":
        operator, value = _compared(text, words[3:], 'exec CONTAINER "COMMAND" status')
        return _number(Check(text, "exec", subject[0], (subject[1], "status"), operator, value), "a status")
    operator, value = _compared(text, words[2:], 'exec CONTAINER "COMMAND"')
    return Check(text, "exec", subject[0], (subject[1],), operator, value)


def _ran(text: str) -> Check:
    words = tokens(text)[1:]
    if not words or not unquoted(words[0]).split():
        raise BadCheck(f"ran takes the words of a docker command in quotes: {text!r}")
    if len(words) == 1:
        return Check(text, "ran", unquoted(words[0]), (), ">=", "1")
    operator, value = _compared(text, words[1:], 'ran "WORDS"')
    return _number(Check(text, "ran", unquoted(words[0]), (), operator, value), 'ran "WORDS"')


def _time(text: str) -> Check:
    words = tokens(text)[1:]
    if len(words) != 3 or words[1] not in ORDERINGS:
        raise BadCheck(f'time takes a "COMMAND", {_words(ORDERINGS)} and a duration: {text!r}')
    _duration(words[2])
    return Check(text, "time", unquoted(words[0]), (), words[1], words[2])


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError:
        raise BadCheck(f"not a duration such as 30s or 1h30m: {text!r}") from None


def _after(text: str) -> Check:
    match = _AFTER.fullmatch(text)
    if match is None:
        raise BadCheck(f'after takes a duration or a "COMMAND", a colon, and a check: {text!r}')
    if match[1][0] not in "\"'" and _duration(match[1]) < 0:
        raise BadCheck(f"time does not go backwards: {text!r}")
    if match[1][0] in "\"'":
        subject = unquoted(match[1])
        if subject.startswith(":"):
            _fault(subject)
        return Check(text, "after", subject, ("command",), inner=parse(match[2]))
    return Check(text, "after", match[1], ("time",), inner=parse(match[2]))


def _fault(subject: str) -> None:
    """Of the terminal's own commands a check can have `:fault` alone."""
    word, _, rule = subject.partition(" ")
    if word != ":fault":
        raise BadCheck(f"after a command of the terminal's own only :fault can stand, not {subject!r}")
    try:
        grammar.parse(rule)
    except FaultError as problem:
        raise BadCheck(str(problem)) from None


def _not(text: str) -> Check:
    return Check(text, "not", inner=parse(text.partition(" ")[2]))


_READERS: dict[str, Callable[[str], Check]] = {
    **dict.fromkeys(OBJECTS, _object),
    "count": _count,
    "http": _http,
    "port": _port,
    "reach": _reach,
    "resolve": _resolve,
    "file": _file,
    "logs": _logs,
    "exec": _exec,
    "ran": _ran,
    "time": _time,
    "after": _after,
    "not": _not,
}
